"""The triggers: one source, put back by every migration, missed by a system check."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.models.signals import post_migrate

from configs.models import ConfigVersion, Snapshot
from icontrol.kernel import triggers
from releases.models import AuditEvent, Release
from tests.factories import World, snapshot

ROOT = Path(__file__).resolve().parents[2]
OURS = [trigger for trigger in triggers.all_triggers() if trigger.concerns(connection)]
NAMES = [trigger.name for trigger in OURS]


@pytest.fixture
def bare(world: World) -> World:
    """In a transaction that is rolled back; PostgreSQL wants its deferred checks done before any DDL."""
    connection.check_constraints()
    return world


def drop(*names: str) -> None:
    triggers.remove(connection, [trigger for trigger in OURS if trigger.name in names])


def findings() -> list[tuple[str | None, str]]:
    return [(found.id, found.msg) for found in run_checks(databases=["default"]) if found.id == "icontrol.E001"]


def migrated(app: str) -> None:
    post_migrate.send(sender=apps.get_app_config(app), app_config=apps.get_app_config(app), using="default")


def test_both_databases_have_what_they_need() -> None:
    tables = {model._meta.db_table for model in (ConfigVersion, Snapshot, Release, AuditEvent)}
    assert {trigger.table for trigger in OURS} == tables
    # How old an event of the audit is, each database says in its own way.
    only_here = {trigger.event for trigger in OURS if trigger.vendor and not trigger.name.startswith("audit_no_delete")}
    assert only_here == ({"TRUNCATE"} if connection.vendor == "postgresql" else {"INSERT", "UPDATE"})
    for table in {trigger.table for trigger in OURS}:
        assert {trigger.event for trigger in OURS if trigger.table == table} >= {"UPDATE", "DELETE"}


def test_after_a_migration_nothing_is_missing(db: None) -> None:
    assert triggers.missing(connection) == []
    assert findings() == []


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_trigger_is_named_by_the_check_and_put_back_by_the_next_migration(bare: World, name: str) -> None:
    drop(name)
    assert triggers.missing(connection) == [name]
    assert [(id_, name in message) for id_, message in findings()] == [("icontrol.E001", True)]
    migrated("configs")
    migrated("releases")
    assert triggers.missing(connection) == [] and findings() == []


def test_a_trigger_that_was_weakened_counts_as_missing(bare: World) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER releases_no_update")
            cursor.execute(
                "CREATE TRIGGER releases_no_update BEFORE UPDATE ON releases_release FOR EACH ROW WHEN NEW.serial = 0 "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
        else:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION releases_no_update() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RETURN NEW; END $$"
            )
    assert triggers.missing(connection) == ["releases_no_update"]
    triggers.install(connection, OURS)
    assert triggers.missing(connection) == []


@pytest.mark.parametrize("mode", ["DISABLE TRIGGER", "ENABLE REPLICA TRIGGER"])
def test_a_trigger_that_was_switched_off_counts_as_missing(bare: World, mode: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite cannot switch a trigger off")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE releases_release {mode} releases_no_delete")
    assert triggers.missing(connection) == ["releases_no_delete"]
    triggers.install(connection, OURS)
    assert triggers.missing(connection) == []


def test_installing_again_touches_nothing(bare: World, django_assert_num_queries: Any) -> None:
    """A restart during a backup must not wait for the table, and everybody behind it."""
    statements: list[str] = []

    def listen(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(listen):
        triggers.install(connection, OURS)
    assert [sql for sql in statements if not sql.lstrip().upper().startswith("SELECT")] == []


def test_a_trigger_that_was_missing_is_told_loudly(bare: World, caplog: pytest.LogCaptureFixture) -> None:
    migrated("releases")
    assert caplog.records == []
    drop("releases_no_update")
    migrated("releases")
    assert caplog.records == []  # nothing was released, so nothing could be edited
    bare.release()
    connection.check_constraints()
    drop("releases_no_update")
    migrated("releases")
    migrated("releases")
    assert [(record.name, record.levelname) for record in caplog.records] == [("icontrol.triggers", "CRITICAL")]
    assert "releases_no_update" in caplog.text and "verify_ledger" in caplog.text


def test_lifted_puts_them_back_even_after_an_error(bare: World) -> None:
    with pytest.raises(ZeroDivisionError), triggers.lifted(connection):
        assert sorted(triggers.missing(connection)) == sorted(NAMES)
        raise ZeroDivisionError
    assert triggers.missing(connection) == []


def test_they_survive_the_remake_of_their_table(transactional_db: None, committed_world: World) -> None:
    """What a later AddConstraint does. On SQLite the triggers are gone, and no error says so; then ``migrate``."""
    release = committed_world.release(snapshot("home"))
    constraint = models.CheckConstraint(condition=models.Q(serial__gte=0), name="release_serial_not_negative")
    with connection.schema_editor() as editor:
        editor.add_constraint(Release, constraint)
    try:
        if connection.vendor == "sqlite":
            assert set(triggers.missing(connection)) == {
                trigger.name for trigger in OURS if trigger.table == Release._meta.db_table
            }
            assert len(findings()) == len(triggers.missing(connection))
            with transaction.atomic():
                assert Release.objects.update(reason="nobody stops this") == 1
                transaction.set_rollback(True)
        call_command("migrate", verbosity=0)
        assert triggers.missing(connection) == []
        with pytest.raises(IntegrityError, match="append-only"):
            Release.objects.filter(pk=release.pk).update(reason="stopped again")
    finally:
        with connection.schema_editor() as editor:
            editor.remove_constraint(Release, constraint)
        call_command("migrate", verbosity=0)


def test_the_command_migrate_is_the_way_back(process_environment: dict[str, str], tmp_path: Path) -> None:
    """The check must not keep the one command from running that would make it pass."""

    def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=process_environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

    drop_one = (
        "from django.db import connection; from icontrol.kernel import triggers; "
        "triggers.remove(connection, [t for t in triggers.all_triggers() if t.name == 'releases_no_update'])"
    )
    assert manage("migrate", "--verbosity=0").returncode == 0
    assert manage("shell", "--verbosity=0", "--command", drop_one).returncode == 0
    checked = manage("check", "--database", "default")
    assert checked.returncode == 1
    assert "icontrol.E001" in checked.stderr and "releases_no_update" in checked.stderr
    again = manage("migrate", "--verbosity=0")
    assert (again.returncode, again.stderr) == (0, "")
    assert manage("check", "--database", "default").returncode == 0
