"""Connections of the pool that ended while nobody used them."""

from __future__ import annotations

import copy
import select
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, connections

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no pool"),
]


@pytest.fixture
def pooled() -> Iterator[Any]:
    """A connection to the same database, from a pool of its own."""
    settings = copy.deepcopy(connection.settings_dict)
    settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 1, "timeout": 10}
    wrapper: Any = type(connections["default"])(settings, "pooled")
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def ask(wrapper: Any, sql: str, *params: Any) -> Any:
    with wrapper.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


def process(wrapper: Any) -> int:
    return int(ask(wrapper, "SELECT pg_backend_pid()"))


def test_a_connection_that_lives_is_used_again(pooled: Any) -> None:
    first = process(pooled)
    for _ in range(3):
        pooled.close()  # back to the pool, as after a request
        assert process(pooled) == first


def test_something_to_read_is_no_end(pooled: Any) -> None:
    first = process(pooled)
    with pooled.cursor() as cursor:
        cursor.execute("LISTEN here")
    raw = pooled.connection
    pooled.close()
    with psycopg.connect(raw.info.dsn, autocommit=True) as other:
        other.execute("NOTIFY here")
    assert select.select([raw.fileno()], [], [], 30)[0]
    assert process(pooled) == first


def test_a_connection_that_the_server_ended_is_replaced(pooled: Any) -> None:
    ended = process(pooled)
    raw = pooled.connection
    pooled.close()
    assert ask(connection, "SELECT pg_terminate_backend(%s)", ended)
    assert select.select([raw.fileno()], [], [], 30)[0]  # the server has said so
    assert process(pooled) != ended
    assert raw.closed


def test_a_connection_that_ends_in_use_fails_that_request_only(pooled: Any) -> None:
    ended = process(pooled)
    raw = pooled.connection
    assert ask(connection, "SELECT pg_terminate_backend(%s)", ended)
    assert select.select([raw.fileno()], [], [], 30)[0]
    with pytest.raises(OperationalError):
        process(pooled)
    pooled.close()
    assert process(pooled) != ended
