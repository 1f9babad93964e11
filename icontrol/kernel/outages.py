"""What an error of the database means, decided in one place; and the rest that everybody takes while it is away.

Only what says so is an outage: a lost connection, a lock that somebody holds, a database that takes no writes, a
damaged or missing table. A missing column, a broken constraint or wrong SQL is a mistake of ours, and stays an error.
"""

from __future__ import annotations

import time
from enum import Enum
from threading import Lock

from django.db import DatabaseError, InterfaceError, OperationalError

from icontrol.kernel.databases.sqlite3.base import Replaced

#: What ``except`` names where an outage is looked for; :func:`outage_of` then tells.
DATABASE_ERRORS = (DatabaseError, InterfaceError)


class Outage(Enum):
    """Each is the code of a refusal."""

    AWAY = "db.unavailable"
    BUSY = "db.busy"
    READ_ONLY = "db.read_only"
    DAMAGED = "db.damaged"
    REPLACED = "db.replaced"


#: SQLSTATEs, the most particular first: https://www.postgresql.org/docs/current/errcodes-appendix.html
SQLSTATES = {
    "25006": Outage.READ_ONLY,  # read-only transaction: a standby
    "53100": Outage.READ_ONLY,  # disk full
    "55P03": Outage.BUSY,  # lock_timeout
    "57014": Outage.BUSY,  # statement_timeout
    "40001": Outage.BUSY,
    "40P01": Outage.BUSY,
    "42P01": Outage.DAMAGED,  # no such table: a restore is under way
    "3F000": Outage.DAMAGED,
    "3D000": Outage.AWAY,  # no such database
    "25P03": Outage.AWAY,  # the server ended an idle transaction
    "08": Outage.AWAY,
    "28": Outage.AWAY,  # it lets nobody in
    "53": Outage.AWAY,  # too many connections, out of memory
    "57": Outage.AWAY,  # it stops or starts
    "58": Outage.DAMAGED,  # its own files
    "XX": Outage.DAMAGED,
}
#: Primary result codes: https://www.sqlite.org/rescode.html
SQLITE_CODES = {
    3: Outage.AWAY,  # PERM
    5: Outage.BUSY,
    6: Outage.BUSY,  # LOCKED
    7: Outage.AWAY,  # NOMEM
    8: Outage.READ_ONLY,
    9: Outage.BUSY,  # INTERRUPT
    10: Outage.AWAY,  # IOERR
    11: Outage.DAMAGED,  # CORRUPT
    13: Outage.READ_ONLY,  # FULL
    14: Outage.AWAY,  # CANTOPEN
    15: Outage.BUSY,  # PROTOCOL: locks, again and again
    26: Outage.DAMAGED,  # NOTADB
}


def outage_of(error: BaseException) -> Outage | None:
    """The outage that Django's database error stands for; None for anything else."""
    if not isinstance(error, DATABASE_ERRORS):
        return None
    if isinstance(error, Replaced):
        return Outage.REPLACED
    driver = error.__cause__
    if code := getattr(driver, "sqlite_errorcode", None):
        if code == 1 and "no such table" in str(driver):
            return Outage.DAMAGED
        return SQLITE_CODES.get(code & 0xFF)
    if state := getattr(driver, "sqlstate", None):
        return SQLSTATES.get(state) or SQLSTATES.get(state[:2])
    # The driver's own words on a connection that could not be made, was lost, or is closed have no code.
    if isinstance(error, OperationalError) or (isinstance(error, InterfaceError) and "connection" in str(error)):
        return Outage.AWAY
    return None


class Rest:
    """After an outage nobody asks the database for a few seconds; then one asks for all, and the others go on resting.

    So an outage makes one request wait at a time, and not all of them. Of this process.
    """

    SECONDS = 3

    def __init__(self) -> None:
        self._lock = Lock()
        self.until = 0.0  # monotonic clock; 0: no rest
        self.outage = Outage.AWAY  # why

    def may_ask(self) -> bool:
        """Whoever gets a yes after an outage says :meth:`over` or :meth:`begin` next."""
        if not self.until:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self.until:
                return False
            self.until = now + self.SECONDS
            return True

    def begin(self, outage: Outage = Outage.AWAY) -> None:
        self.outage = outage
        self.until = time.monotonic() + self.SECONDS

    def over(self) -> None:
        if self.until:
            self.until = 0.0


rest = Rest()
