"""What a start waits for: a database that is not there yet, and another process that is just bringing it up to date."""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError, connection

Say = Callable[[str], None]
#: The key of PostgreSQL's advisory lock: any number that nobody else uses in this database.
KEY = 0x1C0_4712
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


@contextlib.contextmanager
def alone(say: Say) -> Iterator[None]:
    """One process at a time migrates a database and makes what a first start needs; the others wait here.

    A process that dies gives the lock back. Inside another ``alone`` of the same process this does nothing.
    """
    global _held
    if _held:
        yield
        return
    with _lock() as take:
        if not take():
            say("Another process is bringing the database up to date; waiting for it.")
            while not take():
                time.sleep(POLL)
        _held = True
        try:
            yield
        finally:
            _held = False


@contextlib.contextmanager
def _lock() -> Iterator[Callable[[], bool]]:
    """A function that tries to take the lock, which is held until the end of the block."""
    if connection.vendor == "postgresql":
        # In a transaction of a connection of its own: a pooler such as PgBouncer keeps it on one session, and what the
        # migrations do to the other connection does not matter.
        own = connection.copy()
        try:
            own.set_autocommit(False)
            with own.cursor() as cursor:
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")

                def take() -> bool:
                    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [KEY])
                    return bool(cursor.fetchone()[0])

                yield take
            own.rollback()
        finally:
            own.close()
        return
    with (settings.ICONTROL_DATA / "starting.lock").open("a") as file:

        def take() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        yield take
