"""``/unleash/api`` over HTTP: who asks, what they get, and that nothing they say breaks anything."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from configs.exporters.unleash import REASONS
from flags import usage
from flags.models import Usage
from flags.overview import overview
from flags.unleash.requests import MOST_PROPERTIES, context, counts
from releases.access import actions as access
from releases.delivery import clients_seen
from releases.models import ClientSighting
from tests.factories import ADA, NOON, flag, snapshot
from tests.releases.api.helpers import Api, ok, refused

FEATURES, FRONTEND = "/unleash/api/client/features", "/unleash/api/frontend"
REPORTS = [
    "/unleash/api/client/register",
    "/unleash/api/client/metrics",
    "/unleash/api/frontend/client/register",
    "/unleash/api/frontend/client/metrics",
]
TESTERS = {"attribute": "tenant", "operator": "in", "values": ["acme"]}
NEAR = {"attribute": "remoteAddress", "operator": "in", "values": ["127.0.0.1", "192.0.2.7"]}
#: In the order of their keys, as they are stored.
ALL = ["banner", "by-address", "fine", "shop", "size", "testers-only"]
CONTENT: dict[str, Any] = {
    "featureFlags": [
        flag("banner", "ON", prerequisites=[{"flag": "shop"}]),
        flag("by-address", "ON", defaultVariant="off", rules=[{"id": "near", "conditions": [NEAR], "variant": "on"}]),
        flag("fine", "ROLLOUT", rollout=9999),
        flag("shop", "ON"),
        {
            "key": "size",
            "type": "integer",
            "state": "ON",
            "variants": [{"key": "small", "value": 25}, {"key": "large", "value": 100}],
            "defaultVariant": "large",
            "offVariant": "small",
        },
        flag("testers-only", "ON", defaultVariant="off")
        | {"rules": [{"id": "testers", "conditions": [{"segment": "testers"}], "variant": "on"}]},
    ],
    "segments": [{"id": "testers", "conditions": [TESTERS]}],
}
for each in CONTENT["featureFlags"]:
    each["owner"] = "web"


@pytest.fixture
def live(api: Api) -> Api:
    api.world.release(snapshot("home", **CONTENT))
    return api


def named(body: Any) -> dict[str, Any]:
    return {item["name"]: item for item in body.get("features", body.get("toggles"))}


# Features


def test_the_list_has_an_etag_and_the_next_poll_is_empty(live: Api) -> None:
    first = live.ask(FEATURES)
    assert list(named(ok(first))) == ALL
    again = live.ask(FEATURES, if_none_match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert first["X-Release-Serial"] == "1" and first["Cache-Control"] == "no-cache"


def test_a_release_is_in_the_next_poll(live: Api) -> None:
    etag = live.ask(FEATURES)["ETag"]
    content = live.world.draft.document
    content["featureFlags"][3]["state"] = "FORCE_OFF"
    live.world.release(content)
    after = live.ask(FEATURES, if_none_match=etag)
    assert named(ok(after))["shop"]["enabled"] is False and after["ETag"] != etag


@pytest.mark.parametrize(
    ("specification", "apart"),
    [
        ("4.2.0", True),
        ("5.2.0", True),
        ("10.0", True),
        ("4.1.9", False),
        (None, False),
        ("x", False),
        ("9" * 99, False),
    ],
)
def test_segments_stand_apart_for_those_who_know_them(live: Api, specification: str | None, apart: bool) -> None:
    body = ok(live.ask(FEATURES, unleash_client_spec=specification))
    strategy = named(body)["testers-only"]["strategies"][0]
    constraint = {"contextName": "tenant", "operator": "IN", "values": ["acme"], "inverted": False}
    constraint["caseInsensitive"] = False
    if apart:
        assert strategy["segments"] == [1] and strategy["constraints"] == []
        assert body["segments"] == [{"id": 1, "name": "testers", "constraints": [constraint]}]
    else:
        assert "segments" not in strategy and strategy["constraints"] == [constraint] and body["segments"] == []


def test_what_cannot_be_said_is_off_and_says_why(live: Api) -> None:
    fine = named(ok(live.ask(FEATURES)))["fine"]
    assert fine["enabled"] is False and fine["strategies"] == [] and "whole percentage" in fine["description"]
    assert "fine" in named(ok(live.ask(f"{FRONTEND}?properties[tenant]=acme")))


def test_everybody_gets_all_features(live: Api) -> None:
    """What is narrowed down by clients would be made anew for each of their wishes."""
    everything = ok(live.ask(FEATURES))
    assert ok(live.ask(f"{FEATURES}?namePrefix=ban&project=other&tag=simple:x")) == everything


def test_one_query_for_each_poll(live: Api) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            ok(live.ask(address))
        return len(captured)

    queries(FEATURES)  # the first one of the hour is written down
    assert [queries(FEATURES), queries(FRONTEND)] == [1, 1]


# Who asks


def test_a_client_key_chooses_the_environment(live: Api) -> None:
    live.world.release(snapshot("home"), environment=live.world.staging)
    key = access.create_client_key(live.world.staging, name="web", actor=ADA, now=NOON)
    for sent in (key.key, f"Bearer {key.key}", f"bearer  {key.key} "):
        assert named(ok(live.ask(FEATURES, authorization=sent))) == {}
        assert ok(live.ask(FRONTEND, authorization=sent)) == {"toggles": []}
    assert ok(live.ask(FRONTEND, authorization="pk_no", x_api_key=key.key)) == {"toggles": []}
    access.revoke_client_key(key, reason="lost", actor=ADA, now=NOON)
    refused(live.ask(FEATURES, authorization=key.key), 401, "client_key.unknown")


@pytest.mark.parametrize("sent", ["pk_unknown", "", " ", "Bearer", "Bearer pk_x", "*:production.abc", "é", "x" * 300])
def test_an_unknown_key_is_refused(live: Api, sent: str) -> None:
    for method, path in (("GET", FEATURES), ("GET", FRONTEND), *(("POST", path) for path in REPORTS)):
        answer = live(method, path, b"{", role="anonymous", authorization=sent)
        refused(answer, 401, "client_key.unknown")
        assert "Authorization" in answer["Vary"]


def test_nothing_released_yet(api: Api) -> None:
    """To an SDK a refusal means to ask ever less often."""
    answers = [api.ask(FEATURES), api.ask(FRONTEND)]
    assert [ok(answer) for answer in answers] == [{"version": 2, "features": [], "segments": []}, {"toggles": []}]
    assert all("ETag" not in answer and "Authorization" in answer["Vary"] for answer in answers)
    assert {api("POST", path, {}, role="anonymous").status_code for path in REPORTS} == {202}
    api.world.policy(latest="1.0.0")
    assert named(ok(api.ask(FEATURES))) == {} and ok(api.ask(FRONTEND)) == {"toggles": []}


def test_the_gate_does_not_count(live: Api) -> None:
    live.world.policy(minSupported="9.0.0", latest="9.0.0", maintenance=True)
    ok(live.ask(FEATURES, x_client_version="1.0.0"))
    ok(live.ask(FRONTEND, x_client_version="1.0.0"))


# Answers for browsers


def test_the_frontend_says_what_is_on(live: Api) -> None:
    body = ok(live.ask(f"{FRONTEND}?userId=7&properties[tenant]=acme&environment=nowhere&appName=web"))
    assert list(named(body)) == ALL
    on = {"feature_enabled": True, "featureEnabled": True}
    assert named(body)["banner"]["variant"] == {"name": "disabled", "enabled": False, **on}
    payload = {"type": "number", "value": "100"}
    assert named(body)["size"]["variant"] == {"name": "large", "enabled": True, "payload": payload, **on}
    posted = live("POST", FRONTEND, {"context": {"userId": 7, "properties": {"tenant": "acme"}}}, role="anonymous")
    assert ok(posted) == body
    assert posted["Cache-Control"] == "private, no-cache"
    again = live("POST", FRONTEND, {"context": {"tenant": "acme"}}, role="anonymous", if_none_match=posted["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_without_a_tenant_the_testers_are_not_asked(live: Api) -> None:
    assert list(named(ok(live.ask(FRONTEND)))) == ["banner", "by-address", "shop", "size"]
    assert "by-address" in named(ok(live.ask(f"{FRONTEND}?remoteAddress=192.0.2.7")))
    assert "by-address" not in named(ok(live.ask(f"{FRONTEND}?remoteAddress=192.0.2.8")))


ODD: list[Any] = [
    {},
    {"context": None},
    {"context": []},
    {"context": {"properties": []}},
    {"context": {"properties": {"tenant": {"a": 1}, "x": [1], "": "", "é" * 3000: 1, "long": "x" * 3000}}},
    {"context": {"userId": 1.5, "sessionId": True, "currentTime": "never", "remoteAddress": 4}},
    {"context": {f"p{number}": "x" for number in range(2000)}},
]


@pytest.mark.parametrize("body", ODD)
def test_odd_contexts_are_answered(live: Api, body: Any) -> None:
    assert {"banner", "shop", "size"} <= named(ok(live("POST", FRONTEND, body, role="anonymous"))).keys()


def test_numbers_that_are_doubles_are_welcome(live: Api) -> None:
    for number in ("12345678901234567890", "1e20", "9007199254740993", "5.0"):
        sent = f'{{"context": {{"userId": {number}, "properties": {{"tenant": "acme"}}}}}}'.encode()
        assert "testers-only" in named(ok(live("POST", FRONTEND, sent, role="anonymous")))


def in_chunks(api: Api, path: str, data: Any) -> Any:
    """A body without a length, as a server hands it over that reads chunks."""
    told = {"wsgi.input": data, "wsgi.input_terminated": True, "CONTENT_TYPE": "application/json"}
    return api.client.generic("POST", path, b"", **told)


def test_a_body_in_chunks_is_read(live: Api) -> None:
    sent = BytesIO(b'{"context": {"properties": {"tenant": "acme"}}}')
    assert "testers-only" in named(ok(in_chunks(live, FRONTEND, sent)))
    report = BytesIO(b'{"bucket": {"toggles": {"shop": {"yes": 3, "no": 2.0}}}}')
    assert in_chunks(live, "/unleash/api/client/metrics", report).status_code == 202
    usage.flush()
    counted = Usage.objects.filter(flag="shop").values_list("variant", "count")
    assert dict(counted) == {"on": 3, "off": 2}
    refused(in_chunks(live, REPORTS[1], BytesIO(b" " * 600_000)), 413, "http.too_large")


def test_a_body_that_breaks_off(live: Api) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("no more data")

    for path in (FRONTEND, *REPORTS):
        refused(in_chunks(live, path, Broken()), 400, "http.bad_request")


def test_too_many_fields_are_a_quiet_refusal(live: Api, caplog: pytest.LogCaptureFixture) -> None:
    query = urlencode([(f"f{number}", "x") for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)])
    answer = live.ask(f"{FRONTEND}?{query}")
    refused(answer, 400, "http.bad_request")
    assert "Authorization" in answer["Vary"]
    assert not [record for record in caplog.records if record.exc_info]


def test_own_fields_come_first_and_what_is_unusable_hides_nothing() -> None:
    many = {f"p{number}": "x" for number in range(2000)}
    found = context({"properties": {**many, "userId": "other"}, "userId": "u1", "sessionId": None}, "192.0.2.7")
    assert found["userId"] == "u1" and found["remoteAddress"] == "192.0.2.7"
    assert len(found) == MOST_PROPERTIES + 1 and "sessionId" not in found
    sent = {"userId": None, "tenant": ["acme"], "properties": {"userId": "u2", "tenant": "acme", "environment": "x"}}
    assert context(sent, "") == {"remoteAddress": "", "userId": "u2", "tenant": "acme"}
    assert context({"properties": {"remoteAddress": "192.0.2.8"}}, "192.0.2.7") == {"remoteAddress": "192.0.2.8"}


@pytest.mark.parametrize(
    "query", ["properties[]=x", "properties[tenant]=", "properties=x", "properties[a][b]=c", "=&&"]
)
def test_odd_queries_are_answered(live: Api, query: str) -> None:
    ok(live.ask(f"{FRONTEND}?{query}"))


# Reports

REGISTRATION = {
    "appName": "shop",
    "instanceId": "one",
    "sdkVersion": "unleash-python-sdk:6.9.1",
    "strategies": [],
    "started": "2026-11-22T12:00:00.123456789Z",
    "interval": 60,
    "yggdrasilVersion": None,
    "somethingNew": {"a": [None]},
}


@pytest.mark.parametrize("path", REPORTS)
def test_reports_are_taken(live: Api, path: str) -> None:
    reports: list[dict[str, Any]] = [REGISTRATION, {"bucket": None}, {"bucket": {"toggles": {"banner": []}}}, {}]
    for report in reports:
        answer = live("POST", path, report, role="anonymous")
        assert (answer.status_code, answer.content) == (202, b"")
    refused(live("POST", path, [], role="anonymous"), 400, "body.invalid")
    refused(live("POST", path, b"{", role="anonymous"), 400, "json.refused")
    refused(live("POST", path, b"x" * 600_000, role="anonymous"), 413, "http.too_large")


def test_a_report_becomes_counts() -> None:
    toggles = {
        "shop": {"yes": 3, "no": 2, "variants": {"disabled": 5}},
        "size": {"yes": 7, "no": 2, "variants": {"large": 4, "disabled": 1, "gone": 9}},
        "banner": {"yes": True, "no": -1},
        "fine": {"yes": 10**15, "no": "2"},
        "unknown": {"yes": 1, "no": 1},
    }
    assert counts({"bucket": {"toggles": toggles}}, CONTENT) == {
        ("fine", "on"): usage.MOST_REPORTED,
        ("shop", "on"): 3,
        ("shop", "off"): 2,
        ("size", "large"): 4,
        ("size", "small"): 2,
        ("size", "?"): 3,
    }


STRING = {
    **flag("text", "ON", defaultVariant="a", offVariant="z"),
    "type": "string",
    "variants": [{"key": key, "value": key} for key in "abz"],
}


@pytest.mark.parametrize(
    ("more", "toggle", "expected"),
    [
        ({}, {"yes": 100, "no": 0}, {"?": 100}),  # the app only asks whether it is on
        ({}, {"yes": 0, "no": 100}, {"z": 100}),
        ({}, {"yes": 60, "no": 40, "variants": {"a": 50, "z": 10, "disabled": 40}}, {"a": 50, "z": 50}),
        ({}, {"yes": 60, "no": 40, "variants": {"a": 20, "disabled": 10}}, {"a": 20, "?": 40, "z": 40}),
        ({}, {"yes": 5, "no": 0, "variants": {"disabled": 5}}, {"z": 5}),
        (
            {"variants": [{"key": "disabled", "value": ""}, {"key": "a", "value": "a"}], "offVariant": "disabled"},
            {"yes": 5, "no": 3, "variants": {"a": 4, "disabled": 2}},
            {"a": 4, "disabled": 3, "?": 1},
        ),
        ({"type": "boolean", "variants": [{"key": key, "value": key != "z"} for key in "abz"]}, {"yes": 2}, {"?": 2}),
        ({"type": "boolean", "variants": [{"key": key, "value": key == "a"} for key in "abz"]}, {"no": 2}, {"z": 2}),
        ({"type": "boolean", "variants": [{"key": key, "value": True} for key in "az"]}, {"no": 2}, {"z": 2}),
    ],
)
def test_what_a_report_does_not_tell(more: dict[str, Any], toggle: Any, expected: dict[str, int]) -> None:
    content = {"featureFlags": [STRING | more]}
    told = counts({"bucket": {"toggles": {"text": toggle}}}, content)
    assert told == {("text", variant): number for variant, number in expected.items()}


@pytest.mark.parametrize("path", [path for path in REPORTS if path.endswith("metrics")])
def test_reports_are_counted_and_polls_are_not(live: Api, path: str) -> None:
    for address in (FEATURES, FRONTEND):
        ok(live.ask(address))
    ok(live("POST", FRONTEND, {"context": {}}, role="anonymous"))
    usage.flush()
    assert not Usage.objects.exists()
    toggles = {"shop": {"yes": 3, "no": 2}, "size": {"yes": 4, "no": 0}}
    live("POST", path, {"bucket": {"toggles": toggles}}, role="anonymous")
    usage.flush()
    rows = sorted(Usage.objects.values_list("flag", "variant", "count"))
    assert rows == [("shop", "off", 2), ("shop", "on", 3), ("size", "?", 4)]
    size = overview(live.world.production, timezone.now()).flag("size")
    assert (size.use.share_on, size.as_json()["shareOn"]) == (1.0, 1.0)


@pytest.mark.parametrize("body", [None, [], {}, {"bucket": None}, {"bucket": {"toggles": [1]}}])
def test_a_report_without_counts(body: Any) -> None:
    assert counts(body, CONTENT) == {}


# Who was seen, and what that means for those who publish


def seen() -> list[tuple[str, str, str]]:
    rows = ClientSighting.objects.values_list("environment__key", "kind", "name")
    return sorted(rows)


def test_clients_that_evaluate_by_themselves_are_seen(live: Api) -> None:
    headers = {"unleash_appname": "shop\u200b", "unleash_sdk": "unleash-python-sdk:6.9.1"}
    headers = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    ok(live.ask(FRONTEND, **headers))
    live("POST", REPORTS[2], {}, role="anonymous", **headers)
    assert seen() == []
    live("POST", REPORTS[0], REGISTRATION, role="anonymous", **headers)
    ok(live.ask(FEATURES, **headers))
    ((environment, kind, name),) = seen()
    assert (environment, kind) == ("production", "unleash") and name.endswith("(unleash-python-sdk:6.9.1)")


def test_names_in_the_headers_of_newer_sdks(live: Api) -> None:
    ok(live.ask(FEATURES, x_unleash_appname="shop", x_unleash_sdk="unleash-client-node:6.6.0"))
    assert [name for _, _, name in seen()] == ["shop (unleash-client-node:6.6.0)"]


def test_one_address_does_not_take_all_places(live: Api) -> None:
    for number in range(clients_seen.MOST_NAMES):
        ok(live.ask(FEATURES, unleash_appname=f"{number}"))
    live.client.get(FEATURES, headers={"unleash-appname": "shop"}, REMOTE_ADDR="192.0.2.9")
    names = {name for _, _, name in seen()}
    assert len(names) == clients_seen.MOST_OF_ADDRESS + 2 and {"shop", clients_seen.OTHERS} < names
    ok(live.ask(FEATURES, unleash_appname="0"))  # what it brought along it may be again


def test_names_are_bounded(live: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients_seen, "MOST_OF_ADDRESS", 1000)
    for number in range(clients_seen.MOST_NAMES + 20):
        ok(live.ask(FEATURES, unleash_appname=f"{number}-" + "x" * 500))
    clients_seen.written.clear()  # another process
    ok(live.ask(FEATURES, unleash_appname="late"))
    names = {name for _, _, name in seen()}
    assert len(names) == clients_seen.MOST_NAMES + 1 and clients_seen.OTHERS in names
    assert max(map(len, names)) == clients_seen.LONGEST_NAME


def test_clients_that_have_not_asked_for_long_warn_nobody(live: Api) -> None:
    ok(live.ask(FEATURES, unleash_appname="old"))
    ClientSighting.objects.update(last_seen_at=NOON - clients_seen.FORGOTTEN_AFTER)
    assert clients_seen.warnings(live.world.production, CONTENT, {}, now=NOON.replace(day=23)) == []


def test_an_environment_that_has_them_is_warned_at_publish(live: Api) -> None:
    ok(live.ask(FEATURES))
    owned = [one | {"owner": "ada"} for one in CONTENT["featureFlags"]]
    live.world.edit(snapshot("home", "more", **CONTENT | {"featureFlags": owned}))
    plan = ok(live("POST", "/api/config/publish", {"dryRun": True}, if_match=live.etag()))
    (warning,) = plan["problems"]
    assert (warning["code"], warning["severity"], warning["pointer"]) == (
        "flag.not_for_unleash",
        "warning",
        "/featureFlags/2",
    )
    assert "whole percentage" in warning["message"]["en"] and "pourcentage entier" in warning["message"]["fr"]
    assert plan["publishable"] is True
    elsewhere = ok(
        live("POST", "/api/config/publish", {"dryRun": True, "environment": "staging"}, if_match=live.etag())
    )
    assert "flag.not_for_unleash" not in [found["code"] for found in elsewhere["problems"]]
    done = ok(live("POST", "/api/config/publish", {"reason": "go"}, if_match=live.etag()))
    assert "flag.not_for_unleash" in [found["code"] for found in done["warnings"]]


def test_warnings_are_one_for_each_reason_and_one_for_what_stays(live: Api) -> None:
    ok(live.ask(FEATURES))
    odd = [flag(f"odd-{number}", "ROLLOUT", rollout=5) for number in range(10)]
    cased = {"attribute": "plan", "operator": "equals", "values": ["pro"], "ignoreCase": True}
    rule = {"id": "r", "conditions": [cased], "variant": "on"}
    both_reasons = flag("both", "ROLLOUT", rollout=5, rules=[rule])
    first = {**CONTENT, "featureFlags": [*CONTENT["featureFlags"], *odd, both_reasons]}

    def told(before: Any, after: Any) -> list[tuple[str, str]]:
        found = clients_seen.warnings(live.world.production, after, before, now=NOON)
        assert all(problem.message["fr"].startswith("Inactifs pour") for problem in found)
        start = "Off for clients that evaluate locally with an Unleash SDK"
        return [(problem.pointer, problem.message["en"].removeprefix(start)) for problem in found]

    share = "A share is not a whole percentage, and Unleash has only a hundred steps."
    case = REASONS["ignore_case"]["en"]
    eight = ", ".join(f"“{key}”" for key in ["fine", *(f"odd-{number}" for number in range(7))])
    assert told({}, first) == [
        ("/featureFlags", f": {eight} and 4 more. {share}"),
        (f"/featureFlags/{len(first['featureFlags']) - 1}", f": “both”. {case}"),
    ]
    changed = {**first, "featureFlags": [*first["featureFlags"][:-1], both_reasons | {"rollout": 7}]}
    same = ("/featureFlags", f", as they were before: {eight} and 3 more.")
    last = f"/featureFlags/{len(first['featureFlags']) - 1}"
    assert told(first, first) == [("/featureFlags", f", as they were before: {eight} and 4 more.")]
    found = told(first, changed)
    assert sorted(found[:-1]) == sorted([(last, f": “both”. {share}"), (last, f": “both”. {case}")])
    assert found[-1] == same
    # What becomes expressible is not spoken of, and what is no more says why although the flag itself is the same.
    assert told(first, {"featureFlags": [flag("odd-1", "ON")]}) == []
    asks = flag("asks", "ON", rules=[{"id": "r", "conditions": [{"segment": "testers"}], "variant": "on"}])
    open_segment = {"featureFlags": [asks], "segments": [{"id": "testers", "conditions": [TESTERS]}]}
    hidden = {"featureFlags": [asks], "segments": [{"id": "testers", "conditions": [TESTERS], "private": True}]}
    ((place, why),) = told(open_segment, hidden)
    assert place == "/featureFlags/0" and "private segment" in why
