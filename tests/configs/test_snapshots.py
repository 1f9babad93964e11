"""A content is stored once, stays while anything has it, and goes with the last that had it."""

from __future__ import annotations

import threading
import zlib
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from configs import actions
from configs.models import ConfigVersion, Snapshot
from icontrol.kernel.actors import Actor
from icontrol.kernel.triggers import lifted
from releases.ledger.verify import verify
from tests.bench.documents import large_snapshot
from tests.factories import World, make_world, snapshot

GRACE = Actor("user:grace")


def stored() -> set[str]:
    return set(Snapshot.objects.values_list("pk", flat=True))


def in_use() -> set[str]:
    return set(ConfigVersion.objects.values_list("content", flat=True)) | set(
        ConfigVersion.history.values_list("content", flat=True)
    )


def test_one_content_is_stored_once_whoever_has_it(world: World) -> None:
    before = stored()
    world.edit(snapshot("home", "a"))
    world.release()
    world.edit(snapshot("home", "b"))
    world.edit(snapshot("home", "a"))
    assert len(stored() - before) == 2 and ConfigVersion.objects.count() == 2


def test_the_text_is_the_one_that_was_stored() -> None:
    text = '{"é":1e+22}'
    kept = Snapshot.of(text)
    again = Snapshot(digest=kept.digest, deflated=kept.deflated)
    assert again.text == text and again.is_intact


def test_autosave_leaves_nothing_behind(world: World) -> None:
    world.edit(snapshot("home", "a"))
    for number in range(10):
        world.edit(snapshot("home", f"b{number}"))
    assert stored() == in_use() and len(stored()) <= 3


def test_what_two_editors_in_turn_leave_is_small(world: World) -> None:
    """Each save stays in the history, because it is another person's: deflated, or 60 saves are 15 MB."""
    document = large_snapshot()
    for number in range(20):
        document["pages"][0]["title"]["en"] = f"Save {number}"
        world.edit(document, actor=Actor("user:ada") if number % 2 else GRACE)
    sizes = [len(deflated) for deflated in Snapshot.objects.values_list("deflated", flat=True)]
    assert len(sizes) >= 20 and sum(sizes) < 20 * 250_000 / 8


def test_a_content_that_another_version_has_stays(world: World) -> None:
    world.release(snapshot("home", "a"))
    world.edit(snapshot("home", "b"))
    world.edit(snapshot("home", "a"))  # the content of 1.0.0, which the next save of the draft lets go of
    world.edit(snapshot("home", "c"))
    assert [page["id"] for page in world.head().config_version.document["pages"]] == ["home", "a"]  # type: ignore[union-attr]
    assert stored() == in_use()


@pytest.mark.parametrize("change", ["UPDATE configs_snapshot SET deflated = %s", "DELETE FROM configs_snapshot"])
def test_the_database_refuses_to_lose_a_content(world: World, change: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, [zlib.compress(b"{}")] if "%s" in change else [])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no OR REPLACE")
def test_the_database_refuses_to_replace_a_content(world: World) -> None:
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT OR REPLACE INTO configs_snapshot SELECT digest, 'x' FROM configs_snapshot")


@pytest.mark.parametrize("bytes_of", [b"no zlib at all", zlib.compress(b'{"pages":[]}'), zlib.compress(b"\xff")])
def test_a_content_that_was_edited_by_hand_is_found(committed_world: World, bytes_of: bytes) -> None:
    release = committed_world.release(snapshot("home"))
    with lifted(connection):
        Snapshot.objects.filter(pk=release.config_version.digest).update(deflated=bytes_of)  # type: ignore[union-attr]
    found = {finding.code for finding in verify([release.environment], against=[])}
    assert "version.edited" in found


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_content_is_not_dropped_under_one_who_is_about_to_have_it(committed_world: World) -> None:
    """Ada's draft lets go of a content in the moment in which another application takes it."""
    other = make_world(key="other", is_default=False)
    committed_world.edit(snapshot("home", "a"))
    taken = committed_world.draft.digest
    kept, dropped = threading.Event(), threading.Event()

    def take() -> None:
        draft = other.draft
        with transaction.atomic():
            content = Snapshot.of(committed_world_text)
            content.keep()
            kept.set()
            assert dropped.wait(10)
            ConfigVersion.objects.filter(pk=draft.pk).update(content=content)
        connection.close()

    committed_world_text: str = committed_world.draft.snapshot
    thread = threading.Thread(target=take)
    thread.start()
    assert kept.wait(10)
    committed_world.edit(snapshot("home", "b"))  # within five minutes, by the same person
    dropped.set()
    thread.join(10)
    assert taken in stored() and other.draft.digest == taken


def test_keeping_a_content_that_just_went_brings_it_back(world: World) -> None:
    world.edit(snapshot("home", "a"))
    old: Any = world.draft
    world.edit(snapshot("home", "b"))
    assert old.digest not in stored()
    actions.save_draft(
        world.application, old.document, read={world.draft.revision}, actor=Actor("user:ada"), now=world.tick()
    )
    assert old.digest in stored()
