"""Flags per environment, as clients, authors and operators see them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from configs.validation.check import MOST_ENVIRONMENTS
from configs.validation.flags import flag_problems
from releases.access import actions as access
from releases.delivery.public_form import render
from tests.factories import ADA, NOON, flag, snapshot
from tests.releases.api.helpers import Api, ok
from tests.releases.commands import done

DRAFT = "/api/config/draft"
OWN: dict[str, Any] = {
    "staging": {"state": "ON", "rules": [{"id": "all", "variant": "on"}]},
    "beta": {"state": "ROLLOUT", "rollout": 0},
}


@pytest.fixture
def keys(api: Api) -> dict[str, str]:
    """A release with the flag ``search`` in both environments; a client key of each."""
    flags = [flag("search", "OFF", owner="ada", environments=OWN), flag("other", "ON", owner="ada")]
    segments = [{"id": "vips", "conditions": [{"attribute": "plan", "operator": "in", "values": ["vip"]}]}]
    version = api.world.release(snapshot("home", featureFlags=flags, segments=segments)).config_version
    assert version is not None
    api.world.publish(version.version, environment=api.world.staging)
    return {
        place.key: access.create_client_key(place, name=place.key, actor=ADA, now=NOON).key
        for place in (api.world.production, api.world.staging)
    }


def test_what_goes_out_is_the_environments_own_and_the_rest_stays_inside(api: Api, keys: dict[str, str]) -> None:
    for _ in range(2):  # whatever this process has kept of the other one
        for place, state, value in (("production", "OFF", False), ("staging", "ON", True)):
            answer = api.ask("/api/config/published", x_client_key=keys[place])
            shown = next(item for item in ok(answer)["featureFlags"] if item["key"] == "search")
            assert shown["state"] == state and "environments" not in answer.content.decode()
            assert ("rules" in shown) == (place == "staging")
            body = {"context": {"targetingKey": "acme"}}
            one = api("POST", "/ofrep/v1/evaluate/flags/search", body, role="anonymous", x_api_key=keys[place])
            assert ok(one)["value"] is value
            features = ok(api.ask("/unleash/api/client/features", authorization=keys[place]))["features"]
            assert {item["name"]: item["enabled"] for item in features} == {"search": value, "other": True}
            toggles = ok(api.ask("/unleash/api/frontend?userId=acme", authorization=keys[place]))["toggles"]
            assert ("search" in {toggle["name"] for toggle in toggles}) is value


def test_authors_and_operators_see_it_as_it_counts(api: Api, keys: dict[str, str]) -> None:
    for place, state, value in (("production", "OFF", False), ("staging", "ON", True)):
        where = f"?environment={place}"
        assert ok(api("GET", f"/api/flags/search{where}"))["state"] == state
        explained = ok(api("POST", f"/api/flags/search/explain{where}", {"context": {"tenant": "acme"}}))
        assert explained["value"] is value
        exported = done("export_config", "--to", "unleash", "--environment", place).json["features"]
        assert {item["name"]: item["enabled"] for item in exported}["search"] is value
    draft = ok(api("GET", DRAFT))
    assert [problem["code"] for problem in draft["problems"]] == ["flag.environment_unknown"]
    assert draft["problems"][0]["pointer"] == "/featureFlags/1/environments/beta"
    done("create_environment", "beta")
    assert ok(api("GET", DRAFT))["problems"] == []


def test_a_kill_switch_is_stronger_than_an_environment(api: Api, keys: dict[str, str]) -> None:
    done("kill", "search", "--environment", "staging", "--reason", "on fire")
    shown = ok(api.ask("/api/config/published", x_client_key=keys["staging"]))["featureFlags"]
    assert next(item for item in shown if item["key"] == "search")["state"] == "FORCE_OFF"


def test_a_preview_is_shown_as_it_would_be_in_an_environment(api: Api, keys: dict[str, str]) -> None:
    done("set", "featureFlags/search", "description=preview me")
    api.world.preview()
    url = ok(api("POST", "/api/config/preview/links", {"reason": "look"}), 201)["url"]
    path = url[url.index("/preview/") :]
    for query, state in (("", "OFF"), ("?environment=production", "OFF"), ("?environment=staging", "ON")):
        shown = ok(api.ask(path + query))["featureFlags"]
        assert next(item for item in shown if item["key"] == "search")["state"] == state
    assert api.ask(f"{path}?environment=nowhere").status_code == 404


def test_the_difference_is_told_for_each_environment(api: Api, keys: dict[str, str]) -> None:
    said = done("set", "featureFlags/search", "environments.beta.rollout=12.5%", "environments.staging.state=OFF").out
    assert "Flag search, beta › rollout: 0% → 12.5%" in said and "Flag search, staging › state: ON → OFF" in said
    ids = {change["id"] for change in ok(api("GET", "/api/config/diff?from=live&to=draft"))["changes"]}
    assert ids == {f"featureFlags/search/environments/{name}" for name in ("beta/rollout", "staging/state")}
    done("publish", "draft", "--change", "featureFlags/search/environments/staging/state", "--reason", "not yet")
    own = next(item for item in api.world.head().config_version.document["featureFlags"] if item["key"] == "search")  # type: ignore[union-attr]
    assert own["environments"] == {**OWN, "staging": {**OWN["staging"], "state": "OFF"}}


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        ({"state": "ROLLOUT"}, {"": "schema.required"}),
        ({"state": "MAYBE"}, {"/state": "schema.enum"}),
        ({"type": "string"}, {"/type": "schema.additionalProperties"}),
        ({}, {"": "schema.minProperties"}),
        ({"rollout": 10_001}, {"/rollout": "schema.maximum"}),
        ({"rules": [{"id": "a"}, {"id": "a"}]}, {"/rules/1/id": "id.duplicate"}),
        ({"rules": [{"id": "a", "variant": "of"}]}, {"/rules/0/variant": "flag.variant_unknown"}),
        (
            {"rules": [{"id": "a", "conditions": [{"segment": "nobody"}]}]},
            {"/rules/0/conditions/0/segment": "reference.missing"},
        ),
        (
            {"rules": [{"id": "a", "conditions": [{"attribute": "a", "operator": "matches", "values": ["("]}]}]},
            {"/rules/0/conditions/0/values/0": "condition.value"},
        ),
        (
            {"rules": [{"id": "a", "split": [{"variant": "on", "weight": 1}]}]},
            {"/rules/0/split": "flag.variant_weights"},
        ),
    ],
)
def test_what_is_wrong_in_one_environment_stands_there(api: Api, own: Any, wanted: dict[str, str]) -> None:
    content = snapshot("home", featureFlags=[flag("a", "OFF", environments={"staging": own})])
    body = ok(api("PUT", DRAFT, content, if_match=api.etag()))
    here = "/featureFlags/0/environments/staging"
    found = {item["pointer"]: item["code"] for item in body["problems"] if item["severity"] == "error"}
    assert {here + place: code for place, code in wanted.items()}.items() <= found.items()
    assert all(place.startswith(here) for place in found)


def test_warnings_count_there_as_well(api: Api) -> None:
    flags = [flag("a", "OFF", environments={"staging": {"state": "ON"}})]
    body = ok(api("PUT", DRAFT, snapshot("home", featureFlags=flags), if_match=api.etag()))
    assert {(item["pointer"], item["code"]) for item in body["problems"]} == {
        ("/featureFlags/0/environments/staging", "flag.owner_missing")
    }


def test_many_environments_are_refused_and_not_worked_on(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    etag = api.etag()

    def counted(*arguments: Any) -> Any:
        asked.append(arguments)
        return flag_problems(*arguments)

    monkeypatch.setattr("configs.validation.check.flag_problems", counted)
    own = {f"e{number}": {"state": "ON"} for number in range(1000)}
    content = snapshot("home", featureFlags=[flag("a", "OFF", owner="ada", environments=own)])
    body = ok(api("PUT", DRAFT, content, if_match=etag))
    assert "flag.environments_many" in {item["code"] for item in body["problems"]}
    assert len(asked) == MOST_ENVIRONMENTS + 1


def test_no_form_for_clients_has_environments() -> None:
    shown = render(snapshot("home", featureFlags=[flag("search", environments=OWN)]))
    assert "environments" not in json.dumps(shown)
