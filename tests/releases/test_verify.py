"""``verify`` finds what was done to the ledger behind its back, with the triggers lifted by hand."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from configs.models import Application, ConfigVersion, Snapshot
from configs.snapshot.canonical import canonical
from icontrol.kernel import triggers
from releases.access import actions as access
from releases.ledger import verify as verifying
from releases.ledger.chain import GENESIS, hash_of
from releases.ledger.findings import Finding
from releases.ledger.verify import verify
from releases.models import ClientKey, Environment, FlagLife, Release
from tests.factories import ADA, NOON, World, flag, snapshot
from tests.releases.commands import done

MIDDLE, NEWEST = 3, 5


@contextmanager
def by_hand() -> Iterator[None]:
    """As somebody with the database's own tools: no triggers. (Deferred checks come first, or DDL is refused.)"""
    connection.check_constraints()
    with triggers.lifted(connection):
        yield
        connection.check_constraints()


@pytest.fixture
def ledger(world: World) -> World:
    """Five releases in production, of three versions; two in staging; none in canary."""
    access.create_environment(world.application, key="canary", actor=ADA, now=world.tick())
    world.policy(latest="2.0.0")
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    world.release(snapshot("home", "shop", "cart"))
    world.rollback()
    world.publish("1.0.0", environment=world.staging)
    world.publish("1.0.1", environment=world.staging)
    return world


def rows(world: World) -> Any:
    return Release.objects.filter(environment=world.production)


def findings(world: World, *against: Path, own: Path | None = None) -> list[Finding]:
    environments = Environment.objects.filter(application=world.application).select_related("application")
    return list(verify(environments, own=own, against=against))


def codes(found: list[Finding]) -> dict[str, set[str]]:
    """Code → places, as the last word of each (a serial)."""
    places: dict[str, set[str]] = {}
    for finding in found:
        places.setdefault(finding.code, set()).add(finding.place.split()[-1])
    return places


def test_an_untouched_ledger_has_no_findings(ledger: World, checkpoint_file: Path) -> None:
    assert rows(ledger).count() == NEWEST
    assert not checkpoint_file.exists()  # written after a commit, and this test never commits
    assert findings(ledger) == []


def other_version(release: Release) -> Any:
    return ConfigVersion.objects.exclude(releases=release).earliest("pk")


#: Every column of a release → another value for it.
EDITS: dict[str, Callable[[Release], Any]] = {
    "environment": lambda release: Environment.objects.get(key="canary"),
    "serial": lambda release: release.serial + 100,
    "kind": lambda release: "kill",
    "config_version": other_version,
    "policies": lambda release: release.policies.replace("2.0.0", "2.0.1"),
    "kill_switches": lambda release: '["checkout"]',
    "actor": lambda release: "user:eve",
    "reason": lambda release: release.reason + ".",
    "created_at": lambda release: release.created_at + dt.timedelta(microseconds=1),
    "format": lambda release: release.format + 1,
    "previous_hash": lambda release: "f" * 64,
    "hash": lambda release: "f" * 64,
}


def test_every_column_of_a_release_is_edited_here() -> None:
    assert set(EDITS) == {field.name for field in Release._meta.concrete_fields} - {"id"}


@pytest.mark.slow
@pytest.mark.parametrize("serial", [1, MIDDLE, NEWEST])
@pytest.mark.parametrize("column", sorted(EDITS))
def test_an_edited_field_is_found(ledger: World, column: str, serial: int) -> None:
    release = rows(ledger).get(serial=serial)
    value = EDITS[column](release)
    assert getattr(release, column) != value
    with by_hand():
        Release.objects.filter(pk=release.pk).update(**{column: value})
    found = findings(ledger)
    assert {finding.severity for finding in found} == {"error"}
    if column == "serial":
        assert str(serial + 100) in codes(found)["ledger.edited"]
    else:
        assert str(serial) in codes(found)["ledger.edited"]


def test_a_release_moved_to_the_end_of_another_environment_is_found(ledger: World) -> None:
    with by_hand():
        rows(ledger).filter(serial=NEWEST).update(environment=ledger.staging, serial=3)
    assert codes(findings(ledger)) == {"ledger.chain": {"3"}, "ledger.edited": {"3"}, "ledger.time": {"3"}}


