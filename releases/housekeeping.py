"""What is old goes by itself: ended sessions, failed logins, clients that are not seen any more, old counts of flags,
old events of the audit. Nothing else deletes by age.

A clock that is far ahead makes everything look old. So a jump ahead is noted first, and believed when it is a day old
and no process has had an earlier time since: that leaves an operator a day to put the clock right, and lets a server
that was off for long clean up in the end.

A thread of each server process looks once an hour; one process at a time does it. Rows go in small batches, each a
transaction of its own, so that nobody waits long for the lock. What cannot be done now is done an hour later.
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
from releases.delivery.clients_seen import FORGOTTEN_AFTER
from releases.ledger import checkpoints
from releases.models import ClientSighting, LoginFailure, Session, Timestamp

logger = logging.getLogger("icontrol.housekeeping")
FIRST = 60  # seconds after the start, give or take: servers that start together do not look together
EVERY = 3600
BATCH = 500
MOST_BATCHES = 200  # of one kind in one turn
#: A longer step from one turn to the next is a jump, and believed when it is as old as the proof.
JUMP, PROOF = dt.timedelta(days=2), dt.timedelta(days=1)
BELIEVED, JUMPED = "clock.believed", "clock.jumped"
NOTHING_IS_OLDER = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

#: What is old at a moment, by the name that the log gives it. Apps add theirs when they are ready.
OLD: dict[str, Callable[[dt.datetime], QuerySet[Any]]] = {
    "sessions": lambda now: Session.objects.filter(expire_date__lt=now),
    "failed logins": lambda now: LoginFailure.objects.filter(at__lt=now - WINDOW),
    "clients seen": lambda now: ClientSighting.objects.filter(last_seen_at__lt=now - FORGOTTEN_AFTER),
    "audit events": lambda now: audit.old(now),
}


def sweep(now: dt.datetime) -> dict[str, int] | None:
    """How many rows of each kind went; None when another process is at it."""
    with lock("housekeeping") as take:
        if not take():
            return None
        now = believed(now)
        gone = {name: _remove(old(now)) for name, old in OLD.items()}
    if any(gone.values()):
        logger.info("removed what is old: %s", ", ".join(f"{count} {name}" for name, count in gone.items() if count))
    return gone


def believed(now: dt.datetime) -> dt.datetime:
    """The time by which things are old: ``now``, or what was believed before while a jump ahead is young.

    Whoever calls holds the lock of housekeeping.
    """
    times = dict(Timestamp.objects.filter(name__in=(BELIEVED, JUMPED)).values_list("name", "at"))
    last, jumped = times.get(BELIEVED, NOTHING_IS_OLDER), times.get(JUMPED)
    if jumped is not None and now >= jumped + PROOF:
        last, jumped = jumped, None
    if now <= last + JUMP:
        last, jumped = now, None
    elif jumped is None or now < jumped:
        jumped = now
        if BELIEVED not in times:  # the first turn of all
            logger.info("what is old goes from tomorrow on: the clock is not known yet")
        else:
            logger.warning("the clock jumped ahead to %s; if that is wrong, put it right within a day", now.isoformat())
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
    """What a server calls at its start."""
    threading.Thread(target=_run, args=(threading.Event(),), name="housekeeping", daemon=True).start()


def _run(never: threading.Event) -> None:
    pause = FIRST * SPREAD.uniform(0.5, 2)
    while not never.wait(pause):
        try:
            sweep(timezone.now())
            checkpoints.record_all()  # of releases that another machine appended
        except Exception as error:
            if outage_of(error) is None:
                logger.exception("housekeeping of process %d failed; it tries again", os.getpid())
        finally:
            connection.close()
        pause = EVERY * SPREAD.uniform(0.8, 1.2)
