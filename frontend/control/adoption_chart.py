"""The adoption of app versions as an SVG: which share of clients had which version, and when something was released.

Widths are percentages and heights pixels, so that texts keep their size on every screen and no style is needed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from configs.versions import MalformedVersion, parse_dotted
from icontrol.kernel.localized import text_lazy
from releases.delivery.adoption import Step
from releases.delivery.answers import NO_VERSION, UNREADABLE
from releases.delivery.polls import OTHERS
from releases.models import Release

#: Hours that can be chosen → columns.
RANGES = {1: 12, 24: 48, 168: 84}
TOP, HEIGHT = 22, 200  # pixels: room for names of releases, the columns
#: Versions with an area of their own; the rest is one.
SERIES = 5
MARKERS = 12
#: Percent of the width between two names of releases.
ROOM = 14
TICKS = 4

NAMES = {
    NO_VERSION: text_lazy("no version sent"),
    UNREADABLE: text_lazy("not a version"),
    OTHERS: text_lazy("many together"),
}


def name_of(version: str) -> Any:
    return NAMES.get(version, version)


@dataclass(frozen=True, slots=True)
class Area:
    """A piece of a column."""

    series: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """``shares``: percent of each series, None where nobody was seen."""

    at: dt.datetime
    x: float
    areas: Sequence[Area]
    shares: Sequence[float] | None


@dataclass(frozen=True, slots=True)
class Series:
    number: int
    name: Any
    percent: float


@dataclass(frozen=True, slots=True)
class Marker:
    """A release. ``label`` is empty where there is no room."""

    release: Release
    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Chart:
    series: Sequence[Series]
    columns: Sequence[Column]
    markers: Sequence[Marker]
    ticks: Sequence[Tick]
    width: float  # percent, of a column
    top: int = TOP
    base: int = TOP + HEIGHT
    middle: int = TOP + HEIGHT // 2
    total: int = TOP + HEIGHT + 24
    label: int = TOP + HEIGHT + 18

    def __bool__(self) -> bool:
        return bool(self.series)


def chart(steps: Sequence[Step], releases: Sequence[Release], now: dt.datetime) -> Chart:
    """``releases``: those of the time shown, oldest first."""
    whole: dict[str, int] = {}
    for step in steps:
        for version, time in step.time.items():
            whole[version] = whole.get(version, 0) + time
    most = sorted(whole, key=lambda version: (-whole[version], version))
    own, rest = sorted(most[:SERIES], key=_rank, reverse=True), most[SERIES:]
    total = sum(whole.values()) or 1
    series = [Series(at + 1, name_of(version), 100 * whole[version] / total) for at, version in enumerate(own)]
    if rest:
        share = 100 * sum(whole[version] for version in rest) / total
        series.append(Series(SERIES + 1, text_lazy("{count} others", count=len(rest)), share))
    width = 100 / len(steps)
    columns = [_column(step, at * width, own, bool(rest)) for at, step in enumerate(steps)]
    return Chart(series, columns, _markers(steps, releases, now), _ticks(steps, now), round(width, 3))


def _rank(version: str) -> tuple[int, Any]:
    """The newest first; what is no version last."""
    try:
        return 1, parse_dotted(version)
    except MalformedVersion:
        return 0, ()


def _column(step: Step, x: float, own: Sequence[str], has_rest: bool) -> Column:
    total = sum(step.time.values())
    if not total:
        return Column(step.at, round(x, 3), (), None)
    times = [step.time.get(version, 0) for version in own]
    if has_rest:
        times.append(total - sum(times))
    areas, below = [], 0.0
    for number, time in enumerate(times, 1):
        height = HEIGHT * time / total
        below += height
        if height:
            areas.append(Area(number, round(TOP + HEIGHT - below, 2), round(height, 2)))
    return Column(step.at, round(x, 3), areas, [100 * time / total for time in times])


def _markers(steps: Sequence[Step], releases: Sequence[Release], now: dt.datetime) -> list[Marker]:
    begin, found, last = steps[0].at, [], -float(ROOM)
    for release in releases[-MARKERS:]:
        x = 100 * (release.created_at - begin) / max(now - begin, dt.timedelta(seconds=1))
        x = round(min(max(x, 0), 100), 3)
        label = ""
        if x - last >= ROOM:
            version = release.config_version
            label, last = version.version if version and release.kind != "policy" else f"#{release.serial}", x
        found.append(Marker(release, x, label, "end" if x > 85 else "start" if x < 15 else "middle"))
    return found


def _ticks(steps: Sequence[Step], now: dt.datetime) -> list[Tick]:
    begin = steps[0].at
    form = "%m-%d" if now - begin > dt.timedelta(days=2) else "%H:%M"
    ticks = []
    for number in range(TICKS + 1):
        at = begin + (now - begin) * number / TICKS
        anchor = {0: "start", TICKS: "end"}.get(number, "middle")
        ticks.append(Tick(100 * number / TICKS, timezone.localtime(at).strftime(form), anchor))
    return ticks