@pytest.mark.parametrize("edit", ["version", "content"])
def test_an_edited_version_is_found(ledger: World, edit: str) -> None:
    version = rows(ledger).get(serial=MIDDLE).config_version
    other = {"version": "7.7.7", "content": ConfigVersion.objects.get(version="1.0.0").content}[edit]
    with by_hand():
        ConfigVersion.objects.filter(pk=version.pk).update(**{edit: other})
    # In every release that points to it: 3 and 5 here, 2 in staging.
    assert codes(findings(ledger)) == {"ledger.edited": {"2", "3", "5"}}


@pytest.mark.parametrize("text", ['{"pages":[]}', "no JSON at all", None])
def test_an_edited_content_is_found(ledger: World, text: str | None) -> None:
    version = rows(ledger).get(serial=MIDDLE).config_version
    deflated = b"no zlib at all" if text is None else Snapshot.of(text).deflated
    with by_hand():
        Snapshot.objects.filter(pk=version.digest).update(deflated=deflated)
    assert codes(findings(ledger)) == {"version.edited": {"2", "3"}}  # told once for each environment


@pytest.mark.parametrize("model", [Application, Environment])
def test_a_renamed_line_is_found(ledger: World, model: Any) -> None:
    model.objects.filter(key__in=("icontrol", "production")).update(key="renamed")
    assert codes(findings(ledger))["ledger.edited"] >= {"1", "2", "3", "4", "5"}


def test_a_version_that_is_gone_is_a_finding_and_no_crash(ledger: World) -> None:
    version = rows(ledger).get(serial=4).config_version
    with transaction.atomic():
        with by_hand():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    constraints = connection.introspection.get_constraints(cursor, Release._meta.db_table)
                    for name, facts in constraints.items():
                        if facts["foreign_key"] == (ConfigVersion._meta.db_table, "id"):
                            cursor.execute(f"ALTER TABLE releases_release DROP CONSTRAINT {name}")
                            break
            else:
                connection.check_constraints = lambda *args: None  # type: ignore[method-assign]
            ConfigVersion.objects.filter(based_on=version).update(based_on=None)
            ConfigVersion.objects.filter(pk=version.pk)._raw_delete("default")
        if connection.vendor != "postgresql":
            del connection.check_constraints
        assert codes(findings(ledger)) == {"version.missing": {"4"}, "ledger.edited": {"4"}}
        transaction.set_rollback(True)


@pytest.mark.parametrize("serial", [1, MIDDLE])
def test_a_deleted_row_is_found(ledger: World, serial: int) -> None:
    with by_hand():
        rows(ledger).filter(serial=serial)._raw_delete("default")
    after = {str(serial + 1)}
    assert codes(findings(ledger)) == {"ledger.gap": after, "ledger.chain": after}


def renumber(world: World, *, above: int, by: int) -> None:
    """Shift serials; through high numbers, so that no two are the same on the way."""
    rows(world).filter(serial__gt=above).update(serial=F("serial") + 1000)
    rows(world).filter(serial__gt=1000).update(serial=F("serial") - 1000 + by)


def test_a_deleted_row_is_found_when_the_others_were_renumbered(ledger: World) -> None:
    with by_hand():
        rows(ledger).filter(serial=MIDDLE)._raw_delete("default")
        renumber(ledger, above=MIDDLE, by=-1)
    found = codes(findings(ledger))
    assert found == {"ledger.chain": {"3"}, "ledger.edited": {"3", "4"}}


def swap(world: World, a: int, b: int, *columns: str) -> None:
    first, second = rows(world).get(serial=a), rows(world).get(serial=b)
    if "serial" in columns:
        rows(world).filter(pk=first.pk).update(serial=1000)
    for column in columns:
        rows(world).filter(pk=second.pk).update(**{column: getattr(first, column)})
        rows(world).filter(pk=first.pk).update(**{column: getattr(second, column)})


