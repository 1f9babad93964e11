"""The live flags of an environment: age, use, and reasons to remove them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

from django.db.models import F, Max, Min, Q, Sum

from configs.snapshot.traversal import objects
from flags.engine import is_off, resolved
from flags.engine.sentences import shown
from flags.engine.values import instant_of
from flags.models import Usage
from flags.usage import HOUR, KEPT_HOURS
from icontrol.kernel.json_types import Keywords, Moment
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text, both
from releases.delivery.public_form import FORCE_OFF
from releases.flag_life import First, first_seen
from releases.ledger.chain import head_of
from releases.models import Environment, Release
from releases.offers import Offer, OffersJSON, show_offers
from releases.serialization import WhereJSON, instant, named

DAY = 24  # hours
MONTH = dt.timedelta(hours=KEPT_HOURS)
#: Hours that the detail of one flag covers.
HOURS_SHOWN = 2 * DAY

#: Notes for readers of the counts.
ASKED_AT_ONCE = both(
    "An app that asks for all flags at once, as OpenFeature does in browsers, makes all of them look “evaluated”."
)
STALE: dict[str, Text] = {
    "flag.not_evaluated": both("Nobody has evaluated it for 30 days."),
    "flag.fully_on": both("It has been on for everybody who evaluated it in the last 30 days."),
    "flag.expired": both("Its expiry date has passed."),
}


State = Annotated[str, Keywords(enum=["ON", "OFF", "ROLLOUT", FORCE_OFF])]


class StaleJSON(TypedDict):
    """Why it may be time to remove the flag."""

    code: Annotated[str, Keywords(enum=list(STALE))]
    message: Text


class SinceJSON(TypedDict):
    """The release that brought the flag to this environment."""

    version: str
    at: Moment


class EvaluationsJSON(TypedDict):
    last24Hours: int
    last30Days: int


class FlagFieldsJSON(TypedDict):
    key: str
    type: Literal["boolean", "string", "integer", "number", "object"]
    state: State
    effectiveState: Annotated[State, "FORCE_OFF while its kill switch is engaged."]
    killed: bool
    owner: str | None
    description: str | None
    firstReleased: SinceJSON
    expiresAt: str | None
    lastEvaluatedAt: Annotated[Moment | None, "The beginning of the hour."]
    evaluations: EvaluationsJSON
    shareOn: Annotated[
        float | None, "Of the last 30 days' evaluations, those that served another variant than the off one."
    ]
    stale: list[StaleJSON]


class LiveJSON(WhereJSON):
    serial: int
    version: str


class FlagsJSON(LiveJSON):
    """The live flags of an environment."""

    flags: list[FlagFieldsJSON]
    killedButGone: Annotated[list[str], "Kill switches that are engaged though the live config has no such flag."]


@dataclass(frozen=True, slots=True)
class Use:
    """Counts of the last 30 days. ``shown``: evaluations that served a variant other than the off one."""

    month: int = 0
    day: int = 0
    shown: int = 0
    first: int | None = None  # hours since 1970
    last: int | None = None

    @property
    def share_on(self) -> float | None:
        return self.shown / self.month if self.month else None


@dataclass(frozen=True, slots=True)
class FlagFacts:
    """One live flag. ``stale`` names entries of :data:`STALE`."""

    source: dict[str, Any]
    killed: bool
    first: First
    use: Use
    stale: tuple[str, ...]

    @property
    def key(self) -> str:
        return str(self.source["key"])

    @property
    def state(self) -> str:
        return str(self.source["state"])

    @property
    def effective_state(self) -> str:
        return FORCE_OFF if self.killed else self.state

    @property
    def percent_on(self) -> float | None:
        return None if self.use.share_on is None else 100 * self.use.share_on

    @property
    def last_evaluated(self) -> dt.datetime | None:
        """The start of the hour."""
        return time_of(self.use.last) if self.use.last is not None else None

    @property
    def reasons(self) -> list[Text]:
        return [STALE[code] for code in self.stale]

    def as_json(self) -> FlagFieldsJSON:
        source, use = self.source, self.use
        return {
            "key": self.key,
            "type": source["type"],
            "state": self.state,
            "effectiveState": self.effective_state,
            "killed": self.killed,
            "owner": source.get("owner"),
            "description": source.get("description"),
            "firstReleased": {"version": self.first.version, "at": instant(self.first.at)},
            "expiresAt": source.get("expiresAt"),
            "lastEvaluatedAt": instant(self.last_evaluated),
            "evaluations": {"last24Hours": use.day, "last30Days": use.month},
            "shareOn": None if use.share_on is None else round(use.share_on, 4),
            "stale": [{"code": code, "message": STALE[code]} for code in self.stale],
        }


@dataclass(frozen=True, slots=True)
class Overview:
    """``gone``: keys of engaged kill switches whose flag is not in the live config."""

    environment: Environment
    head: Release
    flags: Sequence[FlagFacts]
    gone: Sequence[str]

    def as_json(self, *, stale: bool = False) -> FlagsJSON:
        """With ``stale``, only flags that have a reason."""
        return {
            **_where(self.environment, self.head),
            "flags": [flag.as_json() for flag in self.flags if flag.stale or not stale],
            "killedButGone": list(self.gone),
        }

    def flag(self, key: str) -> FlagFacts:
        for flag in self.flags:
            if flag.key == key:
                return flag
        raise Refusal("flag.unknown", where=self.environment.key, flag=shown(key))


def overview(environment: Environment, now: dt.datetime, key: str | None = None) -> Overview:
    """All live flags, or only ``key``; then only its counts are read.

    Four queries for any number of flags and versions; only the live version is parsed.
    """
    head = head_of(environment)
    if head.config_version is None:
        raise Refusal("release.none", environment=environment.key)
    document = resolved(head.config_version.document, environment.key)
    sources = [source for _, source in objects(document, "featureFlags")]
    killed = set(head.killed)
    gone = sorted(killed - {source["key"] for source in sources})
    wanted = {source["key"]: source for source in sources if key in (None, source["key"])}
    first = first_seen(environment, key) if wanted else {}
    used = _used(_window(environment, now, key), wanted, now) if wanted else {}
    # Clients do not evaluate them by name, but they decide other flags.
    needed = {need["flag"] for source in sources for need in source.get("prerequisites", ())}
    flags = []
    for name, source in wanted.items():
        use = used.get(name, Use())
        stale = tuple(_stale(source, first[name], use, now, killed=name in killed, needed=name in needed))
        flags.append(FlagFacts(source, name in killed, first[name], use, stale))
    return Overview(environment, head, sorted(flags, key=lambda flag: flag.key), gone)


class VariantCountJSON(TypedDict):
    variant: Annotated[str, "Empty: a damaged flag that has none. `?`: on, and the client did not tell which."]
    last30Days: int


class DayCountsJSON(TypedDict):
    day: Annotated[str, Keywords(format="date"), "UTC."]
    variants: dict[str, int]


class HourCountsJSON(TypedDict):
    hour: Moment
    variants: dict[str, int]


class CountsJSON(TypedDict):
    """Evaluations; days and hours without any are left out."""

    variants: list[VariantCountJSON]
    days: list[DayCountsJSON]
    hours: Annotated[list[HourCountsJSON], "The last 48."]


class FlagDetailJSON(LiveJSON, FlagFieldsJSON, OffersJSON):
    """One live flag with its counts."""

    counts: CountsJSON


@dataclass(frozen=True, slots=True)
class Counts:
    """Evaluations of one flag by variant: per day (UTC) of the last 30, per hour of the last 48; those with any."""

    days: dict[dt.date, dict[str, int]]
    hours: dict[dt.datetime, dict[str, int]]
    variants: dict[str, int]

    def as_json(self) -> CountsJSON:
        return {
            "variants": [{"variant": name, "last30Days": count} for name, count in self.variants.items()],
            "days": [{"day": day.isoformat(), "variants": counts} for day, counts in self.days.items()],
            "hours": [{"hour": instant(hour), "variants": counts} for hour, counts in self.hours.items()],
        }


def counts_of(environment: Environment, key: str, now: dt.datetime) -> Counts:
    found = Counts({}, {}, {})
    since = _hour(now) - HOURS_SHOWN
    for hour, variant, count in (
        _window(environment, now, key).order_by("hour", "variant").values_list("hour", "variant", "count")
    ):
        at = time_of(hour)
        day = found.days.setdefault(at.date(), {})
        day[variant] = day.get(variant, 0) + count
        found.variants[variant] = found.variants.get(variant, 0) + count
        if hour > since:
            found.hours.setdefault(at, {})[variant] = count
    return found


def show_flag(found: Overview, key: str, now: dt.datetime, offers: Iterable[Offer] | None = None) -> FlagDetailJSON:
    flag = found.flag(key)
    return {
        **_where(found.environment, found.head),
        **flag.as_json(),
        "counts": counts_of(found.environment, key, now).as_json(),
        **show_offers(offers),
    }


def time_of(hour: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(hour * HOUR, dt.UTC)


def _where(environment: Environment, head: Release) -> LiveJSON:
    assert head.config_version is not None
    return {
        **named(environment),
        "serial": head.serial,
        "version": head.config_version.version,
    }


def _hour(now: dt.datetime) -> int:
    return int(now.timestamp()) // HOUR


def _window(environment: Environment, now: dt.datetime, key: str | None) -> Any:
    """For one flag or all: the primary key begins with environment and flag."""
    rows = Usage.objects.filter(environment=environment, hour__gt=_hour(now) - KEPT_HOURS)
    return rows if key is None else rows.filter(flag=key)


def _used(window: Any, sources: dict[str, dict[str, Any]], now: dt.datetime) -> dict[str, Use]:
    rows = (
        window.values("flag", "variant")
        .annotate(
            month=Sum("count"),
            day=Sum("count", filter=Q(hour__gt=_hour(now) - DAY), default=0),
            first=Min("hour"),
            last=Max("hour"),
        )
        .order_by(F("flag"))
    )
    found: dict[str, Use] = {}
    for row in rows:
        key = row["flag"]
        if key not in sources:
            continue
        before = found.get(key)
        shown = 0 if is_off(sources[key], row["variant"]) else row["month"]
        found[key] = Use(
            month=row["month"] + (before.month if before else 0),
            day=row["day"] + (before.day if before else 0),
            shown=shown + (before.shown if before else 0),
            first=min(row["first"], before.first if before and before.first is not None else row["first"]),
            last=max(row["last"], before.last if before and before.last is not None else row["last"]),
        )
    return found


def _stale(
    source: dict[str, Any], first: First, use: Use, now: dt.datetime, *, killed: bool, needed: bool
) -> list[str]:
    """Only reasons that hold for the whole period: a flag that came (back) yesterday is neither unused nor fully on for
    30 days.
    """
    found = []
    old = first.since <= now - MONTH
    if old and not use.month and not needed:
        found.append("flag.not_evaluated")
    whole = old and use.first is not None and use.first <= _hour(now) - KEPT_HOURS + DAY
    if whole and use.shown == use.month and not killed and source["state"] in ("ON", "ROLLOUT"):
        found.append("flag.fully_on")
    expires = instant_of(source.get("expiresAt"))
    if expires is not None and expires <= now:
        found.append("flag.expired")
    return found
