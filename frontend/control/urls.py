"""Addresses of the control plane. Those of an environment begin with its application and its key."""

from __future__ import annotations

from django.urls import path

from frontend.control import (
    changes,
    checkpoints,
    clients,
    compare,
    export,
    flag,
    flags,
    ledger,
    overview,
    policy,
    then,
    versions,
)

#: Of one environment.
HERE = "cp/<str:application>/<str:environment>/"

urlpatterns = [
    path("cp", overview.overview, name="control"),
    path("cp/checkpoints", checkpoints.checkpoints, name="control-checkpoints"),
    path("cp/state", overview.state, name="control-state"),
    path(f"{HERE}versions", versions.timeline, name="control-versions"),
    path(f"{HERE}versions/<str:version>", versions.version, name="control-version"),
    path(f"{HERE}versions/<str:version>/publish", changes.publish, name="control-publish"),
    path(f"{HERE}versions/<str:version>/rollback", changes.rollback, name="control-rollback"),
    path(f"{HERE}versions/<str:version>/preview", changes.preview, name="control-preview"),
    path(f"{HERE}versions/<str:version>/withdraw", changes.withdraw, name="control-withdraw"),
    path(f"{HERE}versions/<str:version>/restore", changes.restore, name="control-restore"),
    path(f"{HERE}flags", flags.flags, name="control-flags"),
    path(f"{HERE}flags/<str:key>", flag.flag, name="control-flag"),
    path(f"{HERE}flags/<str:key>/kill", flags.kill, name="control-flag-kill"),
    path(f"{HERE}flags/<str:key>/lift", flags.lift, name="control-flag-lift"),
    path(f"{HERE}clients", clients.clients, name="control-clients"),
    path(f"{HERE}policy", policy.policy, name="control-policy"),
    path(f"{HERE}compare", compare.compare, name="control-compare"),
    path(f"{HERE}undo", changes.undo, name="control-undo"),
    path(f"{HERE}releases", ledger.ledger, name="control-ledger"),
    path(f"{HERE}releases.csv", export.as_csv, name="control-ledger-csv"),
    path(f"{HERE}releases.json", export.as_json, name="control-ledger-json"),
    path(f"{HERE}releases/<int:serial>", ledger.release, name="control-release"),
    path(f"{HERE}releases/<int:serial>/config.json", then.served, name="control-served"),
    path(f"{HERE}then", then.then, name="control-then"),
]
