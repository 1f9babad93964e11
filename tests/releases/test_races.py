"""Many at once: one wins, the others are told so, and nothing is lost. With processes; over HTTP in the next file.

On PostgreSQL the row locks of the actions are what is tested, on SQLite the lock that a transaction takes when it
begins; the planted faults show that without them the same race ends differently.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from configs import actions as config_actions
from configs.models import ConfigVersion
from icontrol.kernel.actors import Actor
from icontrol.kernel.refusals import Refusal
from releases import actions
from releases.ledger.chain import head_of
from releases.ledger.verify import verify
from releases.models import Environment, Release
from releases.policies import policy_revision
from releases.publishing import Selection
from tests.factories import ADA, World, flag, snapshot
from tests.faults.processes import race

pytestmark = pytest.mark.slow

TWENTY = 20
NOTHING = "release.nothing_to_publish"


def outcome(act: Callable[[], Any]) -> str:
    """``done``, the code of a refusal, or what else happened, for people."""
    try:
        act()
    except Refusal as refusal:
        return refusal.code
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "done"


def at_once(*acts: Callable[[], Any]) -> Counter[str]:
    def work(act: Callable[[], Any]) -> Callable[[], str]:
        return lambda: outcome(act)

    return Counter(race([work(act) for act in acts]))


def check_ledger(world: World, path: Path) -> None:
    """Contiguous, a chain, and its checkpoint file complete."""
    environments = Environment.objects.select_related("application")
    assert list(verify(environments, own=path)) == []
    assert ConfigVersion.objects.filter(application=world.application, state="draft").count() == 1


# --- one version, one draft -------------------------------------------------------------------------------------------


def by_version(world: World) -> Selection:
    return Selection(version=world.preview().version)


def by_revision(world: World) -> Selection:
    return Selection(read={world.draft.revision})


def by_digest(world: World) -> Selection:
    return Selection(digest=world.draft.digest)


def by_all(world: World) -> Selection:
    draft = world.draft
    return Selection(version=draft.version, read={draft.revision}, digest=draft.digest)


def publishers(world: World, selection: Selection, number: int = TWENTY) -> Counter[str]:
    now = world.tick()

    def publish() -> None:
        actions.publish(world.production, selection, reason="me first", actor=ADA, now=now)

    return at_once(*[publish] * number)


@pytest.mark.parametrize("name", [by_version, by_revision, by_digest, by_all])
def test_of_twenty_publishers_one_wins(
    committed_world: World, checkpoint_file: Path, name: Callable[[World], Selection]
) -> None:
    world = committed_world
    world.release(snapshot("home"))
    world.edit(snapshot("home", "shop"))
    selection = name(world)
    versions = ConfigVersion.objects.count()
    assert publishers(world, selection) == {"done": 1, NOTHING: TWENTY - 1}
    assert world.head().serial == 2 and world.live == "1.0.1"
    # The next draft was opened once (at preview or at publish) and did not go out by accident.
    assert ConfigVersion.objects.count() - versions == (0 if name is by_version else 1)
    assert world.draft.version == "1.0.2"
    check_ledger(world, checkpoint_file)


def test_of_twenty_first_publishers_one_wins(committed_world: World, checkpoint_file: Path) -> None:
    """An empty ledger has no newest row to lock."""
    committed_world.edit(snapshot("home"))
    assert publishers(committed_world, by_revision(committed_world)) == {"done": 1, NOTHING: TWENTY - 1}
    check_ledger(committed_world, checkpoint_file)


def test_of_twenty_pickers_of_one_change_one_wins(committed_world: World, checkpoint_file: Path) -> None:
    world = committed_world
    world.release(snapshot("home"))
    world.edit(snapshot("home", "shop", "cart"))
    picked = Selection(read={world.draft.revision}, changes=("pages/shop",))
    found = publishers(world, picked)
    assert found == {"done": 1, "draft.stale": TWENTY - 1}  # the pick renumbers the draft, so its ETag is another
    assert Release.objects.count() == 2
    check_ledger(world, checkpoint_file)


def test_of_twenty_undos_one_wins(committed_world: World, checkpoint_file: Path) -> None:
    world = committed_world
    world.release(snapshot("home"))
    world.policy(latest="2.0.0")
    now = world.tick()
    found = at_once(*[lambda: actions.undo(world.production, serial=2, reason="me first", actor=ADA, now=now)] * TWENTY)
    assert found == {"done": 1, "undo.not_newest": TWENTY - 1}
    check_ledger(world, checkpoint_file)


def test_of_twenty_rollbacks_with_a_serial_one_wins(committed_world: World, checkpoint_file: Path) -> None:
    world = committed_world
    for page in ("a", "b", "c"):
        world.release(snapshot("home", page), confirm=["release.shrinks"])
    now = world.tick()
    found = at_once(
        *[lambda: actions.rollback(world.production, expected_serial=3, reason="me first", actor=ADA, now=now)] * TWENTY
    )
    assert found == {"done": 1, "publish.conflict": TWENTY - 1}
    assert world.live == "1.0.1"
    check_ledger(world, checkpoint_file)


def test_of_twenty_policies_on_one_base_one_wins(committed_world: World, checkpoint_file: Path) -> None:
    world = committed_world
    head = world.policy(latest="1.0.0")
    now = world.tick()

    def put(number: int) -> Callable[[], Any]:
        policies = {"default": {**head.policy_set["default"], "latest": f"2.0.{number}"}}
        return lambda: actions.set_policy(
            world.production, policies, read={policy_revision(head.policies)}, reason="me first", actor=ADA, now=now
        )

    assert at_once(*map(put, range(TWENTY))) == {"done": 1, "policy.stale": TWENTY - 1}
    check_ledger(world, checkpoint_file)


# --- kill switches ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["kill", "lift"])
def test_twenty_who_switch_the_same_flag_append_once_and_none_is_refused(
    committed_world: World, checkpoint_file: Path, kind: str
) -> None:
    world = committed_world
    world.release(snapshot("home", featureFlags=[flag("a", "ON"), flag("b", "ON")]))
    if kind == "lift":
        world.kill("a")
    serial, now = serial_of(world), world.tick()
    act = actions.kill if kind == "kill" else actions.lift

    def switch() -> tuple[int, bool]:
        release, changed = act(world.production, key="a", read=serial, reason="me first", actor=ADA, now=now)
        return release.serial, changed

    told = race([switch] * TWENTY)
    assert Counter(map(tuple, told)) == {(serial + 1, True): 1, (serial + 1, False): TWENTY - 1}
    assert serial_of(world) == serial + 1
    check_ledger(world, checkpoint_file)


def test_twenty_who_kill_different_flags_all_do(committed_world: World, checkpoint_file: Path) -> None:
    """No kill is lost because two read the same list."""
    world = committed_world
    keys = [f"flag-{number:02}" for number in range(TWENTY)]
    world.release(snapshot("home", featureFlags=[flag(key, "ON") for key in keys]))
    now = world.tick()

    def killing(key: str) -> Callable[[], Any]:
        return lambda: actions.kill(world.production, key=key, reason="all of them", actor=ADA, now=now)

    assert at_once(*map(killing, keys)) == {"done": TWENTY}
    head = world.head()
    assert head is not None and (head.serial, head.killed) == (1 + TWENTY, keys)
    check_ledger(world, checkpoint_file)


def test_a_kill_lands_while_twenty_publish(committed_world: World, checkpoint_file: Path) -> None:
    world = committed_world
    flags = [flag("a", "ON")]
    world.release(snapshot("home", featureFlags=flags))
    world.edit(snapshot("home", "shop", featureFlags=flags))
    selection, now = by_revision(world), world.tick()

    def publish() -> None:
        actions.publish(world.production, selection, reason="me first", actor=ADA, now=now)

    def kill() -> None:
        actions.kill(world.production, key="a", reason="it burns", actor=ADA, now=now)

    works: list[Callable[[], Any]] = [lambda: outcome(publish)] * TWENTY
    told = race([*works[:10], lambda: outcome(kill), *works[10:]])
    assert told.pop(10) == "done"
    assert Counter(told) == {"done": 1, NOTHING: TWENTY - 1}
    head = world.head()
    assert head is not None and (head.serial, head.killed, world.live) == (3, ["a"], "1.0.1")
    check_ledger(world, checkpoint_file)


def serial_of(world: World) -> int:
    head = world.head()
    return head.serial if head else 0


# --- draft writers ----------------------------------------------------------------------------------------------------


def test_of_twenty_draft_writers_one_wins_and_nothing_is_lost(committed_world: World) -> None:
    world = committed_world
    world.edit(snapshot("home"))
    base, now = world.draft, world.tick()
    history = base.history.count()

    def write(number: int) -> str:
        return outcome(
            lambda: config_actions.save_draft(
                world.application,
                snapshot("home", f"page-{number}"),
                read={base.revision},
                actor=Actor(f"user:writer-{number}"),
                now=now,
            )
        )

    told = race([lambda number=number: write(number) for number in range(TWENTY)])  # type: ignore[misc]
    assert Counter(told) == {"done": 1, "draft.stale": TWENTY - 1}
    winner = told.index("done")
    draft = world.draft
    assert [page["id"] for page in draft.document["pages"]] == ["home", f"page-{winner}"]
    assert (draft.edits, draft.edited_by) == (base.edits + 1, f"user:writer-{winner}")
    assert draft.history.count() == history + 1
    before, after = draft.history.order_by("-history_id")[1], draft.history.order_by("-history_id")[0]
    assert (before.digest, after.digest) == (base.digest, draft.digest)


def test_a_writer_and_a_publisher_of_one_draft_do_not_both_win(committed_world: World, checkpoint_file: Path) -> None:
    """Either the publisher got what it read, or the writer's edit is kept; never is something published unread."""
    world = committed_world
    for number in range(5):
        read = world.edit(snapshot("home", f"page-{number}"))
        now = world.tick()

        def write(revision: str = read.revision, now: Any = now, number: int = number) -> None:
            content = snapshot("home", f"page-{number}", "more")
            config_actions.save_draft(world.application, content, read={revision}, actor=ADA, now=now)

        def publish(revision: str = read.revision, now: Any = now) -> None:
            actions.publish(
                world.production,
                Selection(read={revision}),
                confirm=["release.shrinks"],
                reason="as read",
                actor=ADA,
                now=now,
            )

        assert at_once(write, publish) == {"done": 1, "draft.stale": 1}
        published = ConfigVersion.objects.get(pk=read.pk)
        if published.state == "published":
            assert published.digest == read.digest and world.draft.digest == read.digest
        else:
            assert [page["id"] for page in world.draft.document["pages"]] == ["home", f"page-{number}", "more"]
    if world.head():
        check_ledger(world, checkpoint_file)


