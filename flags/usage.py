"""How often each flag is evaluated: counted in memory, written in batches (:mod:`icontrol.kernel.counters`), kept for
thirty days.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Mapping
from operator import itemgetter

from django.db.models import QuerySet

from flags.engine import Evaluation
from flags.limiting import Allowance
from flags.models import Usage
from icontrol.kernel.counters import StoredCounter, Table, stored
from releases.delivery.representations import Live

HOUR = 3600  # seconds
KEPT_HOURS = 30 * 24
INTERVAL = 10  # seconds between two flushes
#: Evaluations that clients may report: per flag and variant in one report, and per address and minute. An SDK reports
#: about once a minute and makes at most 10 000 evaluations a second.
MOST_REPORTED = 10**6
MOST_OF_ADDRESS = 10**7

Name = tuple[str, str | None]  # flag, variant
Counts = Mapping[Name, int]
_variant = itemgetter(Evaluation._fields.index("variant"))  # faster than by name


def new_counter() -> StoredCounter:
    return StoredCounter(
        Table("flags_usage", ("flag", "variant"), "hour", HOUR, "count"),
        what="flag usage",
        metric="icontrol_flag_usage",
        logger=logging.getLogger("icontrol.usage"),
    )


counter = stored(new_counter(), every=INTERVAL)
allowance = Allowance(MOST_OF_ADDRESS)


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
