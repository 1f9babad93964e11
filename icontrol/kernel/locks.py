"""Locks between processes on one database, also across machines. The lock of a process that dies is released."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import connection

#: The first half of the keys of PostgreSQL's advisory locks: any number not otherwise used in this database.
SPACE = 0x1C0_4712
NUMBERS = {"starting": 1, "housekeeping": 2}


@contextlib.contextmanager
def lock(name: str) -> Iterator[Callable[[], bool]]:
    """Yields a function that tries to take the lock, which is then held until the end of the block."""
    if connection.vendor == "postgresql":
        # In a transaction on a separate connection: a pooler such as PgBouncer keeps it on one session, and the main
        # connection can be used freely.
        own = connection.copy()
        try:
            own.set_autocommit(False)
            with own.cursor() as cursor:
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")

                def take() -> bool:
                    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [SPACE, NUMBERS[name]])
                    return bool(cursor.fetchone()[0])

                yield take
            own.rollback()
        finally:
            own.close()
        return
    with (settings.ICONTROL_DATA / f"{name}.lock").open("a") as file:

        def take() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        yield take
