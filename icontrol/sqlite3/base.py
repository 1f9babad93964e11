"""Django's SQLite backend, but only a process that may make the database makes it.

SQLite makes an empty file of any name that it is asked for. A command that looks in the wrong place would leave one
there and then find no tables in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from icontrol import environ


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if not environ.may_make:
            params["database"] = f"{Path(params['database']).as_uri()}?mode=rw"
        return params
