"""Kill switches: one row each, kept by everything that follows, and never refused for somebody else's sake."""

from __future__ import annotations

import json
from typing import Any

import pytest

from icontrol.kernel.refusals import Refusal
from releases import actions, policies
from releases.access import actions as access
from releases.delivery.live import read_live
from releases.delivery.representations import flags_of, representation
from releases.ledger.chain import release_of
from releases.ledger.verify import verify
from releases.models import Environment, Release
from tests.factories import ADA, NOON, World, actor, flag, snapshot


@pytest.fixture
def live(world: World) -> World:
    """1.0.0 with two flags that are on, live in production and, as release 1 there, in staging."""
    world.release(snapshot("home", featureFlags=[flag("checkout", "ON"), flag("search", "ON")]))
    world.publish("1.0.0", environment=world.staging)
    return world


@pytest.fixture(autouse=True)
def nothing_is_wrong_afterwards(world: World) -> Any:
    yield
    assert list(verify(Environment.objects.select_related("application"))) == []


def told(client_key: str | None = None) -> dict[str, str]:
    """Flag → state in what clients get; the compiled flags of the same release must say the same."""
    now = read_live(client_key)
    states = {item["key"]: item["state"] for item in json.loads(representation(now, "").body).get("featureFlags", ())}
    served = {key: answer.value for key, answer in flags_of(now).evaluate_all({"tenant": "acme"}, NOON).items()}
    assert served == {key: state == "ON" for key, state in states.items()}
    return states


def killed(world: World, environment: Environment | None = None) -> list[str]:
    head = world.head(environment)
    assert head is not None
    return head.killed


def refused(act: Any, *args: Any, **kwargs: Any) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value


def test_a_kill_and_a_lift_are_one_row_each_and_clients_see_them_at_once(live: World) -> None:
    live.policy(latest="2.0.0")
    before = live.head()
    assert before is not None and told() == {"checkout": "ON", "search": "ON"}
    release, changed = live.kill("checkout", reason=" it   burns ")
    assert changed and (release.serial, release.kind, release.reason) == (3, "kill", "it burns")
    assert (release.kill_switches, release.policies) == ('["checkout"]', before.policies)
    assert release.config_version == before.config_version
    assert told() == {"checkout": "FORCE_OFF", "search": "ON"}
    release, changed = live.lift("checkout")
    assert changed and (release.serial, release.kind, release.kill_switches) == (4, "lift", "[]")
    assert told() == {"checkout": "ON", "search": "ON"}
    assert release.policies == before.policies


def test_the_list_is_sorted_whatever_the_order(live: World) -> None:
    live.kill("search")
    assert live.kill("checkout").release.kill_switches == '["checkout","search"]'
    assert live.lift("checkout").release.kill_switches == '["search"]'


def test_one_environment_and_not_the_other(live: World) -> None:
    key = access.create_client_key(live.staging, name="web", actor=ADA, now=NOON).key
    live.kill("checkout", environment=live.staging)
    assert told() == {"checkout": "ON", "search": "ON"}
    assert told(key) == {"checkout": "FORCE_OFF", "search": "ON"}
    assert killed(live) == [] and killed(live, live.staging) == ["checkout"]


def test_what_stands_so_already_appends_nothing(live: World) -> None:
    for switch, kind in ((live.kill, "kill"), (live.lift, "lift")):
        first, changed = switch("checkout")
        assert changed and first.kind == kind
        again, changed = switch("checkout", reason="me too")
        assert not changed and again == first
    untouched, changed = live.lift("search")
    assert not changed and untouched.serial == 3
    assert Release.objects.filter(environment=live.production).count() == 3


