"""Housekeeping deletes old rows: ended sessions, failed logins, clients no longer seen, old counts of flags and
polls, old audit events. Nothing else deletes by age.

A clock far ahead makes everything look old. So a jump ahead is first recorded, and trusted only when it is a day old
and no process has seen an earlier time since. That gives an operator a day to correct the clock, and still lets a
server that was off for long clean up.

A thread of each server process runs it once an hour, one process at a time. Rows are deleted in small batches, each in
its own transaction, so nobody waits long for the lock. After a failure the next hour's run continues.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from icontrol.kernel.background import SPREAD
from icontrol.kernel.locks import lock
from icontrol.kernel.outages import outage_of
from releases.access import audit
from releases.access.throttle import WINDOW
from releases.delivery import polls
from releases.delivery.clients_seen import FORGOTTEN_AFTER
from releases.ledger import checkpoints
from releases.models import ClientSighting, LoginFailure, Session, Timestamp

logger = logging.getLogger("icontrol.housekeeping")
FIRST = 60  # seconds after the start, with jitter: servers that start together do not run together
EVERY = 3600
BATCH = 500
MOST_BATCHES = 200  # rows of one kind in one run
#: A longer step between two runs is a jump; it is trusted once it is this old.
JUMP, PROOF = dt.timedelta(days=2), dt.timedelta(days=1)
BELIEVED, JUMPED = "clock.believed", "clock.jumped"
NOTHING_IS_OLDER = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

#: name in the log → old rows at a given time. Apps add theirs when they are ready.
OLD: dict[str, Callable[[dt.datetime], QuerySet[Any]]] = {
    "sessions": lambda now: Session.objects.filter(expire_date__lt=now),
    "failed logins": lambda now: LoginFailure.objects.filter(at__lt=now - WINDOW),
    "clients seen": lambda now: ClientSighting.objects.filter(last_seen_at__lt=now - FORGOTTEN_AFTER),
    "polls by version": lambda now: polls.old_versions(now),
    "polls by tenant": lambda now: polls.old_tenants(now),
    "audit events": lambda now: audit.old(now),
}


def sweep(now: dt.datetime) -> dict[str, int] | None:
    """Deleted rows by kind; None if another process is running it."""
    with lock("housekeeping") as take:
        if not take():
            return None
        now = believed(now)
        gone = {name: _remove(old(now)) for name, old in OLD.items()}
    if any(gone.values()):
        logger.info("removed old rows: %s", ", ".join(f"{count} {name}" for name, count in gone.items() if count))
    return gone


def believed(now: dt.datetime) -> dt.datetime:
    """The time that determines age: ``now``, or the previously trusted time while a jump ahead is recent.

    The caller holds the housekeeping lock.
    """
    times = dict(Timestamp.objects.filter(name__in=(BELIEVED, JUMPED)).values_list("name", "at"))
    last, jumped = times.get(BELIEVED, NOTHING_IS_OLDER), times.get(JUMPED)
    if jumped is not None and now >= jumped + PROOF:
        last, jumped = jumped, None
    if now <= last + JUMP:
        last, jumped = now, None
    elif jumped is None or now < jumped:
        jumped = now
        if BELIEVED not in times:  # the first run ever
            logger.info("old rows are removed from tomorrow on: this clock is not trusted yet")
        else:
            logger.warning("the clock jumped ahead to %s; if that is wrong, correct it within a day", now.isoformat())
    for name, at in ((BELIEVED, last), (JUMPED, jumped)):
        if at is None:
            Timestamp.objects.filter(name=name).delete()
        else:
            Timestamp.objects.update_or_create(name=name, defaults={"at": at})
    return last


def _remove(old: QuerySet[Any]) -> int:
    count = 0
    for _ in range(MOST_BATCHES):
        found = list(old.values_list("pk", flat=True)[:BATCH])
        if found:
            old.model._default_manager.filter(pk__in=found).delete()
        count += len(found)
        if len(found) < BATCH:
            break
    return count


def keep_house() -> None:
    """Start the thread. A server calls this at its start."""
    threading.Thread(target=_run, args=(threading.Event(),), name="housekeeping", daemon=True).start()


def _run(never: threading.Event) -> None:
    pause = FIRST * SPREAD.uniform(0.5, 2)
    while not never.wait(pause):
        try:
            sweep(timezone.now())
            checkpoints.record_all()  # for releases appended by another machine
        except Exception as error:
            if outage_of(error) is None:
                logger.exception("housekeeping of process %d failed; it will try again", os.getpid())
        finally:
            connection.close()
        pause = EVERY * SPREAD.uniform(0.8, 1.2)
