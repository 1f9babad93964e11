"""What is old goes, what is not stays, and one process at a time does it."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from flags.models import Usage
from flags.usage import HOUR, KEPT_HOURS
from icontrol.kernel.locks import lock
from releases import housekeeping
from releases.access import audit
from releases.access.throttle import WINDOW
from releases.delivery import polls
from releases.delivery.clients_seen import FORGOTTEN_AFTER
from releases.models import (
    AuditEvent,
    ClientSighting,
    LoginFailure,
    Session,
    TenantPolls,
    Timestamp,
    VersionPolls,
)
from tests.factories import World, make_world
from tests.faults.processes import Child, Tell

NOW = timezone.now()
HOUR_NOW = int(NOW.timestamp()) // HOUR
SECOND, MINUTE, HOURS, DAY = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


@pytest.fixture
def clock_is_known(db: None) -> None:
    """Housekeeping has been at work here until now."""
    Timestamp.objects.create(name=housekeeping.BELIEVED, at=NOW)


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
        kept = int((NOW - polls.KEPT).timestamp())
        VersionPolls.objects.create(
            environment_id=pk,
            version=f"{number}",
            platform="",
            serial=1,
            every=60,
            slot=kept // polls.SLOT - old,
            polls=1,
        )
        TenantPolls.objects.create(
            environment_id=pk, tenant=f"{number}", version="", platform="", every=60, hour=kept // HOUR - old, polls=1
        )
        AuditEvent.objects.create(at=NOW - audit.KEPT - MINUTE - edge, kind="old")


@pytest.mark.parametrize("batch", [1, 2, 3, 500])
@pytest.mark.usefixtures("clock_is_known")
def test_what_is_old_goes_in_batches_and_the_rest_stays(
    world: World, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", batch)
    fill(world, times=3)
    assert housekeeping.sweep(NOW) == dict.fromkeys(housekeeping.OLD, 3)
    for model in (Session, LoginFailure, ClientSighting, Usage, VersionPolls, TenantPolls):
        assert model.objects.count() == 1, model
    assert AuditEvent.objects.filter(kind="old").count() == 1
    assert housekeeping.sweep(NOW) == dict.fromkeys(housekeeping.OLD, 0)


def swept(at: dt.datetime) -> int:
    """How many rows a turn at that time removed."""
    gone = housekeeping.sweep(at)
    assert gone is not None
    return sum(gone.values())


@pytest.mark.usefixtures("clock_is_known")
def test_a_clock_that_jumps_ahead_deletes_nothing(world: World, caplog: pytest.LogCaptureFixture) -> None:
    fill(world, times=0)
    everything = len(housekeeping.OLD)
    for hour in range(24):
        assert swept(NOW + 31 * DAY + hour * HOURS) == 0, hour
    assert caplog.text.count("jumped ahead") == 1
    assert swept(NOW + 32 * DAY) == everything  # nobody has put it right: then it is true


@pytest.mark.usefixtures("clock_is_known")
def test_one_of_two_clocks_that_is_ahead_is_never_believed(world: World) -> None:
    fill(world, times=0)
    for hour in range(50):
        assert swept(NOW) == 0
        assert swept(NOW + 31 * DAY + hour * HOURS) == 0, hour


@pytest.mark.usefixtures("clock_is_known")
def test_a_clock_that_is_ahead_is_not_believed_after_a_pause_either(world: World) -> None:
    """The pause is a jump itself; the clock that is ahead jumps from there."""
    after = NOW + 5 * DAY
    Session.objects.create(session_data="", expire_date=after + 10 * DAY, started_at=NOW, last_seen_at=NOW)
    for hour in range(50):
        housekeeping.sweep(after + hour * HOURS)
        housekeeping.sweep(after + 31 * DAY + hour * HOURS)
    assert Session.objects.exists()


@pytest.mark.usefixtures("clock_is_known")
def test_a_server_that_was_off_for_sixty_days_cleans_up_a_day_later(world: World) -> None:
    fill(world, times=0)
    back = NOW + 60 * DAY
    assert [swept(back + hour * HOURS) for hour in (0, 1, 12, 23)] == [0] * 4
    assert swept(back + 25 * HOURS) == len(housekeeping.OLD)
    fill(world, times=0)
    assert swept(back + 26 * HOURS) == len(housekeeping.OLD)  # and as always from then on


@pytest.mark.usefixtures("clock_is_known")
def test_a_server_that_runs_an_hour_a_week_cleans_up_too(world: World) -> None:
    fill(world, times=0)
    weeks = [swept(NOW + week * 7 * DAY) for week in range(9)]
    assert sum(weeks) == len(housekeeping.OLD)


def test_a_database_whose_clock_is_not_known_yet_waits_a_day(world: World) -> None:
    fill(world)
    assert swept(NOW) == 0
    assert swept(NOW + DAY) >= len(housekeeping.OLD)


@pytest.mark.usefixtures("clock_is_known")
def test_a_clock_that_goes_back_is_followed(world: World) -> None:
    fill(world)
    assert swept(NOW - 40 * DAY) == 0
    assert swept(NOW - 39 * DAY) == 0
    assert swept(NOW) == 0
    assert swept(NOW + DAY) >= len(housekeeping.OLD)


def test_nothing_but_housekeeping_deletes_by_age() -> None:
    """One rule for all that is old: whoever deletes by a time elsewhere does not have it."""
    root = Path(housekeeping.__file__).parent.parent
    by_age = re.compile(r"__lte?=[^)]*\)(\.\w+\([^()]*\))*\.delete\(\)")
    assert by_age.search("Session.objects.filter(expire_date__lt=now - WINDOW).delete()")
    files = [
        file for app in ("configs", "flags", "frontend", "icontrol", "releases") for file in (root / app).rglob("*.py")
    ]
    assert [file.name for file in files if by_age.search(file.read_text(encoding="utf-8"))] == []


@pytest.mark.usefixtures("clock_is_known")
def test_one_turn_has_a_bound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 1)
    monkeypatch.setattr(housekeeping, "MOST_BATCHES", 2)
    fill(world, times=3)
    assert housekeeping.sweep(NOW) == dict.fromkeys(housekeeping.OLD, 2)


@pytest.mark.django_db(transaction=True)
def test_while_another_process_is_at_it_nothing_is_done() -> None:
    world = make_world()
    Timestamp.objects.create(name=housekeeping.BELIEVED, at=NOW)
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


def test_the_first_turn_of_all_deletes_nothing_and_warns_of_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    fill(world, times=1)
    assert swept(NOW) == swept(NOW + HOURS) == 0
    assert "jumped ahead" not in caplog.text
    assert swept(NOW + DAY) > 0
