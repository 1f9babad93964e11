"""How long a thread waits for the database, enforced on the client side.

A frozen server or a silent network behind an open connection sends nothing and closes nothing, so no server setting
helps. :mod:`icontrol.kernel.databases.postgresql` gives up after the limit in force here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SERVER = 15.0  # seconds for one statement of a server process; commands wait without a limit
READING = 2.0  # for clients' requests, which are then answered from memory

_process: float | None = None
_here: ContextVar[float | None] = ContextVar("deadline", default=None)


def limit() -> float | None:
    """Seconds for one wait; None: no limit."""
    return _here.get() or _process


def everywhere(seconds: float | None) -> None:
    """Set the limit for all threads. A server calls this at its start."""
    global _process
    _process = seconds


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Set the limit for each wait in this block."""
    before = _here.set(seconds)
    try:
        yield
    finally:
        _here.reset(before)
