"""The ledger: appending a release, reading the newest, and the hash that chains them.

Everything that clients can notice changes only by an append. Callers hold the locks of the application and the
environment; the unique serial and a trigger refuse anything else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from configs.models import ConfigVersion
from configs.snapshot.canonical import canonical, digest
from releases import flag_life, news
from releases.flag_life import FlagChanges
from releases.gate.decision import Policy
from releases.models import Environment, Release

#: Version of the list of facts. New optional facts get a new number and are absent from older rows.
FORMAT = 1
GENESIS = "0" * 64
#: Allowed difference between two servers' clocks.
SKEW = dt.timedelta(minutes=5)
NO_POLICY = canonical({"default": Policy().as_json()})


def nothing(environment: Environment) -> Release:
    """The state before the first release: serial 0, no version, no minimum, no kill. Not stored."""
    return Release(environment=environment, serial=0, policies=NO_POLICY, kill_switches="[]", hash=GENESIS)


def head_of(environment: Environment, at: dt.datetime | None = None) -> Release:
    """The newest release (as of ``at``, if given) with its version; :func:`nothing` if there is none."""
    releases = served_at(Release.objects.filter(environment=environment), at)
    found = _with(environment, releases.select_related("config_version").order_by("-serial").first())
    return found or nothing(environment)


def served_at(releases: QuerySet[Release], at: dt.datetime | None) -> QuerySet[Release]:
    """The releases that existed then; clients got the one with the highest serial.

    For a time not in the past that is the newest one, even if a wrong clock dated it later.
    """
    return releases if at is None or at >= timezone.now() else releases.filter(created_at__lte=at)


def release_of(environment: Environment, serial: int) -> Release | None:
    found = Release.objects.filter(environment=environment, serial=serial).select_related("config_version").first()
    return _with(environment, found)


@dataclass(frozen=True, slots=True)
class Past:
    """The states that an environment can go back to.

    ``release``: the one just before the newest. ``version``: the one live just before the current one first went live,
    so repeated rollbacks go further back, not to and fro.
    """

    release: Release | None
    version: ConfigVersion | None


def pasts(heads: Iterable[Release]) -> dict[int, Past]:
    """environment id → its past, for the newest releases of any number of environments. Three queries."""
    same = Release.objects.filter(environment=OuterRef("environment"))
    first = same.filter(config_version=OuterRef("config_version")).order_by("serial").values("serial")[:1]
    live_before = same.filter(serial__lt=OuterRef("first"), config_version__isnull=False).order_by("-serial")
    rows = (
        Release.objects.filter(pk__in=[head.pk for head in heads])
        .annotate(first=Subquery(first), before=Subquery(same.filter(serial=OuterRef("serial") - 1).values("pk")))
        .annotate(back=Subquery(live_before.values("config_version")[:1]))
        .values_list("environment_id", "before", "back")
    )
    found = list(rows)
    releases = Release.objects.select_related("config_version__content")
    versions = ConfigVersion.objects.select_related("content")
    undone = releases.in_bulk([before for _, before, _ in found if before])
    targets = versions.in_bulk([back for _, _, back in found if back])
    return {pk: Past(undone.get(before), targets.get(back)) for pk, before, back in found}


def live_since(heads: Iterable[Release]) -> dict[int, Release]:
    """Environment id → the release since which the version of its newest one has been live. Two queries."""
    same = Release.objects.filter(environment=OuterRef("environment"))
    other = same.filter(~Q(config_version=OuterRef("config_version")) | Q(config_version=None)).order_by("-serial")
    since = same.filter(serial__gt=Coalesce(OuterRef("other"), 0)).order_by("serial")
    rows = (
        Release.objects.filter(pk__in=[head.pk for head in heads], config_version__isnull=False)
        .annotate(other=Subquery(other.values("serial")[:1]))
        .annotate(since=Subquery(since.values("pk")[:1]))
    )
    found = dict(rows.values_list("environment_id", "since"))
    releases = Release.objects.in_bulk(found.values())
    return {environment: releases[pk] for environment, pk in found.items()}


def _with(environment: Environment, release: Release | None) -> Release | None:
    if release is not None:
        release.environment = environment
        if release.config_version is not None:
            release.config_version.application = environment.application
    return release


def facts(release: Release, *, application: str, environment: str, version: str | None, sha: str | None) -> Any:
    """The JSON values that a release's hash covers. ``sha``: the digest of the snapshot's stored text."""
    return {
        "format": release.format,
        "application": application,
        "environment": environment,
        "serial": release.serial,
        "kind": release.kind,
        "version": version,
        "digest": sha,
        "policies": release.policies,
        "killSwitches": release.kill_switches,
        "actor": release.actor,
        "reason": release.reason,
        "createdAt": release.created_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "previousHash": release.previous_hash,
    }


def hash_of(release: Release, **names: Any) -> str:
    """SHA-256 over the canonical JSON of the row's facts."""
    return digest(canonical(facts(release, **names)))


def _time_after(head: Release, now: dt.datetime) -> dt.datetime:
    """Servers' clocks differ a little, so times are kept from decreasing along the serials. A clock far ahead is not
    followed, or every later release would have its time.
    """
    return head.created_at if head.serial and now < head.created_at <= now + SKEW else now


def append(
    head: Release,
    *,
    kind: str,
    config_version: ConfigVersion | None,
    policies: str,
    kill_switches: str,
    flags: FlagChanges,
    actor: str,
    reason: str,
    now: dt.datetime,
) -> Release:
    """Insert the release after ``head``. After the commit this process serves it, and the checkpoint line follows.

    Called by :func:`releases.proposals.release` only. ``flags``: the result of :func:`releases.flag_life.flag_changes`
    for ``config_version``, computed before the lock was taken.
    """
    environment = head.environment
    release = Release(
        environment=environment,
        serial=head.serial + 1,
        kind=kind,
        config_version=config_version,
        policies=policies,
        kill_switches=kill_switches,
        actor=actor,
        reason=reason,
        created_at=_time_after(head, now),
        format=FORMAT,
        previous_hash=head.hash,
    )
    release.hash = hash_of(
        release,
        application=environment.application.key,
        environment=environment.key,
        version=config_version.version if config_version else None,
        sha=config_version.digest if config_version else None,
    )
    release.save(force_insert=True)
    flag_life.write(release, flags)
    news.announce(release)
    return release
