"""Django's SQLite backend with two checks: only a process that may create the database creates it, and a process only
ever uses the file that it opened first.

SQLite creates an empty file for any name. A command with a wrong path would leave one behind and then find no tables in
it. And SQLite keeps using a removed file: what is written there is lost when the process ends.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from icontrol import environ

Identity = tuple[int, int]  # device, inode


class Replaced(OperationalError):
    """The file was removed or replaced."""


#: name → the file that this process opened first
opened: dict[str, Identity] = {}


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if not environ.may_make:
            params["database"] = f"{Path(params['database']).as_uri()}?mode=rw"
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._check_file()
        connection = super().get_new_connection(conn_params)
        name = str(self.settings_dict["NAME"])
        if name not in opened and (found := identity(name)):
            opened[name] = found
        return connection

    def close_if_unusable_or_obsolete(self) -> None:
        """Before and after each request."""
        if self.connection is not None and not self.in_atomic_block and self._replaced():
            self.close()
        super().close_if_unusable_or_obsolete()

    def _commit(self) -> None:
        self._check_file()
        super()._commit()  # type: ignore[misc]

    def _check_file(self) -> None:
        if self._replaced():
            raise Replaced(f"{self.settings_dict['NAME']} was removed or replaced under the running process")

    def _replaced(self) -> bool:
        name = str(self.settings_dict["NAME"])
        return name in opened and identity(name) != opened[name]


def identity(name: str) -> Identity | None:
    try:
        found = os.stat(name)
    except OSError:
        return None
    return found.st_dev, found.st_ino
