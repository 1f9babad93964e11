"""A server as a process, its workers, and clients that write down what they got."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.icontrol.test_serve import PATIENCE_SECONDS, ROOT, free_port, get, serving

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "2"))


class Server:
    """``manage.py serve`` with two workers."""

    def __init__(self, environment: dict[str, str], directory: Path) -> None:
        self.port = free_port()
        self.environment = {"ICONTROL_WORKERS": "2", **environment, "PORT": str(self.port)}
        self.output = directory / f"output-{self.port}"
        self.process: subprocess.Popen[bytes]

    @contextlib.contextmanager
    def running(self) -> Iterator[Server]:
        with serving(self.environment, self.output) as self.process:
            assert get(self.process, self.port, "/readyz")[0] == 200
            yield self

    @property
    def said(self) -> str:
        return self.output.read_text()

    def children(self, module: bytes = b"") -> list[int]:
        """Those that run this module of Python; all of them by default."""
        pid = self.process.pid
        found = sorted(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
        return [child for child in found if module in Path(f"/proc/{child}/cmdline").read_bytes()]

    def workers(self) -> list[int]:
        return self.children(b"icontrol.worker")

    def authors(self) -> int:
        """0: it is not there."""
        return next(iter(self.children(b"icontrol.authors")), 0)

    def kill_9(self) -> None:
        """All of its processes at once, as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words], env=self.environment, capture_output=True, text=True
        )


def alive(pids: list[int]) -> list[int]:
    """Those that run; a zombie does not."""
    states = {}
    for pid in pids:
        try:
            states[pid] = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            continue
    return [pid for pid, state in states.items() if state != "Z"]


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """:raises AssertionError: it does not hold in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not in time: {what}"
        time.sleep(0.05)


def ask(
    port: int, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, dict[str, str], dict[str, Any]]:
    """One request on a connection of its own: status, headers in lower case, JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            named.setdefault("Content-Type", "application/json")
        connection.request(method, path, None if body is None else json.dumps(body), named)
        answer = connection.getresponse()
        data = answer.read()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, json.loads(data) if data.startswith(b"{") else {}
    finally:
        connection.close()


class Clients:
    """Threads that ask without a pause, a new connection each time; what became of it is counted."""

    def __init__(self, port: int, path: str = "/meta/release", threads: int = 3) -> None:
        self.port, self.path = port, path
        self.outcomes: Counter[str] = Counter()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                outcome = str(ask(self.port, "GET", self.path)[0])
            except ConnectionRefusedError:
                outcome = "refused"
            except (OSError, http.client.HTTPException) as error:
                outcome = type(error).__name__
            self.outcomes[outcome] += 1

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
