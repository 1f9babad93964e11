"""What is released never changes: refused by the models in words, and by the database whatever asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError

from configs import states
from configs.models import ConfigVersion, Immutable, Snapshot
from icontrol.kernel import triggers
from releases.models import Release
from tests.factories import ADA, NOON, World, snapshot

FROZEN_STATES = (states.PREVIEW, states.PUBLISHED, states.WITHDRAWN)
APPEND_ONLY, KEPT, IN_THE_WAY = "append-only", "never deleted", "never takes the place"
EMPTY = Snapshot.of("{}")
LEFT_DRAFT, NO_MOVE = "left the draft state", "does not move"


@pytest.fixture
def four(world: World) -> World:
    """A version in every state: 1.0.0 published, 1.0.1 withdrawn, 1.0.2 preview, 1.0.3 draft."""
    world.release(snapshot("home"))
    world.edit(snapshot("home", "a"))
    world.preview()
    world.edit(snapshot("home", "b"))
    world.preview()
    found = dict(ConfigVersion.objects.values_list("version", "state"))
    assert found == {"1.0.0": "published", "1.0.1": "withdrawn", "1.0.2": "preview", "1.0.3": "draft"}
    connection.check_constraints()  # so that tests may change triggers
    return world


def version_in(state: str) -> ConfigVersion:
    return ConfigVersion.objects.get(state=state)


@contextmanager
def refused(message: str) -> Iterator[None]:
    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        yield


def only(name: str) -> None:
    """That one trigger and no other, to see that it is the one that refuses."""
    triggers.remove(connection, triggers.all_triggers())
    triggers.install(connection, [trigger for trigger in triggers.all_triggers() if trigger.name == name])


def execute(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def different(value: Any) -> Any:
    match value:
        case str():
            return f"{value[:-1]}{'0' if value[-1:] != '0' else '1'}"
        case int():
            return value + 1000
        case dt.datetime():
            return value + dt.timedelta(microseconds=1)
    raise AssertionError(value)


def another(row: models.Model, column: str) -> Any:
    """A value that the row does not have in that column."""
    value = getattr(row, column)
    if value is not None:
        return different(value)
    return NOON if column.endswith("_at") else row.pk


# --- the ledger -------------------------------------------------------------------------------------------------------


def test_a_release_is_saved_once(four: World) -> None:
    release = Release.objects.get()
    with pytest.raises(Immutable, match="append-only"):
        release.save()
    with pytest.raises(Immutable, match="append-only"):
        release.save(update_fields=["reason"])
    with pytest.raises(Immutable, match="append-only"):
        release.delete()
    copy = Release(**{field.attname: getattr(release, field.attname) for field in Release._meta.concrete_fields})
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save()  # made by hand with the primary key of a row: an insert, never an update
    assert Release.objects.count() == 1


def test_no_column_of_a_release_can_be_updated(four: World) -> None:
    for column in [field.attname for field in Release._meta.concrete_fields]:
        release = Release.objects.get()
        value = another(release, column)
        with refused(APPEND_ONLY):
            Release.objects.filter(pk=release.pk).update(**{column: value})
        with refused(APPEND_ONLY):
            execute(f"UPDATE releases_release SET {column} = %s WHERE id = %s", value, release.pk)
        if column != "id":
            setattr(release, column, value)
            with refused(APPEND_ONLY):
                Release.objects.bulk_update([release], [Release._meta.get_field(column).name])


def test_a_release_cannot_be_deleted(four: World) -> None:
    with refused(APPEND_ONLY):
        Release.objects.all().delete()
    with refused(APPEND_ONLY):
        execute("DELETE FROM releases_release")
    with pytest.raises(ProtectedError):
        four.production.delete()
    if connection.vendor == "postgresql":
        with refused(APPEND_ONLY):
            execute("TRUNCATE releases_release")
        with refused("append-only|never deleted"):
            execute("TRUNCATE configs_application CASCADE")
    assert Release.objects.count() == 1


@pytest.mark.parametrize("serial", [0, 1, 3])
def test_a_release_takes_the_next_serial_and_no_other(four: World, serial: int) -> None:
    release = Release.objects.get()
    fields = {field.attname: getattr(release, field.attname) for field in Release._meta.concrete_fields}
    fields |= {"id": None, "serial": serial}
    with refused("follows the newest|serial"):
        Release(**fields).save()
    Release(**fields | {"serial": 2}).save()
    assert Release.objects.count() == 2


def test_a_release_is_not_overwritten_by_an_upsert(four: World) -> None:
    release = Release.objects.get()
    fields = {field.attname: getattr(release, field.attname) for field in Release._meta.concrete_fields}
    upsert: dict[str, Any] = {"update_conflicts": True, "update_fields": ["reason"], "unique_fields": ["id"]}
    with refused(APPEND_ONLY):
        Release.objects.bulk_create([Release(**fields | {"serial": 2, "reason": "another"})], **upsert)
    assert Release.objects.get().reason == "go"


# --- config versions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", FROZEN_STATES)
def test_the_model_says_what_may_not_change(four: World, state: str) -> None:
    for column in states.FROZEN[1:]:
        version = version_in(state)
        setattr(version, column, another(version, column))
        with pytest.raises(Immutable, match=f"{LEFT_DRAFT}; changed: {column}$"):
            version.save_as(ADA.name, four.tick())
        with pytest.raises(Immutable, match=LEFT_DRAFT):
            version.save(update_fields=[column.removesuffix("_id")])


@pytest.mark.parametrize("state", FROZEN_STATES)
def test_the_database_keeps_what_left_the_draft_state(four: World, state: str) -> None:
    only("configs_version_frozen")
    for column in states.FROZEN:
        version = version_in(state)
        value = another(version, column)
        with refused(LEFT_DRAFT):
            ConfigVersion.objects.filter(pk=version.pk).update(**{column: value})
        with refused(LEFT_DRAFT):
            execute(f"UPDATE configs_configversion SET {column} = %s WHERE id = %s", value, version.pk)
        if column != "id":
            setattr(version, column, value)
            with refused(LEFT_DRAFT):
                ConfigVersion.objects.bulk_update([version], [ConfigVersion._meta.get_field(column).name])


def test_everything_but_state_and_steps_is_frozen() -> None:
    columns = {field.attname for field in ConfigVersion._meta.concrete_fields}
    steps = {f"{step}_{part}" for step in states.SET_ONCE for part in ("at", "by")}
    assert columns == {*states.FROZEN, "state", *steps}


def test_the_draft_can_be_edited(four: World) -> None:
    draft, other = four.draft, version_in("published").content
    draft.content, draft.version = Snapshot.of("{}"), "1.1.0"
    draft.save_as(ADA.name, four.tick())
    assert ConfigVersion.objects.filter(version="1.1.0", content=EMPTY).update(content=other) == 1


@pytest.mark.parametrize(
    ("state", "step"),
    [("preview", "previewed"), ("published", "published"), ("withdrawn", "previewed"), ("withdrawn", "withdrawn")],
)
@pytest.mark.parametrize("part", ["at", "by"])
def test_who_and_when_are_set_once(four: World, state: str, step: str, part: str) -> None:
    version = version_in(state)
    column = f"{step}_{part}"
    only("configs_version_frozen")
    with refused(LEFT_DRAFT):
        ConfigVersion.objects.filter(pk=version.pk).update(**{column: different(getattr(version, column))})


def test_an_unchanged_version_can_be_saved_and_a_move_is_no_change(four: World) -> None:
    published = version_in("published")
    published.save_as(ADA.name, four.tick())
    preview = version_in("preview")
    preview.publish(by=ADA.name, at=four.tick())
    preview.save_as(ADA.name, four.now)
    preview.content = Snapshot.of("{}")
    with pytest.raises(Immutable):
        preview.save()
    draft = four.draft
    draft.content = Snapshot.of("{}")
    draft.preview(by=ADA.name, at=four.tick())
    draft.save_as(ADA.name, four.now)  # the last edit and the move are one save
    draft.content = Snapshot.of('{"pages":[]}')
    with pytest.raises(Immutable):
        draft.save()


def test_columns_that_were_not_loaded_cannot_be_changed_either(four: World) -> None:
    published = ConfigVersion.objects.filter(state="published")
    published.defer("content").get().save()
    version = published.defer("content").get()
    version.content = Snapshot.of("{}")
    with pytest.raises(Immutable, match="changed: content_id$"):
        version.save()
    version = published.only("version").get()
    version.version = "9.9.9"
    with pytest.raises(Immutable, match="changed: version$"):
        version.save()


def test_an_object_that_missed_the_move_is_stopped_by_the_database(four: World) -> None:
    stale = version_in("draft")
    four.publish(confirm=["release.base_moved"])
    stale.content = Snapshot.of("{}")
    with refused(f"{LEFT_DRAFT}|{NO_MOVE}|{IN_THE_WAY}"):
        stale.save()


def test_a_primary_key_set_by_hand_overwrites_nothing(four: World) -> None:
    version = version_in("draft")
    fields = {field.attname: getattr(version, field.attname) for field in ConfigVersion._meta.concrete_fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        ConfigVersion(**fields | {"content_id": EMPTY.pk}).save()
    assert version_in("draft").snapshot != "{}"


def test_a_version_is_never_deleted(four: World) -> None:
    for version in ConfigVersion.objects.all():
        with pytest.raises(Immutable, match=KEPT):
            version.delete()
        with refused(KEPT):
            execute("DELETE FROM configs_configversion WHERE id = %s", version.pk)
        with refused(KEPT):
            ConfigVersion.objects.filter(pk=version.pk)._raw_delete("default")
    with refused(KEPT):
        ConfigVersion.objects.filter(state="draft").delete()
    if connection.vendor == "postgresql":
        only("configs_version_no_truncate")
        with refused(KEPT):
            execute("TRUNCATE configs_configversion CASCADE")
    assert ConfigVersion.objects.count() == 4


@pytest.mark.parametrize("source", states.STATES)
def test_only_the_moves_of_the_table_are_possible(four: World, source: str) -> None:
    """A bare change of the state: a forbidden one meets the trigger, an allowed one the constraint about times."""
    only("configs_version_moves")
    for target in sorted(set(states.STATES) - {source}):
        allowed = any((a, b) == (source, target) for a, _, b in states.TRANSITIONS)
        with refused("configversion_state_matches_times|one_preview" if allowed else NO_MOVE):
            ConfigVersion.objects.filter(state=source).update(state=target)


def test_the_moves_of_the_table_are_possible_with_their_times(four: World) -> None:
    by = {"withdrawn_at": NOON, "withdrawn_by": "user:ada"}
    assert ConfigVersion.objects.filter(state="preview").update(state="withdrawn", **by) == 1
    by = {"previewed_at": NOON, "previewed_by": "user:ada"}
    assert ConfigVersion.objects.filter(state="draft").update(state="preview", **by) == 1
    by = {"published_at": NOON, "published_by": "user:ada"}
    assert ConfigVersion.objects.filter(state="preview").update(state="published", **by) == 1


@pytest.mark.parametrize("state", ["draft", "preview"])
def test_there_is_no_second_draft_and_no_second_preview(four: World, state: str) -> None:
    version = version_in(state)
    fields = {field.attname: getattr(version, field.attname) for field in ConfigVersion._meta.concrete_fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        ConfigVersion(**fields | {"id": None, "version": "8.0.0"}).save()
    triggers.remove(connection, triggers.all_triggers())
    with refused(f"one_{state}|application_id"):  # the constraint alone
        ConfigVersion(**fields | {"id": None, "version": "8.0.0"}).save()


def test_a_version_number_is_used_once(four: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ConfigVersion.objects.filter(state="draft").update(version="1.0.0")


# --- SQLite's OR REPLACE, which deletes rows without asking the DELETE trigger ----------------------------------------


def columns(model: type[models.Model], **replaced: str) -> tuple[str, str]:
    """(columns but the key, the same with some replaced by an expression)."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname != "id"]
    return ", ".join(names), ", ".join(f"{replaced[name]} AS {name}" if name in replaced else name for name in names)


