"""What a server answers from memory is what the database has, whichever process changed it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone

from icontrol.kernel.outages import Outage, rest
from releases.access import actions as access
from releases.delivery.following import DataVersion, Follower
from releases.delivery.live import known, read_live, seen
from tests.chaos.servers import Server, ask
from tests.factories import ADA, World


class Looking(Follower):
    """Counts its looks; each takes until it may end."""

    def __init__(self, version: DataVersion | None = None) -> None:
        super().__init__(version)
        self.looks = 0
        self.may_end = threading.Event()
        self.may_end.set()
        self.during: Callable[[], object] = lambda: None

    def _read(self) -> None:
        self.looks += 1
        self.during()
        assert self.may_end.wait(60)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(tmp_path / "db", isolation_level=None, check_same_thread=False)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE things (thing)")
        yield writer


@pytest.fixture
def follower(file: sqlite3.Connection, tmp_path: Path) -> Iterator[Looking]:
    found = Looking(DataVersion(str(tmp_path / "db")))
    yield found
    found.close()


def asked(follower: Follower) -> bool:
    return asyncio.run(follower.is_current())


def test_sqlite_is_looked_at_when_something_was_committed(file: sqlite3.Connection, follower: Looking) -> None:
    for number in range(1, 4):
        assert asked(follower) and asked(follower) and follower.looks == number
        file.execute("BEGIN IMMEDIATE")
        file.execute("INSERT INTO things VALUES (1)")
        assert asked(follower) and follower.looks == number
        file.execute("COMMIT")


def test_sqlite_what_is_committed_during_a_look_is_looked_for_again(
    file: sqlite3.Connection, follower: Looking
) -> None:
    follower.during = lambda: file.execute("INSERT INTO things VALUES (1)")
    assert asked(follower)
    follower.during = lambda: None
    assert asked(follower) and asked(follower) and follower.looks == 2


def test_sqlite_a_file_that_is_gone_or_another_is_not_current(
    follower: Looking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("releases.delivery.following.FILE_LOOK", -1)
    assert asked(follower)
    (tmp_path / "db").rename(tmp_path / "aside")
    assert not asked(follower)
    (tmp_path / "db").touch()
    assert not asked(follower)
    (tmp_path / "aside").rename(tmp_path / "db")
    assert asked(follower)


def test_a_look_serves_all_who_came_before_it_began() -> None:
    follower = Looking()

    async def many() -> list[bool]:
        follower.may_end.clear()
        first = asyncio.create_task(follower.is_current())
        while follower.looks == 0:
            await asyncio.sleep(0.001)
        later = [asyncio.create_task(follower.is_current()) for _ in range(50)]
        await asyncio.sleep(0.01)
        assert follower.looks == 1 and not any(task.done() for task in (first, *later))
        follower.may_end.set()
        return await asyncio.gather(first, *later)

    assert asyncio.run(many()) == [True] * 51
    assert follower.looks == 2  # those who came during the first have one of their own
    follower.close()


def test_who_goes_away_takes_nobody_along() -> None:
    follower = Looking()

    async def one_goes() -> bool:
        follower.may_end.clear()
        gone, stays = asyncio.create_task(follower.is_current()), asyncio.create_task(follower.is_current())
        while follower.looks == 0:
            await asyncio.sleep(0.001)
        gone.cancel()
        follower.may_end.set()
        return await stays

    assert asyncio.run(one_goes())
    follower.close()


def test_while_the_database_is_away_nothing_is_current() -> None:
    follower = Looking()

    def away() -> None:
        raise OperationalError from sqlite3.OperationalError("unable to open database file")

    follower.during = away
    assert not asked(follower)
    follower.during = lambda: None
    rest.begin(Outage.AWAY)
    assert not asked(follower) and follower.looks == 1
    rest.over()
    assert asked(follower)
    follower.close()


def test_who_waits_for_a_look_that_fails_does_not_wait_for_another() -> None:
    follower = Looking()

    def away() -> None:
        assert follower.may_end.wait(60)
        raise OperationalError from sqlite3.OperationalError("unable to open database file")

    async def two() -> list[bool]:
        follower.during = away
        follower.may_end.clear()
        first = asyncio.create_task(follower.is_current())
        while follower.looks == 0:
            await asyncio.sleep(0.001)
        second = asyncio.create_task(follower.is_current())
        await asyncio.sleep(0)
        follower.may_end.set()
        return [*await asyncio.gather(first, second)]

    assert asyncio.run(two()) == [False, False] and follower.looks == 1
    follower.close()


def test_a_look_reads_what_others_released(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.release()
    assert read_live(None).serial == 1
    monkeypatch.setattr("releases.news.LISTENERS", [])  # as if another process did it
    world.policy(latest="2.0.0")
    found = known(None)
    assert found is not None and found.serial == 1
    assert Follower(None).look()
    found = known(None)
    assert found is None or found.serial == 2
    assert seen.of(world.production.pk).serial == 2  # type: ignore[union-attr]


def test_a_look_forgets_keys_that_may_be_revoked(world: World) -> None:
    world.release()
    key = access.create_client_key(world.production, name="app", surface="CP", actor=ADA, now=timezone.now())
    follower = Follower(None)
    assert follower.look()
    assert read_live(key.key) and read_live(None)
    assert follower.look() and known(key.key) and known(None)
    access.revoke_client_key(key, reason="lost", actor=ADA, now=timezone.now())
    assert follower.look() and known(key.key) is None


def test_what_was_read_before_the_keys_were_forgotten_does_not_come_back(world: World) -> None:
    world.release()
    live = read_live(None)
    question = next(seen.questions)
    seen.forget_keys()
    seen.led(question, "pk_revoked", live.environment_id, "", "en")
    assert known("pk_revoked") is None
    seen.led(next(seen.questions), "pk_new", live.environment_id, "", "en")
    assert known("pk_new")


@pytest.mark.slow
def test_what_another_process_does_is_in_the_next_answer_of_every_worker(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    server = Server(process_environment, tmp_path)
    with server.running():
        serial = int(ask(server.port, "GET", "/meta/release")[1]["x-release-serial"])
        for turn in range(1, 5):
            done = server.manage("kill" if turn % 2 else "lift", "dark_mode", "--reason", "test")
            assert done.returncode == 0, done.stderr
            # Each connection may get to another worker.
            answers = {ask(server.port, "GET", "/meta/release")[1]["x-release-serial"] for _ in range(20)}
            assert answers == {str(serial + turn)}
