"""How long the database may keep a thread waiting, on the client's side of the wire.

A server that was stopped, or a network that fell silent behind an open connection, sends nothing and ends nothing: no
setting of the server helps then. :mod:`icontrol.kernel.databases.postgresql` gives up when the limit in force here has
passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SERVER = 15.0  # seconds for one statement of a server process; commands wait for as long as it takes
READING = 2.0  # for what clients ask: it is answered from memory then

_process: float | None = None
_here: ContextVar[float | None] = ContextVar("deadline", default=None)


def limit() -> float | None:
    """Seconds that one wait may take; None: for ever."""
    return _here.get() or _process


def everywhere(seconds: float | None) -> None:
    """What a server calls at its start, for all its threads."""
    global _process
    _process = seconds


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Each wait in this block."""
    before = _here.set(seconds)
    try:
        yield
    finally:
        _here.reset(before)
