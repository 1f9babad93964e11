"""What a version builds on, against what an environment has released and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from configs import actions, history
from configs.models import ConfigVersion
from icontrol.kernel.actors import Actor
from icontrol.kernel.refusals import Refusal
from releases.ledger.lineage import ancestry, lineage
from releases.lookup import find_stored
from tests.factories import ADA, World

MOVED, BACK = "release.base_moved", "release.contains_rolled_back"
#: The worlds here grow and shrink by a page; that guard has its own tests.
SIZE = ["release.grows", "release.shrinks"]


@pytest.fixture
def line(world: World) -> World:
    """1.0.0, 1.0.1 and 1.0.2 were live in production, one after the other; the draft is 1.0.3."""
    for _ in range(3):
        world.release(confirm=SIZE)
    return world


def version(name: str) -> ConfigVersion:
    return ConfigVersion.objects.get(version=name)


def asked(world: World, name: str | None = None, **more: Any) -> set[str]:
    """What publishing it needs a yes to; nothing is published."""
    with pytest.raises(Refusal) as refusal:
        world.publish(name, confirm=SIZE, reason="", **more)
    if refusal.value.code == "reason.required":  # everything else was fine
        return set()
    assert refusal.value.code == "publish.needs_confirmation"
    return {entry["code"] for entry in refusal.value.extra["confirmations"]}


def newest_page(world: World) -> str:
    """The change that adds the page of the last edit."""
    return "pages/" + max((page["id"] for page in world.draft.document["pages"]), key=lambda name: (len(name), name))


def test_ancestry_goes_back_to_the_first(line: World) -> None:
    names = dict(ConfigVersion.objects.values_list("pk", "version"))
    assert {names[pk] for pk in ancestry(version("1.0.1"))} == {"1.0.0", "1.0.1"}
    assert {names[pk] for pk in ancestry(line.draft)} == {"1.0.0", "1.0.1", "1.0.2", "1.0.3"}


def test_the_next_version_needs_no_yes_and_no_walk(line: World) -> None:
    line.edit()
    live = line.head().config_version
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert lineage(line.production, line.draft, live) == (False, [])
    assert len(queries) == 1  # the draft; nothing that grows with the ledger
    assert asked(line) == set()


def test_in_an_empty_environment_everything_may_go_live(line: World) -> None:
    assert lineage(line.staging, version("1.0.2"), None) == (False, [])
    line.publish("1.0.2", environment=line.staging)


def test_an_older_version_lacks_what_is_live(line: World) -> None:
    assert asked(line, "1.0.0") == {MOVED}


def test_a_rolled_back_version_needs_a_yes_itself(line: World) -> None:
    line.rollback()
    assert asked(line, "1.0.2") == {BACK}
    line.publish("1.0.2", confirm=[BACK, *SIZE])
    assert line.live == "1.0.2"


def test_so_does_all_that_builds_on_it(line: World) -> None:
    line.rollback(to_version="1.0.0")
    line.edit()
    with pytest.raises(Refusal) as refusal:
        line.publish(confirm=SIZE)
    (entry,) = refusal.value.extra["confirmations"]
    assert entry["code"] == BACK
    assert "1.0.2" in entry["message"]["fr"]
    assert "1.0.1" not in entry["message"]["fr"], "it was overtaken, not taken back"


def test_a_yes_counts_for_what_follows(line: World) -> None:
    line.rollback()
    line.release(confirm=[BACK, *SIZE])
    line.edit()
    assert asked(line) == set()
    line.preview()
    line.edit()
    assert asked(line) == set()  # also for what does not build on it directly


def test_a_yes_is_forgotten_when_that_is_taken_back_too(line: World) -> None:
    line.rollback()
    line.release(confirm=[BACK, *SIZE])  # 1.0.3 on the rolled back 1.0.2
    line.rollback()
    line.edit()
    assert asked(line) == {BACK}


def test_undone_is_taken_back_as_well(line: World) -> None:
    line.undo()
    assert line.live == "1.0.1"
    assert asked(line, "1.0.2") == {BACK}


def test_undoing_the_rollback_makes_it_live_again_and_nothing_is_asked(line: World) -> None:
    line.rollback()
    line.undo()
    assert line.live == "1.0.2"
    line.edit()
    assert asked(line) == set()


def test_taking_back_a_policy_takes_back_no_version(line: World) -> None:
    line.policy(latest="2.0.0")
    line.undo()
    line.edit()
    assert asked(line) == set()
    assert lineage(line.production, version("1.0.1"), version("1.0.2")) == (True, [])


def test_each_environment_has_its_own_memory(line: World) -> None:
    line.publish("1.0.1", environment=line.staging)
    line.rollback()  # 1.0.2 in production
    assert asked(line, "1.0.2", environment=line.staging) == set()
    assert asked(line, "1.0.2") == {BACK}


def test_a_sibling_lacks_what_is_live(line: World) -> None:
    line.rollback()
    line.edit()
    line.pick(newest_page(line), confirm=SIZE)  # 1.0.4 on 1.0.1
    assert version("1.0.4").based_on == version("1.0.1")
    assert line.draft.based_on == version("1.0.2"), "the question about 1.0.2 must not get lost"
    assert asked(line) == {MOVED, BACK}
    assert asked(line, "1.0.2") == {MOVED, BACK}


def test_a_pick_rebases_a_draft_about_which_there_is_no_question(line: World) -> None:
    line.edit()
    line.edit()
    line.pick(newest_page(line))
    assert line.draft.based_on == line.head().config_version
    assert asked(line) == set()


def test_a_pick_does_not_rebase_a_draft_on_which_another_environment_builds(line: World) -> None:
    line.edit()
    line.publish(environment=line.staging)
    line.edit()
    line.pick(newest_page(line), confirm=SIZE)
    assert line.draft.based_on == version("1.0.3")
    assert asked(line, environment=line.staging) == set()
    assert asked(line) == {MOVED}


# After a revert the draft builds on what it was reverted to ----------------------------------------------------------


def revert(world: World, to: str | int, *, environment: Any = None) -> None:
    stored = find_stored(environment or world.production, to)
    actions.revert_draft(world.application, stored, read={world.draft.revision}, actor=ADA, now=world.tick())


def entry_of(world: World) -> int:
    """The newest entry of the draft's history."""
    return int(history.entries(world.application).first().history_id)


