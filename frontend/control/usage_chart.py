"""Thirty days of evaluations as bars: the coordinates of an SVG, so the page needs no style or script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flags.engine import is_off
from flags.overview import Counts

DAYS = 30
WIDTH, HEIGHT, STEP = 16, 96, 20  # bar width, chart height, step between bars; in SVG units


@dataclass(frozen=True, slots=True)
class Bar:
    """One day. ``on``: evaluations that served a variant other than the off one."""

    day: dt.date
    x: int
    total: int
    on: int
    total_height: int
    on_height: int

    @property
    def y(self) -> int:
        return HEIGHT - self.total_height

    @property
    def on_y(self) -> int:
        return HEIGHT - self.on_height


def bars(counts: Counts, flag: Mapping[str, Any], today: dt.date) -> Sequence[Bar]:
    """Oldest first. The busiest day fills the chart; a day with any evaluation is visible."""
    days = [today - dt.timedelta(days=back) for back in reversed(range(DAYS))]
    found = [counts.days.get(day, {}) for day in days]
    most = max((sum(variants.values()) for variants in found), default=0) or 1

    def height(count: int) -> int:
        return max(1, HEIGHT * count // most) if count else 0

    made = []
    for at, (day, variants) in enumerate(zip(days, found, strict=True)):
        total = sum(variants.values())
        on = sum(count for variant, count in variants.items() if not is_off(flag, variant))
        made.append(Bar(day, at * STEP, total, on, height(total), height(on)))
    return made
