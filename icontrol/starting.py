"""What a start waits for: a database that is not there yet, and another process that is just bringing it up to date."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError, connection

from icontrol.kernel.locks import lock

Say = Callable[[str], None]
POLL = 0.2  # seconds
PATIENCE = 60  # seconds that a start waits for PostgreSQL; whoever starts it again waits on
LONGEST_PAUSE = 5  # seconds between two attempts

_held = False


def wait_for_database(say: Say, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Until the database can be connected to. Each reason why it cannot is said once.

    :raises CommandError: still not after about :data:`PATIENCE` seconds.
    """
    waited, pause, said = 0.0, 0.25, ""
    while True:
        try:
            connection.ensure_connection()
            break
        except OperationalError as error:
            reason = " ".join(str(error).split())
        if waited >= PATIENCE:
            raise CommandError(f"The database cannot be reached: {reason}. Start it, or mend DATABASE_URL.")
        if reason != said:
            said = reason
            say(f"The database cannot be reached: {reason}. Trying again for {PATIENCE - waited:.0f} seconds.")
        sleep(pause)
        waited, pause = waited + pause, min(2 * pause, LONGEST_PAUSE)
    if said:
        say("The database answers.")


def hold_data(*, alone: bool = False) -> IO[str] | None:
    """What a server holds as long as it lives, and a restore ``alone``: a lock on the data directory. None: not now.

    A server on PostgreSQL does without where nothing can be written; a restore does not.
    """
    try:
        file = (settings.ICONTROL_DATA / "serving.lock").open("a")
    except OSError:
        if alone:
            raise
        return Path(os.devnull).open("a")
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


@contextlib.contextmanager
def alone(say: Say) -> Iterator[None]:
    """One process at a time migrates a database and makes what a first start needs; the others wait here.

    A process that dies gives the lock back. Inside another ``alone`` of the same process this does nothing.
    """
    global _held
    if _held:
        yield
        return
    with lock("starting") as take:
        if not take():
            say("Another process is bringing the database up to date; waiting for it.")
            while not take():
                time.sleep(POLL)
        _held = True
        try:
            yield
        finally:
            _held = False
