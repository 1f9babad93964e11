"""The live flags over HTTP: lists, one flag, and the question why."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from flags import usage
from flags.models import Usage
from releases.delivery.live import read_live
from releases.delivery.representations import flags_of
from tests.factories import World, flag, snapshot
from tests.releases.api.helpers import Api, ok, refused

SEGMENT = {
    "id": "staff",
    "private": True,
    "conditions": [{"attribute": "tenant", "operator": "equals", "values": ["acme"]}],
}
RULE = {"id": "staff-first", "conditions": [{"segment": "staff"}], "variant": "on"}
FLAGS = [
    flag("search", "ROLLOUT", rollout=0, rules=[RULE], owner="ada", description="for staff"),
    flag("banner", "ON", expiresAt="2026-01-01"),
]
EXPLAIN = "/api/flags/search/explain"


@pytest.fixture
def api(world: World) -> Api:
    world.now = timezone.now()  # the API looks at the real clock
    world.release(snapshot(featureFlags=FLAGS, segments=[SEGMENT]))
    return Api(world)


def test_the_list_and_one_flag(api: Api) -> None:
    usage.record_many(read_live(None), {("search", "on"): 3, ("search", "off"): 1})
    usage.flush()
    found = ok(api("GET", "/api/flags", role="viewer"))
    assert (found["environment"], found["serial"], found["version"]) == ("production", 1, "1.0.0")
    banner, search = found["flags"]
    assert search["key"] == "search" and search["owner"] == "ada" and search["shareOn"] == 0.75
    assert search["evaluations"] == {"last24Hours": 4, "last30Days": 4}
    assert search["lastEvaluatedAt"].endswith(":00:00Z") and search["firstReleased"]["version"] == "1.0.0"
    assert (banner["shareOn"], banner["lastEvaluatedAt"], banner["owner"]) == (None, None, None)
    assert [reason["code"] for reason in banner["stale"]] == ["flag.expired"]
    assert set(banner["stale"][0]["message"]) == {"en", "fr"}
    assert [one["key"] for one in ok(api("GET", "/api/flags?stale=1", role="viewer"))["flags"]] == ["banner"]
    one = ok(api("GET", "/api/flags/search", role="viewer"))
    counts, offers = one.pop("counts"), one.pop("offers")
    where = {name: one.pop(name) for name in ("application", "environment", "serial", "version")}
    assert [(offer["action"], offer["offered"]) for offer in offers] == [("kill", False)]
    assert one == search and where["environment"] == "production"
    assert sorted(counts["variants"], key=lambda row: row["variant"]) == [
        {"variant": "off", "last30Days": 1},
        {"variant": "on", "last30Days": 3},
    ]
    assert [day["variants"] for day in counts["days"]] == [{"on": 3, "off": 1}]
    assert [hour["variants"] for hour in counts["hours"]] == [{"on": 3, "off": 1}]


def test_other_environments_and_what_is_not_there(api: Api) -> None:
    refused(api("GET", "/api/flags?environment=staging"), 404, "release.none")
    refused(api("GET", "/api/flags?environment=moon"), 404, "environment.unknown")
    refused(api("GET", "/api/flags/moon"), 404, "flag.unknown")
    refused(api("GET", "/api/flags/%00"), 404, "flag.unknown")
    api.world.publish("1.0.0", environment=api.world.staging)
    assert ok(api("GET", "/api/flags?environment=staging"))["environment"] == "staging"


def test_explaining_what_is_live(api: Api) -> None:
    told = ok(api("POST", EXPLAIN, {"context": {"tenant": "acme"}}, role="viewer"))
    assert (told["value"], told["variant"], told["reason"], told["ruleId"]) == (
        True,
        "on",
        "TARGETING_MATCH",
        "staff-first",
    )
    assert (told["flag"], told["channel"], told["version"]) == ("search", "live", "1.0.0")
    assert all(set(step) == {"en", "fr"} for step in told["steps"]) and "acme" in str(told["steps"])
    off = ok(api("POST", EXPLAIN, {"context": {"tenant": "globex"}}, role="viewer"))
    assert (off["value"], off["reason"]) == (False, "SPLIT") and isinstance(off["bucket"], int)
    usage.flush()
    assert Usage.objects.count() == 0  # a question of the staff is no use of the flag


def test_the_context_means_what_it_means_to_openfeature_s_clients(api: Api) -> None:
    told = ok(api("POST", EXPLAIN, {"context": {"targetingKey": "acme"}}, role="viewer"))
    assert (told["value"], told["ruleId"]) == (True, "staff-first")
    named = ok(api("POST", EXPLAIN, {"context": {"targetingKey": "acme", "tenant": "globex"}}, role="viewer"))
    assert named["value"] is False
    large = b'{"context": {"tenant": 12345678901234567890, "x": 1e20}}'
    evaluated = api("POST", "/ofrep/v1/evaluate/flags/search", large, role="anonymous")
    explained = ok(api("POST", EXPLAIN, large, role="viewer"))
    assert explained["variant"] == ok(evaluated)["variant"] and isinstance(explained["bucket"], int)
    refused(api("POST", EXPLAIN, {"context": {"targetingKey": 5}}), 400, "evaluation.bad_context")
    refused(api("POST", "/api/flags/moon/explain", {"context": {"targetingKey": 5}}), 404, "flag.unknown")


def test_a_damaged_flag_is_logged_where_it_is_published_and_only_there(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = {"featureFlags": [{"key": "search", "state": "ON", "type": "boolean", "rules": 5}]}
    api.world.edit(damaged)
    assert ok(api("POST", EXPLAIN, {"context": {}, "channel": "draft"}))["reason"] == "ERROR"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    live = replace(read_live(None), snapshot=damaged)
    for _ in range(2):
        assert flags_of(live).errors
    (said,) = (record.getMessage() for record in caplog.records if record.name == "icontrol.delivery")
    assert "search" in said and "production" in said


def test_the_draft_and_the_preview_are_for_editors(api: Api) -> None:
    api.world.edit(snapshot(featureFlags=[flag("search", "ON"), flag("later", "ON")]))
    for channel in ("draft", "preview"):
        refused(api("POST", EXPLAIN, {"context": {}, "channel": channel}, role="viewer"), 403, "permission.denied")
    refused(api("POST", EXPLAIN, {"context": {}, "channel": "preview"}), 404, "preview.none")
    told = ok(api("POST", EXPLAIN, {"context": {}, "channel": "draft"}, role="editor"))
    assert (told["value"], told["reason"], told["version"]) == (True, "STATIC", "1.0.1")
    assert ok(api("POST", "/api/flags/later/explain", {"context": {}, "channel": "draft"}))["flag"] == "later"
    refused(api("POST", "/api/flags/later/explain", {"context": {}}), 404, "flag.unknown")
    api.world.preview()
    assert ok(api("POST", EXPLAIN, {"context": {}, "channel": "preview"}))["value"] is True


@pytest.mark.parametrize(
    "junk",
    [
        {"featureFlags": [5, {"key": "search"}, {"key": 7}]},
        {"featureFlags": [{"key": "search", "state": "ON", "type": "boolean", "rules": 5}]},
        {"featureFlags": [{"key": "search", "state": "ON", "type": "boolean", "rules": [5]}], "segments": [5, {}]},
        {"featureFlags": [{"key": "search", "state": "ON", "type": "x", "prerequisites": [{"flag": "search"}]}]},
        {"featureFlags": [{"key": "search", "state": ["ON"], "type": "boolean"}], "segments": [{}]},
        {"featureFlags": [flag("search", "ON", rules=[RULE])], "segments": [{"id": "staff", "conditions": 5}]},
        {"featureFlags": [flag("search", "ON", bucketing=5, variants={}, offVariant=[])]},
        {"featureFlags": [flag("search", "ROLLOUT", rules=[{"id": "x", "conditions": [{"any": 5}], "variant": "on"}])]},
    ],
)
def test_a_half_typed_draft_is_no_server_error(api: Api, junk: Any) -> None:
    ok(api("PUT", "/api/config/draft", junk, if_match=api.etag()))
    answer = api("POST", EXPLAIN, {"context": {"tenant": "acme"}, "channel": "draft"})
    assert answer.status_code in (200, 404), answer.content


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"context": None},
        {"context": []},
        {"context": "tenant"},
        {"context": {}, "channel": "moon"},
        {"context": {}, "channel": ["live"]},
        {"context": {}, "tenant": "acme"},
        {"context": {}, "environment": 5},
        [],
        5,
    ],
)
def test_a_body_with_problems(api: Api, body: Any) -> None:
    for path in (EXPLAIN, "/api/flags/moon/explain"):  # what cannot be read comes before what is not there
        refused(api("POST", path, body), 400, "body.invalid")


def test_any_context_can_be_asked_about(api: Api) -> None:
    nested: Any = {"tenant": [1, {"a": None}], "": "é", "currentTime": 5, "environment": {"x": 1}, "n": 1e300}
    assert ok(api("POST", EXPLAIN, {"context": nested}))["variant"] == "off"


def test_metrics_tell_of_the_counting(api: Api) -> None:
    usage.record_many(read_live(None), {("search", "on"): 1})
    text = api("GET", "/metrics").content.decode()
    assert 'icontrol_flag_usage_recorded_total{process="' in text and "icontrol_flag_usage_dropped_total" in text
