"""Clients behind a balancer, and two servers on one database: the serials that a client reads never go back."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import pytest

from tests.chaos.servers import ROUNDS, Server, ask, until

pytestmark = pytest.mark.slow


def goes_back(reads: list[int]) -> list[tuple[int, int]]:
    return [(before, after) for before, after in itertools.pairwise(reads) if after < before]


def test_the_check_bites() -> None:
    assert goes_back([4, 3, 4, 3]) == [(4, 3), (4, 3)]
    assert goes_back([1, 1, 2, 7]) == []


def test_reads_over_two_servers_never_go_back(process_environment: dict[str, str], tmp_path: Path) -> None:
    first, second = Server(process_environment, tmp_path), Server(process_environment, tmp_path)
    with first.running(), second.running():
        token = first.manage("create_token", "chaos", "--role", "publisher").stdout.strip()
        stop = threading.Event()
        reads: list[list[int]] = [[], [], []]

        def read(into: list[int]) -> None:
            for port in itertools.cycle((first.port, second.port)):
                if stop.is_set():
                    return
                status, headers, _ = ask(port, "GET", "/api/config/published")
                assert status == 200
                into.append(int(headers["x-release-serial"]))

        threads = [threading.Thread(target=read, args=(into,)) for into in reads]
        for thread in threads:
            thread.start()
        try:
            until(lambda: min(map(len, reads)) > 5, "readers have begun")
            for turn in range(15 * ROUNDS):
                server = (first, second)[turn % 2]
                verb = "kill" if turn % 2 == 0 else "lift"
                status, _, body = ask(
                    server.port,
                    "POST",
                    f"/api/flags/dark_mode/{verb}",
                    {"reason": "chaos"},
                    Authorization=f"Bearer {token}",
                )
                assert status == 200 and body["changed"]
                for port in (first.port, second.port):  # what was acknowledged is read everywhere
                    read_now = int(ask(port, "GET", "/api/config/published")[1]["x-release-serial"])
                    assert read_now >= body["serial"]
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    assert [goes_back(each) for each in reads] == [[], [], []]
    assert all(len(set(each)) > 5 for each in reads)  # they saw it move
