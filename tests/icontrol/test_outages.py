"""Which errors of the database are an outage, and what reads, writes and /readyz then answer. On both databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
)

from icontrol.kernel.outages import Outage, Rest, outage_of, rest
from releases.delivery.live import read_live
from tests.factories import World, flag, snapshot
from tests.releases.api.helpers import Api, ok, refused

CONFIG = "/api/config/published"


def wrapped(kind: type[Exception], cause: Exception | None) -> Exception:
    """As Django raises what its driver raised."""
    error = kind(str(cause) if cause else "the connection is lost")
    error.__cause__ = cause
    return error


class Coded(psycopg.Error):
    def __init__(self, state: str | None, text: str = "") -> None:
        super().__init__(text or f"state {state}")
        self.sqlstate = state


@pytest.mark.parametrize(
    ("state", "kind", "expected"),
    [
        ("08006", OperationalError, Outage.AWAY),
        ("57P01", OperationalError, Outage.AWAY),
        ("57P03", OperationalError, Outage.AWAY),
        ("53300", OperationalError, Outage.AWAY),
        ("3D000", OperationalError, Outage.AWAY),
        ("25P03", InternalError, Outage.AWAY),
        (None, OperationalError, Outage.AWAY),
        ("25006", InternalError, Outage.READ_ONLY),
        ("53100", OperationalError, Outage.READ_ONLY),
        ("55P03", OperationalError, Outage.BUSY),
        ("57014", OperationalError, Outage.BUSY),
        ("40P01", OperationalError, Outage.BUSY),
        ("42P01", ProgrammingError, Outage.DAMAGED),
        ("XX001", InternalError, Outage.DAMAGED),
        ("58030", OperationalError, Outage.DAMAGED),
        ("42703", ProgrammingError, None),  # no such column
        ("42601", ProgrammingError, None),
        ("22021", DataError, None),
        ("23505", IntegrityError, None),
        ("25P02", InternalError, None),  # we went on after an error
    ],
)
def test_what_postgresql_says(state: str | None, kind: type[Exception], expected: Outage | None) -> None:
    assert outage_of(wrapped(kind, Coded(state))) is expected


def test_a_closed_connection_is_away_and_a_closed_cursor_is_our_mistake() -> None:
    assert outage_of(wrapped(InterfaceError, psycopg.InterfaceError("the connection is closed"))) is Outage.AWAY
    assert outage_of(wrapped(InterfaceError, psycopg.InterfaceError("the cursor is closed"))) is None
    assert outage_of(ValueError("the connection is lost")) is None


def sqlite_error(path: Path, act: Callable[[sqlite3.Connection], Any], *, uri: str = "") -> sqlite3.Error:
    with pytest.raises(sqlite3.Error) as caught:
        db = sqlite3.connect(uri or path, uri=bool(uri), timeout=0)
        try:
            act(db)
        finally:
            db.close()
    return caught.value


def test_what_sqlite_says(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("CREATE TABLE t (a)")
    ask: Callable[[sqlite3.Connection], Any] = lambda db: db.execute("SELECT * FROM t")  # noqa: E731
    write: Callable[[sqlite3.Connection], Any] = lambda db: db.execute("INSERT INTO t VALUES (1)")  # noqa: E731
    holder.execute("BEGIN IMMEDIATE")
    busy = sqlite_error(path, write)
    holder.close()
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"not a database" * 1000)
    found = {
        "busy": busy,
        "read-only": sqlite_error(path, write, uri=f"file:{path}?mode=ro"),
        "not there": sqlite_error(path, ask, uri=f"file:{tmp_path}/none?mode=rw"),
        "broken": sqlite_error(broken, ask),
        "no table": sqlite_error(path, lambda db: db.execute("SELECT * FROM u")),
        "no column": sqlite_error(path, lambda db: db.execute("SELECT b FROM t")),
        "no SQL": sqlite_error(path, lambda db: db.execute("SELEKT")),
    }
    assert {name: outage_of(wrapped(DatabaseError, error)) for name, error in found.items()} == {
        "busy": Outage.BUSY,
        "read-only": Outage.READ_ONLY,
        "not there": Outage.AWAY,
        "broken": Outage.DAMAGED,
        "no table": Outage.DAMAGED,
        "no column": None,
        "no SQL": None,
    }


def test_every_outage_is_a_refusal_with_503() -> None:
    from icontrol.kernel.refusals import CATALOGUE

    assert {CATALOGUE[outage.value].status for outage in Outage} == {503}


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_after_a_rest_one_asks_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("icontrol.kernel.outages.time.monotonic", lambda: clock[0])
    pause = Rest()
    assert pause.may_ask() and pause.may_ask()
    pause.begin()
    assert not pause.may_ask()
    clock[0] += Rest.SECONDS
    assert [pause.may_ask() for _ in range(3)] == [True, False, False]
    pause.over()
    assert pause.may_ask() and pause.may_ask()


def test_who_asks_and_never_comes_back_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("icontrol.kernel.outages.time.monotonic", lambda: clock[0])
    pause = Rest()
    pause.begin()
    for _ in range(3):
        clock[0] += Rest.SECONDS
        assert pause.may_ask()


# --- what is answered -------------------------------------------------------------------------------------------------


@pytest.fixture
def api(committed_world: World) -> Api:
    committed_world.release(snapshot("home", featureFlags=[flag("pay", "ON")]))
    made = Api(committed_world)
    made.secret("admin")
    made.client.raise_request_exception = False
    return made


@contextmanager
def damaged() -> Iterator[None]:
    """A table is gone, as while a dump is put back."""
    tables = ("releases_clientkey", "releases_release", "configs_configversion", "releases_apitoken")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} RENAME TO gone_{table}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE gone_{table} RENAME TO {table}")


@contextmanager
def read_only() -> Iterator[None]:
    """As after a failover, or on a disk that was mounted again after an error."""
    on, off = (
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
        if connection.vendor == "sqlite"
        else ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
    )
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(off)


@contextmanager
def misnamed() -> Iterator[None]:
    """A column is not there: the program is newer than the tables, which is nobody's outage."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE releases_release RENAME COLUMN hash TO hash_2")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE releases_release RENAME COLUMN hash_2 TO hash")


