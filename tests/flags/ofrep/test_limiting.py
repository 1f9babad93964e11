"""The limiter: how much is let through, who is told to wait for how long, and what is remembered."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from flags.limiting import Limiter
from releases.access import actions as access
from tests.factories import ADA, NOON
from tests.flags.ofrep.helpers import Ofrep, ok, refused

ADDRESS = "192.0.2.1"


@pytest.mark.parametrize("limit", [1, 7, 60, 1000])
def test_a_minute_s_worth_at_once_and_then_evenly(limit: int) -> None:
    limiter = Limiter()
    assert [limiter.seconds_to_wait(ADDRESS, limit, 100.0) for _ in range(limit)] == [0] * limit
    wait = limiter.seconds_to_wait(ADDRESS, limit, 100.0)
    assert wait == math.ceil(60 / limit)
    assert limiter.seconds_to_wait(ADDRESS, limit, 100.0 + wait) == 0
    # Who waited for a minute has a minute's worth again, and not more.
    assert sum(limiter.seconds_to_wait(ADDRESS, limit, 1000.0) == 0 for _ in range(2 * limit)) == limit


@given(
    limit=st.integers(1, 50),
    gaps=st.lists(st.floats(0, 30), max_size=200),
)
def test_no_minute_lets_through_more_than_twice_the_limit_and_waiting_helps(limit: int, gaps: list[float]) -> None:
    limiter, now, passed = Limiter(), 0.0, []
    for gap in gaps:
        now += gap
        wait = limiter.seconds_to_wait(ADDRESS, limit, now)
        assert 0 <= wait <= 61
        if wait == 0:
            passed.append(now)
        else:
            now += wait
            assert limiter.seconds_to_wait(ADDRESS, limit, now) == 0
            passed.append(now)
    for start in passed:
        assert sum(start <= moment < start + 60 for moment in passed) <= 2 * limit


def test_refused_requests_are_not_counted() -> None:
    limiter = Limiter()
    assert limiter.seconds_to_wait(ADDRESS, 1, 0.0) == 0
    assert [limiter.seconds_to_wait(ADDRESS, 1, 10.0) for _ in range(5)] == [50] * 5
    assert limiter.seconds_to_wait(ADDRESS, 1, 60.0) == 0


def test_addresses_are_counted_apart_and_forgotten_in_the_end() -> None:
    limiter = Limiter(kept=2)
    for address in ("a", "b", "c"):
        assert limiter.seconds_to_wait(address, 1, 0.0) == 0
    assert limiter.seconds_to_wait("b", 1, 0.0) == 60
    assert limiter.seconds_to_wait("a", 1, 0.0) == 0  # pushed out by the third


def test_over_http(ofrep: Ofrep, settings: Settings) -> None:
    ofrep.publish()
    assert settings.ICONTROL_EVALUATIONS_PER_MINUTE == 0
    for _ in range(5):
        ok(ofrep.all())
    settings.ICONTROL_EVALUATIONS_PER_MINUTE = 2
    ok(ofrep.all())
    ok(ofrep.one("banner"))
    for answer, key in ((ofrep.all(), None), (ofrep.one("banner"), "banner")):
        body = refused(answer, 429, "evaluation.too_many", "GENERAL", key=key)
        assert (answer["Retry-After"], body["retryAfter"]) == ("30", 30)
    # A key has no budget of its own. An IPv6 network is one place.
    key = access.create_client_key(ofrep.world.production, name="web", actor=ADA, now=NOON).key
    refused(ofrep.all(x_api_key=key), 429, "evaluation.too_many", "GENERAL")
    for address in ("192.0.2.7", "2001:db8::1"):
        ofrep.client.defaults["REMOTE_ADDR"] = address
        ok(ofrep.all())
    ofrep.client.defaults["REMOTE_ADDR"] = "2001:db8::2"
    ok(ofrep.all())
    refused(ofrep.all(), 429, "evaluation.too_many", "GENERAL")


def test_unknown_keys_are_counted_too_and_others_bring_nothing(ofrep: Ofrep, settings: Settings) -> None:
    ofrep.publish()
    settings.ICONTROL_EVALUATIONS_PER_MINUTE = 1
    refused(ofrep.all(x_api_key="pk_no"), 401, "client_key.unknown", "GENERAL")
    for number in range(3):
        refused(ofrep.all(x_api_key=f"pk_{number}"), 429, "evaluation.too_many", "GENERAL")


def test_what_browsers_ask_with_unleash_s_sdk_is_the_same_budget(ofrep: Ofrep, settings: Settings) -> None:
    ofrep.publish()
    settings.ICONTROL_EVALUATIONS_PER_MINUTE = 2
    frontend = "/unleash/api/frontend"
    assert ofrep.client.get(frontend).status_code == 200
    ok(ofrep.all())
    for answer in (ofrep.client.get(frontend), ofrep.post(frontend, b"{}")):
        assert (answer.status_code, answer["Retry-After"]) == (429, "30")
        assert answer.json()["code"] == "evaluation.too_many" and "Authorization" in answer["Vary"]
    # Those that fetch rules, and those that report, have no evaluation to pay for.
    assert ofrep.client.get("/unleash/api/client/features").status_code == 200
    assert ofrep.post(f"{frontend}/client/metrics", b"{}").status_code == 202
