"""Limits the evaluations per address and minute. Counted in the memory of this process.

Not by key: every invented key would have a new budget. It stops one looping client from starving the others; it is no
defence against an attack.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from threading import Lock

WINDOW = 60.0
#: Addresses remembered; the least recently seen is dropped first.
KEPT = 10_000


class Limiter:
    """At most ``limit`` requests in a row, and as many a minute from then on (generic cell rate algorithm).

    Per address it stores one time: when its requests, spread evenly, would end.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._lock = Lock()
        self._kept = kept
        self._until: OrderedDict[str, float] = OrderedDict()

    def seconds_to_wait(self, address: str, limit: int, now: float) -> int:
        """0: allowed, and the request is counted. ``now``: monotonic clock, in seconds."""
        with self._lock:
            until = max(self._until.get(address, now), now) + WINDOW / limit
            # A microsecond absorbs rounding errors.
            late = until - now - WINDOW - 1e-6
            if late > 0:
                return math.ceil(late)
            self._until[address] = until
            self._until.move_to_end(address)
            while len(self._until) > self._kept:
                self._until.popitem(last=False)
            return 0

    def clear(self) -> None:
        with self._lock:
            self._until.clear()


class Allowance:
    """How much an address may claim in a minute: ``most``, then nothing until the minute is over."""

    def __init__(self, most: int, kept: int = KEPT) -> None:
        self.most = most
        self._kept = kept
        self._lock = Lock()
        self._spent: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, address: str, wanted: int, now: float) -> int:
        """How much of ``wanted`` is granted. ``now``: monotonic clock, in seconds."""
        with self._lock:
            since, spent = self._spent.get(address, (now, 0))
            if now - since >= WINDOW:
                since, spent = now, 0
            granted = min(wanted, self.most - spent)
            self._spent[address] = since, spent + granted
            self._spent.move_to_end(address)
            while len(self._spent) > self._kept:
                self._spent.popitem(last=False)
            return granted

    def clear(self) -> None:
        with self._lock:
            self._spent.clear()


limiter = Limiter()
