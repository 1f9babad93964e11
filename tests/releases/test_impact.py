"""What a version policy does to the clients seen is said before it is saved, and stopping many of them needs a yes."""

from __future__ import annotations

from typing import Any

import pytest

from releases import actions
from releases.delivery import polls
from releases.delivery.adoption import slot_of
from releases.impact import STOPS_MANY, Impact, impact_of, tenants_of
from releases.models import Release, TenantPolls, VersionPolls
from releases.policies import CONFIRMABLE, policy_revision
from tests.factories import ADA, World, snapshot
from tests.releases.test_actions import refused


def seen(world: World, clients: int, version: str, platform: str = "", *tenants: str) -> None:
    """So many clients that asked once a minute, all day."""
    slot = slot_of(world.now)
    places = {"environment": world.production, "version": version, "platform": platform, "every": 60}
    VersionPolls.objects.bulk_create(
        VersionPolls(slot=slot - back, serial=1, polls=5 * clients, **places) for back in range(24 * 12 - 1)
    )
    for tenant in tenants:
        TenantPolls.objects.create(tenant=tenant, hour=int(world.now.timestamp()) // polls.HOUR, polls=60, **places)


def impact(world: World, **default: Any) -> Impact:
    before = world.head().policy_set
    return impact_of(world.production, before, {**before, "default": {**before["default"], **default}}, world.now)


def set_policy(world: World, *confirm: str, **default: Any) -> Release:
    head = world.head()
    policies = {**head.policy_set, "default": {**head.policy_set["default"], **default}}
    return actions.set_policy(
        world.production,
        policies,
        read={policy_revision(head.policies)},
        confirm=confirm,
        reason="x",
        actor=ADA,
        now=world.tick(),
    )


@pytest.fixture
def fleet(world: World) -> World:
    """4 816 clients, 101 of them of old versions."""
    world.release(snapshot())
    world.policy(latest="3.0.0")
    seen(world, 4_185, "3.0.0", "web", "acme", "globex")
    seen(world, 530, "2.9.0", "ios", "acme")
    seen(world, 90, "1.4.0", "ios", "old-one", "old-two")
    seen(world, 11, "1.0.0", "", "old-three")
    return world


def test_it_says_how_many_clients_it_blocks_and_whose(fleet: World) -> None:
    found = impact(fleet, minSupported="2.0.0")
    assert [text["en"] for text in found.sentences()] == [
        "This blocks about 101 of 4816 clients seen in 24 hours (2.1 %)."
    ]
    assert [text["fr"] for text in found.sentences()] == [
        "Cela bloque environ 101 des 4816 clients vus en 24 heures (2,1 %)."
    ]
    assert sorted(one.tenant for one in tenants_of(fleet.production, found.blocked, fleet.now)) == [
        "old-one",
        "old-three",
        "old-two",
    ]
    assert found.confirmations == [] and found.warnings() == []
    assert set_policy(fleet, minSupported="2.0.0").kind == "policy"


def test_a_platform_has_its_own_policy(fleet: World) -> None:
    before = fleet.head().policy_set
    after = {**before, "ios": {**before["default"], "minSupported": "2.0.0"}}
    assert impact_of(fleet.production, before, after, fleet.now).blocked.clients == 90


def test_asking_is_no_blocking_and_what_is_lifted_is_told(fleet: World) -> None:
    found = impact(fleet, minSupported="2.0.0", enforcement="soft")
    assert (found.blocked.clients, found.asked.clients, found.confirmations) == (0, 101, [])
    set_policy(fleet, minSupported="2.0.0")
    found = impact(fleet, minSupported="1.4.0")
    assert (found.blocked.clients, found.freed.clients) == (0, 90)
    assert (
        impact(fleet, latest="4.0.0").sentences()[0]["en"] == "The clients seen in the last 24 hours go on as before."
    )


def test_nobody_stops_many_clients_without_a_yes(fleet: World) -> None:
    assert STOPS_MANY in CONFIRMABLE
    with refused("policy.needs_confirmation") as refusal:
        set_policy(fleet, minSupported="3.0.0")
    (finding,) = refusal.value.extra["confirmations"]
    assert finding["code"] == STOPS_MANY and "631 of 4816 clients" in finding["message"]["en"]
    set_policy(fleet, STOPS_MANY, minSupported="3.0.0")


def test_maintenance_is_the_same(fleet: World) -> None:
    found = impact(fleet, maintenance=True)
    assert (found.waiting.clients, found.blocked.clients) == (4_816, 0)
    with refused("policy.needs_confirmation"):
        set_policy(fleet, maintenance=True)
    set_policy(fleet, STOPS_MANY, maintenance=True)
    assert impact(fleet, minSupported="3.0.0", maintenance=True).stopped.clients == 0  # they wait already
    set_policy(fleet, maintenance=False)


def test_a_publish_that_raises_the_minimum_is_the_same(fleet: World) -> None:
    fleet.edit()
    with refused("publish.needs_confirmation") as refusal:
        fleet.publish(policy={"minSupported": "3.0.0"})
    assert [one["code"] for one in refusal.value.extra["confirmations"]] == [STOPS_MANY]
    fleet.publish(policy={"minSupported": "3.0.0"}, confirm=[STOPS_MANY])


def test_a_few_clients_need_no_yes(world: World) -> None:
    """Whoever tries it out alone is not asked."""
    world.policy(latest="3.0.0")
    seen(world, 9, "1.0.0")
    assert impact(world, minSupported="2.0.0").blocked.share == 1
    set_policy(world, minSupported="2.0.0")


def test_a_minimum_that_nobody_has_is_warned_of(fleet: World) -> None:
    warnings = impact(fleet, minSupported="3.1.0", latest="3.1.0").warnings()
    assert [text["en"] for text in warnings] == [
        "No client seen on default has 3.1.0 or newer; the newest is 3.0.0.",
    ]


def test_where_nobody_was_seen_it_says_so(world: World) -> None:
    world.policy(latest="3.0.0")
    assert impact(world, minSupported="2.0.0").sentences()[0]["en"] == "No client was seen in the last 24 hours."


def test_clients_that_say_nothing_or_nonsense_break_nothing(world: World) -> None:
    world.policy(latest="3.0.0")
    for version, platform in (("", ""), ("?", ""), (polls.OTHERS, polls.OTHERS), ("1.0.0", "ios")):
        seen(world, 20, version, platform)
    assert impact(world, minSupported="2.0.0").blocked.clients == 20
    assert impact(world, maintenance=True).waiting.clients == 40  # the others get 400, before and after