def test_two_rows_that_swapped_places_are_found(ledger: World) -> None:
    with by_hand():
        swap(ledger, 2, 3, "serial")
    assert codes(findings(ledger)) == {
        "ledger.chain": {"2", "3", "4"},
        "ledger.edited": {"2", "3"},
        "ledger.time": {"3"},
    }


def test_two_rows_that_swapped_contents_are_found(ledger: World) -> None:
    with by_hand():
        swap(ledger, 2, 3, "config_version", "reason", "actor", "kind", "policies")
    assert codes(findings(ledger)) == {"ledger.edited": {"2", "3"}}


def names(release: Release) -> dict[str, Any]:
    version = release.config_version
    return {
        "application": release.environment.application.key,
        "environment": release.environment.key,
        "version": version.version if version else None,
        "sha": version.digest if version else None,
    }


def insert(world: World, serial: int) -> None:
    """A release that never was, with a hash of its own that fits and the right predecessor; those after it move up."""
    renumber(world, above=serial - 1, by=1)
    before = rows(world).get(serial=serial - 1)
    false = rows(world).get(serial=2)
    false.pk, false.serial, false.reason, false.previous_hash = None, serial, "it was like this", before.hash
    false.created_at = before.created_at
    false.hash = hash_of(false, **names(false))
    rows(world).bulk_create([false])


def test_an_inserted_row_is_found(ledger: World) -> None:
    with by_hand():
        insert(ledger, MIDDLE)
    assert codes(findings(ledger)) == {"ledger.chain": {"4"}, "ledger.edited": {"4", "5", "6"}}


def rewrite(world: World) -> None:
    """All hashes from the first row on, so that the chain holds again."""
    previous = GENESIS
    for release in rows(world).order_by("serial"):
        release.previous_hash = previous
        previous = hash_of(release, **names(release))
        rows(world).filter(pk=release.pk).update(previous_hash=release.previous_hash, hash=previous)


def write_checkpoints(world: World, path: Path) -> Path:
    """What the commits of these releases would have written."""
    releases = Release.objects.filter(environment__application=world.application).select_related("environment")
    releases = releases.order_by("environment", "serial")
    path.write_text(
        "".join(f"icontrol {release.environment.key} {release.serial} {release.hash}\n" for release in releases)
    )
    return path


@pytest.fixture
def kept_lines(ledger: World, tmp_path: Path) -> Path:
    return write_checkpoints(ledger, tmp_path / "kept.txt")


def test_an_untouched_ledger_agrees_with_its_checkpoints(ledger: World, kept_lines: Path) -> None:
    assert findings(ledger, kept_lines) == []


@pytest.mark.parametrize("left", [4, 1, 0])
def test_a_cut_tail_is_seen_by_the_checkpoints_only(ledger: World, kept_lines: Path, left: int) -> None:
    with by_hand():
        rows(ledger).filter(serial__gt=left)._raw_delete("default")
    assert findings(ledger) == []  # what is left is a chain without fault
    found = findings(ledger, kept_lines)
    assert codes(found) == {"checkpoint.beyond": {str(serial) for serial in range(left + 1, NEWEST + 1)}}
    assert {finding.severity for finding in found} == {"error"}


def test_a_cut_tail_that_grew_again_is_seen_by_the_checkpoints(ledger: World, kept_lines: Path) -> None:
    with by_hand():
        rows(ledger).filter(serial=NEWEST)._raw_delete("default")
    ledger.policy(latest="3.0.0")
    assert findings(ledger) == []
    assert codes(findings(ledger, kept_lines)) == {"checkpoint.contradiction": {str(NEWEST)}}


@pytest.mark.parametrize("serial", [1, MIDDLE, NEWEST])
def test_a_chain_that_was_rewritten_whole_is_seen_by_the_checkpoints_only(
    ledger: World, kept_lines: Path, serial: int
) -> None:
    with by_hand():
        rows(ledger).filter(serial=serial).update(actor="user:eve")
        rewrite(ledger)
    assert findings(ledger) == []
    after = {str(number) for number in range(serial, NEWEST + 1)}
    assert codes(findings(ledger, kept_lines)) == {"checkpoint.contradiction": after}


