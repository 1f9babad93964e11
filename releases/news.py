"""What follows the commit of a release, in this order. Push, webhooks and caches come here.

A listener is given the release, with its environment and version. Whatever happens to one, the release was acknowledged
and the next one is called (Django logs the error).
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from releases.delivery import live as delivery
from releases.ledger import checkpoints
from releases.models import Release


def _record(release: Release) -> None:
    checkpoints.record(release.environment)


LISTENERS: list[Callable[[Release], None]] = [delivery.committed, _record]


def announce(release: Release) -> None:
    """In the transaction that appends it: nobody hears of what is rolled back."""
    for listener in LISTENERS:
        transaction.on_commit(_told(listener, release), robust=True)


def _told(listener: Callable[[Release], None], release: Release) -> Callable[[], None]:
    def hook() -> None:  # no partial: Django asks for the name of a hook that fails
        listener(release)

    return hook
