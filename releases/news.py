"""What follows the commit of a release: those who listen are named in ``releases/apps.py``, in their order.

A listener is given the release, with its environment and version. Whatever happens to one, the release was acknowledged
and the next one is called (Django logs the error).
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from releases.models import Release

LISTENERS: list[Callable[[Release], None]] = []


def announce(release: Release) -> None:
    """In the transaction that appends it: nobody hears of what is rolled back."""
    for listener in LISTENERS:
        transaction.on_commit(_told(listener, release), robust=True)


def _told(listener: Callable[[Release], None], release: Release) -> Callable[[], None]:
    def hook() -> None:  # no partial: Django asks for the name of a hook that fails
        listener(release)

    return hook
