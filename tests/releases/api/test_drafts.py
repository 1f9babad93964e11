"""The draft over HTTP: conditional writes, merge patch, problems that are kept, revert and history."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from tests.factories import flag, snapshot
from tests.releases.api.helpers import ADDED_BY_PROXIES, Api, code, ok, refused

DRAFT = "/api/config/draft"


def test_the_draft_as_it_is_read(api: Api) -> None:
    answer = api("GET", DRAFT, role="editor")
    body = ok(answer)
    assert set(body) >= {"version", "channel", "createdAt", "snapshot", "digest", "basedOn", "problems"}
    assert (body["version"], body["channel"], body["basedOn"], body["application"]) == (
        "1.0.0",
        "draft",
        None,
        "icontrol",
    )
    assert answer["ETag"] == '"1.0.0/0"'
    api.world.release()
    assert ok(api("GET", DRAFT))["basedOn"] == "1.0.0"


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_write_names_what_was_read(api: Api, method: str) -> None:
    etag = api.etag()
    for nothing in (None, "*", "", "garbage", etag.strip('"')):
        body = refused(api(method, DRAFT, snapshot("home"), if_match=nothing), 428, "draft.unread")
        assert body["etag"] == etag
    answer = api(method, DRAFT, snapshot("home"), if_match=etag, role="editor")
    assert [page["id"] for page in ok(answer)["snapshot"]["pages"]] == ["home"]
    assert answer["ETag"] == '"1.0.0/1"' == api.etag()


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH"])
@pytest.mark.parametrize("stale", ['"1.0.0/0"', 'W/"1.0.0/0"', '"x", "y"'])
def test_a_stale_write_says_who_saved_when_and_changes_nothing(api: Api, method: str, stale: str) -> None:
    api("PUT", DRAFT, snapshot("home"), if_match=api.etag(), role="editor")
    before = ok(api("GET", DRAFT))
    answer = api(method, DRAFT, snapshot("other"), if_match=stale)
    body = refused(answer, 412, "draft.stale")
    assert body["etag"] == answer["ETag"] == '"1.0.0/1"'
    assert body["savedBy"].startswith("token:editor")
    assert body["savedAt"][:19] == before["editedAt"][:19]
    assert body["savedBy"] in body["detail"] and body["savedBy"] in body["messages"]["fr"]
    assert ok(api("GET", DRAFT)) == before
    # The ETag of the refusal is the one to go on with.
    assert api(method, DRAFT, snapshot("other"), if_match=body["etag"]).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        *("{etag}", "W/{etag}", '"older", {etag}', '"older",W/{etag}'),
        *(f'W/"{{bare}}{added}"' for added in ADDED_BY_PROXIES),
    ],
)
@pytest.mark.parametrize("path", [DRAFT, "/api/policy"])
def test_the_current_etag_is_found_in_what_was_sent(api: Api, path: str, sent: str) -> None:
    etag = api.etag(path)
    body = {"policies": {"default": {"latest": "1.0.1"}}, "reason": "x"} if path == "/api/policy" else snapshot("home")
    assert api("PUT", path, body, if_match=sent.format(etag=etag, bare=etag.strip('"'))).status_code == 200


def test_large_answers_are_compressed_and_their_etag_counts(api: Api) -> None:
    api("PUT", DRAFT, snapshot(*(f"page-{number}" for number in range(50))), if_match=api.etag())
    plain = api("GET", DRAFT)
    packed = api("GET", DRAFT, accept_encoding="gzip")
    assert packed["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed["Vary"]
    assert gzip.decompress(packed.content) == plain.content and "Content-Encoding" not in plain
    assert api("PUT", DRAFT, snapshot("home"), if_match=packed["ETag"]).status_code == 200
    link = api("POST", "/api/config/preview", {"reason": "x"}, if_match=api.etag(), accept_encoding="gzip")
    assert link.status_code == 200 and "Content-Encoding" not in link  # what a write answers may be a secret
    assert "Content-Encoding" not in api.client.get("/login", headers={"accept-encoding": "gzip"})


def test_of_two_writers_on_one_base_the_second_is_told(api: Api) -> None:
    etag = api.etag()
    assert api("PUT", DRAFT, snapshot("a"), if_match=etag).status_code == 200
    refused(api("PUT", DRAFT, snapshot("b"), if_match=etag), 412, "draft.stale")
    assert [page["id"] for page in ok(api("GET", DRAFT))["snapshot"]["pages"]] == ["a"]


def test_the_same_content_again_is_no_edit(api: Api) -> None:
    api("PUT", DRAFT, snapshot("home"), if_match=api.etag())
    etag = api.etag()
    assert api("PUT", DRAFT, snapshot("home"), if_match=etag)["ETag"] == etag


@pytest.mark.parametrize("content_type", ["application/merge-patch+json", "application/json"])
def test_a_merge_patch(api: Api, content_type: str) -> None:
    content = {**snapshot("home"), "theme": {"mode": "dark", "brand": {"name": "A", "logo": "x"}}}
    api("PUT", DRAFT, content, if_match=api.etag())
    patch = {"theme": {"brand": {"name": "B", "logo": None}}, "pages": snapshot("shop")["pages"]}
    body = ok(api("PATCH", DRAFT, patch, if_match=api.etag(), content_type=content_type, role="editor"))
    assert body["snapshot"]["theme"] == {"mode": "dark", "brand": {"name": "B"}}
    assert [page["id"] for page in body["snapshot"]["pages"]] == ["shop"]  # lists are replaced


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_patch_by_the_wrong_method_does_not_replace_the_draft(api: Api, method: str) -> None:
    etag = api.etag()
    answer = api(method, DRAFT, {"theme": {}}, if_match=etag, content_type="application/merge-patch+json")
    body = refused(answer, 415, "http.unsupported_media_type")
    assert (answer["Accept"], body["messages"]["en"]) == ("application/json", "The body must be application/json.")
    assert api.etag() == etag


@pytest.mark.parametrize("content_type", ["text/plain", "application/json-patch+json", "garbage"])
def test_a_patch_of_another_type_is_told_which_are_read(api: Api, content_type: str) -> None:
    answer = api("PATCH", DRAFT, {}, if_match=api.etag(), content_type=content_type)
    body = refused(answer, 415, "http.unsupported_media_type")
    assert answer["Accept-Patch"] == "application/merge-patch+json, application/json"
    assert body["messages"]["fr"] == "Le corps doit être de type application/merge-patch+json ou application/json."


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH"])
@pytest.mark.parametrize("content_type", ["application/json", "", "text/plain", "application/x-www-form-urlencoded"])
def test_an_empty_request_does_not_empty_the_draft(api: Api, method: str, content_type: str) -> None:
    api("PUT", DRAFT, snapshot("home"), if_match=api.etag())
    etag = api.etag()
    answer = api.client.generic(
        method, DRAFT, b"", content_type, headers={"if-match": etag, "authorization": f"Bearer {api.secret('admin')}"}
    )
    refused(answer, 400, "json.refused")
    assert api.etag() == etag


def test_problems_are_stored_and_told(api: Api) -> None:
    """Autosave works while a page is half typed."""
    half = {"pages": [{"id": "home"}], "tabs": [{"id": "t", "pageId": "nowhere"}]}
    body = ok(api("PUT", DRAFT, half, if_match=api.etag()))
    found = {(problem["pointer"], problem["severity"]) for problem in body["problems"]}
    assert ("/tabs/0/pageId", "error") in found and len(found) >= 3
    assert all(set(problem["message"]) == {"en", "fr"} for problem in body["problems"])
    assert ok(api("GET", DRAFT))["problems"] == body["problems"]
    answer = api("POST", "/api/config/preview", {"reason": "look"}, if_match=api.etag())
    refusal = refused(answer, 422, "snapshot.invalid")
    errors = [problem for problem in body["problems"] if problem["severity"] == "error"]
    assert refusal["problems"] == errors


@pytest.mark.parametrize(
    ("document", "pointers"),
    [([], [""]), ("x", [""]), (None, [""]), (1, [""]), ({"pages": {}, "theme": []}, ["/pages", "/theme"])],
)
def test_what_is_no_snapshot_at_all_is_refused(api: Api, document: Any, pointers: list[str]) -> None:
    etag = api.etag()
    body = refused(api("PUT", DRAFT, document, if_match=etag), 422, "draft.shape")
    assert [problem["pointer"] for problem in body["problems"]] == pointers
    assert api.etag() == etag


def test_too_large_a_draft(api: Api) -> None:
    content = {"theme": {f"k{number}": "x" * 1000 for number in range(300)}}
    body = refused(api("PUT", DRAFT, content, if_match=api.etag()), 413, "draft.too_large")
    assert "262144" in body["detail"]
    huge = b'{"theme": {"k": "' + b"x" * 600_000 + b'"}}'
    refused(api("PUT", DRAFT, huge, if_match=api.etag()), 413, "http.too_large")


def test_rename(api: Api) -> None:
    api.world.release()
    rename = f"{DRAFT}/rename"
    refused(api("POST", rename, {"version": "2.0.0"}), 428, "draft.unread")
    refused(api("POST", rename, {"version": "2.0.0"}, if_match='"1.0.0/9"'), 412, "draft.stale")
    refused(api("POST", rename, {"version": "1.0.0"}, if_match=api.etag()), 409, "version.taken")
    refused(api("POST", rename, {"version": "v2"}, if_match=api.etag()), 400, "version.malformed")
    refused(api("POST", rename, {"version": "2.0.0+build"}, if_match=api.etag()), 422, "version.unusable")
    before = api.etag()
    answer = api("POST", rename, {"version": "2"}, if_match=before, role="editor")
    assert ok(answer)["version"] == "2.0.0"
    assert answer["ETag"] == api.etag() != before
    ok(api("POST", rename, {"version": "3.0.0", "reason": "a new menu"}, if_match=api.etag()))
    ok(api("POST", f"{DRAFT}/revert", {"to": "live", "reason": "later"}, if_match=api.etag()))
    entries = ok(api("GET", f"{DRAFT}/history"))["entries"]
    assert [entry["what"] for entry in entries][:2] == ["renamed from 2.0.0: a new menu", "renamed from 1.0.1"]
    refused(api("POST", rename, {"version": "4.0.0", "reason": "\u0007"}, if_match=api.etag()), 422, "reason.required")


def test_revert(api: Api) -> None:
    revert = f"{DRAFT}/revert"
    api.world.release(snapshot("one"))
    api.world.release(snapshot("one", "two"))
    api("PUT", DRAFT, snapshot("three"), if_match=api.etag())
    entry = ok(api("GET", f"{DRAFT}/history"))["entries"][0]["id"]

    def pages(to: Any) -> list[str]:
        body = ok(api("POST", revert, {"to": to}, if_match=api.etag(), role="editor"))
        return [page["id"] for page in body["snapshot"]["pages"]]

    assert pages("live") == ["one", "two"]
    assert pages("1.0.0") == ["one"]
    assert pages({"history": entry}) == ["three"]
    assert len(ok(api("GET", "/api/releases"))["releases"]) == 2  # reverting publishes nothing
    refused(api("POST", revert, {"to": "live"}), 428, "draft.unread")
    refused(api("POST", revert, {"to": "live"}, if_match='"old"'), 412, "draft.stale")
    refused(api("POST", revert, {"to": "9.9.9"}, if_match=api.etag()), 404, "version.unknown")
    refused(api("POST", revert, {"to": "preview"}, if_match=api.etag()), 404, "preview.none")
    refused(api("POST", revert, {"to": {"history": 10**15}}, if_match=api.etag()), 404, "history.unknown")
    refused(api("POST", revert, {"to": "1.x"}, if_match=api.etag()), 400, "version.malformed")
    wrong: Any
    for wrong in (None, 1, True, [], {}, {"history": "1"}, {"history": 0}, {"history": True}, {"history": 1, "x": 1}):
        body = refused(api("POST", revert, {"to": wrong}, if_match=api.etag()), 400, "body.invalid")
        assert [problem["pointer"] for problem in body["problems"]] == ["/to"]


def test_the_history_says_who_did_what_newest_first(api: Api) -> None:
    api("PUT", DRAFT, snapshot("a"), if_match=api.etag(), role="editor")
    api("PUT", DRAFT, snapshot("b"), if_match=api.etag(), role="admin")
    api("POST", f"{DRAFT}/rename", {"version": "3.0.0"}, if_match=api.etag(), role="admin")
    entries = ok(api("GET", f"{DRAFT}/history"))["entries"]
    assert [entry["what"] for entry in entries] == ["renamed from 1.0.0", "edit", "edit", "created"]
    assert [entry["actor"].partition("-")[0] for entry in entries] == [
        "token:admin",
        "token:admin",
        "token:editor",
        "user:ada",
    ]
    page = ok(api("GET", f"{DRAFT}/history?limit=2"))["entries"]
    assert page == entries[:2]
    assert ok(api("GET", f"{DRAFT}/history?limit=2&before={page[-1]['id']}"))["entries"] == entries[2:]


def test_the_preview_is_a_frozen_draft(api: Api) -> None:
    preview = "/api/config/preview"
    refused(api("GET", preview), 404, "preview.none")
    refused(api("POST", f"{preview}/withdraw", {"reason": "x"}), 404, "preview.none")
    api("PUT", DRAFT, snapshot("home"), if_match=api.etag())
    refused(api("POST", preview, {"reason": "look"}), 428, "draft.unread")
    body = ok(api("POST", preview, {"reason": "look"}, if_match=api.etag(), role="editor"))
    assert (body["version"], body["channel"]) == ("1.0.0", "preview")
    assert ok(api("GET", DRAFT))["version"] == "1.0.1"
    api("PUT", DRAFT, snapshot("home", "more"), if_match=api.etag())
    assert [page["id"] for page in ok(api("GET", preview))["snapshot"]["pages"]] == ["home"]
    ok(api("POST", preview, {"reason": "again"}, if_match=api.etag()))
    assert ok(api("GET", "/api/config/versions/1.0.0"))["channel"] == "withdrawn"  # a newer one withdraws the older
    refused(api("POST", f"{preview}/withdraw", {"reason": "x", "version": "1.0.0"}), 409, "version.not_preview")
    assert ok(api("POST", f"{preview}/withdraw", {"reason": "x"}))["channel"] == "withdrawn"
    assert ok(api("GET", DRAFT))["version"] == "1.0.2"


def test_the_answer_to_a_form_names_every_problem_at_once(api: Api) -> None:
    wrong = {"reason": 1, "ttl": "60", "confrim": True}
    api.world.edit(snapshot("home"))
    api.world.preview()
    body = refused(api("POST", "/api/config/preview/links", wrong), 400, "body.invalid")
    assert {problem["pointer"]: problem["code"] for problem in body["problems"]} == {
        "/reason": "body.invalid",
        "/ttl": "body.invalid",
        "/confrim": "body.unknown",
    }
    french = api("POST", "/api/config/preview/links", wrong, accept_language="fr")
    assert "problème" in french.json()["detail"]
    assert code(api("POST", "/api/config/preview/links", [])) == "body.invalid"


def test_another_application(api: Api) -> None:
    from tests.factories import make_world

    make_world(key="other", is_default=False).edit(snapshot("elsewhere", featureFlags=[flag("f")]))
    body = ok(api("GET", f"{DRAFT}?application=other"))
    assert (body["application"], body["snapshot"]["pages"][0]["id"]) == ("other", "elsewhere")
    refused(api("GET", f"{DRAFT}?application=nope"), 404, "application.unknown")
    refused(api("GET", f"{DRAFT}?environment=nope"), 404, "environment.unknown")