def test_the_same_is_asked_of_those_who_change_nothing(live: World) -> None:
    live.kill("checkout")
    assert refused(live.kill, "checkout", reason=" ").code == "reason.required"
    assert refused(live.lift, "search", reason="").code == "reason.required"
    for role in ("viewer", "editor"):
        assert refused(live.kill, "checkout", actor=actor(role)).code == "permission.denied"
        assert refused(live.lift, "search", actor=actor(role)).code == "permission.denied"
        assert refused(live.kill, "nothing", actor=actor(role), reason="").code == "permission.denied"
    live.lift("checkout", actor=actor("publisher"))


def test_a_flag_that_is_not_there_is_refused_with_those_that_are_like_it(live: World) -> None:
    refusal = refused(live.kill, "hceckout", reason="")
    assert (refusal.code, refusal.status) == ("kill.unknown_flag", 404)
    assert refusal.extra == {"environment": "production", "near": ["checkout"]}
    assert "(did you mean “checkout”?)" in refusal.detail["en"]
    assert "(vouliez-vous dire « checkout » ?)" in refusal.detail["fr"]
    far = refused(live.kill, "zzz")
    assert far.extra["near"] == [] and "mean" not in far.detail["en"]
    # What can be lifted is what is engaged.
    live.kill("search")
    refusal = refused(live.lift, "serch")
    assert (refusal.code, refusal.status, refusal.extra["near"]) == ("lift.not_engaged", 404, ["search"])
    assert refused(live.lift, "hceckout").extra["near"] == []


@pytest.mark.parametrize("key", ["", "\0", "\ud800", "{actor}", "x" * 100_000, "checkout ", "CHECKOUT", "１"])
def test_keys_that_nobody_has(live: World, key: str) -> None:
    for act, code in ((live.kill, "kill.unknown_flag"), (live.lift, "lift.not_engaged")):
        refusal = refused(act, key)
        assert refusal.code == code and len(refusal.detail["en"]) < 400
        refusal.detail["en"].encode("utf-8", "surrogatepass")


def test_before_anything_is_published_there_is_nothing_to_kill(world: World) -> None:
    assert refused(world.kill, "a", reason="").code == "release.none"
    world.policy(latest="1.0.0")  # a release without a config
    assert refused(world.kill, "a").code == "release.none"
    assert refused(world.lift, "a").code == "release.none"
    assert refused(world.kill, "a", environment=world.staging).code == "release.none"


# What keeps it ------------------------------------------------------------------------------------------------------


def test_it_stays_across_publish_rollback_policy_and_their_undoing(live: World) -> None:
    live.kill("checkout")
    steps = [
        lambda: live.release(snapshot("home", "shop", featureFlags=[flag("checkout", "ON"), flag("search", "ON")])),
        lambda: live.undo(),
        lambda: live.undo(),
        lambda: live.rollback(),
        lambda: live.undo(),
        lambda: live.policy(latest="3.0.0"),
        lambda: live.undo(),
        lambda: live.edit(snapshot("home", featureFlags=[flag("checkout", "ON"), flag("search", "OFF")])),
        lambda: live.pick("featureFlags/search/state"),
    ]
    for step in steps:
        step()
        assert killed(live) == ["checkout"]
        assert told()["checkout"] == "FORCE_OFF"


def test_it_stays_when_another_version_is_promoted_over_it(live: World) -> None:
    live.kill("checkout", environment=live.staging)
    live.release(snapshot("home", "shop", featureFlags=[flag("checkout", "ON"), flag("search", "ON")]))
    live.publish("1.0.1", environment=live.staging)
    assert killed(live, live.staging) == ["checkout"]
    assert killed(live) == []


def test_it_stays_while_its_flag_is_gone_and_can_be_lifted_then(live: World) -> None:
    live.kill("checkout")
    live.release(snapshot("home", featureFlags=[flag("search", "ON")]), confirm=["release.shrinks"])
    assert told() == {"search": "ON"} and killed(live) == ["checkout"]
    again, changed = live.kill("checkout")
    assert not changed and again.serial == 3
    live.rollback()
    assert told() == {"checkout": "FORCE_OFF", "search": "ON"}
    live.undo()
    assert live.lift("checkout").release.killed == []
    assert refused(live.lift, "checkout").code == "lift.not_engaged"
    assert refused(live.kill, "checkout").code == "kill.unknown_flag"


