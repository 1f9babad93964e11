"""A server whose clock is wrong: its releases count, and the later ones have right times again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from releases.ledger.chain import SKEW, head_of
from releases.ledger.verify import verify
from releases.models import Release
from tests.factories import World, snapshot
from tests.releases.api.helpers import Api, ok
from tests.releases.commands import done

MONTH = dt.timedelta(days=31)


def policy_at(world: World, now: dt.datetime, latest: str) -> Release:
    world.now = now - dt.timedelta(seconds=1)  # it ticks
    return world.policy(latest=latest)


def codes(world: World) -> list[tuple[str, str, str]]:
    return [(found.severity, found.code, found.place[-1]) for found in verify([world.production], against=[])]


def test_a_clock_that_is_a_month_ahead_is_not_followed(world: World) -> None:
    world.release(snapshot("home"))
    before = timezone.now()
    ahead = policy_at(world, before + MONTH, "2.0.0")
    assert ahead.created_at >= before + MONTH  # what was recorded is not bent
    after = policy_at(world, before, "3.0.0")
    assert before <= after.created_at < before + SKEW
    for at, serial in ((before - dt.timedelta(days=1), 1), (after.created_at, 3), (timezone.now() + SKEW, 3)):
        served = head_of(world.production, at)
        assert served is not None and served.serial == serial, at
    assert codes(world) == [("warning", "ledger.future", "2"), ("warning", "ledger.clock", "3")]


def test_all_doors_tell_what_was_served_when_one_release_has_a_time_of_the_future(world: World) -> None:
    api = Api(world)
    first = world.release(snapshot("home"))
    now = timezone.now()
    policy_at(world, now + MONTH, "2.0.0")
    third = policy_at(world, now, "3.0.0")
    # Between the second and the third, which no time tells apart, it is the one before.
    for at, serial in ((first.created_at, 1), (third.created_at, 3), (now + 2 * MONTH, 3)):
        time = at.isoformat().replace("+00:00", "Z")
        (told,) = ok(api("GET", f"/api/releases?at={time}"))["releases"]
        place, _ = done("status", "--at", time, "--json").json["environments"]
        assert (told["serial"], place["releases"][0]["serial"]) == (serial, serial), at


def test_whoever_asks_about_what_is_to_come_gets_the_newest(world: World) -> None:
    world.release(snapshot("home"))
    policy_at(world, timezone.now() + MONTH, "2.0.0")
    served = head_of(world.production, timezone.now() + dt.timedelta(days=1))
    assert served is not None and served.serial == 2


@pytest.mark.parametrize("behind", [dt.timedelta(seconds=1), SKEW - dt.timedelta(seconds=2)])
def test_clocks_that_differ_a_little_let_no_time_go_down(world: World, behind: dt.timedelta) -> None:
    first = world.release(snapshot("home"))
    second = policy_at(world, first.created_at - behind, "2.0.0")
    assert second.created_at == first.created_at
    assert codes(world) == []
