"""Kill switches over HTTP: what clients get afterwards, who may, and what is refused in which order."""

from __future__ import annotations

from typing import Any

import pytest

from releases.access import actions as access
from tests.factories import ADA, NOON, flag, make_world, snapshot
from tests.releases.api.helpers import Api, code, ok, refused

#: Bodies that are refused, each in another way.
WRONG: list[Any] = [{"reason": ""}, {"confrim": 1}, [], "text", {"reason": "x", "environment": 5}]
KILL, LIFT = "/api/flags/checkout/kill", "/api/flags/checkout/lift"


@pytest.fixture
def live(api: Api) -> Api:
    api.world.release(snapshot("home", featureFlags=[flag("checkout", "ON"), flag("a.b:c_d-1", "ON")]))
    return api


def states(api: Api, **headers: Any) -> dict[str, str]:
    body = ok(api.ask("/api/config/published", **headers))
    return {item["key"]: item["state"] for item in body["featureFlags"]}


def test_a_kill_reaches_clients_with_the_next_question(live: Api) -> None:
    before = live.ask("/api/config/published")
    told = ok(live("POST", KILL, {"reason": "it burns"}, role="publisher"))
    assert (told["environment"], told["serial"], told["kind"]) == ("production", 2, "kill")
    assert (told["flag"], told["changed"], told["killSwitches"]) == ("checkout", True, ["checkout"])
    assert told["actor"].startswith("token:publisher") and told["reason"] == "it burns"
    after = live.ask("/api/config/published", if_none_match=before["ETag"])
    assert after.status_code == 200 and after["X-Release-Serial"] == "2"
    assert states(live) == {"checkout": "FORCE_OFF", "a.b:c_d-1": "ON"}
    assert ok(live("GET", "/api/releases/2"))["killSwitches"] == ["checkout"]
    told = ok(live("POST", LIFT, {"reason": "repaired"}, role="publisher"))
    assert (told["serial"], told["kind"], told["changed"], told["killSwitches"]) == (3, "lift", True, [])
    assert live.ask("/api/config/published").content == before.content


def test_asked_twice_it_is_done_once(live: Api) -> None:
    first = ok(live("POST", KILL, {"reason": "it burns"}))
    again = ok(live("POST", KILL, {"reason": "me too"}))
    assert again == {**first, "changed": False, "affects": {"on": [], "off": []}}
    assert refused(live("POST", KILL, {"reason": ""}), 422, "reason.required")


@pytest.fixture
def fallback(api: Api) -> Api:
    """``old`` is for those who have not ``checkout``; ``old-banner`` hangs on it, ``coupon`` on ``checkout``."""
    flags = [
        flag("checkout", "ON"),
        flag("old", "ON", prerequisites=[{"flag": "checkout", "variant": "off"}]),
        flag("old-banner", "ON", prerequisites=[{"flag": "old"}]),
        flag("coupon", "ON", prerequisites=[{"flag": "checkout"}]),
        flag("search", "ON"),
    ]
    api.world.release(snapshot("home", featureFlags=flags))
    return api


def test_a_kill_names_every_flag_whose_answer_changes(fallback: Api) -> None:
    affected = {"on": ["old", "old-banner"], "off": ["checkout", "coupon"]}
    told = ok(fallback("POST", KILL, {"dryRun": True}, role="publisher"))
    assert (told["affects"], told["changed"], told["dryRun"], told["serial"]) == (affected, True, True, 1)
    assert ok(fallback("GET", "/api/releases"))["releases"][0]["serial"] == 1
    told = ok(fallback("POST", KILL, {"reason": "it burns"}, role="publisher"))
    assert (told["affects"], told["changed"], told["dryRun"], told["serial"]) == (affected, True, False, 2)
    again = ok(fallback("POST", KILL, {"dryRun": True}))
    assert (again["affects"], again["changed"]) == ({"on": [], "off": []}, False)
    back = {"on": ["checkout", "coupon"], "off": ["old", "old-banner"]}
    assert ok(fallback("POST", LIFT, {"dryRun": True}))["affects"] == back
    assert ok(fallback("POST", LIFT, {"reason": "repaired"}))["affects"] == back


