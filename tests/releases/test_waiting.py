"""Nobody waits for somebody else's computing: what is slow happens before the lock, and what moved meanwhile counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from configs import actions as config_actions
from configs import policies
from configs.drafts import lock_application
from configs.policies import schema_revision
from configs.validation import check as validation
from icontrol.kernel.refusals import Refusal
from releases import actions, flag_life, publishing
from releases.access import people
from releases.delivery import clients_seen
from releases.ledger.chain import head_of
from releases.models import Environment, FlagLife, Release
from releases.publishing import Selection
from tests.factories import ADA, World, flag, snapshot

FLAGS = [flag("a", "ON")]


def selected(world: World) -> Selection:
    return Selection(read={world.draft.revision})


def schema(world: World, title: str) -> None:
    world.application.refresh_from_db()
    config_actions.set_extra_schema(
        world.application,
        {"type": "object", "title": title},
        read={schema_revision(world.application)},
        reason="x",
        actor=ADA,
        now=world.tick(),
    )


def publish(world: World, selection: Selection, **more: Any) -> publishing.Published:
    return actions.publish(world.production, selection, reason="go", actor=ADA, now=world.tick(), **more)


@pytest.fixture
def live(committed_world: World) -> World:
    committed_world.release(snapshot("home", featureFlags=FLAGS))
    committed_world.edit(snapshot("home", "more", featureFlags=FLAGS))
    return committed_world


#: What every check of a document, every canonical text, every diff and every new password goes through.
SLOW: list[tuple[Any, str]] = [
    (validation, "check_snapshot"),
    (validation, "check_extra_schema"),
    (config_actions, "store"),
    (config_actions, "check_shape"),
    (clients_seen, "warnings"),
    (publishing, "diff"),
    (actions, "diff"),
    (actions, "live_flags"),
    (actions, "changes_between"),
    (actions, "flag_changes"),
    (actions, "stored_policies"),
    (people, "make_password"),
]


@pytest.fixture
def slow_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the slow functions that ran; each fails where a transaction, and so perhaps a lock, is open."""
    called: list[str] = []

    def watched(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            assert not connection.in_atomic_block, f"{name} computes while a transaction is open"
            called.append(name)
            return function(*args, **kwargs)

        return call

    for module, name in SLOW:
        monkeypatch.setattr(module, name, watched(name, getattr(module, name)))
    return called


def test_no_action_computes_while_it_holds_a_lock(live: World, slow_calls: list[str]) -> None:
    application, now = live.application, live.tick()
    common: dict[str, Any] = {"actor": ADA, "now": now}
    config_actions.patch_draft(application, {"layout": {"x": 1}}, read={live.draft.revision}, **common)
    config_actions.save_draft(application, snapshot("a"), read={live.draft.revision}, dry_run=True, **common)
    schema(live, "extra")
    live.preview()
    live.publish("1.0.1")
    live.edit(snapshot("home", "more", "most", featureFlags=FLAGS))
    live.pick("pages/most")
    live.policy(latest="3.0.0")
    actions.kill(live.production, key="a", reason="it burns", **common)
    actions.lift(live.production, key="a", reason="out", **common)
    live.rollback()
    person, _ = people.create_person(username="grace", role="editor", **common)
    people.reset_password(person, reason="forgotten", **common)
    assert set(slow_calls) == {name for _, name in SLOW}


def after_the_checks(monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], Any]) -> None:
    """Each step happens once, between the checks of one attempt to publish and its lock."""
    check, waiting = publishing.check_ready, list(steps)

    def check_and_move(*args: Any) -> None:
        check(*args)
        if waiting:
            waiting.pop(0)()

    monkeypatch.setattr(actions, "check_ready", check_and_move)


def test_a_kill_in_between_neither_waits_nor_refuses(live: World, monkeypatch: pytest.MonkeyPatch) -> None:
    after_the_checks(monkeypatch, lambda: live.kill("a"))
    planned: list[publishing.PublishPlan] = []
    plan = actions.plan_publish

    def watched(*args: Any, **more: Any) -> publishing.PublishPlan:
        planned.append(plan(*args, **more))
        return planned[-1]

    monkeypatch.setattr(actions, "plan_publish", watched)
    release = publish(live, selected(live)).release
    assert (release.serial, release.kind, release.killed, live.live) == (3, "publish", ["a"], "1.0.1")
    assert len(planned) == 1  # what was checked still holds


