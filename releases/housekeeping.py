"""What is old goes by itself: ended sessions, failed logins, clients that are not seen any more, old counts of flags.

A thread of each server process looks once an hour; one process at a time does it. Rows go in small batches, each a
transaction of its own, so that nobody waits long for the lock. What cannot be done now is done an hour later.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import random
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from icontrol.locks import lock
from icontrol.outages import outage_of
from releases.models import ClientSighting, LoginFailure, Session
from releases.sightings import FORGOTTEN_AFTER
from releases.throttle import WINDOW

logger = logging.getLogger("icontrol.housekeeping")
FIRST = 60  # seconds after the start, give or take: servers that start together do not look together
EVERY = 3600
BATCH = 500
MOST_BATCHES = 200  # of one kind in one turn

#: What is old at a moment, by the name that the log gives it. Apps add theirs when they are ready.
OLD: dict[str, Callable[[dt.datetime], QuerySet[Any]]] = {
    "sessions": lambda now: Session.objects.filter(expire_date__lt=now),
    "failed logins": lambda now: LoginFailure.objects.filter(at__lt=now - WINDOW),
    "clients seen": lambda now: ClientSighting.objects.filter(last_seen_at__lt=now - FORGOTTEN_AFTER),
}


def sweep(now: dt.datetime) -> dict[str, int] | None:
    """How many rows of each kind went; None when another process is at it."""
    with lock("housekeeping") as take:
        if not take():
            return None
        gone = {name: _remove(old(now)) for name, old in OLD.items()}
    if any(gone.values()):
        logger.info("removed what is old: %s", ", ".join(f"{count} {name}" for name, count in gone.items() if count))
    return gone


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
    pause = FIRST * random.uniform(0.5, 2)
    while not never.wait(pause):
        try:
            sweep(timezone.now())
        except Exception as error:
            if outage_of(error) is None:
                logger.exception("housekeeping of process %d failed; it tries again", os.getpid())
        finally:
            connection.close()
        pause = EVERY * random.uniform(0.8, 1.2)