def test_an_inserted_row_in_a_rewritten_chain_is_seen_by_the_checkpoints(ledger: World, kept_lines: Path) -> None:
    with by_hand():
        insert(ledger, MIDDLE)
        rewrite(ledger)
    assert findings(ledger) == []
    found = codes(findings(ledger, kept_lines))
    assert found == {"checkpoint.contradiction": {"3", "4", "5"}, "checkpoint.behind": {"icontrol/production"}}


def test_a_right_line_does_not_hide_a_wrong_one(ledger: World, kept_lines: Path) -> None:
    right = kept_lines.read_text()
    kept_lines.write_text(f"icontrol production 2 {'e' * 64}\n" + right)
    assert codes(findings(ledger, kept_lines)) == {"checkpoint.contradiction": {"2"}}


def test_an_environment_that_is_gone_is_seen_by_the_checkpoints(ledger: World, kept_lines: Path) -> None:
    with kept_lines.open("a") as file:
        file.write(f"icontrol gone 1 {'e' * 64}\n")
    found = findings(ledger, kept_lines)
    assert [(finding.severity, finding.code, finding.place) for finding in found] == [
        ("error", "checkpoint.unknown", "icontrol/gone")
    ]
    # Not asked about is not gone.
    one = Environment.objects.select_related("application").filter(pk=ledger.staging.pk)
    write_checkpoints(ledger, kept_lines)
    assert list(verify(one, against=[kept_lines])) == []


def cut(file: Path, serial: int) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if f" production {serial} " not in line))


def told(found: list[Finding]) -> set[tuple[str, str]]:
    return {(finding.severity, finding.code) for finding in found}


def test_a_copy_that_is_older_only_warns(ledger: World, kept_lines: Path) -> None:
    lines = kept_lines.read_text().splitlines(keepends=True)
    kept_lines.write_text("".join(lines[:-1]) + lines[-1][:40])
    assert told(findings(ledger, kept_lines)) == {("warning", "checkpoint.torn"), ("warning", "checkpoint.behind")}
    kept_lines.write_text("")
    assert told(findings(ledger, kept_lines)) == {("warning", "checkpoint.behind")}


@pytest.mark.slow
@pytest.mark.parametrize("serial", [1, MIDDLE, NEWEST])
def test_each_line_that_is_missing_in_the_servers_own_file_is_an_error(
    ledger: World, kept_lines: Path, serial: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "PATIENCE", 0)
    assert findings(ledger, own=kept_lines) == []
    cut(kept_lines, serial)
    [found] = findings(ledger, own=kept_lines)
    assert (found.severity, found.code, found.place) == ("error", "checkpoint.gap", "icontrol/production")
    assert f"(from {serial})" in found.message["en"]


def test_a_line_in_the_middle_is_missed_in_a_copy_too(ledger: World, kept_lines: Path) -> None:
    cut(kept_lines, MIDDLE)
    assert told(findings(ledger, kept_lines)) == {("error", "checkpoint.gap")}


def test_the_servers_own_file_is_missed_where_there_is_a_release(ledger: World, tmp_path: Path) -> None:
    [found] = findings(ledger, own=tmp_path / "none.txt")
    assert (found.severity, found.code, found.place) == ("error", "checkpoint.missing", "none.txt")
    assert str(tmp_path) in found.message["fr"]
    empty = Environment.objects.select_related("application").filter(key="canary")
    assert list(verify(empty, own=tmp_path / "none.txt")) == []


