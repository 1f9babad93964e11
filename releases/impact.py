"""What a change of the version policy does to the clients seen in the last day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from icontrol.kernel.texts import Text, both, plural
from releases.confirmation import Confirmation
from releases.delivery.adoption import Seen, SeenTenant, SeenVersion, seen_clients, seen_tenants
from releases.gate.decision import decide, for_platform, newer
from releases.models import Environment

HOURS = 24
#: A change that stops more than this share of the clients seen, and at least so many, needs a confirmation.
SHARE, LEAST = 0.10, 10
STOPS_MANY = "policy.stops_many"
#: Answers after which a client does not go on.
STOPS = ("HARD_BLOCK", "MAINTENANCE")


@dataclass(frozen=True, slots=True)
class Group:
    """Clients for which the change does the same."""

    seen: Seen
    versions: Sequence[SeenVersion] = ()

    def __bool__(self) -> bool:
        return bool(self.versions)

    @property
    def share(self) -> float:
        return sum(one.share for one in self.versions)

    @property
    def clients(self) -> int:
        return max(1, round(self.seen.clients * self.share)) if self.versions else 0

    @property
    def percent(self) -> float:
        return 100 * self.share

    @property
    def numbers(self) -> dict[str, Any]:
        """For sentences."""
        percent = f"{100 * self.share:.1f}"
        shown = {"en": percent, "fr": percent.replace(".", ",")}
        return {"clients": self.clients, "count": self.seen.clients, "percent": shown}

    @property
    def names(self) -> set[tuple[str, str]]:
        return {(one.version, one.platform) for one in self.versions}


@dataclass(frozen=True, slots=True)
class Impact:
    """``blocked``: have to update; ``waiting``: maintenance begins for them; ``asked``: are asked to update;
    ``freed``: go on again. ``missing``: a platform, its minimum, and the newest version seen, which is below it.
    """

    seen: Seen
    blocked: Group
    waiting: Group
    asked: Group
    freed: Group
    missing: Sequence[tuple[str, str, str]]

    @property
    def stopped(self) -> Group:
        return Group(self.seen, [*self.blocked.versions, *self.waiting.versions])

    @property
    def confirmations(self) -> list[Confirmation]:
        stopped = self.stopped
        if stopped.share <= SHARE or stopped.clients < LEAST:
            return []
        sentence = plural(
            "This stops about {clients} of {count} client seen in 24 hours ({percent} %), more than 10 %.",
            "This stops about {clients} of {count} clients seen in 24 hours ({percent} %), more than 10 %.",
            **stopped.numbers,
        )
        return [Confirmation(STOPS_MANY, sentence)]

    def sentences(self) -> list[Text]:
        """What clients will notice, the worst first."""
        if not self.seen.clients:
            return [both("No client was seen in the last 24 hours.")]
        found = []
        if self.blocked:
            found.append(
                plural(
                    "This blocks about {clients} of {count} client seen in 24 hours ({percent} %).",
                    "This blocks about {clients} of {count} clients seen in 24 hours ({percent} %).",
                    **self.blocked.numbers,
                )
            )
        if self.waiting:
            found.append(
                plural(
                    "Maintenance begins for about {clients} of {count} client seen in 24 hours ({percent} %).",
                    "Maintenance begins for about {clients} of {count} clients seen in 24 hours ({percent} %).",
                    **self.waiting.numbers,
                )
            )
        if self.asked:
            found.append(
                plural(
                    "This asks about {clients} of {count} client seen in 24 hours ({percent} %) to update.",
                    "This asks about {clients} of {count} clients seen in 24 hours ({percent} %) to update.",
                    **self.asked.numbers,
                )
            )
        if self.freed:
            found.append(
                plural(
                    "About {clients} of {count} client seen in 24 hours ({percent} %) can go on again.",
                    "About {clients} of {count} clients seen in 24 hours ({percent} %) can go on again.",
                    **self.freed.numbers,
                )
            )
        return found or [both("The clients seen in the last 24 hours go on as before.")]

    def warnings(self) -> list[Text]:
        return [
            both(
                "No client seen on {platform} has {minimum} or newer; the newest is {newest}.",
                platform=platform,
                minimum=minimum,
                newest=newest,
            )
            for platform, minimum, newest in self.missing
        ]


def impact_of(
    environment: Environment, before: Mapping[str, Any], after: Mapping[str, Any], now: dt.datetime
) -> Impact:
    """Of valid policies. One query."""
    seen = seen_clients(environment, now, HOURS)
    groups: dict[str, list[SeenVersion]] = {name: [] for name in ("blocked", "waiting", "asked", "freed")}
    newest: dict[str, str] = {}
    for one in seen.versions:
        was, will = (_status(policies, one) for policies in (before, after))
        match will:
            case "HARD_BLOCK" if was not in STOPS:
                groups["blocked"].append(one)
            case "MAINTENANCE" if was not in STOPS:
                groups["waiting"].append(one)
            case "SOFT_BLOCK" if was not in (*STOPS, will):
                groups["asked"].append(one)
            case _ if was in STOPS and will not in STOPS:
                groups["freed"].append(one)
        if one.is_known:
            name, policy = for_platform(after, one.platform)
            if name not in newest or newer(policy.scheme, one.version, newest[name]):
                newest[name] = one.version
    missing = [
        (name, minimum, version)
        for name, version in newest.items()
        if newer(for_platform(after, name)[1].scheme, minimum := for_platform(after, name)[1].min_supported, version)
        and for_platform(before, name)[1].min_supported != minimum
    ]
    return Impact(seen, missing=missing, **{name: Group(seen, versions) for name, versions in groups.items()})


def _status(policies: Mapping[str, Any], one: SeenVersion) -> str:
    return decide(for_platform(policies, one.platform)[1], one.version or None).policy_status


@dataclass(frozen=True, slots=True)
class Standing:
    """How the clients seen in the last day stand with a policy."""

    seen: Seen
    well: Group
    asked: Group
    blocked: Group
    waiting: Group


def standing(environment: Environment, policies: Mapping[str, Any], now: dt.datetime) -> Standing:
    seen = seen_clients(environment, now, HOURS)
    groups: dict[str, list[SeenVersion]] = {name: [] for name in ("well", "asked", "blocked", "waiting")}
    names = {"SOFT_BLOCK": "asked", "HARD_BLOCK": "blocked", "MAINTENANCE": "waiting"}
    for one in seen.versions:
        groups[names.get(_status(policies, one), "well")].append(one)
    return Standing(seen, **{name: Group(seen, versions) for name, versions in groups.items()})


def tenants_of(environment: Environment, group: Group, now: dt.datetime) -> list[SeenTenant]:
    """Those whose clients are in the group."""
    return seen_tenants(environment, now, HOURS, among=group.names)