# --- different things at once -----------------------------------------------------------------------------------------


def test_publishers_of_different_versions_append_one_after_the_other(
    committed_world: World, checkpoint_file: Path
) -> None:
    world = committed_world
    world.release(snapshot("home"))
    for number in range(5):
        world.edit(snapshot("home", f"a-{number}"))
        preview = world.preview()
        world.edit(snapshot("home", f"b-{number}"))
        draft, serial, now = world.draft, world.head().serial, world.tick()
        yes = ("release.base_moved", "release.shrinks")

        def publish(selection: Selection, yes: Any = yes, now: Any = now) -> Callable[[], Any]:
            return lambda: actions.publish(world.production, selection, confirm=yes, reason="both", actor=ADA, now=now)

        found = at_once(publish(Selection(version=preview.version)), publish(Selection(read={draft.revision})))
        assert found == {"done": 2}
        newest = list(Release.objects.filter(serial__gt=serial).order_by("serial"))
        assert [release.serial for release in newest] == [serial + 1, serial + 2]
        assert {release.config_version_id for release in newest} == {preview.pk, draft.pk}
        check_ledger(world, checkpoint_file)


def test_everything_at_once_leaves_a_whole_ledger(committed_world: World, checkpoint_file: Path) -> None:
    """Two environments, every action: each is done or refused in words, and each that is done is one row."""
    world = committed_world
    flags = [flag("a", "ON"), flag("b", "ON")]
    world.release(snapshot("home", featureFlags=flags))
    world.publish("1.0.0", environment=world.staging)
    world.release(snapshot("home", "shop", featureFlags=flags))
    world.edit(snapshot("home", "shop", "cart", featureFlags=flags))
    world.preview()
    world.edit(snapshot("home", "shop", "help", featureFlags=flags))
    before, now = Release.objects.count(), world.tick()
    yes = ("release.base_moved", "release.contains_rolled_back", "release.shrinks")
    revision = world.draft.revision
    common: dict[str, Any] = {"reason": "all at once", "actor": ADA, "now": now}

    def releases_of(environment: Environment) -> list[Callable[[], Any]]:
        head = head_of(environment)
        assert head is not None
        policy = {"default": {**head.policy_set["default"], "latest": "3.0.0"}}
        return [
            lambda: actions.publish(environment, Selection(version="1.0.2"), confirm=yes, **common),
            lambda: actions.publish(environment, Selection(read={revision}), confirm=yes, **common),
            lambda: actions.rollback(environment, to_version="1.0.0", **common),
            lambda: actions.undo(environment, serial=head.serial, **common),
            lambda: actions.set_policy(environment, policy, read={policy_revision(head.policies)}, **common),
        ]

    releasing = releases_of(world.production) + releases_of(world.staging)
    editing: list[Callable[[], Any]] = [
        lambda: config_actions.save_draft(world.application, snapshot("home"), read={revision}, actor=ADA, now=now),
        lambda: config_actions.send_to_preview(world.application, read={revision}, **common),
        lambda: config_actions.withdraw(world.application, "1.0.2", **common),
    ]

    def named(kind: str, act: Callable[[], Any]) -> Callable[[], tuple[str, str]]:
        return lambda: (kind, outcome(act))

    def switching(environment: Environment, key: str) -> Callable[[], tuple[str, str]]:
        """A switch that stands so already is no row."""
        return lambda: ("release", "done" if actions.kill(environment, key=key, **common).changed else "nothing")

    acts = [named("release", act) for act in releasing] + [named("edit", act) for act in editing]
    acts += [switching(environment, key) for environment in (world.production, world.staging) for key in ("a", "b")]
    told = race(acts * 2)
    assert [words for _, words in told if ":" in words] == []
    assert Release.objects.count() - before == told.count(["release", "done"]) > 0
    check_ledger(world, checkpoint_file)


# --- planted faults ---------------------------------------------------------------------------------------------------


def test_without_the_lock_the_race_ends_differently(committed_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that these processes really meet: what the lock prevents happens, and the constraint refuses it."""
    world = committed_world
    if connection.vendor == "postgresql":
        monkeypatch.setattr(actions, "_lock", head_of)
        monkeypatch.setattr(actions, "lock_application", lambda application: application)
    else:
        connection.close()
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", "DEFERRED")
    expected = "IntegrityError" if connection.vendor == "postgresql" else "OperationalError: database is locked"
    world.edit(snapshot("home"))
    try:
        for _ in range(10):
            world.edit()
            selection = by_revision(world)
            met = [words for words in publishers(world, selection) if words.startswith(expected)]
            if met:
                return
    finally:
        connection.close()  # the next one is opened with the settings as they were
    pytest.fail("twenty processes never met in ten rounds")
