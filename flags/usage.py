"""How often each flag is evaluated: counted in memory, written in batches, kept for thirty days.

A request only adds to a counter. The background writes what has come together about every ten seconds, in one
transaction that adds to the rows there are, so that any number of processes add up. What an orderly stop finds in
memory is written; ``kill -9`` loses at most one interval. While the database is away the counts wait, up to a bound.
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
#: Counters in memory (environment × flag × variant × hour). A flush begins early from the first on; beyond the second
#: only the counters that there are go on, and the rest is dropped and counted.
LARGE = 5_000
MOST = 50_000
#: Evaluations that clients may claim: of one flag and variant in one report, and of one address in a minute. An SDK
#: reports about once a minute; it makes 10 000 a second at most.
MOST_REPORTED = 10**6
MOST_OF_ADDRESS = 10**7
ROWS_A_STATEMENT = 150  # with five parameters each: SQLite allowed 999 for long

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
        """As in a new process. A fork begins with this: what was counted before it is the parent's to write."""
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
        """Evaluations that were told and are not counted."""
        with self._lock:
            self.dropped += total

    def _add(self, place: Place, names: Iterable[Name] | Counts, total: int) -> int:
        """How many of the total there was room for."""
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
        """Write what was counted. When the database does not take it, it is kept for the next time."""
        with self._lock:
            taken, self._pending, self._size, self._hurried = self._pending, {}, 0, False
        try:
            _add_up(taken)
            taken = {}
        except DATABASE_ERRORS as error:
            if outage_of(error) is None:  # it would not take these later either
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
        if not self._failing:  # once an outage
            logger.error("flag usage cannot be written; it waits in memory for the database: %s", error)
        self._failing = True
        with self._lock:
            for place, counts in taken.items():
                total = counts.total()
                self.dropped += total - self._add(place, counts, total)

    # --- for Prometheus -----------------------------------------------------------------------------------------------

    def collect(self) -> Iterator[Metric]:
        """Of this process: where several answer, each scrape finds one of them, named by the label."""
        for name, help_text, value in (
            ("recorded", "Evaluations of flags that were counted.", self.recorded),
            ("dropped", "Evaluations of flags that were not counted, for want of room.", self.dropped),
            ("flush_failures", "Batches that the database did not take.", self.failures),
        ):
            metric = CounterMetricFamily(f"icontrol_flag_usage_{name}", help_text, labels=["process"])
            metric.add_metric([str(os.getpid())], value)
            yield metric


def _add_up(pending: Pending) -> None:
    """In one transaction; in one order everywhere, so that two processes wait for each other but never in a circle."""
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
    """What housekeeping removes."""
    return Usage.objects.filter(hour__lt=int(now.timestamp()) // HOUR - KEPT_HOURS)


def flush() -> None:
    """Write what was counted, now and here."""
    counter.flush()


# Callers record flags and variants of the live flag set only: a name that a client made up would cost memory.


def record_all(live: Live, evaluations: Mapping[str, Evaluation]) -> None:
    """What ``FlagSet.evaluate_all`` answered."""
    counter.add(
        live.environment_id, zip(evaluations, map(_variant, evaluations.values()), strict=True), len(evaluations)
    )


def record_many(live: Live, counts: Counts, *, address: str = "") -> None:
    """Evaluations that a client made itself and told us in bulk, as far as that can be true.

    What one address claims beyond its allowance is dropped, and counted as such.
    """
    good = {name: min(count, MOST_REPORTED) for name, count in counts.items() if count > 0}
    claimed, now = sum(good.values()), time.monotonic()
    good = {name: allowance.take(address, count, now) for name, count in good.items()}
    good = {name: count for name, count in good.items() if count}
    counter.drop(claimed - sum(good.values()))
    if good:
        counter.add(live.environment_id, good, sum(good.values()))