def test_what_moved_is_checked_anew(live: World, monkeypatch: pytest.MonkeyPatch) -> None:
    selection = selected(live)
    after_the_checks(monkeypatch, lambda: live.policy(minSupported="1.2.0", latest="1.4.0"))
    release = publish(live, selection, bump_latest=True).release
    assert release.policy_set["default"]["minSupported"] == "1.2.0"  # of the newer release, not of the one read first


def test_the_draft_that_moved_is_not_published(live: World, monkeypatch: pytest.MonkeyPatch) -> None:
    selection = selected(live)
    after_the_checks(monkeypatch, lambda: live.edit(snapshot("home", "other", featureFlags=FLAGS)))
    with pytest.raises(Refusal) as refusal:
        publish(live, selection)
    assert refusal.value.code == "draft.stale" and live.live == "1.0.0"


def test_a_refusal_is_about_one_moment(committed_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger is read before, and the draft after somebody published just this draft."""
    world = committed_world
    world.edit(snapshot("home"))
    selection, others = selected(world), [lambda: publish(world, selected(world))]

    def read(environment: Environment) -> Release | None:
        head = head_of(environment)
        if others:
            others.pop()()
        return head

    monkeypatch.setattr(actions, "head_of", read)
    with pytest.raises(Refusal) as refusal:
        publish(world, selection)
    assert refusal.value.code == "release.nothing_to_publish"


def test_what_moves_all_the_time_is_a_conflict(live: World, monkeypatch: pytest.MonkeyPatch) -> None:
    moves = [lambda: live.policy(latest="2.0.0"), lambda: live.policy(latest="3.0.0")]
    after_the_checks(monkeypatch, *moves)
    with pytest.raises(Refusal) as refusal:
        publish(live, selected(live))
    assert (refusal.value.code, refusal.value.status) == ("write.conflict", 409)
    assert live.live == "1.0.0"
    publish(live, selected(live))  # and when it is quiet again, it goes


def test_the_serial_that_was_read_still_refuses(live: World, monkeypatch: pytest.MonkeyPatch) -> None:
    after_the_checks(monkeypatch, lambda: live.kill("a"))
    with pytest.raises(Refusal) as refusal:
        publish(live, selected(live), expected_serial=1)
    assert refusal.value.code == "publish.conflict"


def test_a_rollback_goes_from_what_is_live_then(live: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody publishes between its reading and its lock: it takes that back, and the flag that came with it."""
    compare, waiting = flag_life.flag_changes, [True]

    def compare_and_move(*versions: Any) -> Any:
        found = compare(*versions)
        if waiting:
            waiting.clear()
            live.release(snapshot("home", "more", featureFlags=[*FLAGS, flag("b")]))
        return found

    live.release(snapshot("home", "more", featureFlags=[*FLAGS, flag("old")]))
    monkeypatch.setattr(actions, "flag_changes", compare_and_move)
    live.rollback(to_version="1.0.0")
    lives = FlagLife.objects.order_by("key").values_list("key", "from_serial", "to_serial")
    assert list(lives) == [("a", 1, None), ("b", 3, 4), ("old", 2, 3)]


@pytest.mark.parametrize("moves", [1, 2])
def test_a_preview_is_checked_with_the_schema_that_counts(
    live: World, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    check, left = policies.check_publishable, [f"x{number}" for number in range(moves)]

    def check_and_move(*args: Any) -> None:
        check(*args)
        if left:
            schema(live, left.pop())

    monkeypatch.setattr(config_actions, "check_publishable", check_and_move)
    if moves == 1:
        assert '"x0"' in live.preview().extra_schema
    else:
        with pytest.raises(Refusal) as refusal:
            live.preview()
        assert refusal.value.code == "write.conflict"


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one lock for all writers")
def test_an_author_who_holds_the_application_holds_up_no_emergency(live: World) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                lock_application(live.application)
                held.set()
                done.wait(30)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '5s'")
        live.kill("a")
        actions.lift(live.production, key="a", reason="out", actor=ADA, now=live.tick())
        live.policy(latest="2.0.0")
        assert live.undo().kind == "undo"
    finally:
        done.set()
        holder.join()
        connection.close()
