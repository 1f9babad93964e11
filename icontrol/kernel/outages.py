"""Classifies database errors, and makes requests back off during an outage.

Only specific errors are outages: a lost connection, a held lock, a read-only database, a damaged or missing table. A
missing column, a broken constraint or wrong SQL is our bug and stays an error.
"""

from __future__ import annotations

import time
from enum import Enum
from threading import Lock

from django.db import DatabaseError, InterfaceError, OperationalError

from icontrol.kernel.databases.sqlite3.base import Replaced

#: For ``except`` clauses; :func:`outage_of` then classifies the error.
DATABASE_ERRORS = (DatabaseError, InterfaceError)


class Outage(Enum):
    """Each value is the code of a refusal."""

    AWAY = "db.unavailable"
    BUSY = "db.busy"
    READ_ONLY = "db.read_only"
    DAMAGED = "db.damaged"
    REPLACED = "db.replaced"


#: SQLSTATEs, the most specific first: https://www.postgresql.org/docs/current/errcodes-appendix.html
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
    "28": Outage.AWAY,  # it refuses logins
    "53": Outage.AWAY,  # too many connections, out of memory
    "57": Outage.AWAY,  # it is stopping or starting
    "58": Outage.DAMAGED,  # its data files
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
    # Driver errors for a failed, lost or closed connection have no code.
    if isinstance(error, OperationalError) or (isinstance(error, InterfaceError) and "connection" in str(error)):
        return Outage.AWAY
    return None


class Rest:
    """After an outage no request uses the database for a few seconds; then one tries on behalf of all.

    So an outage delays one request at a time per process, not all.
    """

    SECONDS = 3

    def __init__(self) -> None:
        self._lock = Lock()
        self.until = 0.0  # monotonic clock; 0: no rest
        self.outage = Outage.AWAY  # why

    def may_ask(self) -> bool:
        """After an outage, a caller that gets True must call :meth:`over` or :meth:`begin` next."""
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
