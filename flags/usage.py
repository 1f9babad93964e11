"""How often each flag is evaluated: counted in memory, written in batches, kept for thirty days.

A request only increments a counter. A background thread writes the counts about every ten seconds, in one transaction
that adds to existing rows, so any number of processes add up. An orderly stop writes what is in memory; ``kill -9``
loses at most one interval. While the database is unavailable the counts wait, up to a bound.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter

from django.db import connection, transaction
from django.db.models import QuerySet
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from flags.engine import Evaluation
from flags.limiting import Allowance
from flags.models import Usage
from icontrol.kernel.background import background
from icontrol.kernel.outages import DATABASE_ERRORS, outage_of
from releases.delivery.representations import Live

logger = logging.getLogger("icontrol.usage")
HOUR = 3600  # seconds
KEPT_HOURS = 30 * 24
INTERVAL = 10  # seconds between two flushes
#: Counters in memory (environment × flag × variant × hour). Above the first number a flush starts early; above the
#: second no new counters start, and the rest is dropped and counted.
LARGE = 5_000
MOST = 50_000
#: Evaluations that clients may report: per flag and variant in one report, and per address and minute. An SDK reports
#: about once a minute and makes at most 10 000 evaluations a second.
MOST_REPORTED = 10**6
MOST_OF_ADDRESS = 10**7
ROWS_A_STATEMENT = 150  # with five parameters each: older SQLite allows 999

Name = tuple[str, str | None]  # flag, variant
Counts = Mapping[Name, int]
Place = tuple[int, int]  # environment, hour
Pending = dict[Place, Counter[Name]]
Row = tuple[tuple[int, str, str, int], int]  # environment, flag, variant, hour; count
_variant = itemgetter(Evaluation._fields.index("variant"))  # faster than by name


class UsageCounter(Collector):
    """The counters of one process. ``clock``: seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.forget()

    def forget(self) -> None:
        """Reset as in a new process. A fork calls this: the parent writes the earlier counts."""
        self._lock = threading.Lock()
        self._pending: Pending = {}
        self._size = 0
        self._failing = self._hurried = False
        self.recorded = self.dropped = self.failures = 0

    # --- on the request path ------------------------------------------------------------------------------------------

    def add(self, environment_id: int, names: Iterable[Name] | Counts, total: int) -> None:
        """``names``: once per evaluation, or with their counts; ``total`` is how many evaluations that makes."""
        with self._lock:
            taken = self._add((environment_id, int(self.clock()) // HOUR), names, total)
            self.recorded += taken
            self.dropped += total - taken
            hurry = self._size >= LARGE and background.serving and not (self._failing or self._hurried)
            self._hurried = self._hurried or hurry
        if hurry:
            background.later(self.flush)
        else:
            background.wake()

    def drop(self, total: int) -> None:
        """Count reported evaluations that are dropped."""
        with self._lock:
            self.dropped += total

    def _add(self, place: Place, names: Iterable[Name] | Counts, total: int) -> int:
        """Returns how many of the total fitted."""
        counts = self._pending.get(place)
        if counts is None:
            counts = self._pending[place] = Counter()
        if self._size >= MOST:
            names = {name: count for name, count in Counter(names).items() if name in counts}
            total = sum(names.values())
        before = len(counts)
        counts.update(names)
        self._size += len(counts) - before
        return total

    def flush(self) -> None:
        """Write the counts. If the database fails, they are kept for the next time."""
        with self._lock:
            taken, self._pending, self._size, self._hurried = self._pending, {}, 0, False
        try:
            _add_up(taken)
            taken = {}
        except DATABASE_ERRORS as error:
            if outage_of(error) is None:  # they would fail later too
                self.failures += 1
                self.dropped += sum(counts.total() for counts in taken.values())
                raise
            self._failed(error, taken)
        else:
            if self._failing:
                logger.warning("flag usage is written again")
            self._failing = False

    def _failed(self, error: Exception, taken: Pending) -> None:
        self.failures += 1
        if not self._failing:  # once per outage
            logger.error("flag usage cannot be written; it waits in memory for the database: %s", error)
        self._failing = True
        with self._lock:
            for place, counts in taken.items():
                total = counts.total()
                self.dropped += total - self._add(place, counts, total)

    # --- for Prometheus -----------------------------------------------------------------------------------------------

    def collect(self) -> Iterator[Metric]:
        """The metrics of this process. With several processes each scrape reaches one, named by the label."""
        for name, help_text, value in (
            ("recorded", "Evaluations of flags that were counted.", self.recorded),
            ("dropped", "Evaluations of flags that were not counted, for want of room.", self.dropped),
            ("flush_failures", "Batches that the database did not take.", self.failures),
        ):
            metric = CounterMetricFamily(f"icontrol_flag_usage_{name}", help_text, labels=["process"])
            metric.add_metric([str(os.getpid())], value)
            yield metric


def _add_up(pending: Pending) -> None:
    """In one transaction and always in the same order, so that two processes never deadlock."""
    rows: Counter[tuple[int, str, str, int]] = Counter()
    for (environment, hour), counts in pending.items():
        for (flag, variant), count in counts.items():
            rows[environment, flag, variant or "", hour] += count
    if not rows:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for batch in _batches(sorted(rows.items())):
            cursor.execute(
                "INSERT INTO flags_usage (environment_id, flag, variant, hour, count) VALUES "
                + ", ".join(["(%s, %s, %s, %s, %s)"] * len(batch))
                + " ON CONFLICT (environment_id, flag, variant, hour)"
                " DO UPDATE SET count = flags_usage.count + excluded.count",
                [value for row, count in batch for value in (*row, count)],
            )


def _batches(rows: list[Row]) -> Iterator[list[Row]]:
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        yield rows[start : start + ROWS_A_STATEMENT]


counter = UsageCounter()
allowance = Allowance(MOST_OF_ADDRESS)
os.register_at_fork(after_in_child=counter.forget)
background.regularly(counter.flush, every=INTERVAL)


def old(now: dt.datetime) -> QuerySet[Usage]:
    """The rows that housekeeping removes."""
    return Usage.objects.filter(hour__lt=int(now.timestamp()) // HOUR - KEPT_HOURS)


def flush() -> None:
    """Write the counts now, in this thread."""
    counter.flush()


# Callers record only flags and variants of the live flag set: invented names would cost memory.


def record_all(live: Live, evaluations: Mapping[str, Evaluation]) -> None:
    """Record the result of ``FlagSet.evaluate_all``."""
    counter.add(
        live.environment_id, zip(evaluations, map(_variant, evaluations.values()), strict=True), len(evaluations)
    )


def record_many(live: Live, counts: Counts, *, address: str = "") -> None:
    """Record evaluations that a client made itself and reported in bulk, as far as they are plausible.

    Reports beyond an address's allowance are dropped, and counted as dropped.
    """
    good = {name: min(count, MOST_REPORTED) for name, count in counts.items() if count > 0}
    claimed, now = sum(good.values()), time.monotonic()
    good = {name: allowance.take(address, count, now) for name, count in good.items()}
    good = {name: count for name, count in good.items() if count}
    counter.drop(claimed - sum(good.values()))
    if good:
        counter.add(live.environment_id, good, sum(good.values()))
