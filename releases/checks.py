"""System checks of the database: ``manage.py check --database default`` and every ``migrate`` run them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from icontrol.kernel import triggers


@register(Tags.database)
def triggers_are_there(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Immutability depends on triggers, and a table remake on SQLite drops them silently."""
    return [
        Error(
            f"The trigger {name} is missing in database “{alias}”, or is not what it should be.",
            hint="Run manage.py migrate: it installs all triggers again.",
            id="icontrol.E001",
        )
        for alias in databases or ()
        for name in triggers.missing(connections[alias])
    ]
