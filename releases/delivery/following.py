"""Keeps what a server process knows up to date, so that it can answer clients without asking the database.

One query, :func:`check`, compares everything known with the database. What says when it is needed:

==========  ==========================================================================================================
SQLite      :class:`DataVersion`: SQLite's own counter of commits, asked before each answer. No answer is out of date
PostgreSQL  :class:`Notifications`: each release notifies the processes that listen (``LISTEN``), in the transaction
            that appends it. What is missed, and revoked client keys, are found within ``SAFETY_NET`` seconds
==========  ==========================================================================================================

Whoever is not sure (:meth:`Follower.is_current` is false) asks the database, as without a follower.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Protocol

import psycopg
from django.db import close_old_connections, connection
from django.db.models import Count, Max, OuterRef, Subquery

from icontrol.kernel.background import SPREAD
from icontrol.kernel.databases.sqlite3.base import identity
from icontrol.kernel.deadlines import READING, within
from icontrol.kernel.outages import DATABASE_ERRORS, rest
from icontrol.kernel.refusals import Refusal
from releases.delivery import live
from releases.models import ClientKey, Environment, Release

logger = logging.getLogger("icontrol.delivery")
CHANNEL = "icontrol_release"
SAFETY_NET = 1.0  # seconds
#: Seconds without news after which a listener is not trusted: its database may hang.
SILENT = 2.5
#: Seconds between two looks whether SQLite's file is still the one that was opened.
FILE_LOOK = 0.05
#: Seconds before a listener connects again: doubled each time.
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0


class Follower(Protocol):
    def is_current(self) -> bool:
        """Whether everything known is what the database has. Never waits."""

    def catch_up(self) -> None:
        """Make it current; called in a thread when it is not. After a failure it is not."""

    def close(self) -> None: ...


def check(fingerprint: Any = None) -> Any:
    """Read every release that is newer than a known one; forget client keys when any key or default has changed.

    Returns a fingerprint of the keys and defaults; pass it to the next call.
    """
    with within(READING):
        question = next(live.seen.questions)
        newest = Release.objects.filter(environment=OuterRef("pk")).order_by("-serial").values("hash")[:1]
        environments = Environment.objects.order_by("pk").values_list(
            "pk", "key", "is_default", "application__key", "application__is_default", "application__default_locale"
        )
        rows = list(environments.annotate(sha=Subquery(newest)))
        keys = ClientKey.objects.aggregate(Count("pk"), Count("revoked_at"), Max("revoked_at"), Max("pk"))
        found = [row[:-1] for row in rows], keys
        if found != fingerprint:
            live.seen.forget_keys()
        for environment_id, sha in ((row[0], row[-1]) for row in rows):
            live.seen.compare(question, environment_id, sha)
    return found


class DataVersion:
    """``PRAGMA data_version`` on a connection of its own: a number that every commit of another connection changes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.opened = identity(name)
        self.looked = 0.0
        self.known = -1
        self.fingerprint: Any = None
        self._one_at_a_time = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def _version(self) -> int:
        if self._connection is None:
            # No waiting: a locked database is one that is being changed.
            uri = f"{Path(self.name).as_uri()}?mode=rw"
            self._connection = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return version

    def is_current(self) -> bool:
        if rest.until:
            return False
        now = time.monotonic()
        if now - self.looked > FILE_LOOK:
            if identity(self.name) != self.opened:
                return False
            self.looked = now
        try:
            return self._version() == self.known
        except sqlite3.Error:
            return False

    def catch_up(self) -> None:
        with self._one_at_a_time, suppress(Refusal, sqlite3.Error, *DATABASE_ERRORS):
            version = self._version()  # before: what is committed meanwhile is looked for again
            if version != self.known:
                close_old_connections()
                self.fingerprint = check(self.fingerprint)
                self.known = version

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


class Notifications:
    """A thread that listens, and checks at least every ``SAFETY_NET`` seconds."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.parameters = parameters
        self.checked = float("-inf")  # monotonic clock
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, name="following", daemon=True)
        self.thread.start()

    def is_current(self) -> bool:
        return not rest.until and time.monotonic() - self.checked < SILENT

    def catch_up(self) -> None:
        """The thread does."""

    def close(self) -> None:
        self.stopped.set()

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self.stopped.is_set():
            try:
                with closing(psycopg.connect(**self.parameters, autocommit=True)) as listening:
                    listening.execute(f"LISTEN {CHANNEL}".encode())
                    pause = self._follow(listening)
            except (psycopg.Error, OSError, Refusal, *DATABASE_ERRORS) as error:
                logger.warning("not told of releases, asking the database for each answer: %s", error)
                self.checked = float("-inf")
            self.stopped.wait(pause * SPREAD.uniform(0.5, 1))
            pause = min(2 * pause, LONGEST_PAUSE)

    def _follow(self, listening: psycopg.Connection[Any]) -> float:
        fingerprint: Any = None
        while not self.stopped.is_set():
            begun = time.monotonic()
            try:
                fingerprint = check(fingerprint)
            finally:
                close_old_connections()
            self.checked = begun
            # One notification is enough: the check reads all that is new.
            for _ in listening.notifies(timeout=SAFETY_NET, stop_after=1):
                pass
        return FIRST_PAUSE


def notify(environment_id: int, serial: int) -> None:
    """Tell the other processes, when and if this transaction commits. SQLite needs no telling."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{environment_id} {serial}"])


def follow() -> Follower:
    """The follower for this process's database. Called once per server process, in its event loop's process."""
    if connection.vendor == "sqlite":
        return DataVersion(str(connection.settings_dict["NAME"]))
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "prepare_threshold", "context", "server_side_binding", "pool"):
        parameters.pop(name, None)
    return Notifications(parameters)
