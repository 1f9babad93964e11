"""Validators, Vary and Cache-Control of the public routes: what caches and polling clients rely on."""

from __future__ import annotations

import re
from typing import Any

import pytest

from configs.snapshot.canonical import digest
from tests.factories import flag, snapshot
from tests.releases.api.helpers import ADDED_BY_PROXIES, Api, ok, refused

META, CONFIG = "/meta/release", "/api/config/published"
ROUTES = (META, CONFIG)
COUNTS = {"x-client-key", "x-client-version", "x-client-platform", "accept-language"}


def varies(response: Any) -> set[str]:
    return {name.strip().lower() for name in response["Vary"].split(",")}


@pytest.fixture
def live(api: Api) -> Api:
    api.world.release(snapshot("home"))
    api.world.policy(minSupported="1.0.0", latest="2.0.0")
    return api


@pytest.mark.parametrize("path", ROUTES)
def test_the_etag_is_strong_and_answers_304_with_the_same_headers(live: Api, path: str) -> None:
    first = live.ask(path)
    etag = first["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
    again = live.ask(path, if_none_match=etag)
    assert (again.status_code, again.content) == (304, b"")
    for name in ("ETag", "Vary", "Cache-Control", "X-Release-Serial", "X-Config-Version"):
        assert again[name] == first[name]
    assert first["Cache-Control"] == "no-cache"
    assert (first["X-Release-Serial"], first["X-Config-Version"]) == ("2", "1.0.0")
    assert "X-Config-Stale" not in first


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ("{tag}", 304),
        ("W/{tag}", 304),  # nginx gzip weakens it
        *((f'{weak}"{{bare}}{added}"', 304) for weak in ("", "W/") for added in ADDED_BY_PROXIES),
        ('"{bare}-gzip-br"', 304),  # two of them in a row
        ('"{bare}-gzi"', 200),
        ('"{bare}-gzip-"', 200),
        ('"{bare}gzip"', 200),
        ('"-gzip"', 200),
        ('"other", W/{tag}', 304),
        ('"other","more", {tag}', 304),
        ("*", 304),
        ('"other"', 200),
        ('W/"other"', 200),
        ("", 200),
        ("garbage", 200),
        ('"unclosed', 200),
        ("{bare}", 200),
    ],
)
def test_if_none_match(live: Api, path: str, wanted: str, status: int) -> None:
    etag = live.ask(path)["ETag"]
    assert live.ask(path, if_none_match=wanted.format(tag=etag, bare=etag.strip('"'))).status_code == status


def test_the_digest_is_that_of_the_body(live: Api) -> None:
    """Of what the client got: the stored one would let it check guesses at private conditions."""
    live.world.release(snapshot("home", featureFlags=[flag("pay", "ON", owner="ada")]))  # the owner is not shown
    version = ok(live("GET", "/api/config/versions/live"))
    answer = live.ask(CONFIG)
    assert answer["X-Config-Digest"] == digest(answer.content.decode())
    assert live.ask(CONFIG, if_none_match=answer["ETag"])["X-Config-Digest"] == answer["X-Config-Digest"]
    everything = str(answer.headers) + str(live.ask("/meta/release").headers) + answer.content.decode()
    assert version["digest"] not in everything
    assert answer["ETag"] == f'"{digest(answer.content.decode())[:32]}"'  # of what is sent, not of what is stored


def test_each_surface_is_a_representation_of_its_own(live: Api) -> None:
    content = snapshot("home", "orders")
    content["pages"][1]["surface"] = "CP"
    live.world.release(content)
    whole, cp, app = (live.ask(path) for path in (CONFIG, f"{CONFIG}?surface=CP", f"{CONFIG}?surface=APP"))
    assert len({whole["ETag"], app["ETag"]}) == 2
    assert cp.content == whole.content  # every page of it is on CP or nowhere
    assert live.ask(f"{CONFIG}?surface=APP", if_none_match=whole["ETag"]).status_code == 200
    assert live.ask(f"{CONFIG}?surface=APP", if_none_match=app["ETag"]).status_code == 304


