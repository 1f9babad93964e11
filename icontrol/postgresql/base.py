"""Django's PostgreSQL backend, but a connection of the pool is asked how it is only when it has something to say.

Django's own check of a pooled connection (``CONN_HEALTH_CHECKS``) is a round trip before every request, for requests
that have one question in all. A server that ends a connection says so on it: where nothing has arrived, nothing has
happened, be it a restart, a fail-over or a session that was ended. A network that fell silent is not found like this;
but then asking waits.
"""

from __future__ import annotations

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        for _ in range(self.pool.max_size if self.pool else 0):
            if lives(connection):
                break
            self.pool.putconn(connection)  # the pool opens another in its place
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
