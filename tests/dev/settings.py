"""Settings of ``make dev``: the program's own, and with ``SQL=1`` every query in the log."""

from __future__ import annotations

import os
from typing import Any

from django.db.backends.signals import connection_created

from icontrol.settings import *  # noqa: F403
from icontrol.settings import LOGGING

WHITENOISE_AUTOREFRESH = True


def log_queries(*, connection: Any, **_: Any) -> None:
    connection.force_debug_cursor = True


if os.environ.get("SQL"):
    LOGGING["loggers"]["django.db.backends"] = {"level": "DEBUG"}  # type: ignore[index]
    connection_created.connect(log_queries)
