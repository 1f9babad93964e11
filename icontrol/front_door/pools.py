"""Bounded, separate thread pools: a full pool does not affect the others."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from icontrol.front_door.wsgi import Answer, Call

T = TypeVar("T")


class Busy(Exception):
    """The queue is full, or the request waited too long."""


class Pool:
    """``threads`` threads, and a queue of at most ``waiting`` requests, each for at most ``patience`` seconds."""

    def __init__(self, name: str, *, threads: int, waiting: int, patience: float = 10) -> None:
        self.name = name
        self.most = threads + waiting
        self.patience = patience
        self.inside = 0
        self._free = asyncio.Semaphore(threads)
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, work: Callable[[], T]) -> T:
        """Run ``work``; returns or raises what it does.

        :raises Busy: it was not started, and will not be.
        """
        if self.inside >= self.most:
            raise Busy
        self.inside += 1
        try:
            await self._wait()
            try:
                return await asyncio.get_running_loop().run_in_executor(self._executor, work)
            finally:
                self._free.release()
        finally:
            self.inside -= 1

    async def _wait(self) -> None:
        """Wait for a free thread, in the event loop, so that a timeout is answered in time."""
        try:
            async with asyncio.timeout(self.patience):
                await self._free.acquire()
        except TimeoutError:
            raise Busy from None

    def close(self) -> None:
        """Finish the work that was started."""
        self._executor.shutdown(wait=True)


#: Clients' polls: quick, and many.
CLIENTS = re.compile(
    r"/(meta/release|api/config(/published|/manifest|/objects/[^/]*)?|api/schema|ofrep/.*|unleash/.*|static/.*)\Z", re.S
)
#: Emergency actions and their pages, which must never wait for an editor's diff; and monitoring of this process.
EMERGENCIES = re.compile(
    r"/(readyz|metrics|api/(flags/[^/]+/(kill|lift)|policy)"
    r"|cp/[^/]+/[^/]+/(policy|flags/[^/]+/(kill|lift))"
    r"|cp/incident(/\d+/(kill|lift|undo|rollback/[^/]+|maintenance/(on|off)))?)\Z"
)
#: Emergency actions whose pages show a diff: a GET counts as a page.
COMPARED = re.compile(
    r"/(api/(config/rollback|releases/undo)"
    r"|cp/[^/]+/[^/]+/(undo|versions/[^/]+/rollback)|admin/configs/configversion/\d+/rollback/)\Z"
)
#: Without a login nobody reaches an emergency action, so they need no other process. A password takes a second of
#: computing: they have a thread of their own.
LOGINS = re.compile(r"/(login|logout|confirm|cp/incident/login|admin/logout/)\Z")
#: The way to an emergency action: the lists that lead to it.
PAGES = re.compile(
    r"/(|i18n/setlang/|theme|account(/sessions/end)?"
    r"|cp(/state|/[^/]+/[^/]+/(releases(/\d+)?|flags(/[^/]+)?))?"
    r"|admin/(|(login|jsi18n)/|releases/(environment/(\d+/change/)?|release/)|configs/configversion/)"
    r"|cp/(people|tokens|links|[^/]+/[^/]+/keys)(/\d+(/(end|revoke))?)?)\Z"
)


class Place(Protocol):
    """Answers requests: threads of this process, or another process."""

    @property
    def most(self) -> int: ...

    async def run(self, call: Call, /) -> Answer: ...

    def close(self) -> None: ...


def pools_of_authors() -> dict[str, Pool]:
    """Pools for editors' computations and for pages that must not wait for these."""
    return {
        "pages": Pool("pages", threads=2, waiting=32),
        "authors": Pool("authors", threads=2, waiting=32),
    }


class Pools:
    """The five pools of a process; ``elsewhere`` replaces the authors' ones when another process has them. Each thread
    may hold a database connection: settings count them.
    """

    def __init__(self, elsewhere: Mapping[str, Place] | None = None) -> None:
        self.clients = Pool("clients", threads=4, waiting=512)
        self.emergencies = Pool("emergencies", threads=2, waiting=32)
        self.logins = Pool("logins", threads=1, waiting=32)
        of_authors = elsewhere or pools_of_authors()
        self.pages, self.authors = of_authors["pages"], of_authors["authors"]

    def choose(self, method: str, path: str) -> Place:
        compared = COMPARED.match(path)
        if EMERGENCIES.match(path) or (compared and method not in ("GET", "HEAD")):
            return self.emergencies
        if CLIENTS.match(path):
            return self.clients
        if LOGINS.match(path):
            return self.logins
        return self.pages if compared or PAGES.match(path) else self.authors

    def close(self) -> None:
        for place in (self.clients, self.emergencies, self.logins, self.pages, self.authors):
            place.close()