def test_a_dry_run_is_refused_as_the_switch_would_be(live: Api) -> None:
    for role, status in (("anonymous", 401), ("editor", 403)):
        assert live("POST", KILL, {"dryRun": True}, role=role).status_code == status
    refused(live("POST", "/api/flags/nothing/kill", {"dryRun": True}), 404, "kill.unknown_flag")
    assert live("POST", KILL, {"dryRun": "yes"}).status_code == 400
    refused(live("POST", KILL, {}), 422, "reason.required")


def test_every_key_that_a_flag_can_have(live: Api) -> None:
    assert ok(live("POST", "/api/flags/a.b:c_d-1/kill", {"reason": "x"}))["killSwitches"] == ["a.b:c_d-1"]
    assert ok(live("POST", "/api/flags/a.b%3Ac_d-1/lift", {"reason": "x"}))["killSwitches"] == []


def test_the_environment_is_chosen_and_named(live: Api) -> None:
    world = live.world
    key = access.create_client_key(world.staging, name="web", actor=ADA, now=NOON).key
    world.publish("1.0.0", environment=world.staging)
    told = ok(live("POST", KILL, {"reason": "x", "environment": "staging"}))
    assert (told["environment"], told["serial"]) == ("staging", 2)
    assert ok(live("POST", f"{KILL}?environment=staging", {"reason": "x"}))["changed"] is False
    assert states(live)["checkout"] == "ON" and states(live, x_client_key=key)["checkout"] == "FORCE_OFF"


def test_a_key_that_is_not_there_names_those_that_are_like_it(live: Api) -> None:
    body = refused(live("POST", "/api/flags/chekcout/kill", {"reason": "x"}), 404, "kill.unknown_flag")
    assert (body["near"], body["environment"]) == (["checkout"], "production")
    ok(live("POST", KILL, {"reason": "x"}))
    body = refused(live("POST", "/api/flags/chekcout/lift", {"reason": "x"}), 404, "lift.not_engaged")
    assert body["near"] == ["checkout"]


def test_the_order_of_refusals(live: Api) -> None:
    for path in (KILL, LIFT):
        unknown = path.replace("checkout", "nothing")
        for body in WRONG:
            assert code(live("POST", unknown, body, role="anonymous")) == "http.not_authenticated"
            assert code(live("POST", unknown, body, role="editor")) == "permission.denied"
            readable = isinstance(body, dict) and isinstance(body.get("reason"), str)
            for place in (unknown, path, f"{path}?environment=staging"):
                assert readable or code(live("POST", place, body, role="publisher")) == "body.invalid"
        assert live("POST", unknown, {"reason": ""}, role="publisher").status_code == 404
        assert code(live("POST", f"{path}?environment=staging", {"reason": ""})) == "release.none"
        assert code(live("POST", KILL, {"reason": ""}, role="publisher")) == "reason.required"


@pytest.mark.parametrize(
    "key", ["%00", "%ED%A0%80", "%F0%9F%98%80", "{actor}", "..", "%2e%2e", "x" * 3000, "a%2Fb", "%"]
)
def test_hostile_keys(live: Api, key: str) -> None:
    for door in ("kill", "lift"):
        answer = live("POST", f"/api/flags/{key}/{door}", {"reason": "x"})
        assert answer.status_code == 404
        assert code(answer) in ("kill.unknown_flag", "lift.not_engaged", "http.not_found")


def test_what_another_application_has_is_not_here(live: Api) -> None:
    other = make_world(key="other", is_default=False)
    other.release(snapshot("home", featureFlags=[flag("theirs", "ON")]))
    assert code(live("POST", "/api/flags/theirs/kill", {"reason": "x"})) == "kill.unknown_flag"
    told = ok(live("POST", "/api/flags/theirs/kill?application=other", {"reason": "x"}))
    assert (told["application"], told["killSwitches"]) == ("other", ["theirs"])
