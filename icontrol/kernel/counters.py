"""Counters of what strangers do: in memory on the request path, written to a table in batches.

A request only increments a counter. A background thread writes the counts every few seconds, in one transaction that
adds to existing rows, so any number of processes add up. An orderly stop writes what is in memory; ``kill -9`` loses
at most one interval. While the database is unavailable the counts wait, up to a bound.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from icontrol.kernel.background import background
from icontrol.kernel.outages import DATABASE_ERRORS, outage_of

#: Counters in memory. Above the first number a flush starts early; above the second no new counters start, and the rest
#: is dropped and counted.
LARGE = 5_000
MOST = 50_000
PARAMETERS_A_STATEMENT = 750  # older SQLite allows 999

Name = tuple[str | int | None, ...]  # values of the columns
Counts = Mapping[Name, int]
Place = tuple[int, int]  # environment, number of the period
Pending = dict[Place, Counter[Name]]


@dataclass(frozen=True, slots=True)
class Table:
    """``columns``: those of a name, between the environment and the period in the primary key; ``period``: the name of
    its column, and how many seconds it has. ``count``: the column that is added up.
    """

    name: str
    columns: tuple[str, ...]
    period: str
    seconds: int
    count: str


class StoredCounter(Collector):
    """The counters of one process. ``clock``: seconds since 1970. ``what`` names them in the log, ``metric`` for
    Prometheus.
    """

    def __init__(
        self, table: Table, *, what: str, metric: str, logger: logging.Logger, clock: Callable[[], float] = time.time
    ) -> None:
        self.table, self.what, self.metric, self.logger, self.clock = table, what, metric, logger, clock
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
        """``names``: once per event, or with their counts; ``total`` is how many events that makes."""
        with self._lock:
            taken = self._add((environment_id, int(self.clock()) // self.table.seconds), names, total)
            self.recorded += taken
            self.dropped += total - taken
            hurry = self._size >= LARGE and background.serving and not (self._failing or self._hurried)
            self._hurried = self._hurried or hurry
        if hurry:
            background.later(self.flush)
        else:
            background.wake()

    def drop(self, total: int) -> None:
        """Count events that are dropped."""
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
            self._write(taken)
            taken = {}
        except DATABASE_ERRORS as error:
            if outage_of(error) is None:  # they would fail later too
                self.failures += 1
                self.dropped += sum(counts.total() for counts in taken.values())
                raise
            self._failed(error, taken)
        else:
            if self._failing:
                self.logger.warning("%s can be written again", self.what)
            self._failing = False

    def _failed(self, error: Exception, taken: Pending) -> None:
        self.failures += 1
        if not self._failing:  # once per outage
            self.logger.error(
                "%s cannot be written; it stays in memory until the database is back: %s", self.what, error
            )
        self._failing = True
        with self._lock:
            for place, counts in taken.items():
                total = counts.total()
                self.dropped += total - self._add(place, counts, total)

    def _write(self, pending: Pending) -> None:
        """In one transaction and always in the same order, so that two processes never deadlock."""
        rows: Counter[tuple[int | str, ...]] = Counter()
        for (environment, period), counts in pending.items():
            for name, count in counts.items():
                rows[(environment, *("" if part is None else part for part in name), period)] += count
        if not rows:
            return
        table = self.table
        key = ", ".join(("environment_id", *table.columns, table.period))
        one = f"({', '.join(['%s'] * (len(table.columns) + 3))})"
        listed = sorted(rows.items())
        size = PARAMETERS_A_STATEMENT // (len(table.columns) + 3)
        with transaction.atomic(), connection.cursor() as cursor:
            for start in range(0, len(listed), size):
                batch = listed[start : start + size]
                cursor.execute(
                    f"INSERT INTO {table.name} ({key}, {table.count}) VALUES {', '.join([one] * len(batch))}"
                    f" ON CONFLICT ({key}) DO UPDATE"
                    f" SET {table.count} = {table.name}.{table.count} + excluded.{table.count}",
                    [value for row, count in batch for value in (*row, count)],
                )

    # --- for Prometheus -----------------------------------------------------------------------------------------------

    def collect(self) -> Iterator[Metric]:
        """The metrics of this process. With several processes each scrape reaches one, named by the label."""
        for name, help_text, value in (
            ("recorded", "Events that were counted.", self.recorded),
            ("dropped", "Events that were not counted, for want of room.", self.dropped),
            ("flush_failures", "Batches that the database did not take.", self.failures),
        ):
            metric = CounterMetricFamily(f"{self.metric}_{name}", help_text, labels=["process"])
            metric.add_metric([str(os.getpid())], value)
            yield metric


def stored(counter: StoredCounter, *, every: float) -> StoredCounter:
    """A counter that is written every so many seconds in a server, and at its end."""
    os.register_at_fork(after_in_child=counter.forget)
    background.regularly(counter.flush, every=every)
    return counter
