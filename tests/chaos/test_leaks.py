"""What a server holds after thousands of mixed requests it held before: memory, open files, threads."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.chaos.servers import ROUNDS, Server, ask
from tests.chaos.test_authors import Author

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]
REQUESTS = 400  # a round
#: Bytes by which a process may grow in all measured rounds: tables that have a bound, and how memory is handed out.
GROWTH = 16 * 2**20


class Held(NamedTuple):
    memory: int  # bytes that are resident
    files: int
    threads: int


def held(pid: int) -> Held:
    lines = (line.partition(":") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    status = {name: text.split()[0] for name, _, text in lines if text.strip()}
    return Held(int(status["VmRSS"]) * 1024, len(list(Path(f"/proc/{pid}/fd").iterdir())), int(status["Threads"]))


def leaks(before: Held, after: Held) -> bool:
    return after.memory > before.memory + GROWTH or after.files > before.files + 5 or after.threads > before.threads + 2


def test_the_check_bites() -> None:
    quiet = Held(90 * 2**20, 40, 12)
    assert not leaks(quiet, Held(91 * 2**20, 42, 12))
    assert all(
        leaks(quiet, more) for more in (Held(110 * 2**20, 40, 12), Held(90 * 2**20, 140, 12), Held(90 * 2**20, 40, 30))
    )


def test_mixed_requests_leave_nothing_behind(process_environment: dict[str, str], tmp_path: Path) -> None:
    server = Server(process_environment, tmp_path)
    with server.running():
        author, numbers = Author(server), itertools.count()

        def some() -> None:
            for number in itertools.islice(numbers, REQUESTS):
                match number % 8:
                    case 0:
                        status = ask(server.port, "GET", "/meta/release", X_Client_Version=f"1.0.{number}")[0]
                    case 1:
                        status = ask(server.port, "GET", "/api/config/published", Accept_Encoding="gzip;q=0")[0]
                    case 2:
                        context = {"targetingKey": f"person-{number}", "tenant": f"tenant-{number}"}
                        status = ask(server.port, "POST", "/ofrep/v1/evaluate/flags", {"context": context})[0]
                    case 3:
                        assert ask(server.port, "GET", f"/nowhere/{number}")[0] == 404
                        status = ask(server.port, "GET", "/login")[0]
                    case 4:
                        status = author.save(f"name {number}")[0]
                    case 5:
                        status = author.ask("GET", "/api/config/diff?from=live&to=draft")[0]
                    case 6:
                        status = author.switch("kill")
                    case _:
                        status = author.switch("lift")
                assert status == 200, number

        some()
        some()  # what a process keeps, and its threads, are there
        pids = [*server.workers(), server.authors()]
        before = [held(pid) for pid in pids]
        for _ in range(ROUNDS):
            some()
        after = [held(pid) for pid in pids]
        assert pids == [*server.workers(), server.authors()], "nobody was replaced meanwhile"
        assert not any(map(leaks, before, after)), list(zip(before, after, strict=True))