def test_reverted_to_what_is_live_nothing_is_asked(line: World) -> None:
    line.rollback()
    line.edit()
    assert asked(line) == {BACK}
    revert(line, "live")
    assert line.draft.based_on == version("1.0.1")
    line.edit()
    assert asked(line) == set()


def test_that_counts_also_when_the_content_was_the_same_before(line: World) -> None:
    line.rollback()
    line.edit(version("1.0.1").document)
    before = line.draft
    revert(line, "live")
    assert line.draft.digest == before.digest and line.draft.revision != before.revision
    line.edit()
    assert asked(line) == set()


def test_reverted_to_an_older_version_it_lacks_what_is_live(line: World) -> None:
    revert(line, "1.0.1")
    assert asked(line) == {MOVED}
    line.publish(confirm=[MOVED, *SIZE])
    line.edit()
    assert asked(line) == set()


def test_reverted_to_a_version_that_was_taken_back_it_holds_that(line: World) -> None:
    line.rollback()
    revert(line, "live")
    revert(line, "1.0.2")
    line.edit()
    assert asked(line) == {BACK}


def test_what_is_live_elsewhere_is_missed_there(line: World) -> None:
    line.edit()
    line.publish(environment=line.staging)  # 1.0.3
    revert(line, "live")
    line.edit()
    assert asked(line) == set()
    assert asked(line, environment=line.staging) == {MOVED}


def test_a_step_back_within_the_draft_brings_back_what_it_built_on(line: World) -> None:
    line.rollback()
    line.edit()
    built_on_what_was_taken_back = entry_of(line)
    revert(line, "live")
    revert(line, built_on_what_was_taken_back)
    assert line.draft.based_on == version("1.0.2")
    assert asked(line) == {BACK}


def test_a_step_on_the_way_to_a_version_counts_as_that_version(line: World) -> None:
    line.edit()
    on_the_way = entry_of(line)
    line.edit(actor=Actor("user:bob"))
    line.publish()  # 1.0.3
    line.rollback()
    revert(line, "live")
    revert(line, on_the_way)
    assert line.draft.based_on == version("1.0.3")
    assert asked(line) == {BACK}


@pytest.mark.parametrize("name", ["draft", "1.0.3"])
def test_reverting_the_draft_to_itself_changes_nothing(line: World, name: str) -> None:
    line.edit()
    before = line.draft
    revert(line, name)
    assert (line.draft.revision, line.draft.based_on_id) == (before.revision, before.based_on_id)