def test_tables_are_missing(api: Api) -> None:
    before = ok(api.ask(CONFIG))
    with damaged():
        answer = api.ask(CONFIG)
        assert ok(answer) == before and "X-Config-Stale" in answer
        refused(api("POST", "/api/flags/pay/kill", {"reason": "x"}), 503, "db.damaged")  # at once: remembered
        rest.over()
        refused(api("POST", "/api/flags/pay/kill", {"reason": "x"}), 503, "db.damaged")
        rest.over()
        assert api.ask("/readyz").content == b"database damaged or being restored\n"
        assert (api.ask("/readyz").status_code, api.ask("/livez").status_code) == (503, 200)
    assert api.ask("/readyz").status_code == 200
    assert "X-Config-Stale" not in api.ask(CONFIG)


def test_nothing_can_be_written(api: Api) -> None:
    with read_only():
        refused(api("POST", "/api/flags/pay/kill", {"reason": "x"}), 503, "db.read_only")
        answer = api.ask(CONFIG)  # reading goes on, and it is not old
        assert answer.status_code == 200 and "X-Config-Stale" not in answer
        ready = api.ask("/readyz")
        assert (ready.status_code, ready.content) == (503, b"database read-only\n")
    assert api.ask("/readyz").status_code == 200
    ok(api("POST", "/api/flags/pay/kill", {"reason": "x"}))


def test_our_own_mistake_is_no_outage(api: Api) -> None:
    ok(api.ask(CONFIG))
    with misnamed():
        refused(api.ask(CONFIG), 500, "http.internal")
        assert api.ask("/readyz").status_code == 500
    assert rest.until == 0.0


def test_readyz_writes_nothing(api: Api) -> None:
    before = api.etag()
    with connection.execute_wrapper(_count := Statements()):
        assert api.ask("/readyz").status_code == 200
    assert any(sql.startswith("UPDATE") for sql in _count.seen)
    assert api.etag() == before
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (connection.settings_dict["OPTIONS"]["timeout"] * 1000,)


class Statements:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen.append(sql)
        return execute(sql, params, many, context)


def test_a_lock_that_somebody_holds_is_not_unready(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise wrapped(OperationalError, Coded("55P03"))

    with connection.execute_wrapper(busy):
        assert api.ask("/readyz").status_code == 200
        refused(api("POST", "/api/flags/pay/kill", {"reason": "x"}), 503, "db.busy")
    assert rest.until == 0.0
    assert read_live(None).stale is None


def test_while_away_nobody_waits_again(api: Api) -> None:
    """Author's routes, pages, preview links and /readyz ask nothing while others rest."""
    ok(api.ask(CONFIG))
    rest.begin()
    with connection.execute_wrapper(statements := Statements()):
        refused(api("POST", "/api/flags/pay/kill", {"reason": "x"}), 503, "db.unavailable")
        refused(api("GET", "/admin/", role="anonymous"), 503, "db.unavailable")
        refused(api("GET", "/preview/abc", role="anonymous"), 503, "db.unavailable")
        assert api.ask("/readyz").content == b"database away\n"
        assert "X-Config-Stale" in api.ask(CONFIG)
        assert api.ask("/livez").status_code == 200
    assert statements.seen == []
