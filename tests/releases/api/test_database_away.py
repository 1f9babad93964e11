"""The hour without a database: reading goes on with what this process has seen, writing is refused in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection

from releases import access
from releases.delivery import kept
from tests.factories import ADA, NOON, snapshot
from tests.releases.api.helpers import PROBLEM, Api, ok, refused

META, CONFIG = "/meta/release", "/api/config/published"
Away = Callable[[], AbstractContextManager[None]]


@pytest.fixture(params=[OperationalError, InterfaceError])
def away(request: pytest.FixtureRequest) -> Away:
    """Within it every statement fails as it does when the server is gone."""

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise request.param("the connection is lost")

    @contextmanager
    def gone() -> Iterator[None]:
        with connection.execute_wrapper(fail):
            yield

    return gone


@pytest.mark.parametrize("path", [META, CONFIG])
def test_the_last_release_seen_is_served_and_marked(
    api: Api, away: Away, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.world.release(snapshot("home"))
    before = api.ask(path)
    assert "X-Config-Stale" not in before
    with away():
        stale = api.ask(path)
        assert (stale.status_code, stale.content, stale["X-Config-Stale"]) == (200, before.content, "true")
        assert stale["ETag"] == before["ETag"] and stale["X-Release-Serial"] == "1"
        unchanged = api.ask(path, if_none_match=before["ETag"])
        assert (unchanged.status_code, unchanged["X-Config-Stale"]) == (304, "true")
    api.world.release()
    assert api.ask(path)["X-Config-Stale"] == "true"  # not asked again at once
    monkeypatch.setattr(kept, "away_until", time.monotonic())
    after = api.ask(path)
    assert "X-Config-Stale" not in after and after["X-Release-Serial"] == "2"


def test_one_route_is_enough_to_have_seen_it(api: Api, away: Away) -> None:
    api.world.release(snapshot("home"))
    api.ask(META)
    with away():
        assert [page["id"] for page in ok(api.ask(CONFIG))["pages"]] == ["home"]
        assert ok(api.ask(f"{CONFIG}?surface=APP"))["pages"]


def test_the_gate_still_decides(api: Api, away: Away) -> None:
    api.world.release()
    api.world.policy(minSupported="2.0.0", latest="2.0.0")
    api.ask(META)
    with away():
        refused(api.ask(META, x_client_version="1.0.0"), 426, "gate.update_required")
        refused(api.ask(CONFIG, x_client_version="1.0.0"), 426, "gate.update_required")
        refused(api.ask(CONFIG, x_client_version="v1"), 400, "gate.malformed_version")


@pytest.mark.parametrize("path", [META, CONFIG])
def test_a_process_that_never_read_anything_says_so(api: Api, away: Away, path: str) -> None:
    api.world.release()
    with away():
        answer = api.ask(path)
        body = refused(answer, 503, "db.unavailable")
        assert answer["Retry-After"] == str(body["retryAfter"])
        assert "x-client-version" in answer["Vary"].lower()


def test_what_was_seen_is_kept_for_each_client_key(api: Api, away: Away) -> None:
    api.world.release(snapshot("home"))
    api.world.edit(snapshot("home", "next"))
    api.world.publish(environment=api.world.staging)
    staging = access.create_client_key(api.world.staging, name="web", actor=ADA, now=NOON).key
    unseen = access.create_client_key(api.world.production, name="other", actor=ADA, now=NOON).key
    api.ask(CONFIG)
    api.ask(CONFIG, x_client_key=staging)
    with away():
        assert len(ok(api.ask(CONFIG))["pages"]) == 1
        assert len(ok(api.ask(CONFIG, x_client_key=staging))["pages"]) == 2
        # Nobody can tell any more whether a key that was never seen exists.
        refused(api.ask(CONFIG, x_client_key=unseen), 503, "db.unavailable")
        refused(api.ask(CONFIG, x_client_key="pk_unknown"), 503, "db.unavailable")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_writing_is_refused_in_words(api: Api, away: Away, language: str) -> None:
    etag = api.etag()
    api.secret("admin")
    with away():
        for method, path in (("PUT", "/api/config/draft"), ("POST", "/api/config/rollback"), ("GET", "/api/registry")):
            answer = api(method, path, {"reason": "x"}, if_match=etag, accept_language=language)
            body = refused(answer, 503, "db.unavailable")
            assert body["detail"] == body["messages"][language]
            assert int(answer["Retry-After"]) > 0
    assert api.etag() == etag


def test_pages_answer_503_too(api: Api, away: Away) -> None:
    api.client.raise_request_exception = False
    with away():
        answer = api("GET", "/admin/", role="anonymous", cookie="sessionid=abcdefghijklmnop")
        assert (answer.status_code, answer["Content-Type"]) == (503, PROBLEM)
        refused(api("GET", "/preview/abc", role="anonymous"), 503, "db.unavailable")


def test_health(api: Api, away: Away) -> None:
    assert api.ask("/readyz").status_code == 200
    with away():
        assert (api.ask("/livez").status_code, api.ask("/readyz").status_code) == (200, 503)
    assert api.ask("/readyz").status_code == 200
    for path in ("/livez", "/readyz"):
        assert api.ask(path, accept="text/plain").content == b"ok\n"
