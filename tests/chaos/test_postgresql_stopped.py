"""PostgreSQL that holds its connections, takes new ones and says nothing: a hung disk, a paused machine, SIGSTOP."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from icontrol.kernel.deadlines import READING, SERVER
from tests.chaos.servers import Server, ask, until
from tests.databases import NoPostgreSQL, postgresql

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")]
AT_ONCE = 1.0  # seconds, on a machine that has other things to do
HEALED = 5.0
READS = ("/meta/release", "/api/config/published", "/unleash/api/client/features")


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """The address and the data directory of a server of our own: never of the one that the suite was given."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(postgresql()).url
        except NoPostgreSQL as error:
            pytest.skip(str(error))
        with psycopg.connect(url) as connection:
            found = connection.execute("SHOW data_directory").fetchone()
        assert found is not None
        yield url, Path(found[0])


@contextlib.contextmanager
def stopped(data: Path) -> Iterator[Callable[[], None]]:
    """All processes of the server; what is yielded lets them go on, and so does the end of the block."""
    main = int((data / "postmaster.pid").read_text().splitlines()[0])
    held: list[int] = []

    def go_on() -> None:
        while held:
            with contextlib.suppress(ProcessLookupError):
                os.kill(held.pop(), signal.SIGCONT)

    def hold(pid: int) -> None:
        held.append(pid)
        os.kill(pid, signal.SIGSTOP)

    try:
        hold(main)  # first: from now on it makes no others
        for child in Path(f"/proc/{main}/task/{main}/children").read_text().split():
            hold(int(child))
        yield go_on
    finally:
        go_on()


class Asked:
    """What came of a request that is repeated until the end of the block, and how long each took."""

    def __init__(self, request: Callable[[], tuple[int, dict[str, str], dict[str, Any]]]) -> None:
        self.request = request
        self.statuses: set[int] = set()
        self.times: list[float] = []
        self.last: dict[str, Any] = {}
        self.stale = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            began = time.monotonic()
            status, headers, self.last = self.request()
            self.times.append(time.monotonic() - began)
            self.statuses.add(status)
            self.stale = "x-config-stale" in headers

    def __enter__(self) -> Asked:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def test_reads_go_on_writers_are_told_in_time_and_it_heals(
    cluster: tuple[str, Path], process_environment: dict[str, str], tmp_path: Path
) -> None:
    url, data = cluster
    server = Server({**process_environment, "DATABASE_URL": url, "ICONTROL_WORKERS": "1"}, tmp_path)
    with server.running():
        token = server.manage("create_token", "chaos", "--role", "publisher").stdout.strip()

        def kill() -> tuple[int, dict[str, str], dict[str, Any]]:
            where = "/api/flags/dark_mode/kill"
            return ask(server.port, "POST", where, {"reason": "chaos"}, Authorization=f"Bearer {token}")

        def get(path: str) -> Asked:
            return Asked(lambda: ask(server.port, "GET", path))

        assert kill()[0] == 200
        assert [ask(server.port, "GET", path)[0] for path in READS] == [200] * len(READS)

        with (
            stopped(data) as go_on,
            get("/livez") as alive,
            get("/readyz") as ready,
            Asked(kill) as killed,
            contextlib.ExitStack() as stack,
        ):
            reads = [stack.enter_context(get(path)) for path in READS]
            # Longer than the longest wait: each is told, tries again, and is told again.
            until(lambda: min(len(asked.times) for asked in (ready, killed, *reads)) >= 10, "answers")
            assert [asked.statuses for asked in (alive, ready, killed)] == [{200}, {503}, {503}]
            assert all(read.statuses == {200} and read.stale for read in reads)
            assert killed.last["code"] == "db.unavailable"
            assert max(alive.times) < AT_ONCE
            assert max(max(read.times) for read in reads) < READING + AT_ONCE
            assert max(*ready.times, *killed.times) < SERVER + AT_ONCE

            go_on()
            until(
                lambda: ready.statuses == killed.statuses == {200, 503} and not any(read.stale for read in reads),
                "it heals",
                HEALED,
            )
        assert "Traceback" not in server.said
