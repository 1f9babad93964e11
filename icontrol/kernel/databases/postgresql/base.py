"""Django's PostgreSQL backend with two changes: no wait is endless, and pooled connections are checked without a query.

Django's own check of a pooled connection (``CONN_HEALTH_CHECKS``) is a round trip before every request, for requests
that need only one query. A server that ends a connection (restart, fail-over, terminated session) says so on it, so a
connection without incoming data is open. The deadline covers a silent server or network.
"""

from __future__ import annotations

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from psycopg_pool import ConnectionPool

from icontrol.kernel import deadlines


class Connection(psycopg.Connection[Any]):
    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Gives up after the limit in force (:mod:`icontrol.kernel.deadlines`); the connection is then unusable."""
        seconds = timeout or deadlines.limit()
        try:
            return super().wait(gen, interval, seconds)
        except psycopg.errors._WaitTimeout as error:
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(f"the server did not answer within {seconds:g} s") from error


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, settings_dict: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(settings_dict, *args, **kwargs)
        if pool := settings_dict["OPTIONS"].get("pool"):
            pool.setdefault("connection_class", Connection)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if not self.pool:
            self.isolation_level = IsolationLevel.READ_COMMITTED
            return Connection.connect(**conn_params)
        connection = super().get_new_connection(conn_params)
        for _ in range(self.pool.max_size):
            if lives(connection):
                break
            self.pool.putconn(connection)  # the pool replaces it
            connection = super().get_new_connection(conn_params)
        return connection


def lives(connection: psycopg.Connection[Any]) -> bool:
    try:
        arrived = select.poll()
        arrived.register(connection.fileno(), select.POLLIN)
        if arrived.poll(0):
            ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        return False
    return True