def test_a_flag_that_comes_back_is_still_off(live: World) -> None:
    live.kill("checkout")
    live.release(snapshot("home", featureFlags=[flag("search", "ON")]), confirm=["release.shrinks"])
    both = [flag("checkout", "ON"), flag("search", "ON")]
    live.release(snapshot("home", featureFlags=both), confirm=["flag.key_reused"])
    assert told() == {"checkout": "FORCE_OFF", "search": "ON"}


# Undo ---------------------------------------------------------------------------------------------------------------


def test_undoing_a_kill_lifts_it_and_undoing_a_lift_engages_it_again(live: World) -> None:
    live.kill("search")
    live.kill("checkout")
    assert live.undo().kill_switches == '["search"]'
    assert told() == {"checkout": "ON", "search": "FORCE_OFF"}
    assert live.undo().kill_switches == '["checkout","search"]'  # the undo of the undo
    live.lift("checkout")
    assert killed(live) == ["search"]
    assert live.undo().kill_switches == '["checkout","search"]'
    assert told() == {"checkout": "FORCE_OFF", "search": "FORCE_OFF"}


def test_an_undo_after_a_kill_is_of_the_kill_and_not_of_the_publish_before(live: World) -> None:
    live.release(snapshot("home", "shop", featureFlags=[flag("checkout", "ON"), flag("search", "ON")]))
    live.kill("checkout")
    live.undo()
    assert live.live == "1.0.1" and killed(live) == []


def test_undoing_a_kill_takes_no_version_back(live: World) -> None:
    """A version in whose time something was killed and lifted may be built on without a question."""
    live.release(snapshot("home", "shop", featureFlags=[flag("checkout", "ON"), flag("search", "ON")]))
    live.kill("checkout")
    live.undo()
    live.rollback(to_version="1.0.0")
    live.undo()
    live.edit(snapshot("home", "shop", "more", featureFlags=[flag("checkout", "ON"), flag("search", "ON")]))
    assert live.publish().kind == "publish"


# Forms that are sent twice --------------------------------------------------------------------------------------------


def test_a_form_sent_again_after_the_first_was_taken_back_is_refused(live: World) -> None:
    live.kill("checkout", read=1)
    live.lift("checkout", read=2)
    refusal = refused(live.kill, "checkout", read=1, reason="")
    assert (refusal.code, refusal.status) == ("kill.moved", 409)
    live.kill("checkout", read=3)
    assert refused(live.lift, "checkout", read=2).code == "lift.moved"
    live.undo()
    assert refused(live.kill, "checkout", read=3).code == "kill.moved"


def test_what_others_release_meanwhile_refuses_no_form(live: World) -> None:
    live.release()
    live.kill("search")
    live.lift("search")
    live.policy(latest="2.0.0")
    assert live.kill("checkout", read=1).changed
    # The wish is fulfilled: nothing to refuse, nothing to append.
    assert not live.kill("checkout", read=1).changed
    live.undo()
    live.undo()
    assert not live.kill("checkout", read=1).changed
    assert release_of(live.production, 9) is None


def test_reads_of_two_moments_refuse_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody kills between the reading of the newest release and that of the switch's history."""
    world.release(snapshot("home", featureFlags=[flag("a", "ON")]))
    read, check = 1, policies.check_switch
    others: list[str] = []

    def meanwhile(*arguments: Any) -> None:
        if not others:
            others.append("the only one")
            world.kill("a")
        check(*arguments)

    monkeypatch.setattr(actions, "check_switch", meanwhile)
    release, changed = actions.kill(world.production, key="a", read=read, reason="me too", actor=ADA, now=world.tick())
    assert (release.serial, changed) == (2, False)
