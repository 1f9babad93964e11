"""Copy the whole database to one file while it is in use, and put it back, with each engine's own means.

SQLite: ``VACUUM INTO``, which finishes even while others write. PostgreSQL: ``pg_dump`` and ``pg_restore``. Passwords
are passed in the child's environment, never on a command line.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.db import DatabaseError, connection
from psycopg.conninfo import make_conninfo

from icontrol.kernel.databases.sqlite3.base import opened
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text, both
from icontrol.plan import SECRETS, without
from releases.ledger.checkpoints import STAMP

#: Where Debian and Red Hat install the programs of each version.
PLACES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin")
BESIDE = ("-wal", "-shm", "-journal")  # files that SQLite keeps beside the database
BEFORE = "icontrol_before_"  # schemas of PostgreSQL that a restore has set aside
Rows = list[tuple[Any, ...]]


def refuse(why: Text) -> Refusal:
    return Refusal("command.unusable", why=why)


def damaged(why: object) -> Refusal:
    return refuse(both("The copy is damaged: {why}.", why=why))


def copy(file: Path, query: str) -> tuple[str, Rows]:
    """Write the database to ``file``. Returns the engine's version and the result of ``query`` on that same state."""
    return _sqlite_copy(file, query) if connection.vendor == "sqlite" else _postgresql_copy(file, query)


def is_empty() -> bool:
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        return not database.exists() or not database.stat().st_size
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)


def others() -> int:
    """The number of other processes' connections (PostgreSQL; SQLite cannot tell)."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def put_back(file: Path, *, now: dt.datetime) -> str | None:
    """Make the copy the database. Returns the name under which the old one is kept, or None if there was none."""
    kept = None if is_empty() else now.strftime(STAMP)
    connection.close()
    return _sqlite_put_back(file, kept) if connection.vendor == "sqlite" else _postgresql_put_back(file, kept)


def rows(file: Path, table: str, *columns: str) -> Iterator[tuple[str, ...]]:
    """Rows of a table in a copy that is not put back, as text. For keys and numbers only: COPY escapes other values."""
    return (_sqlite_rows if connection.vendor == "sqlite" else _postgresql_rows)(file, table, columns)


def sync(directory: Path) -> None:
    """Sync a directory, so that new names in it are on disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# SQLite ---------------------------------------------------------------------------------------------------------------


def _sqlite_copy(file: Path, query: str) -> tuple[str, Rows]:
    try:
        source = f"{Path(connection.settings_dict['NAME']).as_uri()}?mode=rw"
        with contextlib.closing(sqlite3.connect(source, uri=True, isolation_level=None)) as database:
            database.execute("VACUUM INTO ?", [str(file)])
        return sqlite3.sqlite_version, _sqlite_check(file, query)
    except sqlite3.Error as error:
        raise refuse(both("The database cannot be copied: {why}.", why=error)) from None


def _sqlite_check(file: Path, query: str) -> Rows:
    with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
        if said != "ok":
            raise damaged(said)
        return database.execute(query).fetchall()


def _sqlite_rows(file: Path, table: str, columns: Iterable[str]) -> Iterator[tuple[str, ...]]:
    texts = ", ".join(f"CAST({column} AS TEXT)" for column in columns)
    try:
        with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            yield from database.execute(f"SELECT {texts} FROM {table}")
    except sqlite3.Error as error:
        raise damaged(error) from None


def _sqlite_put_back(file: Path, kept: str | None) -> str | None:
    """At any interruption the name belongs to the complete old or the complete new database."""
    name = Path(connection.settings_dict["NAME"])
    try:
        _sqlite_check(file, "SELECT 1")
    except sqlite3.Error as error:
        raise damaged(error) from None
    aside = name.with_name(f"{name.name}.{kept or 'empty'}")
    if kept and aside.exists():
        raise refuse(both("{path} already exists.", path=aside))
    if kept:
        _sqlite_settle(name)
    try:
        with contextlib.ExitStack() as undo:
            if kept:
                os.link(name, aside)
                undo.callback(os.unlink, aside)
            for end in BESIDE:  # after the checkpoint: empty, or of a damaged database
                with contextlib.suppress(FileNotFoundError):
                    os.rename(f"{name}{end}", f"{aside}{end}")
                    undo.callback(os.rename, f"{aside}{end}", f"{name}{end}")
            sync(name.parent)
            os.replace(file, name)
            undo.pop_all()
    except OSError as error:
        raise refuse(both("{path} cannot be replaced: {why}.", path=name, why=error)) from None
    opened.pop(str(name), None)
    return str(aside) if kept else None


