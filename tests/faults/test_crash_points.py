"""Publish, roll back, undo, policy, kill switches: killed at every boundary in turn. And the faults that this finds."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from configs.drafts import open_next_draft
from icontrol.kernel.refusals import Refusal
from releases import actions
from releases.access import actions as access
from releases.delivery.live import seen
from releases.publishing import Selection
from tests.factories import ADA, World, flag, make_world, snapshot
from tests.faults import crash
from tests.faults.crash import AFTER_COMMIT, AFTER_HOOKS, ANSWERED, BEFORE_COMMIT, BEFORE_HOOKS, Answer, Doing, survey

pytestmark = pytest.mark.usefixtures("transactional_db", "checkpoint_file")
_number = itertools.count(1)


def first_release(world: World) -> None:
    world.edit(snapshot("home", featureFlags=[flag("a"), flag("b")]))


def second_release(world: World) -> None:
    first_release(world)
    world.publish()
    world.edit(snapshot("home", "shop", featureFlags=[flag("a", "ON"), flag("b", "ON")]))


def waiting_preview(world: World) -> None:
    second_release(world)
    world.preview()
    world.edit(snapshot("home", "shop", "cart", featureFlags=[flag("a", "ON")]))


def two_released(world: World) -> None:
    second_release(world)
    world.publish(policy={"latest": "1.5.0"})


def policy_changed(world: World) -> None:
    two_released(world)
    world.policy(minSupported="1.2.0")


def flag_killed(world: World) -> None:
    two_released(world)
    world.kill("b")
    world.kill("a")


#: name → (what comes before, what is killed)
SCENARIOS: dict[str, tuple[Callable[[World], Any], Callable[[World], Any]]] = {
    "publish the first draft": (first_release, lambda world: world.publish()),
    "publish the draft with a policy": (
        second_release,
        lambda world: world.publish(policy={"latest": "2.0.0", "minSupported": "1.1.0"}),
    ),
    "publish the preview": (waiting_preview, lambda world: world.publish("1.0.1")),
    "publish picked changes": (second_release, lambda world: world.pick("featureFlags/a/state")),
    "promote to another environment": (
        two_released,
        lambda world: world.publish("1.0.1", environment=world.staging),
    ),
    "roll back": (two_released, lambda world: world.rollback()),
    "undo a publish": (two_released, lambda world: world.undo()),
    "undo a policy": (policy_changed, lambda world: world.undo()),
    "kill": (two_released, lambda world: world.kill("a")),
    "lift": (flag_killed, lambda world: world.lift("a")),
    "undo a kill": (flag_killed, lambda world: world.undo()),
    "policy": (two_released, lambda world: world.policy(minSupported="1.2.0")),
    "preview in place of an older one": (waiting_preview, lambda world: world.preview()),
}


def prepared(before: Callable[[World], Any]) -> Callable[[], World]:
    """Makes equal worlds: another application each time, with a client key for each environment."""

    def prepare() -> World:
        world = make_world(key=f"world-{next(_number)}", is_default=False)
        for environment in (world.production, world.staging):
            access.create_client_key(environment, name="reader", actor=ADA, now=world.tick())
        before(world)
        return world

    return prepare


def answered_when_done(act: Callable[[World], Any]) -> Doing:
    def doing(world: World, answer: Answer) -> None:
        act(world)
        answer()

    return doing


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_crash_leaves_the_whole_old_or_the_whole_new_state(name: str) -> None:
    before, act = SCENARIOS[name]
    outcome = survey(prepared(before), answered_when_done(act))
    points = [point.partition(" ")[2] for point in outcome]
    # The points where it matters were all there, once, and COMMIT is where the old becomes the new.
    assert [
        point for point in points if point in (BEFORE_COMMIT, AFTER_COMMIT, BEFORE_HOOKS, AFTER_HOOKS, ANSWERED)
    ] == [
        BEFORE_COMMIT,
        AFTER_COMMIT,
        BEFORE_HOOKS,
        AFTER_HOOKS,
        ANSWERED,
    ]
    commit = points.index(AFTER_COMMIT)
    assert list(outcome.values()) == [False] * commit + [True] * (len(points) - commit)
    assert commit >= 5  # two locks, head, insert and COMMIT at least: statements are killed too, not only COMMIT
    if not name.startswith("preview"):
        assert "before fsync of the checkpoint" in points[commit:]


def state_first(world: World) -> None:
    """The planted fault: the version's state is saved in a transaction of its own, before the ledger's."""
    draft, now = world.draft, world.tick()
    with transaction.atomic():
        draft.publish(by=ADA.name, at=now)
        draft.save_as(ADA.name, now, "go")
        open_next_draft(draft.application, draft, by=ADA.name, now=now)
    world.publish(draft.version)


def test_a_state_saved_outside_the_ledger_s_transaction_is_caught() -> None:
    with pytest.raises(crash.HalfDone, match="versions new.*ledger old"):
        survey(prepared(second_release), answered_when_done(state_first))


def test_an_answer_before_the_commit_is_caught() -> None:
    def doing(world: World, answer: Answer) -> None:
        answer()
        world.rollback()

    with pytest.raises(crash.Lost):
        survey(prepared(two_released), doing)


def test_a_reader_that_keeps_what_it_should_not_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that is not asked for the newest release shows the old one while a new process shows the new."""
    once: dict[int, tuple[Any, ...]] = {}
    real = crash.answer
    monkeypatch.setattr(crash, "answer", lambda environment: once.setdefault(environment.pk, real(environment)))
    monkeypatch.setattr(seen, "clear", once.clear)
    with pytest.raises(crash.HalfDone, match="a running reader sees"):
        survey(prepared(two_released), answered_when_done(lambda world: world.rollback()))


def test_a_checkpoint_written_before_the_commit_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line of a release that never was: the next start finds the file ahead of the database."""
    monkeypatch.setattr(transaction, "on_commit", lambda hook, **_: hook())
    with pytest.raises(crash.Damage, match="checkpoint.beyond|contradict"):
        survey(prepared(two_released), answered_when_done(lambda world: world.rollback()))


def test_a_survey_that_kills_nobody_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "kill", lambda pid, number: None)
    with pytest.raises(AssertionError, match="was not killed"):
        survey(prepared(two_released), answered_when_done(lambda world: world.rollback()))


def test_after_a_crash_the_same_is_asked_again() -> None:
    """Whoever got no answer repeats: it is done if it was not, and they are told that it is live if it was."""
    prepare, publish = prepared(second_release), answered_when_done(lambda world: world.publish())
    points = crash.run(prepare(), publish).points

    world = prepare()
    assert crash.run(world, publish, fatal=1 + points.index(BEFORE_COMMIT)).killed
    assert crash.run(world, publish).answered
    assert world.live == "1.0.1"

    world = prepare()
    read = Selection(read={world.draft.revision})
    died = crash.run(world, publish, fatal=1 + points.index(AFTER_COMMIT))
    assert died.killed and not died.answered
    with pytest.raises(Refusal) as refusal:
        actions.publish(world.production, read, reason="again", actor=ADA, now=world.tick())
    assert refusal.value.code == "release.nothing_to_publish"
    crash.check(world)
