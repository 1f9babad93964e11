"""Whether what a server process knows is what the database has: asked before each answer, by all who wait at once.

==========  ==========================================================================================================
SQLite      :class:`DataVersion`, its own counter of commits, says in microseconds whether there is anything to look for
PostgreSQL  one query looks for all requests that came before it began (:class:`Follower`)
==========  ==========================================================================================================

So no answer is older than the request, whichever process released, and no client ever goes back between servers on one
database. While this cannot be said, :mod:`releases.delivery.live` decides for each request what to serve.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery

from configs.models import Application
from icontrol.kernel.databases.sqlite3.base import identity
from icontrol.kernel.deadlines import READING, within
from icontrol.kernel.outages import DATABASE_ERRORS, outage_of, rest
from icontrol.kernel.refusals import Refusal
from releases.delivery.live import seen
from releases.models import ClientKey, Environment, Release

logger = logging.getLogger("icontrol.delivery")
#: Seconds between two looks whether SQLite's file is still the one that was opened.
FILE_LOOK = 0.05


@cache
def _question(alias: str) -> tuple[str, tuple[Any, ...]]:
    """SQL and parameters, compiled by the ORM once: each environment and its newest release; in each row also the last
    edit of a client key, an environment and an application, which their histories number.
    """
    newest = Release.objects.filter(environment=OuterRef("pk")).order_by("-serial").values("hash")[:1]
    edits = {
        f"edit_{model.__name__.lower()}": Subquery(model.history.order_by("-history_id").values("history_id")[:1])
        for model in (ClientKey, Environment, Application)
    }
    rows = Environment.objects.annotate(sha=Subquery(newest), **edits).values_list("pk", "sha", *edits)
    sql, params = rows.query.get_compiler(alias).as_sql()
    return sql, tuple(params)


class DataVersion:
    """``PRAGMA data_version`` on a connection of its own: a number that every commit of another connection changes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.opened = identity(name)
        self.looked = float("-inf")
        self._connection: sqlite3.Connection | None = None

    def now(self) -> int | None:
        """None: the file is not there, is another one, or cannot be read."""
        try:
            if self._connection is None:
                # No waiting: a locked database is one that is being changed.
                uri = f"{Path(self.name).as_uri()}?mode=rw"
                self._connection = sqlite3.connect(
                    uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False
                )
            version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            return None
        moment = time.monotonic()
        if moment - self.looked > FILE_LOOK:
            if identity(self.name) != self.opened:
                return None
            self.looked = moment
        return version

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


class Follower:
    """Of one event loop. ``version``: what says whether there is anything to look for; None: nothing does."""

    def __init__(self, version: DataVersion | None) -> None:
        self.version = version
        self.known: int | None = None
        self.is_fresh = False  # looked at in this turn of the loop
        self.edits: Any = None
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="following")
        self._running: asyncio.Task[bool] | None = None
        self._next: asyncio.Task[bool] | None = None

    async def is_current(self) -> bool:
        """Whether what this process knows is what the database has, or had after this call."""
        if rest.until:
            return False
        if self.version is not None:
            if self.is_fresh:
                return True
            # Before the look: what comes after it runs after this, and looks for itself.
            asyncio.get_running_loop().call_soon(self._turned)
            version = self.version.now()
            if version is None or version == self.known:
                self.is_fresh = version is not None
                return self.is_fresh
        return await self._looked()

    def _turned(self) -> None:
        self.is_fresh = False

    async def _looked(self) -> bool:
        """Of a look that begins now or later: one runs, and all who come meanwhile wait for the next one."""
        if self._next is None:
            self._next = asyncio.create_task(self._look_after(self._running))
        return await asyncio.shield(self._next)

    async def _look_after(self, running: asyncio.Task[bool] | None) -> bool:
        if running is not None:
            await asyncio.wait((running,))
        self._running, self._next = self._next, None
        if rest.until:  # the look before this one has found the database away
            return False
        version = self.version.now() if self.version is not None else None  # before: what comes meanwhile comes again
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, self.look, version)
        finally:
            if self._running is asyncio.current_task():  # nobody waits for the next one
                self._running = None

    def look(self, version: int | None = None) -> bool:
        """Read every release that is newer than a known one; forget client keys that may not be valid any more."""
        try:
            with within(READING):
                self._read()
        except (Refusal, *DATABASE_ERRORS) as error:
            connection.close()
            if not isinstance(error, Refusal) and (outage := outage_of(error)):
                rest.begin(outage)
            logger.error("the live releases cannot be read: %s", error)
            return False
        self.known = version
        return True

    def _read(self) -> None:
        question = next(seen.questions)
        sql, params = _question(connection.alias)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows = cursor.fetchall()
        edits = [row[2:] for row in rows[:1]]
        if edits != self.edits:
            seen.forget_keys()
        for environment_id, sha, *_ in rows:
            seen.compare(question, environment_id, sha)
        self.edits = edits

    def close(self) -> None:
        self._executor.shutdown(wait=True)
        if self.version is not None:
            self.version.close()


def follow() -> Follower:
    """For this process's database."""
    is_sqlite = connection.vendor == "sqlite"
    return Follower(DataVersion(str(connection.settings_dict["NAME"])) if is_sqlite else None)