def _sqlite_settle(name: Path) -> None:
    """Move everything committed into the one file. A damaged database is left unchanged."""
    try:
        with contextlib.closing(sqlite3.connect(f"{name.as_uri()}?mode=rw", uri=True)) as database:
            busy, *_ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        # Errors that Python itself raises have no code.
        busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    if busy:
        raise refuse(both("Another process uses {path}. Stop it first.", path=name))


# PostgreSQL -----------------------------------------------------------------------------------------------------------


def _postgresql_copy(file: Path, query: str) -> tuple[str, Rows]:
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
            snapshot, version = cursor.fetchone()
            cursor.execute(query)
            rows = cursor.fetchall()
            left_out = f"--exclude-schema={BEFORE}*"
            _run("pg_dump", ["--format=custom", f"--snapshot={snapshot}", left_out, f"--file={file}"])
        own.rollback()
    finally:
        own.close()
    return version, rows


def _postgresql_put_back(file: Path, kept: str | None) -> str | None:
    aside = f"{BEFORE}{kept}".lower()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            schema = connection.ops.quote_name(cursor.fetchone()[0] or "public")
            if kept:
                cursor.execute(f"ALTER SCHEMA {schema} RENAME TO {aside}; CREATE SCHEMA {schema}")
    except DatabaseError as error:
        raise refuse(
            both("The current database cannot be set aside: {why}. Its owner can do that.", why=str(error).strip())
        ) from None
    finally:
        connection.close()
    try:
        _run("pg_restore", ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(file)])
    except Refusal:
        if kept:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP SCHEMA {schema}; ALTER SCHEMA {aside} RENAME TO {schema}")
        raise
    return f"schema {aside}" if kept else None


def _postgresql_rows(file: Path, table: str, columns: Iterable[str]) -> Iterator[tuple[str, ...]]:
    text = file.with_name(f"{table}.rows")
    _do("pg_restore", ["--data-only", f"--table={table}", f"--file={text}", str(file)], without(SECRETS))
    with text.open(encoding="utf-8") as lines:
        for line in lines:
            if head := re.fullmatch(r"COPY \S+ \((.*)\) FROM stdin;\n", line):
                names = [name.strip('"') for name in head[1].split(", ")]
                break
        else:
            raise damaged(f"no table {table}")
        places = [names.index(column) for column in columns]
        for line in lines:
            if line == "\\.\n":
                break
            found = line.rstrip("\n").split("\t")
            yield tuple(found[place] for place in places)


def _run(name: str, arguments: Iterable[str]) -> None:
    params = connection.get_connection_params()
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
    password = params.pop("password", None)
    where = make_conninfo(**{key: value for key, value in params.items() if key in known})
    environment = without(SECRETS) | ({"PGPASSWORD": password} if password else {})
    _do(name, [f"--dbname={where}", *arguments], environment)


def _do(name: str, arguments: Iterable[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        [program(name), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise refuse(
            both(
                "{name} failed: {why}",
                name=name,
                why=" ".join(done.stderr.split())[-1000:] or f"exit code {done.returncode}.",
            )
        )


def program(name: str) -> str:
    """The oldest program that the server's version allows: reading a dump needs a program at least as new as its
    writer.
    """
    with connection.cursor():
        least = connection.pg_version // 10_000  # type: ignore[attr-defined]
    found: dict[int, str] = {}
    places = [path for pattern in PLACES for path in sorted(Path("/").glob(f"{pattern}/{name}"))]
    for place in filter(None, [shutil.which(name), *map(str, places)]):
        with contextlib.suppress(OSError):
            said = subprocess.run([place, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
            if version := re.search(r"\d+", said):
                found.setdefault(int(version[0]), place)
    fitting = sorted(version for version in found if version >= least)
    if not fitting:
        raise refuse(
            both(
                "{name} of version {least} or newer is neither on PATH nor in /usr/lib/postgresql (found: "
                "{found}). Debian: apt-get install postgresql-client-{least}.",
                name=name,
                least=least,
                found=", ".join(map(str, sorted(found))) or "–",
            )
        )
    return found[fitting[0]]
