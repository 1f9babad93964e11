"""What was acknowledged stays acknowledged: no process serves less than it has committed or read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection

from icontrol.kernel import triggers
from icontrol.kernel.outages import rest
from releases.access import actions as access
from releases.delivery.live import read_live, seen
from releases.models import Release
from tests.factories import ADA, NOON, World, flag, snapshot
from tests.releases.api.helpers import Api, ok

META, CONFIG = "/meta/release", "/api/config/published"


@contextmanager
def away() -> Iterator[None]:
    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(fail):
        yield


@pytest.fixture
def api(committed_world: World) -> Api:
    committed_world.release(snapshot("home", featureFlags=[flag("pay", "ON")]))
    return Api(committed_world)


#: How a release comes about → what the server acknowledges, called with the serial that is live.
MOVES: dict[str, Callable[[Api, int], Any]] = {
    "kill": lambda api, serial: api("POST", "/api/flags/pay/kill", {"reason": "it burns"}),
    "undo": lambda api, serial: api("POST", "/api/releases/undo", {"serial": serial, "reason": "wrong"}),
    "policy": lambda api, serial: api(
        "PUT",
        "/api/policy",
        {"policies": {"default": {"minSupported": "2.0.0", "latest": "2.0.0"}}, "reason": "old"},
        if_match=api.etag("/api/policy"),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("was_read", [True, False])
def test_the_database_goes_away_right_after_it_was_acknowledged(api: Api, move: str, was_read: bool) -> None:
    """Nobody has read the server between the two, and perhaps never before."""
    api.world.policy(latest="1.9.0", minSupported="0.1.0")
    seen.clear()
    if was_read:
        ok(api.ask(CONFIG))
    serial = ok(MOVES[move](api, 2))["serial"]
    assert serial == 3
    with away():
        answer = api.ask(CONFIG)
        assert answer["X-Release-Serial"] == "3" and "X-Config-Stale" in answer
        if move == "kill":
            assert ok(answer)["featureFlags"][0]["state"] == "FORCE_OFF"
        if move == "policy":
            assert api.ask(META, x_client_version="1.0.0").status_code == 426


def test_publish_and_rollback_too(api: Api) -> None:
    api.world.release(snapshot("home", "next", featureFlags=[flag("pay", "ON")]))
    with away():
        assert len(ok(api.ask(CONFIG))["pages"]) == 2
    rest.over()
    ok(api("POST", "/api/config/rollback", {"reason": "wrong"}))
    with away():
        answer = api.ask(CONFIG)
        assert (len(ok(answer)["pages"]), answer["X-Release-Serial"]) == (1, "3")


def test_what_was_not_committed_is_not_served(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> None:
        connection.rollback()
        raise OperationalError("the connection is lost")

    api.secret("admin")
    with monkeypatch.context() as patch:
        patch.setattr(connection, "_commit", lost)
        assert api("POST", "/api/flags/pay/kill", {"reason": "it burns"}).status_code == 503
    with away():
        assert read_live(None).killed == ()


def test_a_client_key_is_led_to_what_was_committed(api: Api) -> None:
    key = access.create_client_key(api.world.production, name="web", actor=ADA, now=NOON).key
    ok(api.ask(CONFIG, x_client_key=key))
    api.world.kill("pay")
    with away():
        assert read_live(key).killed == ("pay",)


def cut(environment_id: int, serial: int) -> None:
    """What a failover to a replica that lags, or a restore, does to a ledger."""
    with triggers.lifted(connection):
        Release.objects.filter(environment=environment_id, serial__gte=serial)._raw_delete("default")


@pytest.mark.parametrize("how", ["committed", "read"])
def test_a_database_that_went_back_takes_nothing_back(api: Api, how: str, caplog: pytest.LogCaptureFixture) -> None:
    api.world.kill("pay")
    if how == "read":
        seen.clear()
        assert read_live(None).serial == 2
    cut(api.world.production.pk, 2)
    with caplog.at_level(logging.CRITICAL, "icontrol.delivery"):
        for _ in range(3):
            live = read_live(None)
            assert (live.serial, live.killed) == (2, ("pay",)) and live.stale is not None
    assert len(caplog.records) == 1  # said once, not at each request
    assert "newest release in the database is 1" in caplog.text and "this process knows 2" in caplog.text
    # What comes next has the serial that was lost: it counts, whatever it says.
    api.world.policy(latest="3.0.0")
    live = read_live(None)
    assert (live.serial, live.killed, live.stale) == (2, (), None)


def test_reading_a_ledger_that_went_back_costs_one_question(api: Api, django_assert_num_queries: Any) -> None:
    api.world.kill("pay")
    cut(api.world.production.pk, 2)
    read_live(None)
    with django_assert_num_queries(1):
        read_live(None)