needs_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no OR REPLACE")


@needs_sqlite
def test_a_release_is_not_replaced(four: World) -> None:
    names, renumbered = columns(Release, serial="2")
    with refused(APPEND_ONLY):
        execute(f"INSERT OR REPLACE INTO releases_release (id, {names}) SELECT id, {renumbered} FROM releases_release")
    assert list(Release.objects.values_list("serial", flat=True)) == [1]
    with refused(APPEND_ONLY):
        execute("UPDATE OR REPLACE releases_release SET serial = 1")


@needs_sqlite
@pytest.mark.parametrize("same", ["id", "version"])
def test_a_version_is_not_replaced_by_an_insert(four: World, same: str) -> None:
    names, values = columns(
        ConfigVersion, content_id=f"'{EMPTY.pk}'", **({"version": "'8.0.0'"} if same == "id" else {})
    )
    key = "id" if same == "id" else "id + 1000"
    for state in states.STATES:
        with refused(IN_THE_WAY):
            execute(
                f"INSERT OR REPLACE INTO configs_configversion (id, {names}) "
                f"SELECT {key}, {values} FROM configs_configversion WHERE state = %s",
                state,
            )
    assert not ConfigVersion.objects.filter(content=EMPTY).exists()


@needs_sqlite
@pytest.mark.parametrize("state", ["draft", "preview"])
def test_a_draft_or_preview_is_not_replaced_by_another(four: World, state: str) -> None:
    names, values = columns(ConfigVersion, version="'8.0.0'")
    with refused(IN_THE_WAY):
        execute(
            f"INSERT OR REPLACE INTO configs_configversion ({names}) "
            f"SELECT {values} FROM configs_configversion WHERE state = %s",
            state,
        )


@needs_sqlite
@pytest.mark.parametrize(
    "change",
    [
        "version = '1.0.0'",
        "id = (SELECT id FROM configs_configversion WHERE version = '1.0.0')",
        "state = 'preview', previewed_at = created_at, previewed_by = created_by",
    ],
)
def test_a_version_is_not_ousted_by_an_update_of_the_draft(four: World, change: str) -> None:
    with refused(IN_THE_WAY):
        execute(f"UPDATE OR REPLACE configs_configversion SET {change} WHERE state = 'draft'")
    assert ConfigVersion.objects.count() == 4
