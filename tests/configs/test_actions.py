"""What can be done to the draft: conditions, history, revert, rename, preview, and the number of the next draft."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from configs import actions, history
from configs.drafts import Stored
from configs.models import ConfigVersion
from configs.policies import LARGEST_SCHEMA, schema_revision
from configs.snapshot.canonical import canonical, digest, normalise
from configs.snapshot.caps import MAX_KEYS
from icontrol.kernel.refusals import Refusal
from tests.factories import ADA, NOON, World, actor, snapshot

MINUTE = dt.timedelta(minutes=1)


def refused(code: str) -> pytest.RaisesExc[Refusal]:
    return pytest.RaisesExc(Refusal, check=lambda error: error.code == code)


def entries(world: World) -> list[tuple[str, str]]:
    """(who, note) of the history of the draft that there is now, newest first."""
    return list(world.draft.history.order_by("-history_id").values_list("history_user_id", "history_change_reason"))


def save(world: World, content: Any, *, who: str = "editor", at: dt.datetime | None = None) -> ConfigVersion:
    return actions.save_draft(
        world.application, content, read={world.draft.revision}, actor=actor(who), now=at or world.tick()
    )


def rename(world: World, version: str) -> ConfigVersion:
    return actions.rename_draft(
        world.application, version, read={world.draft.revision}, actor=actor("editor"), now=world.tick()
    )


def revert(world: World, text: str, source: str = "live (1.0.0)") -> ConfigVersion:
    return actions.revert_draft(
        world.application,
        Stored(text, source, world.draft.based_on_id),
        read={world.draft.revision},
        actor=actor("editor"),
        now=world.tick(),
    )


def facts(world: World) -> Any:
    """Everything that an action on the draft could have written."""
    return (
        list(ConfigVersion.objects.order_by("pk").values()),
        list(ConfigVersion.history.order_by("history_id").values()),
        list(type(world.application).objects.values()),
    )


EDITS = {
    "save": lambda world, read: actions.save_draft(
        world.application, snapshot("b"), read=read, actor=ADA, now=world.tick()
    ),
    "patch": lambda world, read: actions.patch_draft(
        world.application, snapshot("b"), read=read, actor=ADA, now=world.tick()
    ),
    "revert": lambda world, read: actions.revert_draft(
        world.application, Stored("{}", "x", None), read=read, actor=ADA, now=world.tick()
    ),
    "rename": lambda world, read: actions.rename_draft(
        world.application, "3.0.0", read=read, actor=ADA, now=world.tick()
    ),
    "preview": lambda world, read: actions.send_to_preview(
        world.application, read=read, reason="look", actor=ADA, now=world.tick()
    ),
}
every_edit = pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)


@every_edit
def test_a_write_that_does_not_say_what_it_read_is_refused(world: World, edit: Any) -> None:
    save(world, snapshot("a"))
    before = facts(world)
    with refused("draft.unread") as refusal:
        edit(world, frozenset())
    assert (refusal.value.status, refusal.value.extra["revision"]) == (428, world.draft.revision)
    assert facts(world) == before


@every_edit
def test_a_write_on_what_is_no_longer_there_says_who_saved_when(world: World, edit: Any) -> None:
    old = world.draft.revision
    save(world, snapshot("a"), who="publisher")
    before = facts(world)
    for stale in ({old}, {""}, {"1.0.0/2"}, {"1.0.1/1"}, {"1.0.0/"}, {"x", "y"}):
        with refused("draft.stale") as refusal:
            edit(world, stale)
        assert refusal.value.status == 412
        assert refusal.value.extra["revision"] == world.draft.revision
        assert refusal.value.extra["savedBy"] == "user:publisher"
        assert "user:publisher" in refusal.value.detail["fr"]
        assert facts(world) == before


@every_edit
def test_one_of_several_that_were_read_is_enough(world: World, edit: Any) -> None:
    save(world, snapshot("a"))
    edit(world, {"1.0.0/0", world.draft.revision})


@every_edit
def test_a_viewer_changes_nothing(world: World, edit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    save(world, snapshot("a"))
    before = facts(world)
    monkeypatch.setattr("tests.configs.test_actions.ADA", actor("viewer"))
    with refused("permission.denied"):
        edit(world, {world.draft.revision})
    assert facts(world) == before


def test_every_change_moves_the_revision(world: World) -> None:
    seen = [world.draft.revision]
    for change in (
        lambda: save(world, snapshot("a")),
        lambda: save(world, snapshot("b")),
        lambda: save(world, snapshot("a")),  # the old content again is a new edit
        lambda: rename(world, "1.5.0"),
        lambda: rename(world, "1.0.0"),
        lambda: revert(world, "{}"),
        lambda: world.preview(),
    ):
        change()
        seen.append(world.draft.revision)
    assert len(set(seen)) == len(seen)


def test_saving_what_is_there_changes_nothing(world: World) -> None:
    save(world, snapshot("a", "b"))
    before = facts(world)
    same = snapshot("a", "b")
    same["pages"].reverse()
    for draft in (
        save(world, same),
        revert(world, canonical(same)),
        rename(world, "1.0.0"),
        actions.patch_draft(world.application, {}, read={world.draft.revision}, actor=ADA, now=world.tick()),
    ):
        assert draft.edits == 1
    assert facts(world) == before


def test_a_dry_run_shows_and_writes_nothing(world: World) -> None:
    before = facts(world)
    shown = actions.save_draft(
        world.application, snapshot("a"), read={world.draft.revision}, dry_run=True, actor=ADA, now=world.tick()
    )
    assert shown.document["pages"][0]["id"] == "a"
    assert facts(world) == before


def test_content_is_stored_once_in_its_canonical_form(world: World) -> None:
    content = {**snapshot("b", "a"), "featureFlags": [{"key": "z"}, {"key": "é"}, {"key": "a"}]}
    draft = save(world, content)
    assert draft.snapshot == canonical(normalise(content))
    assert draft.digest == digest(draft.snapshot)
    stored = ConfigVersion.objects.get(pk=draft.pk)
    assert (stored.snapshot, stored.digest) == (draft.snapshot, draft.digest)


def test_what_is_half_typed_is_kept(world: World) -> None:
    half = {"pages": [{"id": "a"}, {"id": "a"}, {}, 5, None], "tabs": [{"id": "t", "pageId": "nowhere"}], "plugins": 1}
    draft = save(world, half)
    assert draft.document["pages"] == half["pages"]
    with refused("snapshot.invalid") as refusal:
        world.preview()
    assert len(refusal.value.problems) > 3
    assert world.draft.revision == draft.revision


@pytest.mark.parametrize(
    ("content", "places"),
    [
        ([], [""]),
        (None, [""]),
        ("pages", [""]),
        ({"pages": {}}, ["/pages"]),
        ({"pages": None, "layout": [], "roles": []}, ["/pages", "/layout"]),
        ({"theme": None, "featureFlags": "x"}, ["/theme", "/featureFlags"]),
    ],
)
def test_a_wrong_top_level_is_not_kept(world: World, content: Any, places: list[str]) -> None:
    before = facts(world)
    with refused("draft.shape") as refusal:
        save(world, content)
    assert [problem.pointer for problem in refusal.value.problems] == places
    assert facts(world) == before


def test_the_cap_counts_the_bytes_of_the_canonical_text(world: World, settings: Any) -> None:
    content = snapshot("a", layout={"note": "é" * 600})
    settings.ICONTROL_SNAPSHOT_MAX_BYTES = len(canonical(normalise(content)).encode())
    save(world, content)
    before = facts(world)
    with refused("draft.too_large") as refusal:
        save(world, snapshot("a", layout={"note": "é" * 600 + "x"}))
    assert refusal.value.status == 413
    assert facts(world) == before


def test_a_patch_merges_and_what_it_makes_is_within_the_caps(world: World) -> None:
    save(world, snapshot("a", layout={"wide": True, "menu": {"a": 1}}))
    patch = {"layout": {"wide": None, "menu": {"b": 2}}}
    draft = actions.patch_draft(world.application, patch, read={world.draft.revision}, actor=ADA, now=world.tick())
    assert draft.document["layout"] == {"menu": {"a": 1, "b": 2}}
    assert [page["id"] for page in draft.document["pages"]] == ["a"]

    half = {str(number): 1 for number in range(MAX_KEYS - 2)}
    actions.patch_draft(world.application, {"layout": half}, read={draft.revision}, actor=ADA, now=world.tick())
    before = facts(world)
    with refused("json.refused") as refusal:
        actions.patch_draft(
            world.application,
            {"layout": {"x": 1, "y": 1}},
            read={world.draft.revision},
            actor=ADA,
            now=world.tick(),
        )
    assert [problem.pointer for problem in refusal.value.problems] == ["/layout"]
    assert facts(world) == before


# History -------------------------------------------------------------------------------------------------------------


def test_edits_of_one_person_within_five_minutes_are_one_entry(world: World) -> None:
    for page, seconds in (("a", 0), ("b", 60), ("c", 299)):
        save(world, snapshot(page), at=NOON + dt.timedelta(seconds=seconds))
    assert entries(world) == [("user:editor", "edit"), ("user:ada", "created")]
    entry = world.draft.history.order_by("-history_id").first()
    assert entry.snapshot == world.draft.snapshot
    assert (entry.digest, entry.edits, entry.edited_by) == (world.draft.digest, 3, "user:editor")
    assert entry.history_date == NOON


def test_the_window_starts_with_the_first_edit(world: World) -> None:
    """Otherwise somebody who never stops typing would have one entry for a whole day."""
    for number in range(12):
        save(world, snapshot(f"p{number}"), at=NOON + number * MINUTE)
    assert len(entries(world)) == 1 + 3
    pages = [entry.snapshot for entry in world.draft.history.order_by("history_id")[1:]]
    assert [("p4" in text, "p9" in text, "p11" in text) for text in pages] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


@pytest.mark.parametrize(
    "between",
    [
        lambda world: save(world, snapshot("z"), who="publisher", at=NOON + MINUTE),
        lambda world: rename(world, "2.0.0"),
        lambda world: revert(world, "{}"),
        lambda world: world.preview(),
        lambda world: world.publish(),
    ],
    ids=["another person", "rename", "revert", "preview", "publish"],
)
def test_what_comes_between_ends_an_entry(world: World, between: Any) -> None:
    save(world, snapshot("a"), at=NOON)
    between(world)
    before = ConfigVersion.history.count()
    save(world, snapshot("b"), at=NOON + 2 * MINUTE)
    save(world, snapshot("c"), at=NOON + 3 * MINUTE)
    assert ConfigVersion.history.count() == before + 1
    texts = [entry.snapshot for entry in history.entries(world.application)]
    assert any('"a"' in text for text in texts), "the first person's edit is gone"


def test_a_clock_that_goes_back_mixes_no_entries(world: World) -> None:
    save(world, snapshot("a"), at=NOON)
    save(world, snapshot("b"), at=NOON - MINUTE)
    save(world, snapshot("c"), at=NOON + MINUTE)  # within five minutes of both: belongs to the newer entry
    texts = [entry.snapshot for entry in history.entries(world.application)]
    assert ['"c"' in texts[0], '"a"' in texts[1], len(texts)] == [True, True, 3]


def test_the_history_holds_all_drafts_but_only_drafts(world: World) -> None:
    save(world, snapshot("a"))
    world.preview()
    save(world, snapshot("b"))
    world.publish()
    notes = [entry.history_change_reason for entry in history.entries(world.application)]
    assert notes == ["opened from 1.0.1", "edit", "opened from 1.0.0", "edit", "created"]
    with refused("history.unknown"):
        history.entry(world.application, 10**6)
    frozen = ConfigVersion.history.exclude(state="draft").first()
    with refused("history.unknown"):
        history.entry(world.application, frozen.history_id)


def test_another_applications_history_is_another(world: World) -> None:
    other = actions.create_application(key="other", name="Other", actor=ADA, now=world.tick())
    entry = history.entries(other).first()
    with refused("history.unknown"):
        history.entry(world.application, entry.history_id)


def test_the_history_says_why_where_somebody_said_so(world: World) -> None:
    more: dict[str, Any] = {"actor": actor("editor")}

    def read_and_time() -> dict[str, Any]:
        return {**more, "read": {world.draft.revision}, "now": world.tick()}

    application = world.application
    actions.save_draft(application, snapshot("a"), reason="first  page", **read_and_time())
    actions.patch_draft(application, {"theme": {"mode": "dark"}}, reason="and a theme", **read_and_time())
    actions.revert_draft(application, Stored("{}", "live", None), reason="not yet", **read_and_time())
    actions.rename_draft(application, "2.0.0", reason="a new menu", **read_and_time())
    actions.save_draft(application, snapshot("b"), **read_and_time())
    actions.save_draft(application, snapshot("c"), reason="", **read_and_time())
    assert [what for _, what in entries(world)] == [
        "edit",
        "renamed from 1.0.0: a new menu",
        "revert to live: not yet",
        "edit: and a theme",
        "edit: first page",
        "created",
    ]
    before = facts(world)
    for unusable in ("x" * 501, "\x00", "a\u202eb"):
        with refused("reason.required"):
            actions.save_draft(application, snapshot("d"), reason=unusable, **read_and_time())
        with refused("draft.stale"):  # what was read comes first
            actions.save_draft(application, snapshot("d"), reason=unusable, **{**read_and_time(), "read": {"x"}})
    assert facts(world) == before


# Revert, rename, preview, numbers ------------------------------------------------------------------------------------


def test_a_revert_changes_the_draft_and_never_what_clients_get(world: World) -> None:
    world.release(snapshot("a"))
    live = world.head()
    save(world, snapshot("b"))
    entry = history.entries(world.application).first()
    save(world, snapshot("c"), who="publisher")

    draft = revert(world, entry.snapshot, f"history entry {entry.history_id}")
    assert [page["id"] for page in draft.document["pages"]] == ["b"]
    assert live is not None and live.config_version is not None
    draft = revert(world, live.config_version.snapshot, "live (1.0.0)")
    assert draft.digest == live.config_version.digest
    assert entries(world)[:2] == [
        ("user:editor", "revert to live (1.0.0)"),
        ("user:editor", f"revert to history entry {entry.history_id}"),
    ]
    assert (draft.state, draft.version) == ("draft", "1.0.1")
    assert world.head() == live


def test_a_rename_gives_a_free_number_in_full_form(world: World) -> None:
    world.release()
    assert rename(world, "2").version == "2.0.0"
    assert world.draft.version == "2.0.0"
    assert entries(world)[0] == ("user:editor", "renamed from 1.0.1")
    rename(world, "2.1.0-rc.1")
    rename(world, "2.0.0")  # no other version has it, and nobody ever saw it as one


@pytest.mark.parametrize(
    ("version", "code"),
    [
        ("1.0.0", "version.taken"),
        ("1", "version.taken"),
        ("v2", "version.malformed"),
        ("", "version.malformed"),
        ("02.0.0", "version.malformed"),
        ("draft", "version.malformed"),
        ("2.0.0+build", "version.unusable"),
        (f"2.0.{10**15 + 1}", "version.unusable"),
    ],
)
def test_names_that_a_draft_cannot_have(world: World, version: str, code: str) -> None:
    world.release()
    before = facts(world)
    with refused(code):
        rename(world, version)
    assert facts(world) == before


def test_a_preview_freezes_the_draft_and_withdraws_the_older_preview(world: World) -> None:
    save(world, snapshot("a"))
    first = world.preview()
    save(world, snapshot("a", "b"))
    second = world.preview()
    versions = {version.version: version for version in ConfigVersion.objects.all()}
    assert {name: version.state for name, version in versions.items()} == {
        "1.0.0": "withdrawn",
        "1.0.1": "preview",
        "1.0.2": "draft",
    }
    assert [page["id"] for page in versions["1.0.0"].document["pages"]] == ["a"]
    assert versions["1.0.1"].digest == versions["1.0.2"].digest
    assert [versions[name].based_on for name in ("1.0.0", "1.0.1", "1.0.2")] == [None, first, second]
    assert (versions["1.0.0"].withdrawn_by, versions["1.0.1"].previewed_by) == ("user:ada", "user:ada")
    assert versions["1.0.0"].history.order_by("-history_id").first().history_change_reason == "replaced by 1.0.1"


def test_only_a_preview_can_be_withdrawn(world: World) -> None:
    world.edit()
    world.preview()
    world.edit()
    world.publish()

    def withdraw(name: str) -> ConfigVersion:
        return actions.withdraw(world.application, name, reason="no", actor=ADA, now=world.tick())

    before = facts(world)
    for name, code in (
        ("draft", "version.not_preview"),
        ("1.0.1", "version.not_preview"),
        ("9.0.0", "version.unknown"),
    ):
        with refused(code):
            withdraw(name)
    with refused("reason.required"):
        actions.withdraw(world.application, "1.0.0", reason=" \n", actor=ADA, now=world.tick())
    assert facts(world) == before
    assert withdraw("preview").version == "1.0.0"
    with refused("preview.none"):
        withdraw("preview")
    with refused("version.not_preview"):
        withdraw("1.0.0")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["1.0.0"], "1.0.1"),
        (["1.0.9"], "1.0.10"),
        (["2.0.0", "1.5.0"], "2.0.1"),  # a lower number does not bring the sequence down
        (["2.0.0-rc.1"], "2.0.1"),
        (["2.0.0-rc.1", "2.0.0"], "2.0.1"),
        (["0.0.1"], "0.0.2"),
        (["1.0.0", "1.0.0-rc.1"], "1.0.1"),
    ],
)
def test_the_next_draft_is_numbered_after_the_highest_version(world: World, names: list[str], expected: str) -> None:
    for name in names:
        world.edit()
        rename(world, name)
        world.preview()
    assert world.draft.version == expected


def test_a_withdrawn_number_is_never_used_again(world: World) -> None:
    world.edit()
    world.preview()
    actions.withdraw(world.application, "1.0.0", reason="no", actor=ADA, now=world.tick())
    with refused("version.taken"):
        rename(world, "1.0.0")


SCHEMA = {"type": "object", "properties": {"plugins": {"type": "array"}}}


def set_schema(world: World, schema: Any, **more: Any) -> None:
    world.application.refresh_from_db()
    how: dict[str, Any] = {"read": {schema_revision(world.application)}, "reason": "plugins", "actor": ADA, **more}
    actions.set_extra_schema(world.application, schema, **how, now=world.tick())


def test_the_schema_of_extra_sections_is_frozen_with_each_version(world: World) -> None:
    set_schema(world, SCHEMA)
    save(world, snapshot("a", plugins=[1]))
    first = world.preview()
    set_schema(world, {**SCHEMA, "required": ["plugins"]})
    save(world, snapshot("a"))
    with refused("snapshot.invalid"):
        world.preview()  # the draft is checked against the schema that there is now
    save(world, snapshot("b", plugins=[]))
    second = world.preview()
    frozen = {version.version: version.extra_schema for version in ConfigVersion.objects.all()}
    assert frozen[first.version] == canonical(SCHEMA)
    assert frozen[second.version] == canonical({**SCHEMA, "required": ["plugins"]})
    assert ConfigVersion.objects.get(pk=first.pk).schema == SCHEMA


def test_the_schema_is_not_overwritten_by_who_has_not_read_it(world: World) -> None:
    read = schema_revision(world.application)
    with refused("schema.unread") as refusal:
        set_schema(world, [], read=frozenset(), reason="")  # what was read comes before reason and words
    assert (refusal.value.status, refusal.value.extra["revision"]) == (428, read)
    set_schema(world, SCHEMA, read={read}, actor=actor("admin"))
    world.release(snapshot("a"))  # a row of the application's history that is no change of the schema
    with refused("schema.stale") as refusal:
        set_schema(world, [], read={read}, reason="")
    assert refusal.value.status == 412 and refusal.value.extra["revision"] == schema_revision(world.application)
    assert "user:admin saved the schema at 2026-11-22 12:00:0" in refusal.value.detail["en"]
    with refused("reason.required"):
        set_schema(world, SCHEMA, reason="")
    world.application.refresh_from_db()
    assert world.application.extra_schema == canonical(SCHEMA)


def test_the_schema_has_a_cap_which_counts_the_bytes_of_its_canonical_text(world: World) -> None:
    def sized(size: int) -> dict[str, Any]:
        empty = len(canonical({**SCHEMA, "title": ""}).encode())
        return {**SCHEMA, "title": "é" * ((size - empty) // 2) + "x" * ((size - empty) % 2)}

    set_schema(world, sized(LARGEST_SCHEMA))
    before = facts(world)
    with refused("schema.too_large") as refusal:
        set_schema(world, sized(LARGEST_SCHEMA + 1))
    assert refusal.value.status == 413 and str(LARGEST_SCHEMA) in refusal.value.detail["fr"]
    assert facts(world) == before


def test_extra_sections_without_a_schema_are_kept_and_not_published(world: World) -> None:
    save(world, snapshot("a", plugins=[1]))
    with refused("snapshot.invalid"):
        world.preview()


@pytest.mark.parametrize("schema", [[], "x", None, {"type": "nothing"}, {"$ref": "https://example.com/schema"}])
def test_an_unusable_schema_is_refused(world: World, schema: Any) -> None:
    with refused("schema.invalid") as refusal:
        set_schema(world, schema)
    assert refusal.value.problems
    world.application.refresh_from_db()
    assert world.application.extra_schema == "{}"
