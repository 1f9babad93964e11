"""The order of answers: 401 before 403 before 404 before 409, 412 and 428 before 422."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import snapshot
from tests.releases.api.helpers import Api, code

#: method, path, a role that may not, one that may, and what is refused with a stale or missing precondition.
WRITES: list[tuple[str, str, str, str, str | None]] = [
    ("PUT", "/api/config/draft", "viewer", "editor", "draft.precondition_required"),
    ("POST", "/api/config/draft", "viewer", "editor", "draft.precondition_required"),
    ("PATCH", "/api/config/draft", "viewer", "editor", "draft.precondition_required"),
    ("POST", "/api/config/draft/rename", "viewer", "editor", "draft.precondition_required"),
    ("POST", "/api/config/draft/revert", "viewer", "editor", "draft.precondition_required"),
    ("POST", "/api/config/preview", "viewer", "editor", "draft.precondition_required"),
    ("POST", "/api/config/preview/withdraw", "viewer", "editor", None),
    ("POST", "/api/config/preview/links", "viewer", "editor", None),
    ("POST", "/api/config/publish", "editor", "publisher", "publish.precondition_required"),
    ("POST", "/api/config/rollback", "editor", "publisher", None),
    ("POST", "/api/releases/undo", "editor", "publisher", None),
    ("PUT", "/api/policy", "editor", "publisher", "policy.precondition_required"),
]
#: What is wrong in every way at once: unknown fields, wrong types, no reason.
WRONG: list[Any] = [{"confrim": 1, "reason": 5, "version": [], "to": 0, "serial": "x", "policies": []}, [], "text"]


@pytest.mark.parametrize(("method", "path", "outsider", "insider", "precondition"), WRITES)
def test_first_who_then_whether_then_what_there_is_then_the_words(
    api: Api, method: str, path: str, outsider: str, insider: str, precondition: str | None
) -> None:
    api.world.release(snapshot("home"))
    api.world.edit(snapshot("home", "next"))
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
    for body in WRONG[1:] if method != "PATCH" else [{"pages": {}}]:
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


@pytest.mark.parametrize(
    "name", ["/api/releases/1", "/api/config/versions/9.9.9", "/api/config/preview/links/1/revoke"]
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_method_that_there_is_not(api: Api, name: str, language: str) -> None:
    assert code(api("PUT", name, {}, role="anonymous")) == "http.not_authenticated"
    answer = api("PUT", name, {}, role="admin", accept_language=language)
    assert (answer.status_code, code(answer)) == (405, "http.method_not_allowed")
    assert "PUT" in answer.json()["detail"] and "PUT" not in answer["Allow"]
