"""Publish, roll back, undo, policy: what the ledger holds afterwards and what clients would get."""

from __future__ import annotations

import pytest

from configs.models import ConfigVersion
from icontrol.kernel.refusals import Refusal
from releases.models import Release
from tests.factories import World, actor, flag, snapshot


def refused(code: str) -> pytest.RaisesExc[Refusal]:
    return pytest.RaisesExc(Refusal, check=lambda error: error.code == code)


def test_publishing_the_draft_freezes_it_and_opens_the_next(world: World) -> None:
    world.edit(snapshot("home"))
    release = world.publish()
    assert (release.serial, release.kind) == (1, "publish")
    version = ConfigVersion.objects.get(version="1.0.0")
    assert version.state == "published"
    assert (world.draft.version, world.draft.digest, world.draft.based_on) == ("1.0.1", version.digest, version)


def test_what_is_live_is_not_published_twice(world: World) -> None:
    world.release(snapshot("home"))
    with refused("release.nothing_to_publish"):
        world.publish("1.0.0")
    with refused("release.nothing_to_publish"):
        world.publish()  # the next draft has the same content
    assert Release.objects.count() == 1


def test_rollback_walks_back_and_never_to_and_fro(world: World) -> None:
    for page in ("a", "b", "c"):
        world.release(snapshot("home", page), confirm=["release.shrinks"])
    assert world.live == "1.0.2"
    world.rollback()
    assert world.live == "1.0.1"
    world.rollback()
    assert world.live == "1.0.0"
    with refused("rollback.nothing_before") as refusal:
        world.rollback()
    # The reader sees 1.0.1 and 1.0.2 in the ledger, before the release that brought 1.0.0 back.
    assert refusal.value.detail["en"] == (
        "1.0.0 is the first version that went live in production: there is none before it to go back to."
    )


def test_what_is_said_of_an_undo_is_true_when_a_policy_came_first(world: World) -> None:
    world.policy(latest="1.0.0")
    world.release()
    with refused("undo.nothing_before") as refusal:
        world.undo()
    assert refusal.value.detail["en"].startswith("No version was live in production before release 2;")


def test_rollback_carries_the_policy_over_and_undo_takes_it_back(world: World) -> None:
    world.release()
    world.policy(latest="2.0.0", minSupported="1.5.0")
    world.release()
    release = world.rollback()
    assert release.policy_set["default"]["minSupported"] == "1.5.0"
    world.undo()
    assert world.live == "1.0.1"
    world.policy(minSupported="1.6.0")
    world.undo()
    head = world.head()
    assert head is not None and head.policy_set["default"]["minSupported"] == "1.5.0"


def test_the_first_release_cannot_be_undone(world: World) -> None:
    world.release()
    with refused("undo.nothing_before"):
        world.undo()


def test_a_descendant_of_what_was_rolled_back_needs_a_yes_once(world: World) -> None:
    world.release()
    world.release()
    world.rollback()
    world.edit()
    with refused("publish.needs_confirmation") as refusal:
        world.publish()
    codes = [entry["code"] for entry in refusal.value.extra["confirmations"]]
    assert codes == ["release.contains_rolled_back"]
    world.publish(confirm=["release.contains_rolled_back"])
    world.release()  # said yes once


def test_a_version_that_lacks_what_is_live_needs_a_yes(world: World) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "a"))
    world.preview()  # 1.0.1 waits as preview
    world.release(snapshot("home", "a", "b"))  # 1.0.2 goes first; it is based on the preview
    with refused("publish.needs_confirmation") as refusal:
        world.publish("1.0.1")
    codes = [entry["code"] for entry in refusal.value.extra["confirmations"]]
    assert codes == ["release.base_moved", "release.shrinks"]


def test_picked_changes_go_out_alone_and_the_rest_needs_no_yes(world: World) -> None:
    world.release(snapshot("home", featureFlags=[flag("a"), flag("b")]))
    world.edit(snapshot("home", featureFlags=[flag("a", "ON"), flag("b", "ON")]))
    release = world.pick("featureFlags/a/state")
    assert release.config_version is not None
    states = {item["key"]: item["state"] for item in release.config_version.document["featureFlags"]}
    assert states == {"a": "ON", "b": "OFF"}
    assert release.config_version.version == "1.0.2"  # 1.0.1 is the draft's number
    world.publish()
    states = {item["key"]: item["state"] for item in world.head().config_version.document["featureFlags"]}  # type: ignore[union-attr]
    assert states == {"a": "ON", "b": "ON"}


def test_a_pick_that_needs_more_says_what(world: World) -> None:
    world.release(snapshot("home"))
    tab = {"id": "t", "pageId": "shop", "label": "T", "visible": True, "order": 1}
    world.edit(snapshot("home", "shop", tabs=[tab]))
    with refused("publish.missing_dependencies") as refusal:
        world.pick("tabs/t")
    assert refusal.value.extra["missingChanges"] == ["pages/shop"]
    world.pick("tabs/t", "pages/shop")


def test_an_impossible_minimum_is_refused(world: World) -> None:
    with refused("policy.unsatisfiable"):
        world.policy(latest="2.9.1", minSupported="3.0.0")


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_who_may_not_publish(world: World, role: str) -> None:
    world.edit()
    with refused("permission.denied"):
        world.publish(actor=actor(role))
