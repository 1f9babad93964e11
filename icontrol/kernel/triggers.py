"""Invariants that hold even from a shell: database triggers, from one idempotent source.

Apps register theirs with :func:`register`; ``post_migrate`` installs them again each time, because a table remake on
SQLite drops triggers silently. A system check asserts that they exist.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger("icontrol.triggers")


@dataclass(frozen=True, slots=True)
class Trigger:
    """Refuses ``event`` on ``table`` where ``condition`` holds (SQL with OLD and NEW; empty: always).

    Conditions use ``a IS DISTINCT FROM b``; for SQLite it becomes ``IS NOT``.
    """

    name: str
    table: str
    event: str  # INSERT, UPDATE, DELETE or TRUNCATE
    message: str
    condition: str = ""
    vendor: str = ""  # the one database that needs it; empty: both

    def concerns(self, connection: BaseDatabaseWrapper) -> bool:
        return self.vendor in ("", connection.vendor)


REGISTRY: dict[str, list[Trigger]] = {}


def register(app_label: str, *triggers: Trigger) -> None:
    REGISTRY[app_label] = list(triggers)


def all_triggers() -> list[Trigger]:
    return [trigger for triggers in REGISTRY.values() for trigger in triggers]


def _definition(trigger: Trigger, vendor: str) -> tuple[str, str]:
    """(create statement, body of its function or ""), both as the database's catalogue shows them."""
    name, table = trigger.name, trigger.table
    if vendor == "sqlite":
        when = f" WHEN {trigger.condition.replace('IS DISTINCT FROM', 'IS NOT')}" if trigger.condition else ""
        return (
            f"CREATE TRIGGER {name} BEFORE {trigger.event} ON {table} FOR EACH ROW{when} "
            f"BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END",
            "",
        )
    level = "STATEMENT" if trigger.event == "TRUNCATE" else "ROW"
    test = f"IF {trigger.condition} THEN {{}} END IF;" if trigger.condition else "{}"
    refuse = test.format(f"RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'integrity_constraint_violation';")
    result = "OLD" if trigger.event == "DELETE" else "NULL" if trigger.event == "TRUNCATE" else "NEW"
    return (
        f"CREATE TRIGGER {name} BEFORE {trigger.event} ON {table} FOR EACH {level} EXECUTE FUNCTION {name}()",
        f" BEGIN {refuse} RETURN {result}; END ",
    )


def _create(trigger: Trigger, vendor: str) -> list[str]:
    statement, body = _definition(trigger, vendor)
    if not body:
        return [statement]
    function = f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
    return [function, statement]


def _drop(trigger: Trigger, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {trigger.name}"]
    return [f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}", f"DROP FUNCTION IF EXISTS {trigger.name}()"]


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    # One transaction: no write between the old trigger and the new one.
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _absent(connection: BaseDatabaseWrapper, triggers: list[Trigger]) -> list[Trigger]:
    """Triggers that are missing, disabled or different in the database; only for existing tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql, '' FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT pg_get_triggerdef(t.oid, true), f.prosrc FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid "
                "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
            )
        present = set(cursor.fetchall())
        tables = set(connection.introspection.table_names(cursor))
    return [
        trigger
        for trigger in triggers
        if trigger.concerns(connection)
        and trigger.table in tables
        and _definition(trigger, connection.vendor) not in present
    ]


def install(connection: BaseDatabaseWrapper, triggers: list[Trigger]) -> None:
    """Install missing triggers. Correct ones are not touched: on PostgreSQL that would lock the table at each start."""
    for trigger in _absent(connection, triggers):
        _run(connection, _drop(trigger, connection.vendor) + _create(trigger, connection.vendor))


def remove(connection: BaseDatabaseWrapper, triggers: list[Trigger]) -> None:
    for trigger in triggers:
        if trigger.concerns(connection):
            _run(connection, _drop(trigger, connection.vendor))


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """For tests and manual repair only: work without the triggers, then restore them."""
    remove(connection, all_triggers())
    try:
        yield
    finally:
        install(connection, all_triggers())


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of registered triggers that are missing or different in the database (for existing tables)."""
    return [trigger.name for trigger in _absent(connection, all_triggers())]


def on_post_migrate(sender: Any, using: str, plan: Iterable[tuple[Any, bool]] = (), **_: Any) -> None:
    connection, triggers = connections[using], REGISTRY.get(sender.label, [])
    has_migrated = any(migration.app_label == sender.label for migration, _ in plan)  # SQLite remakes tables
    for trigger in [] if has_migrated else _absent(connection, triggers):
        if _has_rows(connection, trigger.table):
            logger.critical(
                "the trigger %s on %s was missing or changed, and was installed again: somebody may have edited the "
                "table meanwhile; run verify_ledger",
                trigger.name,
                trigger.table,
            )
    install(connection, triggers)


def _has_rows(connection: BaseDatabaseWrapper, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
        return cursor.fetchone() is not None
