"""A flag key that was gone comes back only knowingly, and never as another kind of flag."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configs.models import Application
from icontrol.kernel.refusals import Refusal
from releases import actions
from releases.flag_life import lives_told_by
from releases.models import Environment, FlagLife, Release
from releases.publishing import PublishPlan, Selection
from releases.serialization.releases import show_plan
from tests.factories import ADA, World, damage, flag, make_world, snapshot

SIZE = ["release.grows", "release.shrinks", "release.base_moved", "release.contains_rolled_back"]
YES = [*SIZE, "flag.key_reused"]


def content(*flags: dict[str, Any], page: str = "home") -> dict[str, Any]:
    return snapshot(page, featureFlags=list(flags))


def plan(world: World, environment: Environment | None = None) -> PublishPlan:
    selection = Selection(read={world.draft.revision})
    return actions.plan_publish(environment or world.production, selection, actor=ADA, now=world.tick())


def asked(found: PublishPlan) -> tuple[list[str], list[str]]:
    """(codes to confirm, codes of errors), of what this module is about."""
    return (
        [one.code for one in found.confirmations if one.code == "flag.key_reused"],
        [one.code for one in found.problems if one.severity == "error"],
    )


def lives(environment: Environment) -> list[tuple[str, int, int | None]]:
    found = FlagLife.objects.filter(environment=environment).order_by("key", "from_serial")
    return list(found.values_list("key", "from_serial", "to_serial"))


@pytest.fixture
def gone(world: World) -> World:
    """1.0.0 has the flag "a", 1.0.1 has not."""
    world.release(content(flag("a", bucketing={"algorithm": "fnv1a", "seed": ""}), flag("b")))
    world.release(content(flag("b")), confirm=SIZE)
    return world


def test_a_new_key_asks_for_nothing(gone: World) -> None:
    gone.edit(content(flag("b"), flag("c")))
    assert asked(plan(gone)) == ([], [])
    gone.publish(confirm=SIZE)


def test_a_key_comes_back_as_it_was_only_with_a_yes(gone: World) -> None:
    same = flag("a", "ON", owner="ada", bucketBy="tenant", bucketing={"algorithm": "fnv1a", "seed": ""})
    gone.edit(content(flag("b"), same))
    assert asked(plan(gone)) == (["flag.key_reused"], [])
    with pytest.raises(Refusal) as refusal:
        gone.publish(confirm=SIZE)
    assert refusal.value.code == "publish.needs_confirmation"
    [entry] = refusal.value.extra["confirmations"]
    for text in entry["message"].values():
        assert "a (1.0.0 → 1.0.1)" in text
    gone.publish(confirm=YES)
    # It is there now: nobody is asked again until it has gone once more.
    gone.release(content(flag("b"), {**same, "state": "OFF"}, page="shop"), confirm=SIZE)
    gone.release(content(flag("b")), confirm=SIZE)
    gone.edit(content(flag("b"), same))
    [finding] = [one for one in plan(gone).confirmations if one.code == "flag.key_reused"]
    assert "a (1.0.3 → 1.0.4)" in finding.message["en"]


@pytest.mark.parametrize(
    "other",
    [
        {"type": "string", "variants": [{"key": "on", "value": "x"}, {"key": "off", "value": ""}]},
        {"bucketBy": "user"},
        {"bucketing": {"algorithm": "fnv1a", "seed": "2"}},
        {"bucketing": {"algorithm": "fnv1a"}},
        {"bucketing": {"algorithm": "murmur3", "seed": ""}},
    ],
)
def test_a_key_never_comes_back_as_another_kind_of_flag(gone: World, other: dict[str, Any]) -> None:
    changed = {**flag("a", bucketing={"algorithm": "fnv1a", "seed": ""}), **other}
    gone.edit(content(flag("b"), changed))
    shown = show_plan(plan(gone), gone.production)
    assert not shown["publishable"]
    [problem] = [entry for entry in shown["problems"] if entry["severity"] == "error"]
    assert (problem["pointer"], problem["code"]) == ("/featureFlags/0/key", "flag.key_reused")
    assert "1.0.0" in problem["message"]["en"] and "1.0.0" in problem["message"]["fr"]
    with pytest.raises(Refusal) as refusal:
        gone.publish(confirm=YES)
    assert refusal.value.code == "snapshot.invalid"
    assert [found.code for found in refusal.value.problems] == ["flag.key_reused"]
    gone.release(content(flag("b"), {**changed, "key": "a2"}), confirm=SIZE)


def dealing(**own: Any) -> dict[str, Any]:
    return {"id": "early", "conditions": [], "rollout": 1000, "variant": "on", **own}


@pytest.mark.parametrize(
    ("before", "after", "errors"),
    [
        ({"bucketBy": "tenant"}, {"bucketBy": ["tenant"]}, []),
        ({}, {"bucketBy": ["tenant"]}, []),
        ({"bucketBy": ["userId", "tenant"]}, {"bucketBy": ["tenant", "userId"]}, ["flag.key_reused"]),
        ({"rules": [dealing(seed="x")]}, {"rules": [dealing(seed="y")]}, ["flag.key_reused"]),
        ({"rules": [dealing(seed="x")]}, {"rules": [dealing()]}, ["flag.key_reused"]),
        ({"rules": [dealing(bucketBy="userId")]}, {"rules": [dealing(bucketBy="tenant")]}, ["flag.key_reused"]),
        ({"rules": [dealing(bucketBy="userId")]}, {"rules": [dealing(bucketBy=["userId"], rollout=50)]}, []),
        ({"rules": [dealing()]}, {"rules": [dealing(bucketBy="tenant", seed="a")]}, []),
        ({"rules": [dealing(seed="x")]}, {}, []),
        ({"rules": [dealing(seed="x")]}, {"rules": [dealing(id="other", seed="y")]}, []),
    ],
)
def test_who_is_in_which_bucket_stays(
    world: World, before: dict[str, Any], after: dict[str, Any], errors: list[str]
) -> None:
    world.release(content(flag("a", **before), flag("b")))
    world.release(content(flag("b")), confirm=SIZE)
    world.edit(content(flag("a", **after), flag("b")))
    assert asked(plan(world)) == ([] if errors else ["flag.key_reused"], errors)


def test_a_pick_is_asked_like_the_whole_draft(gone: World) -> None:
    gone.edit(content(flag("a", bucketBy="user"), flag("b"), page="home"))
    with pytest.raises(Refusal) as refusal:
        gone.pick("featureFlags/a", confirm=YES)
    assert refusal.value.code == "snapshot.invalid"
    gone.edit(content(flag("a", bucketing={"algorithm": "fnv1a", "seed": ""}), flag("b")))
    with pytest.raises(Refusal) as refusal:
        gone.pick("featureFlags/a", confirm=SIZE)
    assert refusal.value.code == "publish.needs_confirmation"
    gone.pick("featureFlags/a", confirm=YES)


def test_a_rollback_and_an_undo_are_never_asked(gone: World) -> None:
    gone.rollback()
    assert gone.live == "1.0.0"
    gone.undo()
    assert gone.live == "1.0.1"
    gone.rollback(to_version="1.0.0")


def test_what_was_published_once_is_not_asked_in_another_environment(gone: World) -> None:
    gone.publish("1.0.1", environment=gone.staging)
    gone.publish("1.0.0", environment=gone.staging, confirm=SIZE)


def test_a_key_that_another_environment_has_not_yet_is_not_one_that_came_back(world: World) -> None:
    """Staging is ahead; a fix for production, and then the flag itself, go out from what is live there."""
    world.release(content(flag("b")))
    world.edit(content(flag("a"), flag("b")))
    world.publish(environment=world.staging, confirm=SIZE)
    world.edit(content(flag("a"), flag("b"), page="shop"))
    world.pick("pages/shop", "pages/home", confirm=SIZE)
    world.pick("featureFlags/a", confirm=SIZE)
    assert not FlagLife.objects.exclude(to_serial=None).exists()


def test_a_preview_in_between_hides_nothing(gone: World) -> None:
    """The draft builds on a preview, which builds on what is live."""
    gone.edit(content(flag("b"), flag("a", bucketBy="user"), page="shop"))
    gone.preview()
    with pytest.raises(Refusal) as refusal:
        gone.publish("1.0.2", confirm=YES)
    assert refusal.value.code == "snapshot.invalid"
    gone.edit(content(page="shop"))
    gone.publish(confirm=YES)
    assert lives(gone.production) == [("a", 1, 2), ("b", 1, 3)]


def test_other_applications_have_keys_of_their_own(gone: World) -> None:
    other = make_world(key="other", is_default=False)
    other.release(content(flag("b")))
    other.release(content(flag("b"), flag("a", bucketBy="user")), confirm=SIZE)


def test_a_draft_that_is_no_snapshot_yet_can_be_planned(gone: World) -> None:
    gone.edit(
        {
            "pages": [],
            "featureFlags": [
                5,
                {"key": 5},
                {"key": "a" * 5000},
                {"key": "a", "bucketing": 5, "rules": [5, {"id": []}]},
            ],
        }
    )
    _, problems = asked(plan(gone))
    assert "flag.key_reused" in problems and "schema.type" in problems


TEXT: dict[str, Any] = {"type": "string", "variants": [{"key": "on", "value": "x"}, {"key": "off", "value": ""}]}


@pytest.mark.parametrize("other", [TEXT, {"bucketBy": "user"}, {"bucketing": {"algorithm": "murmur3", "seed": "a"}}])
def test_a_key_that_came_back_stays_what_it_was(gone: World, other: dict[str, Any]) -> None:
    same = flag("a", bucketing={"algorithm": "fnv1a", "seed": ""})
    gone.release(content(flag("b"), same), confirm=YES)
    gone.edit(content(flag("b"), {**same, **other}))
    assert asked(plan(gone)) == ([], ["flag.key_reused"])


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({}, ""),
        ({"state": "ON", "owner": "ada"}, ""),
        (TEXT, "of type boolean and becomes type string"),
        ({"bucketBy": "user"}, "bucketed differently"),
        ({"bucketing": {"algorithm": "murmur3", "seed": "2"}}, "bucketed differently"),
        ({"rules": [{"id": "r", "rollout": 5000, "seed": "2"}]}, "bucketed differently"),
        ({"rules": [{"id": "other", "rollout": 5000, "seed": "2"}]}, ""),
    ],
)
def test_a_live_flag_that_becomes_another_kind_is_told(world: World, other: dict[str, Any], told: str) -> None:
    before = flag("b", rules=[{"id": "r", "rollout": 5000}])
    world.release(content(before))
    world.edit(content({**before, **other}, page="shop"))
    found = [one for one in plan(world).problems if one.code == "flag.kind_changed"]
    assert [one.pointer for one in found] == (["/featureFlags/0/key"] if told else [])
    assert all(one.severity == "warning" and told in one.message["en"] for one in found)


def test_a_key_that_is_no_text_is_a_problem_like_others(world: World) -> None:
    world.release(content(flag("b")))
    world.edit(content(flag("b", bucketBy="user"), {**flag("c"), "key": ["c"]}))
    assert "flag.key_reused" not in asked(plan(world))[1] and asked(plan(world))[1]


def test_each_environment_has_its_own_memory(world: World) -> None:
    """What staging dropped comes back there only as it was; production never was without it, and is told."""
    world.release(content(flag("a"), flag("b")))
    world.publish("1.0.0", environment=world.staging)
    world.edit(content(flag("b")))
    world.publish(environment=world.staging, confirm=SIZE)
    world.edit(content(flag("b"), flag("a", bucketBy="user")))
    assert asked(plan(world, world.staging)) == ([], ["flag.key_reused"])
    assert asked(plan(world)) == ([], [])
    assert [one.code for one in plan(world).problems] == ["flag.kind_changed"]


@pytest.mark.parametrize(
    ("back", "expected"),
    [(flag("a"), (["flag.key_reused"], [])), (flag("a", bucketBy="user"), ([], ["flag.key_reused"]))],
)
def test_a_key_that_a_promotion_dropped_is_known(
    world: World, back: dict[str, Any], expected: tuple[list[str], list[str]]
) -> None:
    """Staging gets 1.0.0 and 1.0.1 by name, published long before in production."""
    world.release(content(flag("a"), flag("b")))
    world.release(content(flag("b")), confirm=SIZE)
    world.publish("1.0.0", environment=world.staging)
    world.publish("1.0.1", environment=world.staging, confirm=SIZE)
    world.edit(content(flag("b"), back))
    assert asked(plan(world, world.staging)) == expected


def test_a_promotion_itself_is_asked(gone: World) -> None:
    """1.0.2 is another kind of "a", and went live where "a" never was: where it was, it cannot follow."""
    gone.edit(content(flag("b"), flag("a", bucketBy="user")))
    gone.publish(environment=gone.staging)
    promoted = Selection(version="1.0.2")
    found = actions.plan_publish(gone.production, promoted, actor=ADA, now=gone.tick())
    assert asked(found) == ([], ["flag.key_reused"])


@pytest.mark.parametrize(
    ("back", "expected"), [(flag("a"), (["flag.key_reused"], [])), (flag("a", **TEXT), ([], ["flag.key_reused"]))]
)
@pytest.mark.parametrize("way", ["rollback", "undo"])
def test_a_key_that_a_rollback_or_an_undo_dropped_is_known(
    world: World, way: str, back: dict[str, Any], expected: tuple[list[str], list[str]]
) -> None:
    world.release(content(flag("b")))
    world.release(content(flag("a"), flag("b")), confirm=SIZE)
    getattr(world, way)()
    assert lives(world.production) == [("a", 2, 3), ("b", 1, None)]
    world.edit(content(back, flag("b"), page="shop"))
    assert asked(plan(world)) == expected


def test_a_type_that_a_rollback_took_back_is_told_again(world: World) -> None:
    world.release(content(flag("a")))
    world.release(content(flag("a", **TEXT)), confirm=SIZE)
    world.rollback()
    world.edit(content(flag("a", **TEXT), page="shop"))
    assert [one.code for one in plan(world).problems] == ["flag.kind_changed"]
    world.publish(confirm=SIZE)
    assert lives(world.production) == [("a", 1, None)]
    assert '"type":"string"' in FlagLife.objects.get().kind


def test_an_emergency_leaves_a_version_whose_text_is_damaged(world: World) -> None:
    world.release(content(flag("a")))
    world.release(content(flag("b")), confirm=SIZE)
    connection.check_constraints()
    damage("1.0.1", "{")
    world.policy(latest="2.0.0")
    world.undo()  # back to the damaged version's own policy
    world.rollback()
    assert lives(world.production) == [("a", 1, 2), ("a", 5, None), ("b", 2, 5)]


def test_a_kill_a_lift_and_a_policy_change_no_life(gone: World) -> None:
    before = lives(gone.production)
    gone.kill("b")
    gone.lift("b")
    gone.policy(latest="2.0.0")
    assert lives(gone.production) == before


def test_it_costs_one_query_about_the_keys_that_come_and_none_otherwise(gone: World) -> None:
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            plan(gone)
        return [query["sql"] for query in captured if "flaglife" in query["sql"].lower()]

    gone.edit(content(flag("b", "ON", owner="ada")))
    assert queries() == []
    gone.edit(content(flag("b"), *(flag(f"new-{number}") for number in range(50))))
    [query] = queries()
    assert "'new-7'" in query and "'b'" not in query


STEPS = st.lists(
    st.one_of(
        st.dictionaries(st.sampled_from("abc"), st.sampled_from([{}, {"bucketBy": "user"}])),
        st.sampled_from(["rollback", "undo", "kill"]),
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(STEPS)
@pytest.mark.django_db(transaction=True)
def test_what_is_written_is_what_the_ledger_says(steps: list[Any]) -> None:
    """Whatever was released in which way; and a key is asked about exactly when it was live once and is not now."""
    world = make_world(key=f"line-{Application.objects.count()}", is_default=False)
    past: set[str] = set()
    for at, step in enumerate(steps):
        try:
            if step == "kill":
                world.kill("a")
            elif isinstance(step, str):
                getattr(world, step)()
            else:
                live = {key for key, _, until in lives(world.production) if until is None}
                past |= live
                world.edit(content(*(flag(key, **more) for key, more in sorted(step.items())), page=f"p{at}"))
                found = asked(plan(world))
                assert (found != ([], [])) == bool(past & set(step) - live) or "flag.key_reused" in found[1]
                world.publish(confirm=YES)
        except Refusal:
            pass  # nothing to go back to, or another kind
        releases = Release.objects.filter(environment=world.production)
        past |= {key for key, *_ in lives(world.production)}
        rows = FlagLife.objects.filter(environment=world.production)
        assert set(rows.values_list("key", "kind", "from_serial", "to_serial")) == set(lives_told_by(releases))


def test_migrating_a_database_with_releases_fills_the_table(gone: World) -> None:
    gone.rollback()
    rows = FlagLife.objects.order_by("key", "from_serial").values_list("environment", "key", "kind", "from_serial")
    before = list(rows)
    assert len(before) == 3
    FlagLife.objects.all().delete()
    import_module("releases.migrations.0006_flag_life").fill(apps, None)
    assert list(rows) == before
    assert lives(gone.production) == [("a", 1, 2), ("a", 3, None), ("b", 1, None)]
