"""Connections of the pool that ended while nobody used them, and a server that falls silent."""

from __future__ import annotations

import copy
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, connections

from icontrol.kernel import deadlines
from icontrol.kernel.deadlines import within
from icontrol.kernel.outages import Outage, outage_of

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


# --- a server that takes everything and says nothing ------------------------------------------------------------------


class Line:
    """Stands between client and server and passes everything on, until ``silent``: then nothing, and nothing ends."""

    def __init__(self, target: psycopg.ConnectionInfo) -> None:
        self.target = target
        self.silent, self.released = threading.Event(), threading.Event()
        self.sockets: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                if self.target.host.startswith("/"):
                    far = socket.socket(socket.AF_UNIX)
                    far.connect(f"{self.target.host}/.s.PGSQL.{self.target.port}")
                else:
                    far = socket.create_connection((self.target.host, self.target.port))
                self.sockets += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self.silent.is_set():
                    # An end there must be, or a broken deadline hangs the suite instead of failing.
                    self.released.wait(30)
                    return
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self.released.set()
        self.listener.close()
        for each in self.sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.fixture(params=["pool", "no pool"])
def line(request: pytest.FixtureRequest) -> Iterator[tuple[Line, Any]]:
    connection.ensure_connection()
    line = Line(connection.connection.info)
    settings = copy.deepcopy(connection.settings_dict)
    settings.update(HOST="127.0.0.1", PORT=str(line.port))
    settings["OPTIONS"] |= {"sslmode": "disable"}
    if request.param == "pool":
        settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 1, "timeout": 10}
    wrapper: Any = type(connections["default"])(settings, "line")
    yield line, wrapper
    wrapper.close()
    wrapper.close_pool()
    line.end()


def test_a_silent_server_is_waited_for_until_the_deadline(line: tuple[Line, Any]) -> None:
    between, wrapper = line
    assert ask(wrapper, "SELECT 1") == 1
    between.silent.set()
    with pytest.raises(OperationalError, match="did not answer within 0.2 s") as caught, within(0.2):
        ask(wrapper, "SELECT 1")
    assert outage_of(caught.value) is Outage.AWAY
    assert not wrapper.is_usable()
    wrapper.close()
    between.silent.clear()
    assert ask(wrapper, "SELECT 1") == 1  # on a new connection


def test_the_limit_of_the_process_counts_where_no_other_is_named(line: tuple[Line, Any]) -> None:
    between, wrapper = line
    assert ask(wrapper, "SELECT 1") == 1
    between.silent.set()
    deadlines.everywhere(0.2)
    try:
        with pytest.raises(OperationalError, match="did not answer within 0.2 s"):
            ask(wrapper, "SELECT 1")
    finally:
        deadlines.everywhere(None)


def test_a_slow_answer_in_time_is_an_answer(line: tuple[Line, Any]) -> None:
    with within(20):
        assert ask(line[1], "SELECT 1 FROM pg_sleep(0.3)") == 1
