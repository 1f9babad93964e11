"""The order of answers: 401, 403, unreadable input 400, then the action's own: 404, then 409, 412, 428, then 422."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import flag, snapshot, tag
from tests.releases.api.helpers import Api, code

#: method, path, a role that may not, one that may, and what is refused with a stale or missing precondition.
WRITES: list[tuple[str, str, str, str, str | None]] = [
    ("PUT", "/api/config/draft", "viewer", "editor", "draft.unread"),
    ("POST", "/api/config/draft", "viewer", "editor", "draft.unread"),
    ("PATCH", "/api/config/draft", "viewer", "editor", "draft.unread"),
    ("PUT", "/api/config/draft/featureFlags/a", "viewer", "editor", "draft.unread"),
    ("PATCH", "/api/config/draft/featureFlags/a", "viewer", "editor", "draft.unread"),
    ("DELETE", "/api/config/draft/featureFlags/a", "viewer", "editor", "draft.unread"),
    ("POST", "/api/config/draft/rename", "viewer", "editor", "draft.unread"),
    ("POST", "/api/config/draft/revert", "viewer", "editor", "draft.unread"),
    ("POST", "/api/config/preview", "viewer", "editor", "draft.unread"),
    ("POST", "/api/config/preview/withdraw", "viewer", "editor", None),
    ("POST", "/api/config/preview/links", "viewer", "editor", None),
    ("POST", "/api/config/publish", "editor", "publisher", "publish.unread"),
    ("POST", "/api/config/rollback", "editor", "publisher", None),
    ("POST", "/api/releases/undo", "editor", "publisher", None),
    ("PUT", "/api/policy", "editor", "publisher", "policy.unread"),
    ("POST", "/api/flags/a/kill", "editor", "publisher", None),
    ("POST", "/api/flags/a/lift", "editor", "publisher", None),
]
#: What is wrong in every way at once: unknown fields, wrong types, no reason.
UNREADABLE: list[Any] = [{"confrim": 1, "reason": 5, "version": [], "to": 0, "serial": "x"}, [], "text"]
#: These take any JSON: what is no snapshot, or no object of one, is the action's to refuse.
ANY_JSON = ("/api/config/draft", "/api/config/draft/featureFlags/a")
READABLE: dict[str, Any] = {
    "/api/config/draft": [],
    "/api/config/draft/rename": {"version": "1.x"},
    "/api/config/draft/revert": {"to": "live"},
    "/api/config/preview/links": {"ttl": 60, "reason": ""},
    "/api/releases/undo": {"serial": 9, "reason": ""},
    "/api/policy": {"policies": [], "reason": ""},
}


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path", "outsider", "insider", "precondition"), WRITES)
def test_first_who_then_whether_it_can_be_read_then_what_there_is(
    api: Api, method: str, path: str, outsider: str, insider: str, precondition: str | None
) -> None:
    api.world.release(snapshot("home", featureFlags=[flag("a")]))
    api.world.edit(snapshot("home", "next", featureFlags=[flag("a")]))
    api.world.preview()
    elsewhere = f"{path}?environment=nowhere"
    for body in UNREADABLE:
        assert code(api(method, elsewhere, body, role="anonymous")) == "http.not_authenticated"
        assert code(api(method, elsewhere, body, role=outsider)) == "permission.denied"
        if path not in ANY_JSON:
            assert (answer := api(method, elsewhere, body, role=insider)).status_code == 400
            assert code(answer) == "body.invalid"
    readable = READABLE.get(path, {"reason": ""})
    assert code(api(method, elsewhere, readable, role=insider)) == "environment.unknown"
    assert code(api(method, f"{path}?application=nowhere", readable, role=insider)) == "application.unknown"
    if precondition:
        answer = api(method, path, readable, role=insider)
        assert (answer.status_code, code(answer)) == (428, precondition)
        if path != "/api/config/publish":
            assert api(method, path, readable, role=insider, if_match='"stale"').status_code == 412


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/config/preview", {"reason": ""}),
        ("/api/config/publish", {"reason": ""}),
        ("/api/config/publish", {}),
        ("/api/policy", {"reason": "", "policies": {}}),
        ("/api/config/draft/rename", {"version": "not a version"}),
    ],
)
def test_the_precondition_comes_before_reason_and_names(api: Api, path: str, body: Any) -> None:
    method = "PUT" if path == "/api/policy" else "POST"
    assert api(method, path, body).status_code == 428
    if path != "/api/config/publish":
        assert api(method, path, body, if_match='"stale"').status_code == 412


def test_a_reason_is_asked_for_once_there_is_something_to_do(api: Api) -> None:
    nothing = {"reason": ""}
    assert code(api("POST", "/api/config/rollback", nothing)) == "release.none"
    assert code(api("POST", "/api/releases/undo", {"serial": 1, **nothing})) == "release.none"
    assert code(api("POST", "/api/config/preview/links", nothing)) == "preview.none"
    assert code(api("POST", "/api/config/preview/withdraw", nothing)) == "preview.none"
    api.world.release(snapshot("a"))
    assert code(api("POST", "/api/config/rollback", nothing)) == "rollback.nothing_before"
    assert code(api("POST", "/api/releases/undo", {"serial": 2, **nothing})) == "undo.not_newest"
    api.world.release(snapshot("a", "b"))
    assert code(api("POST", "/api/config/rollback", {**nothing, "expectedSerial": 1})) == "publish.conflict"
    for path, body in (("/api/config/rollback", nothing), ("/api/releases/undo", {"serial": 2, **nothing})):
        assert code(api("POST", path, body)) == "reason.required"
    draft = api.world.edit(snapshot("a"))
    # The question (409) is asked before the reason (422).
    assert code(api("POST", "/api/config/publish", nothing, if_match=tag(draft))) == "publish.needs_confirmation"
    confirmed = {**nothing, "confirm": ["release.shrinks"]}
    assert code(api("POST", "/api/config/publish", confirmed, if_match=tag(draft))) == "reason.required"


RENAME, REVERT = "/api/config/draft/rename", "/api/config/draft/revert"
WITHDRAW, PUBLISH = "/api/config/preview/withdraw", "/api/config/publish"
ROLLBACK, UNDO = "/api/config/rollback", "/api/releases/undo"
MALFORMED = "1.x"  # text, so it can be read; no version
#: path, body, If-Match ("now": the current one), what is refused. Live is 1.0.1 (release 2), there is no preview.
ORDER: list[tuple[str, Any, str | None, str]] = [
    (RENAME, {"version": "1" * 65}, None, "body.invalid"),
    (RENAME, {"version": MALFORMED}, None, "draft.unread"),
    (RENAME, {"version": MALFORMED}, '"old"', "draft.stale"),
    (RENAME, {"version": MALFORMED}, "now", "version.malformed"),
    (RENAME, {"version": "1.0.0"}, "now", "version.taken"),
    (REVERT, {"to": 5}, '"old"', "body.invalid"),
    (REVERT, {"to": MALFORMED}, '"old"', "version.malformed"),
    (REVERT, {"to": "9.9.9"}, '"old"', "version.unknown"),
    (REVERT, {"to": "live"}, '"old"', "draft.stale"),
    (REVERT, {"to": "preview"}, None, "preview.none"),
    (WITHDRAW, {"version": "1.0.0"}, None, "body.invalid"),
    (WITHDRAW, {"reason": "", "version": MALFORMED}, None, "version.malformed"),
    (WITHDRAW, {"reason": "", "version": "1.0.0"}, None, "version.not_preview"),
    (ROLLBACK, {"expectedSerial": 1}, None, "body.invalid"),
    (ROLLBACK, {"toVersion": 5, "reason": "x"}, None, "body.invalid"),
    (ROLLBACK, {"reason": "", "toVersion": MALFORMED, "expectedSerial": 1}, None, "publish.conflict"),
    (ROLLBACK, {"reason": "", "toVersion": MALFORMED}, None, "version.malformed"),
    (ROLLBACK, {"reason": "", "toVersion": "9.9.9"}, None, "version.unknown"),
    (ROLLBACK, {"reason": "", "toVersion": "1.0.1"}, None, "rollback.already_live"),
    (ROLLBACK, {"reason": "", "toVersion": MALFORMED, "toSerial": 9}, None, "release.unknown"),
    (UNDO, {"serial": 1, "reason": 5}, None, "body.invalid"),
    (UNDO, {"serial": 1, "reason": ""}, None, "undo.not_newest"),
    (UNDO, {"serial": 2, "reason": ""}, None, "reason.required"),
    (PUBLISH, {"version": 5, "expectedSerial": 1}, None, "body.invalid"),
    (PUBLISH, {"version": MALFORMED, "expectedSerial": 1}, None, "publish.conflict"),
    (PUBLISH, {"version": MALFORMED}, None, "version.malformed"),
    (PUBLISH, {"version": "9.9.9"}, None, "version.unknown"),
    (PUBLISH, {"version": "1.0.1"}, None, "release.nothing_to_publish"),
    (PUBLISH, {"digest": "0" * 64}, None, "publish.digest_unknown"),
    (PUBLISH, {}, '"old"', "draft.stale"),
    (PUBLISH, {}, "now", "reason.required"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "body", "if_match", "wanted"), ORDER)
def test_what_cannot_be_read_comes_first_and_the_reason_last(
    api: Api, path: str, body: Any, if_match: str | None, wanted: str
) -> None:
    api.world.release(snapshot("a"))
    api.world.release(snapshot("a", "b"))
    api.world.edit(snapshot("a", "b", "c"))
    if wanted == "version.not_preview":
        api.world.preview()
    sent = api.etag() if if_match == "now" else if_match
    assert code(api("POST", path, body, if_match=sent)) == wanted


@pytest.mark.parametrize(
    ("role", "query", "wanted"),
    [
        ("viewer", "from=1.x&to=draft", "permission.denied"),
        ("viewer", "from=9.9.9&to=draft", "permission.denied"),
        ("viewer", "from=1.x&to=9.9.9", "version.unknown"),
        ("editor", "from=1.x&to=preview", "preview.none"),
        ("editor", "from=preview&to=1.x", "preview.none"),
        ("editor", "from=1.x&environment=staging&to=live", "release.none"),
        ("editor", "from=1.x", "version.malformed"),
        ("editor", "from=1.x&environment=nowhere", "environment.unknown"),
    ],
)
def test_the_two_sides_of_a_diff(api: Api, role: str, query: str, wanted: str) -> None:
    api.world.release(snapshot("a"))
    assert code(api("GET", f"/api/config/diff?{query}", role=role)) == wanted


@pytest.mark.parametrize(
    "path", ["/api/config/versions", "/api/releases", "/api/config/draft/history", "/api/config/versions/1.x"]
)
def test_a_malformed_query_comes_after_the_place(api: Api, path: str) -> None:
    query = f"{path}?limit=x&before=x&at=x"
    assert code(api("GET", f"{query}&environment=nowhere")) == "environment.unknown"
    assert api("GET", query).status_code == 400


@pytest.mark.parametrize(
    "name", ["/api/releases/1", "/api/config/versions/9.9.9", "/api/config/preview/links/1/revoke"]
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_method_that_there_is_not(api: Api, name: str, language: str) -> None:
    assert code(api("PUT", name, {}, role="anonymous")) == "http.not_authenticated"
    answer = api("PUT", name, {}, role="admin", accept_language=language)
    assert (answer.status_code, code(answer)) == (405, "http.method_not_allowed")
    assert "PUT" in answer.json()["detail"] and "PUT" not in answer["Allow"]