@pytest.mark.parametrize("path", ROUTES)
def test_vary_names_every_header_that_counts_on_every_answer(live: Api, path: str) -> None:
    etag = live.ask(path)["ETag"]
    answers = {
        200: live.ask(path),
        304: live.ask(path, if_none_match=etag),
        426: live.ask(path, x_client_version="0.9.0"),
        400: live.ask(path, x_client_version="v1"),
        401: live.ask(path, x_client_key="pk_unknown"),
    }
    live.world.policy(maintenance=True)
    answers[503 if path == META else 200] = live.ask(path)
    for status, answer in answers.items():
        assert answer.status_code == status
        assert varies(answer) >= COUNTS, status
        assert "cookie" not in varies(answer), status
        assert "Set-Cookie" not in answer


@pytest.mark.parametrize("path", ROUTES)
def test_refusals_are_not_stored_and_never_upgrade(live: Api, path: str) -> None:
    blocked = live.ask(path, x_client_version="0.9.0")
    refused(blocked, 426, "gate.update_required")
    assert blocked["Cache-Control"] == "no-store"
    assert "Upgrade" not in blocked and "ETag" not in blocked
    live.world.policy(maintenance=True)
    waiting = live.ask(META)
    refused(waiting, 503, "gate.maintenance")
    assert waiting["Cache-Control"] == "no-store" and "ETag" not in waiting


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("tag", ["*", "{tag}"])
def test_the_gate_is_decided_before_any_304(live: Api, path: str, tag: str) -> None:
    etag = tag.format(tag=live.ask(path)["ETag"])
    assert live.ask(path, x_client_version="0.9.0", if_none_match=etag).status_code == 426
    assert live.ask(path, x_client_version="nope", if_none_match=etag).status_code == 400
    live.world.policy(maintenance=True)
    assert live.ask(META, if_none_match=etag).status_code == 503


def test_what_a_client_can_notice_changes_the_etag(live: Api) -> None:
    seen = {live.ask(META)["ETag"]}
    for change in (
        lambda: live.world.policy(message="news"),
        lambda: live.world.policy(pollAfter=30),
        lambda: live.world.release(),
        lambda: live.world.rollback(),
    ):
        change()
        seen.add(live.ask(META)["ETag"])
    seen.add(live.ask(META, x_client_version="1.0.0")["ETag"])
    assert len(seen) == 6


def test_a_rollback_brings_the_old_etag_of_the_config_back(live: Api) -> None:
    before = live.ask(CONFIG)["ETag"]
    live.world.release()
    assert live.ask(CONFIG)["ETag"] != before
    live.world.rollback()
    assert live.ask(CONFIG)["ETag"] == before


@pytest.mark.parametrize("path", ROUTES)
def test_head_is_get_without_the_body(live: Api, path: str) -> None:
    get, head = live.ask(path), live("HEAD", path, role="anonymous")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length", "Vary", "X-Release-Serial", "Cache-Control"):
        assert head[name] == get[name]
    assert live("HEAD", path, role="anonymous", if_none_match=get["ETag"]).status_code == 304
    assert live("HEAD", path, role="anonymous", x_client_version="0.1.0").status_code == 426


@pytest.mark.parametrize("path", ROUTES)
def test_headers_that_do_not_count_change_nothing(live: Api, path: str) -> None:
    plain = live.ask(path)
    for headers in (
        {"x_tenant": "acme"},
        {"accept": "text/html"},
        {"cookie": "django_language=fr; sessionid=abcdefgh"},
        {"authorization": "Bearer nonsense"},
        {"x_client_platform": "toaster"},
        {"user_agent": "curl"},
    ):
        other = live.ask(path, **headers)
        assert (other.status_code, other.content, other["ETag"]) == (200, plain.content, plain["ETag"])


@pytest.mark.parametrize("path", ROUTES)
def test_the_language_of_a_refusal_is_asked_for_and_not_remembered(live: Api, path: str) -> None:
    refusals = [
        live.ask(path, x_client_key="pk_unknown", **headers)
        for headers in ({}, {"cookie": "django_language=fr"}, {"accept_language": "fr"})
    ]
    plain, remembered, asked = (answer.json()["title"] for answer in refusals)
    assert plain == remembered != asked


def test_authors_answers_are_never_stored(live: Api) -> None:
    for path in ("/api/config/draft", "/api/policy", "/api/registry", "/api/releases", "/metrics"):
        assert live("GET", path)["Cache-Control"] == "no-store"
