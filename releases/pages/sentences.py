"""What a release did and who did it, as the ledger's rows say it: “ada published 1.0.1”."""

from __future__ import annotations

from icontrol.kernel.texts import Text, both, same
from releases.models import Release

NONE = both("none")


def did(release: Release) -> Text:
    """The verb and what it was done to; ``precede`` the rows of a list first."""
    before = release.predecessor
    version = release.config_version.version if release.config_version else NONE
    were, are = set(before.killed if before else ()), set(release.killed)
    match release.kind:
        case "publish":
            return both("published {version}", version=version)
        case "rollback":
            return both("rolled back to {version}", version=version)
        case "undo":
            return both("undid release {serial}", serial=release.serial - 1)
        case "policy":
            return both("changed the version policy")
        case "kill":
            return both("killed {flags}", flags=", ".join(sorted(are - were)))
        case "lift":
            return both("lifted the kill switch of {flags}", flags=", ".join(sorted(were - are)))
    return same(release.kind)


def who(actor: str) -> Text:
    """``user:ada`` → ada, ``token:ci`` → ci (token)."""
    kind, _, name = actor.partition(":")
    if kind == "user" and name:
        return same(name)
    if kind == "token" and name:
        return both("{name} (token)", name=name)
    return same(actor)