def test_a_line_that_the_server_is_just_writing_is_waited_for(
    ledger: World, kept_lines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = kept_lines.read_text()
    cut(kept_lines, NEWEST)
    monkeypatch.setattr(time, "sleep", lambda seconds: kept_lines.write_text(whole))
    assert findings(ledger, own=kept_lines) == []


def change(model: Any, name: str, **values: Any) -> Callable[[World], None]:
    return lambda world: model.objects.filter(key=name).update(**values)


ROWS: dict[str, tuple[Callable[[World], Any], str, str]] = {
    "another default application": (change(Application, "icontrol", is_default=False), "row.edited", "is_default"),
    "another default language": (change(Application, "icontrol", default_locale="fr"), "row.edited", "default_locale"),
    "another default environment": (change(Environment, "production", is_default=False), "row.edited", "is_default"),
    "an environment of another name": (change(Environment, "canary", key="beta"), "row.edited", "key"),
    "a key that is not revoked any more": (change(ClientKey, "pk_old", revoked_at=None), "row.edited", "revoked_at"),
    "a key that is revoked": (change(ClientKey, "pk_new", revoked_at=NOON), "row.edited", "revoked_at"),
    "a key of another surface": (change(ClientKey, "pk_new", surface="web"), "row.edited", "surface"),
    "a key of another environment": (
        lambda world: ClientKey.objects.filter(key="pk_new").update(environment=world.staging),
        "row.edited",
        "environment_id",
    ),
    "a key that nobody made": (
        lambda world: ClientKey.objects.bulk_create(
            [ClientKey(environment=world.production, key="pk_false", name="false", created_at=NOON)]
        ),
        "row.unknown",
        "pk_false",
    ),
    "a key that is gone": (
        lambda world: ClientKey.objects.filter(key="pk_new")._raw_delete("default"),
        "row.gone",
        "pk_new",
    ),
    "an environment that is gone": (
        lambda world: Environment.objects.filter(key="canary")._raw_delete("default"),
        "row.gone",
        "canary",
    ),
}


def test_every_deciding_column_is_changed_here() -> None:
    told = {words for _, code, words in ROWS.values() if code == "row.edited"}
    assert {column for columns in verifying.DECIDING.values() for column in columns} - told == {"application_id"}


@pytest.mark.slow
@pytest.mark.parametrize("case", ROWS)
def test_a_row_beside_the_ledger_that_was_changed_behind_its_back_is_found(ledger: World, case: str) -> None:
    for key in ("pk_old", "pk_new"):
        ClientKey(environment=ledger.production, key=key, name=key, created_at=NOON).save_as(ADA.name, NOON)
    old = ClientKey.objects.get(key="pk_old")
    old.revoked_at = NOON
    old.save_as(ADA.name, NOON)
    assert findings(ledger) == []
    act, code, words = ROWS[case]
    act(ledger)
    found = [finding for finding in findings(ledger) if finding.code.startswith("row.")]
    assert [(finding.severity, finding.code) for finding in found] == [("error", code)]
    assert words in found[0].message["en"] and words in found[0].message["fr"]


def test_several_checkpoint_files_are_all_compared(ledger: World, kept_lines: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(kept_lines.read_text().replace("icontrol production 1 ", "icontrol production 9 "))
    found = codes(findings(ledger, kept_lines, other))
    assert found == {"checkpoint.beyond": {"9"}, "checkpoint.gap": {"icontrol/production"}}


def test_findings_speak_both_languages(ledger: World) -> None:
    with by_hand():
        rows(ledger).filter(serial=MIDDLE).update(policies=canonical({}))
    (finding,) = findings(ledger)
    assert finding.place == "icontrol/production 3"
    assert finding.message == {
        "en": "Its content does not match its hash.",
        "fr": "Ses données ne correspondent pas à son empreinte.",
    }


@pytest.mark.parametrize(
    "edit",
    [
        lambda lives: lives.filter(key="a").delete(),
        lambda lives: lives.filter(key="a").update(to_serial=None),
        lambda lives: lives.filter(key="b").update(kind="{}"),
        lambda lives: lives.create(environment=lives[0].environment, key="c", kind="{}", from_serial=1),
    ],
)
def test_what_is_kept_about_flags_is_compared_with_the_ledger(world: World, edit: Callable[[Any], Any]) -> None:
    world.release(snapshot(featureFlags=[flag("a"), flag("b")]))
    world.release(snapshot(featureFlags=[flag("b")]), confirm=["release.shrinks"])
    world.publish("1.0.0", environment=world.staging)
    assert findings(world) == []
    edit(FlagLife.objects.filter(environment=world.production))
    [found] = findings(world)
    assert (found.severity, found.code, found.place) == ("warning", "flag_life.differs", "icontrol/production")
    assert found.code in done("verify_ledger", "--rebuild-flags", "--no-checkpoints").out
    assert findings(world) == []
