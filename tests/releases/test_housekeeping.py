"""What is old goes, what is not stays, and one process at a time does it."""

from __future__ import annotations

import datetime as dt
import os
import signal
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from flags.models import Usage
from flags.usage import HOUR, KEPT_HOURS
from icontrol.locks import lock
from releases import housekeeping
from releases.models import ClientSighting, LoginFailure, Session
from releases.sightings import FORGOTTEN_AFTER
from releases.throttle import WINDOW
from tests.factories import World, make_world
from tests.faults.processes import Child, Tell

NOW = timezone.now()
HOUR_NOW = int(NOW.timestamp()) // HOUR
SECOND = dt.timedelta(seconds=1)


def fill(world: World, times: int = 1) -> None:
    """Of each kind so many rows that are just old, and one that is not yet."""
    pk = world.production.pk
    for number in range(times + 1):
        old = number < times
        edge = SECOND if old else -SECOND
        Session.objects.create(
            session_key=f"{number}", session_data="", expire_date=NOW - edge, started_at=NOW, last_seen_at=NOW
        )
        LoginFailure.objects.create(scope="s", at=NOW - WINDOW - edge)
        ClientSighting.objects.create(
            environment_id=pk, kind="unleash", name=f"{number}", last_seen_at=NOW - FORGOTTEN_AFTER - edge
        )
        Usage.objects.create(
            environment_id=pk, flag=f"{number}", variant="on", hour=HOUR_NOW - KEPT_HOURS - old, count=1
        )


@pytest.mark.parametrize("batch", [1, 2, 3, 500])
def test_what_is_old_goes_in_batches_and_the_rest_stays(
    world: World, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", batch)
    fill(world, times=3)
    assert housekeeping.sweep(NOW) == dict.fromkeys(housekeeping.OLD, 3)
    for model in (Session, LoginFailure, ClientSighting, Usage):
        assert model.objects.count() == 1, model
    assert housekeeping.sweep(NOW) == dict.fromkeys(housekeeping.OLD, 0)


def test_a_clock_that_jumped_ahead_deletes_no_counts(world: World) -> None:
    for hour in (HOUR_NOW, HOUR_NOW - 1, HOUR_NOW - 100):
        Usage.objects.create(environment_id=world.production.pk, flag="a", variant="on", hour=hour, count=1)
    ahead = dt.timedelta(days=31)
    Usage.objects.create(  # counted after the jump
        environment_id=world.production.pk, flag="a", variant="on", hour=HOUR_NOW + 31 * 24, count=1
    )
    housekeeping.sweep(NOW + ahead)
    assert Usage.objects.count() == 4
    housekeeping.sweep(NOW + ahead + dt.timedelta(days=1))  # a day later nobody has put it right: then it is true
    assert Usage.objects.count() == 1


def test_one_turn_has_a_bound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 1)
    monkeypatch.setattr(housekeeping, "MOST_BATCHES", 2)
    fill(world, times=3)
    assert housekeeping.sweep(NOW) == dict.fromkeys(housekeeping.OLD, 2)


@pytest.mark.django_db(transaction=True)
def test_while_another_process_is_at_it_nothing_is_done() -> None:
    world = make_world()
    fill(world)

    def hold(tell: Tell) -> None:
        with lock("housekeeping") as take:
            tell(take())
            signal.pause()

    with Child(hold) as child:
        assert child.hear() is True
        assert housekeeping.sweep(NOW) is None and Session.objects.count() == 2
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert housekeeping.sweep(NOW) == dict.fromkeys(housekeeping.OLD, 1)


class Ticks:
    """The event that the thread waits for: lets it go round a number of times."""

    def __init__(self, times: int) -> None:
        self.times, self.pauses = times, list[float]()

    def wait(self, pause: float) -> bool:
        self.pauses.append(pause)
        self.times -= 1
        return self.times < 0


def test_the_thread_goes_on_after_a_failure_and_looks_again_an_hour_later(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    turns: list[dt.datetime] = []

    def sweep(now: dt.datetime) -> None:
        turns.append(now)
        raise DatabaseError("a column is missing")

    monkeypatch.setattr(housekeeping, "sweep", sweep)
    monkeypatch.setattr(connection, "close", lambda: None)
    ticks: Any = Ticks(3)
    housekeeping._run(ticks)
    assert len(turns) == 3 and "housekeeping" in caplog.text
    first, *later = ticks.pauses
    assert first <= 2 * housekeeping.FIRST and min(later) >= 0.8 * housekeeping.EVERY
