"""What the protocol's OpenAPI document says, what its providers need beyond it, and what is ours."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from configs.snapshot.canonical import digest
from flags.engine import compile_flags
from flags.ofrep import views
from releases.access import actions as access
from releases.delivery.representations import Live
from tests.factories import ADA, NOON, flag
from tests.flags.ofrep.helpers import ALL, FLAGS, PROBLEM, Ofrep, ok, refused, served

ORIGIN = "https://app.example"


@pytest.fixture
def live(ofrep: Ofrep) -> Ofrep:
    ofrep.publish()
    return ofrep


# Answers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "context", "answer"),
    [
        ("banner", {}, '"value":true,"reason":"STATIC","variant":"on","metadata":{'),
        ("closed", {}, '"value":false,"reason":"DISABLED","variant":"off","metadata":{'),
        ("colour", {}, '"value":"blue","reason":"STATIC","variant":"on","metadata":{'),
        ("pages", {}, '"value":25,"reason":"STATIC","variant":"on","metadata":{'),
        ("ratio", {}, '"value":2.0,"reason":"STATIC","variant":"on","metadata":{'),
        ("quarter", {"targetingKey": "t1"}, '"value":false,"reason":"SPLIT","variant":"off","metadata":{'),
        ("quarter", {}, '"value":false,"reason":"UNKNOWN","variant":"off","metadata":{'),
        ("testers", {"tenant": "x"}, '"value":false,"reason":"TARGETING_MATCH","variant":"off","metadata":{'),
        ("testers", {"tenant": "hooli"}, '"value":true,"reason":"TARGETING_MATCH","variant":"on","metadata":{'),
    ],
)
def test_an_answer(live: Ofrep, key: str, context: Any, answer: str) -> None:
    response = live.one(key, context)
    body = ok(response)
    assert response.content.decode().startswith(f'{{"key":"{key}",{answer}')
    rule = {"ruleId": "hooli-only"} if body["value"] is True and key == "testers" else {}
    assert body["metadata"] == {"serial": 1, "version": "1.0.0", **rule}


def test_an_object_is_the_whole_object(live: Ofrep) -> None:
    assert ok(live.one("limits"))["value"] == {"users": 3, "price": 1.5, "tags": ["a", None]}


def test_all_flags_in_the_order_of_the_snapshot(live: Ofrep) -> None:
    body = ok(live.all({"targetingKey": "hooli"}))
    assert [entry["key"] for entry in body["flags"]] == [flag["key"] for flag in FLAGS]
    assert body["metadata"] == {"serial": 1, "version": "1.0.0"}
    for entry in body["flags"]:
        alone = ok(live.one(entry["key"], {"targetingKey": "hooli"}))
        del alone["metadata"]["serial"], alone["metadata"]["version"]
        assert entry == alone
    assert live.all({"targetingKey": "hooli"}).content.count(b'"value":2.0') == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2, "2.0"),
        (-0.0, "0.0"),
        (0.1, "0.1"),
        (1e15, "1000000000000000.0"),
        (1e21, "1.0e+21"),
        (1.5e300, "1.5e+300"),
        (1e-7, "1.0e-07"),
        (5e-324, "5.0e-324"),
        (-1.25, "-1.25"),
    ],
)
def test_a_number_always_has_a_point_and_a_whole_number_never(ofrep: Ofrep, value: float, text: str) -> None:
    ofrep.publish(served("n", "number", value, 1), served("i", "integer", 9007199254740991, -1))
    for response in (ofrep.one("n"), ofrep.all()):
        found = re.search(rb'"key":"n","value":([^,]*),', response.content)
        assert found is not None and found[1].decode() == text
        assert json.loads(found[1]) == value
    assert b'"value":9007199254740991,' in ofrep.one("i").content


def test_reasons_are_those_of_the_protocol(live: Ofrep) -> None:
    reasons = {entry["reason"] for context in ({}, {"tenant": "hooli"}) for entry in ok(live.all(context))["flags"]}
    assert reasons == {"STATIC", "TARGETING_MATCH", "SPLIT", "DISABLED", "UNKNOWN"}


def test_text_is_text(ofrep: Ofrep) -> None:
    ofrep.publish(served("text", "string", 'é "\\\u2028 😀 </script>', ""))
    assert ok(ofrep.one("text"))["value"] == 'é "\\\u2028 😀 </script>'
    assert ok(ofrep.all())["flags"][0]["value"] == ok(ofrep.one("text"))["value"]


# The context ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("context", "on"),
    [
        ({"targetingKey": "hooli"}, True),
        ({"tenant": "hooli"}, True),
        ({"targetingKey": "acme", "tenant": "hooli"}, True),
        ({"targetingKey": "hooli", "tenant": "acme"}, False),
        ({"targetingKey": "hooli", "tenant": None}, True),
        ({"targetingKey": "hooli", "tenant": ""}, False),
        ({"targetingKey": None, "tenant": "hooli"}, True),
        ({"targetingKey": ""}, False),
        ({}, False),
    ],
)
def test_the_targeting_key_is_the_tenant_unless_one_is_named(live: Ofrep, context: Any, on: bool) -> None:
    assert ok(live.one("testers", context))["value"] is on
    assert [entry["value"] for entry in ok(live.all(context))["flags"] if entry["key"] == "testers"] == [on]


def test_the_targeting_key_stays_an_attribute_and_the_environment_is_the_server_s(ofrep: Ofrep) -> None:
    def only(attribute: str, value: str) -> list[dict[str, Any]]:
        condition = {"attribute": attribute, "operator": "equals", "values": [value]}
        return [{"id": "only", "conditions": [condition], "variant": "on"}]

    ofrep.publish(
        flag("key", "ON", defaultVariant="off", rules=only("targetingKey", "u1")),
        flag("here", "ON", defaultVariant="off", rules=only("environment", "production")),
    )
    assert ok(ofrep.one("key", {"targetingKey": "u1", "tenant": "acme"}))["value"] is True
    assert ok(ofrep.one("here", {"environment": "staging"}))["value"] is True


@pytest.mark.parametrize("body", [b"", b"{}", b'{"context": null}', b'{"context": {}}', b'{"other": 1, "context": {}}'])
def test_no_context_is_an_empty_one(live: Ofrep, body: bytes) -> None:
    assert ok(live.post(f"{ALL}/quarter", body))["reason"] == "UNKNOWN"
    assert live.post(ALL, body).content == live.all().content


def test_members_that_are_not_known_are_no_error(live: Ofrep) -> None:
    assert ok(live.post(ALL, {"context": {"x": [1, {"y": None}]}, "flagSet": "web"}))["flags"]


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"])
def test_content_types_of_providers(live: Ofrep, kind: str) -> None:
    assert ok(live.post(ALL, b'{"context": {}}', kind))["flags"]


# Refusals -------------------------------------------------------------------------------------------------------------


def test_a_flag_that_there_is_not(live: Ofrep) -> None:
    for key in ("nothing", "a/b", "a b?c#d", "é😀", "banner/", "x\ny", "__proto__", ".", "x" * 5000):
        body = refused(live.one(key), 404, "evaluation.no_such_flag", "FLAG_NOT_FOUND", key=key)
        assert "production" in body["detail"]
    refused(live.post(f"{ALL}/"), 404, "evaluation.no_such_flag", "FLAG_NOT_FOUND", key="")


def test_the_body_is_looked_at_before_the_flag(live: Ofrep) -> None:
    refused(live.post(f"{ALL}/nothing", b"{"), 400, "json.refused", "PARSE_ERROR", key="nothing")


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"1", b"true"])
def test_a_body_that_is_no_object(live: Ofrep, body: bytes) -> None:
    refused(live.post(ALL, body), 400, "evaluation.not_an_object", "PARSE_ERROR")
    refused(live.post(f"{ALL}/x", body), 400, "evaluation.not_an_object", "PARSE_ERROR", key="x")


@pytest.mark.parametrize("context", [[], "x", 1, True, {"targetingKey": 1}, {"targetingKey": []}])
def test_a_context_that_is_none(live: Ofrep, context: Any) -> None:
    refused(live.post(ALL, {"context": context}), 400, "evaluation.bad_context", "INVALID_CONTEXT")
    answer = live.post(f"{ALL}/banner", {"context": context})
    refused(answer, 400, "evaluation.bad_context", "INVALID_CONTEXT", key="banner")


def test_details_say_what_is_wrong_in_the_reader_s_language(live: Ofrep) -> None:
    english, french = (live.post(ALL, b'{"a": NaN}', accept_language=language).json() for language in ("en", "fr"))
    assert english["errorDetails"].endswith("NaN is not a JSON number.") and english["problems"]
    assert french["errorDetails"].endswith("NaN n'est pas un nombre JSON.")


def test_other_types_and_sizes_of_bodies(live: Ofrep) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        refused(live.post(ALL, b"{}", kind), 415, "http.unsupported_media_type", "GENERAL")
    large = b'{"context": {"x": "' + b"x" * 65_536 + b'"}}'
    refused(live.post(ALL, large), 413, "http.too_large", "GENERAL")
    refused(live.post(f"{ALL}/banner", b" " * 65_537), 413, "http.too_large", "GENERAL", key="banner")
    fits = json.dumps({"context": {"x": "x" * 60_000}}).encode()
    assert ok(live.post(ALL, fits + b" " * (65_536 - len(fits))))


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("path", [ALL, f"{ALL}/banner", f"{ALL}/"])
def test_only_post(live: Ofrep, method: str, path: str) -> None:
    answer = live.client.generic(method, path)
    assert (answer.status_code, answer["Content-Type"], answer["Allow"]) == (405, PROBLEM, "POST, OPTIONS")


@pytest.mark.parametrize(
    "path", [f"{ALL}/", f"{ALL}/banner/", "/ofrep/v1/evaluate", "/ofrep/v1/configuration", "/ofrep"]
)
def test_nothing_is_redirected(live: Ofrep, path: str) -> None:
    for host in ("localhost", "127.0.0.1"):
        answer = Client(headers={"host": host}).generic("POST", path, b"{}", "application/json")
        assert answer.status_code == 404 and "Location" not in answer


def test_a_damaged_flag_is_an_error_of_its_own(live: Ofrep, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"key": "broken", "type": "boolean", "state": "ON", "rules": [{"id": "r", "conditions": "all"}]}
    shapeless = {"key": "shapeless", "type": "string", "state": "ON"}
    flags = compile_flags({"featureFlags": [flag("banner", "ON"), broken, shapeless]})
    assert set(flags.errors) == {"broken", "shapeless"}

    def damaged(live: Live) -> Any:
        return flags

    monkeypatch.setattr(views, "flags_of", damaged)
    assert ok(live.one("banner"))["value"] is True
    for key in ("broken", "shapeless"):
        body = refused(live.one(key), 400, "evaluation.damaged_flag", "GENERAL", key=key)
        french = live.all(accept_language="fr").json()["flags"]
        entry = next(entry for entry in french if entry["key"] == key)
        assert entry == {"key": key, "errorCode": "GENERAL", "errorDetails": body["messages"]["fr"]}
    assert [entry["key"] for entry in ok(live.all())["flags"]] == ["banner", "broken", "shapeless"]


# Keys -----------------------------------------------------------------------------------------------------------------


def test_a_key_chooses_the_environment_however_it_is_sent(live: Ofrep) -> None:
    live.world.edit()
    live.world.publish(environment=live.world.staging)
    key = access.create_client_key(live.world.staging, name="web", actor=ADA, now=NOON, surface="APP").key
    for headers in (
        {"x_api_key": key},
        {"authorization": f"Bearer {key}"},
        {"authorization": f"bearer  {key} "},
        {"authorization": key},
    ):
        assert ok(live.all(**headers))["metadata"] == {"serial": 1, "version": "1.0.1"}
        assert ok(live.one("banner", **headers))["metadata"]["version"] == "1.0.1"
    assert ok(live.all())["metadata"]["version"] == "1.0.0"
    # Both: the header that is for keys counts.
    assert ok(live.all(x_api_key=key, authorization="Bearer pk_unknown"))["metadata"]["version"] == "1.0.1"


def test_keys_that_are_none(live: Ofrep) -> None:
    revoked = access.create_client_key(live.world.production, name="old", actor=ADA, now=NOON)
    access.revoke_client_key(revoked, reason="lost", actor=ADA, now=live.world.tick())
    token = live.world.token("admin")
    for key in (revoked.key, "pk_unknown", token, "", " ", "é", "x" * 5000, "\x00"):
        for name, value in (("x_api_key", key), ("authorization", f"Bearer {key}")):
            answer = live.all(**{name: value.encode().decode("latin-1")})
            refused(answer, 401, "client_key.unknown", "GENERAL")
            assert answer["WWW-Authenticate"].startswith("Bearer")
    refused(live.one("x", x_api_key="pk_no"), 401, "client_key.unknown", "GENERAL", key="x")
    for value in ("Basic YTpi", "Bearer", revoked.key, "Token x", "", " "):
        refused(live.all(authorization=value), 401, "client_key.unknown", "GENERAL")


def test_who_it_is_comes_before_what_is_sent(live: Ofrep) -> None:
    refused(live.post(ALL, b"{", x_api_key="pk_unknown"), 401, "client_key.unknown", "GENERAL")


# Releases -------------------------------------------------------------------------------------------------------------


def test_before_the_first_release_there_are_no_flags(ofrep: Ofrep) -> None:
    """And no error: a stock web client whose start fails never asks again."""
    answer = ofrep.all()
    assert (ok(answer), answer["Cache-Control"]) == ({"flags": []}, "no-cache")
    refused(ofrep.one("banner"), 404, "release.none", "FLAG_NOT_FOUND", key="banner")
    ofrep.world.policy(latest="2.0.0")
    assert ok(ofrep.all()) == {"flags": [], "metadata": {"serial": 1}}
    refused(ofrep.one("banner"), 404, "evaluation.no_such_flag", "FLAG_NOT_FOUND", key="banner")


def test_a_kill_switch_counts_at_once_and_until_it_is_lifted(live: Ofrep) -> None:
    assert ok(live.one("banner"))["value"] is True
    etag = live.all()["ETag"]
    live.world.kill("banner")
    assert ok(live.one("banner")) == {
        "key": "banner",
        "value": False,
        "reason": "DISABLED",
        "variant": "off",
        "metadata": {"serial": 2, "version": "1.0.0"},
    }
    answer = live.all(if_none_match=etag)
    assert ok(answer)["flags"][0]["value"] is False
    live.world.lift("banner")
    assert ok(live.one("banner"))["value"] is True


def test_old_clients_are_answered_too(live: Ofrep) -> None:
    live.world.policy(minSupported="9.0.0", latest="9.0.0", maintenance=True)
    assert ok(live.all(x_client_version="0.1.0"))["flags"]
    assert ok(live.one("banner", x_client_version="nonsense"))["value"] is True


@pytest.mark.parametrize("one", [True, False])
def test_one_query_whatever_was_asked(live: Ofrep, one: bool) -> None:
    key = access.create_client_key(live.world.production, name="web", actor=ADA, now=NOON).key
    ok(live.all())  # the first answer after a publish reads what was published
    for number in range(3):
        with CaptureQueriesContext(connection) as captured:
            ok(live.one("banner", x_api_key=key) if one else live.all({"tenant": f"t{number}"}, x_api_key=key))
        assert len(captured) == 1


# Caching --------------------------------------------------------------------------------------------------------------


def test_the_etag_is_of_the_answer_so_of_context_and_release(live: Ofrep) -> None:
    first = live.all({"targetingKey": "u1", "tenant": "acme"})
    etag = first["ETag"]
    assert etag == f'"{digest(first.content.decode())[:32]}"'
    same = live.all({"targetingKey": "u2", "tenant": "acme"}, if_none_match=etag)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", etag)
    # The stock web client keeps its ETag when only the tenant changes.
    other = live.all({"targetingKey": "u1", "tenant": "hooli"}, if_none_match=etag)
    assert ok(other) and other["ETag"] != etag
    live.world.release()
    assert live.all({"tenant": "acme"}, if_none_match=etag).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ('"other", W/{tag}', 304),
        ("*", 304),
        ('"other"', 200),
        ("", 200),
        ("garbage", 200),
        ('"unclosed', 200),
    ],
)
def test_if_none_match(live: Ofrep, wanted: str, status: int) -> None:
    etag = live.all()["ETag"]
    answer = live.all(if_none_match=wanted.format(tag=etag))
    assert answer.status_code == status
    for name in ("ETag", "Cache-Control", "Vary", "X-Release-Serial", "X-Config-Version"):
        assert answer[name] == live.all()[name]


def test_headers(live: Ofrep) -> None:
    for answer in (live.one("banner"), live.all(), live.all(if_none_match="*")):
        assert (answer["X-Release-Serial"], answer["X-Config-Version"]) == ("1", "1.0.0")
        assert answer["Cache-Control"] == "no-cache"
    refusals = [live.one("no"), live.post(ALL, b"{"), live.all(x_api_key="pk_no"), live.client.get(ALL)]
    for answer in (live.one("banner"), live.all(), live.all(if_none_match="*"), *refusals):
        names = {name.strip().lower() for name in answer["Vary"].split(",")}
        assert names == {"x-api-key", "authorization", "accept-language", "origin"}
        assert "Set-Cookie" not in answer
    assert "ETag" not in live.one("banner")


def test_pages_of_other_origins(live: Ofrep) -> None:
    etag = live.all()["ETag"]
    answers = [
        live.all(origin=ORIGIN),
        live.all(origin=ORIGIN, if_none_match=etag),
        live.one("no", origin=ORIGIN),
        live.one("a/b", origin=ORIGIN),
        live.all(origin=ORIGIN, x_api_key="pk_no"),
        live.post(ALL, b"{", origin=ORIGIN),
    ]
    assert [answer.status_code for answer in answers] == [200, 304, 404, 404, 401, 400]
    for answer in answers:
        assert answer["Access-Control-Allow-Origin"] == "*"
        exposed = {name.strip().lower() for name in answer["Access-Control-Expose-Headers"].split(",")}
        assert {"etag", "retry-after", "x-release-serial"} <= exposed
        assert "Access-Control-Allow-Credentials" not in answer


def test_a_session_is_not_looked_at(live: Ofrep) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"cookie": "sessionid=abcdefghijklmnop"})
    ok(live.all())
    with CaptureQueriesContext(connection) as captured:
        answer = strict.generic("POST", ALL, b"{}", "application/json")
    assert (answer.status_code, len(captured)) == (200, 1)
