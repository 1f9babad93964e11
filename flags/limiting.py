"""How many evaluations an address may ask for in a minute. Counted in this process, and forgotten with it.

Keys do not count: whoever made keys up would have a new budget with each. It keeps one client that loops from taking
the server away from the others; it is no defence against an attack.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from threading import Lock

WINDOW = 60.0
#: Addresses that are remembered; the one that asked least recently is forgotten first.
KEPT = 10_000


class Limiter:
    """At most ``limit`` requests in a row, and as many a minute from then on (generic cell rate algorithm).

    An address is one moment: until then its requests, spread evenly, would have lasted.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._lock = Lock()
        self._kept = kept
        self._until: OrderedDict[str, float] = OrderedDict()

    def seconds_to_wait(self, address: str, limit: int, now: float) -> int:
        """0: go on, and this request is counted. ``now`` is of a monotonic clock, in seconds."""
        with self._lock:
            until = max(self._until.get(address, now), now) + WINDOW / limit
            # The millionth of a second is for the sums of fractions.
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
        """How much of ``wanted`` is granted. ``now`` is of a monotonic clock, in seconds."""
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
