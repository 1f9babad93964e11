"""Threads, bounded and apart: what fills one pool does not touch the others."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
#: Beside two editors the p50 of a kill went from 49 to 27 ms with it, on two cores.
NICE = 10


def give_way() -> None:
    """Linux schedules threads: this one lets the others of the machine go first."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


class Busy(Exception):
    """Too many wait already, or this one waited too long."""


class Pool:
    """``threads`` of them, and at most ``waiting`` requests that wait for one, each for ``patience`` seconds. Those
    that ``yields`` let the others of the machine compute first."""

    def __init__(self, name: str, *, threads: int, waiting: int, patience: float = 10, yields: bool = False) -> None:
        self.name = name
        self.most = threads + waiting
        self.patience = patience
        self.inside = 0
        self._free = asyncio.Semaphore(threads)
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=give_way if yields else None)

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises.

        :raises Busy: it was not begun, and will not be.
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
        """Until a thread is free; in the loop, so that whoever waits in vain is told in time."""
        try:
            async with asyncio.timeout(self.patience):
                await self._free.acquire()
        except TimeoutError:
            raise Busy from None

    def close(self) -> None:
        """What was begun is brought to its end."""
        self._executor.shutdown(wait=True)


#: Reads that clients repeat: quick, and many.
CLIENTS = re.compile(
    r"/(meta/release|api/config(/published|/manifest|/objects/[^/]*)?|api/schema|ofrep/.*|unleash/.*|static/.*)\Z", re.S
)
#: What somebody does at 3 a.m., and the pages on which it is done. It must never wait for an editor's diff; and probes,
#: which say whether it would.
EMERGENCIES = re.compile(
    r"/(readyz|api/(flags/[^/]+/(kill|lift)|policy)"
    r"|admin/releases/environment/\d+/(policy|flags/[^/]+/(kill|lift))/)\Z"
)
#: The same, but their pages show a diff themselves: looked at, they are the work of authors.
COMPARED = re.compile(
    r"/(api/(config/rollback|releases/undo)"
    r"|admin/releases/environment/\d+/undo/|admin/configs/configversion/\d+/rollback/)\Z"
)


class Pools:
    """The three of a process. Each thread may hold a connection to the database: settings count them."""

    def __init__(self) -> None:
        self.clients = Pool("clients", threads=4, waiting=512)
        self.emergencies = Pool("emergencies", threads=2, waiting=32)
        self.authors = Pool("authors", threads=2, waiting=32, yields=True)

    def choose(self, method: str, path: str) -> Pool:
        if EMERGENCIES.match(path) or (method not in ("GET", "HEAD") and COMPARED.match(path)):
            return self.emergencies
        return self.clients if CLIENTS.match(path) else self.authors

    def close(self) -> None:
        for pool in (self.clients, self.emergencies, self.authors):
            pool.close()
