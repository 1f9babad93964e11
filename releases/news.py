"""Runs the listeners after the commit of a release; ``releases/apps.py`` lists them in order.

A listener gets the release, with its environment and version. If one fails, the release still counts and the next one
is called (Django logs the error).
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
    """Collect the environments to whose ledger this block appends."""
    before = _noted.set(environments)
    try:
        yield
    finally:
        _noted.reset(before)


def note(release: Release) -> None:
    """The listener for :func:`noting`."""
    if (environments := _noted.get()) is not None:
        environments.add(release.environment_id)


def announce(release: Release) -> None:
    """Call within the appending transaction: listeners run only after its commit."""
    for listener in LISTENERS:
        transaction.on_commit(_told(listener, release), robust=True)


def _told(listener: Callable[[Release], None], release: Release) -> Callable[[], None]:
    def hook() -> None:  # no partial: Django reads the ``__qualname__`` of a failing hook
        listener(release)

    return hook
