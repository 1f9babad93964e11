"""What follows the commit of a release: those who listen are named in ``releases/apps.py``, in their order.

A listener is given the release, with its environment and version. Whatever happens to one, the release was acknowledged
and the next one is called (Django logs the error).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

from releases.models import Release

_noted: ContextVar[set[int] | None] = ContextVar("noted", default=None)
LISTENERS: list[Callable[[Release], None]] = []


@contextmanager
def noting(environments: set[int]) -> Iterator[None]:
    """Those to whose ledger is appended in this block are added to the set."""
    before = _noted.set(environments)
    try:
        yield
    finally:
        _noted.reset(before)


def note(release: Release) -> None:
    """A listener: for whoever is :func:`noting`."""
    if (environments := _noted.get()) is not None:
        environments.add(release.environment_id)


def announce(release: Release) -> None:
    """In the transaction that appends it: nobody hears of what is rolled back."""
    for listener in LISTENERS:
        transaction.on_commit(_told(listener, release), robust=True)


def _told(listener: Callable[[Release], None], release: Release) -> Callable[[], None]:
    def hook() -> None:  # no partial: Django asks for the name of a hook that fails
        listener(release)

    return hook
