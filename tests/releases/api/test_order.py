"""The order of answers: 401 before 403 before 404 before 409, 412 and 428 before 422."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import flag, snapshot
from tests.releases.api.helpers import Api, code

#: method, path, a role that may not, one that may, and what is refused with a stale or missing precondition.
WRITES: list[tuple[str, str, str, str, str | None]] = [
    ("PUT", "/api/config/draft", "viewer", "editor", "draft.precondition_required"),
    ("POST", "/api/config/draft", "viewer", "editor", "draft.precondition_required"),
    ("PATCH", "/api/config/draft", "viewer", "editor", "draft.precondition_required"),
    ("PUT", "/api/config/draft/featureFlags/a", "viewer", "editor", "draft.precondition_required"),
    ("PATCH", "/api/config/draft/featureFlags/a", "viewer", "editor", "draft.precondition_required"),
    ("DELETE", "/api/config/draft/featureFlags/a", "viewer", "editor", "draft.precondition_required"),
    ("POST", "/api/config/draft/rename", "viewer", "editor", "draft.precondition_required"),
    ("POST", "/api/config/draft/revert", "viewer", "editor", "draft.precondition_required"),
    ("POST", "/api/config/preview", "viewer", "editor", "draft.precondition_required"),
    ("POST", "/api/config/preview/withdraw", "viewer", "editor", None),
    ("POST", "/api/config/preview/links", "viewer", "editor", None),
    ("POST", "/api/config/publish", "editor", "publisher", "publish.precondition_required"),
    ("POST", "/api/config/rollback", "editor", "publisher", None),
    ("POST", "/api/releases/undo", "editor", "publisher", None),
    ("PUT", "/api/policy", "editor", "publisher", "policy.precondition_required"),
    ("POST", "/api/flags/a/kill", "editor", "publisher", None),
    ("POST", "/api/flags/a/lift", "editor", "publisher", None),
]
#: What is wrong in every way at once: unknown fields, wrong types, no reason.
WRONG: list[Any] = [{"confrim": 1, "reason": 5, "version": [], "to": 0, "serial": "x", "policies": []}, [], "text"]


@pytest.mark.parametrize(("method", "path", "outsider", "insider", "precondition"), WRITES)
def test_first_who_then_whether_then_what_there_is_then_the_words(
    api: Api, method: str, path: str, outsider: str, insider: str, precondition: str | None
) -> None:
    api.world.release(snapshot("home", featureFlags=[flag("a")]))
    api.world.release(snapshot("home", "more", featureFlags=[flag("a")]))  # there is something to go back to
    api.world.edit(snapshot("home", "next", featureFlags=[flag("a")]))
    api.world.preview()
    elsewhere = f"{path}?environment=nowhere"
    for body in WRONG:
        assert code(api(method, elsewhere, body, role="anonymous")) == "http.not_authenticated"
        assert code(api(method, elsewhere, body, role=outsider)) == "permission.denied"
        assert code(api(method, elsewhere, body, role=insider)) == "environment.unknown"
        assert code(api(method, f"{path}?application=nowhere", body, role=insider)) == "application.unknown"
    for body in WRONG if path != "/api/config/publish" else WRONG[1:]:
        if precondition:
            answer = api(method, path, body, role=insider)
            assert (answer.status_code, code(answer)) == (428, precondition)
            if path != "/api/config/publish":
                stale = api(method, path, body, role=insider, if_match='"stale"')
                assert stale.status_code == 412
    current = api.etag("/api/policy" if path == "/api/policy" else "/api/config/draft")
    if method == "DELETE":  # has no words
        return
    patch: Any = {"key": "b"} if path.endswith("/a") else {"pages": {}}
    for body in WRONG[1:] if method != "PATCH" else [patch]:
        assert api(method, path, body, role=insider, if_match=current).status_code == 422


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
    assert code(api("POST", "/api/config/publish", nothing, if_match=draft.etag)) == "publish.needs_confirmation"
    confirmed = {**nothing, "confirm": ["release.shrinks"]}
    assert code(api("POST", "/api/config/publish", confirmed, if_match=draft.etag)) == "reason.required"


RENAME, REVERT = "/api/config/draft/rename", "/api/config/draft/revert"
WITHDRAW, PUBLISH = "/api/config/preview/withdraw", "/api/config/publish"
ROLLBACK, UNDO = "/api/config/rollback", "/api/releases/undo"
MALFORMED, LONG = "1.x", "1" * 65  # wrong for the action, wrong for the body
#: path, body, If-Match ("now": the current one), what is refused. Live is 1.0.1 (release 2), there is no preview.
WORDS_LAST: list[tuple[str, Any, str | None, str]] = [
    *(
        row
        for word in (MALFORMED, LONG)
        for row in (
            (RENAME, {"version": word}, None, "draft.precondition_required"),
            (RENAME, {"version": word}, '"old"', "draft.stale"),
            (WITHDRAW, {"reason": "x", "version": word}, None, "preview.none"),
            (ROLLBACK, {"reason": "x", "toVersion": word, "expectedSerial": 1}, None, "publish.conflict"),
            (ROLLBACK, {"reason": "x", "toVersion": word, "toSerial": 9}, None, "release.unknown"),
        )
    ),
    (RENAME, {"version": "1.0.0", "reason": 5}, "now", "version.taken"),
    (REVERT, {"to": MALFORMED}, None, "draft.precondition_required"),
    (REVERT, {"to": MALFORMED}, '"old"', "draft.stale"),
    (REVERT, {"to": MALFORMED}, "now", "version.malformed"),
    (REVERT, {"to": "9.9.9"}, '"old"', "version.unknown"),
    (REVERT, {"to": "preview"}, None, "preview.none"),
    (REVERT, {"to": 5}, '"old"', "draft.stale"),
    (WITHDRAW, {"version": "1.0.0"}, None, "preview.none"),
    (WITHDRAW, {"reason": "x", "version": "1.0.0"}, None, "version.not_preview"),
    (ROLLBACK, {"expectedSerial": 1}, None, "publish.conflict"),
    (ROLLBACK, {"toVersion": "9.9.9"}, None, "version.unknown"),
    (ROLLBACK, {"toVersion": "1.0.1"}, None, "rollback.already_live"),
    (ROLLBACK, {"toSerial": 9}, None, "release.unknown"),
    (ROLLBACK, {"toVersion": MALFORMED, "reason": "x"}, None, "version.malformed"),
    (ROLLBACK, {"toVersion": 5, "reason": "x"}, None, "body.invalid"),
    (UNDO, {"serial": 1}, None, "undo.not_newest"),
    (UNDO, {"serial": 1, "reason": 5}, None, "undo.not_newest"),
    (UNDO, {"serial": 2}, None, "body.invalid"),
    (PUBLISH, {"version": "9.9.9", "reason": 5}, None, "version.unknown"),
    (PUBLISH, {"version": "1.0.1", "reason": 5}, None, "release.nothing_to_publish"),
    (PUBLISH, {"version": "1.0.1", "expectedSerial": 1, "reason": 5}, None, "publish.conflict"),
    (PUBLISH, {"version": 5, "expectedSerial": 1}, None, "publish.conflict"),
    (PUBLISH, {"version": 5}, None, "body.invalid"),
    (PUBLISH, {"reason": 5}, '"old"', "draft.stale"),
    (PUBLISH, {"reason": 5}, "now", "body.invalid"),
    (PUBLISH, {"digest": "0" * 64, "confirm": 5}, None, "publish.digest_unknown"),
    (PUBLISH, {"version": MALFORMED, "expectedSerial": 1}, None, "publish.conflict"),
]


@pytest.mark.parametrize(("path", "body", "if_match", "wanted"), WORDS_LAST)
def test_what_is_wrong_with_the_words_comes_last(
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
    assert api("GET", query).status_code == 422


@pytest.mark.parametrize(
    "name", ["/api/releases/1", "/api/config/versions/9.9.9", "/api/config/preview/links/1/revoke"]
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_method_that_there_is_not(api: Api, name: str, language: str) -> None:
    assert code(api("PUT", name, {}, role="anonymous")) == "http.not_authenticated"
    answer = api("PUT", name, {}, role="admin", accept_language=language)
    assert (answer.status_code, code(answer)) == (405, "http.method_not_allowed")
    assert "PUT" in answer.json()["detail"] and "PUT" not in answer["Allow"]
