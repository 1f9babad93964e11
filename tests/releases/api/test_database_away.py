"""The hour without a database: reading goes on with what this process has seen, writing is refused in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection

from icontrol.kernel.outages import rest
from releases.access import actions as access
from releases.delivery import live as delivery
from releases.delivery.live import read_live
from releases.delivery.representations import Live
from releases.models import Release
from tests.factories import ADA, NOON, World, flag, make_world, snapshot
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
    monkeypatch.setattr(rest, "SECONDS", 3600)  # however slow this machine is
    api.world.release(snapshot("home"))
    before = api.ask(path)
    assert "X-Config-Stale" not in before
    with away():
        stale = api.ask(path)
        assert (stale.status_code, stale.content) == (200, before.content) and stale["X-Config-Stale"].isdecimal()
        assert stale["ETag"] == before["ETag"] and stale["X-Release-Serial"] == "1"
        unchanged = api.ask(path, if_none_match=before["ETag"])
        assert unchanged.status_code == 304 and unchanged["X-Config-Stale"].isdecimal()
    api.world.release()
    assert "X-Config-Stale" in api.ask(path)  # not asked again at once
    monkeypatch.setattr(rest, "until", time.monotonic())
    after = api.ask(path)
    assert "X-Config-Stale" not in after and after["X-Release-Serial"] == "2"


def test_stale_says_for_how_many_seconds(api: Api, away: Away, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since the database last named this release, whatever was asked in vain since."""
    clock = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: clock)
    api.world.release()
    api.ask(CONFIG)
    clock += 60
    api.ask(META)  # named again, by another route
    clock += 90.9
    with away():
        assert api.ask(CONFIG)["X-Config-Stale"] == "90"
        clock += rest.SECONDS + 1
        assert api.ask(CONFIG)["X-Config-Stale"] == "94"
    clock += rest.SECONDS + 1
    assert "X-Config-Stale" not in api.ask(CONFIG)


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


def key_of(world: World, name: str) -> str:
    return access.create_client_key(world.production, name=name, actor=ADA, now=NOON).key


def test_what_one_key_saw_all_keys_of_the_environment_get(api: Api, away: Away) -> None:
    """A kill that this process has shown to anybody is not taken back for somebody else."""
    early, late = key_of(api.world, "early"), key_of(api.world, "late")
    api.world.release(snapshot("home", featureFlags=[flag("pay", "ON")]))
    assert read_live(early).serial == 1
    api.world.kill("pay")
    assert read_live(late).serial == 2
    with away():
        for key in (early, late):
            live = read_live(key)
            assert (live.serial, live.killed) == (2, ("pay",)) and live.stale is not None


def test_who_asked_earlier_and_was_slower_takes_nothing_back(
    api: Api, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = key_of(api.world, "slow"), key_of(api.world, "quick")
    api.world.release()
    real = delivery._read

    def overtaken(environment: int, sha: str) -> Live:
        monkeypatch.setattr(delivery, "_read", real)
        api.world.release()
        assert read_live(quick).serial == 2
        return real(environment, sha)

    monkeypatch.setattr(delivery, "_read", overtaken)
    live = read_live(slow)
    assert (live.serial, live.stale) == (2, None)
    with away():
        assert read_live(slow).serial == read_live(quick).serial == 2


def test_a_release_that_is_gone_was_the_last_one_seen(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup is put back between the question and the reading: no answer of ours is a 500."""
    api.world.release()
    api.ask(META)
    api.world.release()

    def gone(environment: int, sha: str) -> Live:
        raise Release.DoesNotExist

    monkeypatch.setattr(delivery, "_read", gone)
    answer = api.ask(META)
    assert (answer.status_code, answer["X-Release-Serial"]) == (200, "1") and "X-Config-Stale" in answer


def test_a_revoked_key_stays_revoked(api: Api, away: Away) -> None:
    api.world.release()
    key = access.create_client_key(api.world.production, name="web", actor=ADA, now=NOON)
    ok(api.ask(CONFIG, x_client_key=key.key))
    access.revoke_client_key(key, reason="leak", actor=ADA, now=NOON)
    refused(api.ask(CONFIG, x_client_key=key.key), 401, "client_key.unknown")
    with away():
        refused(api.ask(CONFIG, x_client_key=key.key), 503, "db.unavailable")


@pytest.mark.slow
def test_any_number_of_environments_is_remembered(api: Api, away: Away) -> None:
    worlds = [make_world(key=f"app-{number}", is_default=False) for number in range(70)]
    keys = {}
    for world in worlds:
        world.release(snapshot("home", world.application.key))
        keys[key_of(world, "web")] = world.application.key
    for key in keys:
        api.ask(META, x_client_key=key)
    with away():
        for key, name in keys.items():
            assert [page["id"] for page in ok(api.ask(CONFIG, x_client_key=key))["pages"]] == ["home", name]


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
    rest.over()
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
    assert api.ask("/readyz").status_code == 503  # not tried again at once
    rest.until = time.monotonic()
    assert api.ask("/readyz").status_code == 200
    for path in ("/livez", "/readyz"):
        assert api.ask(path, accept="text/plain").content == b"ok\n"
