"""How many clients were seen, of which version, platform and tenant: estimated from counted polls.

A poll names no client, so clients are not counted one by one. A client that is told to ask again after ``every``
seconds makes ``period / every`` polls in a period. So a poll stands for ``every / period`` of a client, and never for
more than one. That estimates how many ran at a time: a client that ran for half of the period is half a client. Over
several hours the number is that of the busiest one; shares are those of the whole time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Sum, Value

from releases.delivery.polls import HOUR, OTHERS, SLOT
from releases.models import Environment, Release, TenantPolls, VersionPolls

MOST_HOURS = 7 * 24
SLOTS_AN_HOUR = HOUR // SLOT


def clients_of(polls: int, every: int, seconds: float) -> float:
    """How many clients so many polls of a period stand for."""
    return polls * min(1.0, every / max(seconds, 1))


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """``time``: how long clients of it ran, added up, in seconds; ``share``: of the time of all."""

    version: str
    platform: str
    polls: int
    time: int
    share: float
    clients: int

    @property
    def percent(self) -> float:
        return 100 * self.share

    @property
    def is_known(self) -> bool:
        """Whether it is a version, and not what stands for none or many."""
        return self.version[:1].isalnum()


@dataclass(frozen=True, slots=True)
class Seen:
    """``clients``: of the busiest hour. ``versions``: the most used first."""

    hours: int
    clients: int
    polls: int
    versions: Sequence[SeenVersion]

    def share_of(self, these: Collection[tuple[str, str]]) -> float:
        """Of the clients of these versions and platforms."""
        return sum(seen.share for seen in self.versions if (seen.version, seen.platform) in these)


def slot_of(at: dt.datetime) -> int:
    return int(at.timestamp()) // SLOT


def seen_clients(environment: Environment, now: dt.datetime, hours: int = 24) -> Seen:
    """Of the last hours. One query; hours are counted back from now."""
    last = slot_of(now)
    rows = (
        VersionPolls.objects.filter(environment=environment, slot__gt=last - hours * SLOTS_AN_HOUR, slot__lte=last)
        .annotate(back=(Value(last) - F("slot")) / Value(SLOTS_AN_HOUR))
        .values_list("back", "version", "platform", "every")
        .annotate(polls=Sum("polls"))
        .order_by()
    )
    by_hour: dict[int, float] = {}
    polls: dict[tuple[str, str], int] = {}
    time: dict[tuple[str, str], int] = {}
    for back, version, platform, every, count in rows:
        name = (version, platform)
        by_hour[back] = by_hour.get(back, 0) + clients_of(count, every, HOUR)
        polls[name] = polls.get(name, 0) + count
        # As in an hour: a client that asks once a day ran for an hour as far as anybody knows.
        time[name] = time.get(name, 0) + count * min(every, HOUR)
    clients, whole = max(by_hour.values(), default=0), sum(time.values()) or 1
    versions = [
        SeenVersion(*name, polls[name], spent, spent / whole, rounded(clients * spent / whole))
        for name, spent in time.items()
    ]
    versions.sort(key=lambda seen: (-seen.time, seen.version, seen.platform))
    return Seen(hours, rounded(clients), sum(polls.values()), versions)


def rounded(clients: float) -> int:
    """What was seen is not nobody."""
    return max(1, round(clients)) if clients else 0


@dataclass(frozen=True, slots=True)
class SeenTenant:
    tenant: str
    polls: int
    clients: int


def seen_tenants(
    environment: Environment,
    now: dt.datetime,
    hours: int = 24,
    *,
    among: Collection[tuple[str, str]] | None = None,
) -> list[SeenTenant]:
    """The tenants that polls named, the most seen first. ``among``: only of these versions and platforms."""
    last = int(now.timestamp()) // HOUR
    rows: Any = (
        TenantPolls.objects.filter(environment=environment, hour__gt=last - hours, hour__lte=last)
        .exclude(tenant__in=("", OTHERS))
        .values_list("tenant", "version", "platform", "every")
        .annotate(polls=Sum("polls"))
        .order_by()
    )
    polls: dict[str, int] = {}
    time: dict[str, float] = {}
    for tenant, version, platform, every, count in rows:
        if among is None or (version, platform) in among:
            polls[tenant] = polls.get(tenant, 0) + count
            time[tenant] = time.get(tenant, 0) + clients_of(count, every, hours * HOUR)
    found = [SeenTenant(tenant, polls[tenant], rounded(time[tenant])) for tenant in time]
    return sorted(found, key=lambda seen: (-seen.polls, seen.tenant))


def told(head: Release, now: dt.datetime) -> int:
    """How many clients have asked since this release, and so have been told of it."""
    since = max((now - head.created_at).total_seconds(), 1)
    rows = (
        VersionPolls.objects.filter(
            environment=head.environment_id, slot__gte=slot_of(max(head.created_at, now - dt.timedelta(hours=24)))
        )
        .filter(serial=head.serial)
        .values_list("every")
        .annotate(polls=Sum("polls"))
        .order_by()
    )
    return rounded(sum(clients_of(count, every, min(since, 24 * HOUR)) for every, count in rows))


@dataclass(frozen=True, slots=True)
class Step:
    """One column of the chart: seconds of clients by version, from ``at`` on."""

    at: dt.datetime
    time: dict[str, int]


def steps(environment: Environment, now: dt.datetime, *, hours: int, columns: int) -> list[Step]:
    """The last hours in so many equal columns, oldest first. One query."""
    wide = max(1, hours * SLOTS_AN_HOUR // columns)
    last = slot_of(now)
    rows = (
        VersionPolls.objects.filter(environment=environment, slot__gt=last - wide * columns, slot__lte=last)
        .annotate(back=(Value(last) - F("slot")) / Value(wide))
        .values_list("back", "version", "every")
        .annotate(polls=Sum("polls"))
        .order_by()
    )
    found = [
        Step(dt.datetime.fromtimestamp((last - wide * (back + 1) + 1) * SLOT, dt.UTC), {})
        for back in reversed(range(columns))
    ]
    for back, version, every, count in rows:
        time = found[columns - 1 - back].time
        time[version] = time.get(version, 0) + count * min(every, HOUR)
    return found
