"""Counts polls of the gate by version, platform and tenant: what each poll says, and nothing else about who asks.

A request increments two counters in memory; they are written in batches (:mod:`icontrol.kernel.counters`). Versions
and tenants come from strangers, so a process counts only so many different ones in each period, and so many that one
address brings; the rest is counted as ``OTHERS``.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from threading import Lock

from django.db.models import QuerySet

from icontrol.kernel.addresses import network
from icontrol.kernel.counters import StoredCounter, Table, stored
from releases.delivery.answers import Client
from releases.delivery.representations import Live
from releases.models import TenantPolls, VersionPolls

SLOT, HOUR = 300, 3600  # seconds
INTERVAL = 10  # seconds between two flushes
KEPT = dt.timedelta(days=8)
#: Different names of an environment that a process counts in one period, and new ones that one address may bring: all
#: clients of an office have one, and so have all tenants of a backend.
MOST_VERSIONS, MOST_TENANTS = 200, 10_000
VERSIONS_OF_ADDRESS, TENANTS_OF_ADDRESS = 40, 2_000
LONGEST_TENANT = 100
OTHERS = "…"

_logger = logging.getLogger("icontrol.polls")


def new_counter(table: Table) -> StoredCounter:
    return StoredCounter(
        table, what=table.name.partition("_")[2], metric=f"icontrol_{table.name.partition('_')[2]}", logger=_logger
    )


class _Bound:
    """Which names an environment has in the current period. Those of the period before keep their places."""

    def __init__(self, most: int, most_of_address: int) -> None:
        self._most = most
        self._most_of_address = most_of_address
        self.clear()

    def clear(self) -> None:
        self._lock = Lock()
        self._period = 0
        self._names: dict[int, set[object]] = {}
        self._before: dict[int, set[object]] = {}
        self._new: Counter[int] = Counter()  # by environment
        self._brought: Counter[tuple[int, str]] = Counter()  # of the new ones, by address

    def has_room(self, environment_id: int, name: object, address: str, period: int) -> bool:
        with self._lock:
            if period != self._period:
                self._before = self._names if period == self._period + 1 else {}
                self._period, self._names, self._new, self._brought = period, {}, Counter(), Counter()
            names = self._names.setdefault(environment_id, set())
            if name in names:
                return True
            before = self._before.get(environment_id, ())
            if name not in before:
                who = environment_id, network(address)
                places = self._most - len(before)
                if self._new[environment_id] >= places or self._brought[who] >= self._most_of_address:
                    return False
                self._new[environment_id] += 1
                self._brought[who] += 1
            names.add(name)
            return True


by_version = stored(
    new_counter(
        Table("releases_versionpolls", ("version", "platform", "serial", "every"), "slot", SLOT, "polls"),
    ),
    every=INTERVAL,
)
by_tenant = stored(
    new_counter(Table("releases_tenantpolls", ("tenant", "version", "platform", "every"), "hour", HOUR, "polls")),
    every=INTERVAL,
)
_versions = _Bound(MOST_VERSIONS, VERSIONS_OF_ADDRESS)
_tenants = _Bound(MOST_TENANTS, TENANTS_OF_ADDRESS)


def count(live: Live, client: Client, tenant: str | None, address: str, times: int = 1) -> None:
    """One poll, or several alike. ``tenant``: the header as sent; ``address``: the client's own."""
    now, environment = by_version.clock(), live.environment_id
    version, platform = client.version, client.platform
    if not _versions.has_room(environment, (version, platform), address, int(now) // SLOT):
        version = platform = OTHERS
    by_version.add(environment, {(version, platform, live.serial, client.every): times}, times)
    tenant = named(tenant)
    if not _tenants.has_room(environment, (tenant, version, platform), address, int(now) // HOUR):
        tenant = version = platform = OTHERS
    by_tenant.add(environment, {(tenant, version, platform, client.every): times}, times)


def named(tenant: str | None) -> str:
    """A tenant as it is counted; empty for none."""
    if not tenant:
        return ""
    return "".join(char for char in tenant[: 4 * LONGEST_TENANT] if char.isprintable()).strip()[:LONGEST_TENANT]


def flush() -> None:
    """Write the counts now, in this thread."""
    by_version.flush()
    by_tenant.flush()


def forget() -> None:
    """Reset as in a new process."""
    for each in (by_version, by_tenant):
        each.forget()
    for bound in (_versions, _tenants):
        bound.clear()


def old_versions(now: dt.datetime) -> QuerySet[VersionPolls]:
    """The rows that housekeeping removes."""
    return VersionPolls.objects.filter(slot__lt=int((now - KEPT).timestamp()) // SLOT)


def old_tenants(now: dt.datetime) -> QuerySet[TenantPolls]:
    return TenantPolls.objects.filter(hour__lt=int((now - KEPT).timestamp()) // HOUR)
