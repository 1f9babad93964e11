"""One object of the draft over HTTP: read, made, replaced, patched, removed; the draft's preconditions hold."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import flag, snapshot
from tests.releases.api.helpers import Api, ok, refused

DRAFT = "/api/config/draft"
FLAG = f"{DRAFT}/featureFlags/search"
WRITES: list[tuple[str, Any]] = [("PUT", flag("search", "ON")), ("PATCH", {"state": "ON"}), ("DELETE", None)]


@pytest.fixture
def draft(api: Api) -> Api:
    content = snapshot("home", featureFlags=[flag("search", "OFF", owner="ada"), flag("zoom", "ON")])
    ok(api("PUT", DRAFT, content, if_match=api.etag()))
    return api


def flags(api: Api) -> dict[str, Any]:
    return {item["key"]: item for item in ok(api("GET", DRAFT))["snapshot"]["featureFlags"]}


def test_an_object_as_it_is_read(draft: Api) -> None:
    answer = draft("GET", FLAG, role="editor")
    body = ok(answer)
    assert (body["section"], body["name"], body["object"]) == ("featureFlags", "search", flags(draft)["search"])
    whole = ok(draft("GET", DRAFT, role="editor"))
    assert answer["ETag"] == draft.etag()
    assert {name: value for name, value in whole.items() if name != "snapshot"} == {
        name: value for name, value in body.items() if name not in ("section", "name", "object")
    }


def test_a_patch_changes_what_it_names_and_nothing_else(draft: Api) -> None:
    before = ok(draft("GET", DRAFT))["snapshot"]
    answer = draft("PATCH", FLAG, {"state": "ROLLOUT", "rollout": 1000, "owner": None}, if_match=draft.etag())
    wanted = {name: value for name, value in flag("search", "ROLLOUT", rollout=1000).items() if name != "owner"}
    assert ok(answer)["object"] == wanted and answer["ETag"] == draft.etag()
    after = ok(draft("GET", DRAFT))["snapshot"]
    assert after.pop("featureFlags") == [wanted, before.pop("featureFlags")[1]]
    assert after == before


def test_a_put_makes_and_replaces(draft: Api) -> None:
    for state in ("ON", "OFF"):
        body = ok(draft("PUT", f"{DRAFT}/featureFlags/new", {"type": "boolean", "state": state}, if_match=draft.etag()))
        assert body["object"] == {"key": "new", "type": "boolean", "state": state} == flags(draft)["new"]
    assert list(flags(draft)) == ["new", "search", "zoom"]


def test_what_is_removed_is_gone_and_what_refers_to_it_is_told(draft: Api) -> None:
    page = {**snapshot("home")["pages"][0], "flag": "search"}
    ok(draft("PUT", f"{DRAFT}/pages/home", page, if_match=draft.etag()))
    body = ok(draft("DELETE", FLAG, if_match=draft.etag()))
    assert body["object"] is None and list(flags(draft)) == ["zoom"]
    assert ("/pages/0/flag", "error") in {(problem["pointer"], problem["severity"]) for problem in body["problems"]}
    refused(draft("GET", FLAG), 404, "object.unknown")


@pytest.mark.parametrize(("method", "body"), WRITES)
def test_a_write_names_the_draft_that_was_read(draft: Api, method: str, body: Any) -> None:
    sent = () if body is None else (body,)
    before = flags(draft)
    assert refused(draft(method, FLAG, *sent), 428, "draft.unread")["etag"] == draft.etag()
    assert refused(draft(method, FLAG, *sent, if_match='"1.0.0/0"'), 412, "draft.stale")["etag"] == draft.etag()
    assert flags(draft) == before
    assert ok(draft(method, FLAG, *sent, if_match=draft.etag(), role="editor"))
    assert flags(draft) != before


@pytest.mark.parametrize(("method", "body"), [("GET", None), *WRITES])
def test_what_is_not_there_comes_before_what_has_moved_on(draft: Api, method: str, body: Any) -> None:
    sent = () if body is None else (body,)
    for section in ("theme", "nowhere", "extra"):
        refused(draft(method, f"{DRAFT}/{section}/x", *sent, if_match='"old"'), 404, "section.unknown")
    if method != "PUT":
        refused(draft(method, f"{DRAFT}/pages/nowhere", *sent, if_match='"old"'), 404, "object.unknown")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("wrong", [[], "x", 1, None, {"key": "other"}, {"key": 1}])
def test_an_object_keeps_its_name(draft: Api, method: str, wrong: Any) -> None:
    if wrong is None and method == "PUT":
        wrong = True
    before = flags(draft)
    refused(draft(method, FLAG, wrong, if_match=draft.etag()), 422, "object.malformed")
    assert flags(draft) == before


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_name_that_stands_twice_is_not_guessed(draft: Api, method: str) -> None:
    ok(draft("PUT", DRAFT, {"featureFlags": [flag("search"), flag("search", "ON"), 5, {}]}, if_match=draft.etag()))
    sent: tuple[Any, ...] = ({},) if method in ("PUT", "PATCH") else ()
    refused(draft(method, FLAG, *sent, if_match=draft.etag()), 409, "object.ambiguous")


def test_two_objects_within_the_caps_do_not_make_one_beyond(draft: Api) -> None:
    deep: Any = {}
    for _ in range(31):
        deep = {"a": deep}
    refused(draft("PATCH", FLAG, deep, if_match=draft.etag()), 400, "json.refused")


def test_problems_are_stored_and_told(draft: Api) -> None:
    body = ok(draft("PATCH", FLAG, {"state": "MAYBE"}, if_match=draft.etag()))
    assert body["object"]["state"] == "MAYBE"
    assert [problem["pointer"] for problem in body["problems"] if problem["severity"] == "error"] == [
        "/featureFlags/0/state"
    ]
