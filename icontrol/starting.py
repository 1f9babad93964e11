"""What a start waits for: an unavailable database, and another process that is migrating it."""

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
PATIENCE = 60  # seconds that a start waits for PostgreSQL; a restart waits again
LONGEST_PAUSE = 5  # seconds between two attempts

_held = False


def wait_for_database(say: Say, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait until the database accepts connections. Each reason why it does not is printed once.

    :raises CommandError: no connection after about :data:`PATIENCE` seconds.
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
    """Lock the data directory: shared, for the life of a server; exclusive (``alone``), for a restore. None if taken.

    On PostgreSQL a server runs without the lock if the directory is not writable; a restore does not.
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
    """Lets one process at a time migrate the database and do the first start; the others wait here.

    The lock of a process that dies is released. Nested in another ``alone`` of the same process, this does nothing.
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
