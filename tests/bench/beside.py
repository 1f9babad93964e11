"""What clients and a kill wait for while two editors work, for ``python -m tests.bench``. Prints one line of JSON.

A true server with its default settings is asked over loopback, each time on a connection of its own: alone first, then
beside two editors who save, send to preview and try to publish the worst drafts that are taken, without a pause: whose
references all miss by a letter, and whose patterns are as large as may be.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.ledgers import progress  # isort: skip  (sets Django up)

from django.conf import settings

from flags.engine.work import MOST_PATTERNS, Patterns
from releases.policies import CONFIRMABLE
from tests.bench.documents import edited, large_snapshot
from tests.bench.measure import database
from tests.icontrol.test_serve import free_port

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 150  # kills, each with a lift and some questions of clients
QUESTIONS = 4
PAUSE = 0.01  # seconds between two questions
START = 300  # not a measure: a busy machine takes long
PASSWORD = "only for measuring, 4711"
UNUSUAL = ("ICONTROL_SNAPSHOT_MAX_BYTES", "ICONTROL_DATABASE_POOL")  # what the other measurements set
DRAFT, PREVIEW, PUBLISH = "/api/config/draft", "/api/config/preview", "/api/config/publish"
REASON = {"reason": "measured"}


class Server:
    def __init__(self, port: int) -> None:
        self.port = port
        self.token = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str]]:
        """Status and headers (names in lower case)."""
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            connection.request(method, path, body if isinstance(body, bytes | None) else json.dumps(body), sent)
            answer = connection.getresponse()
            answer.read()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}

    def timed(self, method: str, path: str, body: Any = None) -> float:
        start = time.perf_counter()
        status, _ = self.ask(method, path, body)
        seconds = time.perf_counter() - start
        assert status == 200, (method, path, status)
        return seconds

    def save(self, body: bytes) -> dict[str, str]:
        """Until nobody was faster; the headers of the draft that was saved."""
        while True:
            _, now = self.ask("GET", DRAFT)
            status, headers = self.ask("PUT", DRAFT, body, **{"If-Match": now["etag"]})
            if status == 200:
                return headers
            assert status in (409, 412, 503), status


@contextlib.contextmanager
def running(**settings: str) -> Iterator[Server]:
    """Its data is the environment's, as everywhere here; a publisher's token is made. ``settings``: besides
    the usual ones.
    """
    server = Server(free_port())
    usual = {name: value for name, value in os.environ.items() if name not in UNUSUAL}
    environment = {**usual, "PORT": str(server.port), "ICONTROL_ADMIN_PASSWORD": PASSWORD, **settings}
    manage = [sys.executable, str(ROOT / "manage.py")]
    process = subprocess.Popen([*manage, "serve"], env=environment, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + START
        while True:
            with contextlib.suppress(OSError):
                if server.ask("GET", "/readyz")[0] == 200:
                    break
            assert process.poll() is None and time.monotonic() < end, "the server does not start"
            time.sleep(0.1)
        token = [*manage, "create_token", "bench", "--role", "publisher"]
        server.token = subprocess.run(token, env=environment, check=True, capture_output=True, text=True).stdout.strip()
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def near_misses(document: dict[str, Any]) -> dict[str, Any]:
    """All that refers to something refers to what is almost there."""

    def missed(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: f"{inner}x" if name in ("flag", "pageId", "tabId", "targetPageId") and inner else missed(inner)
                for name, inner in value.items()
            }
        return [missed(inner) for inner in value] if isinstance(value, list) else value

    return missed(document)


def with_patterns(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The largest patterns that are accepted, in a segment that no flag uses."""
    patterns = [f"(\\p{{L}}\\p{{M}}?){{10}}{name}{number}" for number in range(MOST_PATTERNS)]
    fitting = Patterns()
    values = [pattern for pattern in patterns if fitting.fit(pattern)]
    segment = {
        "id": "patterns",
        "conditions": [{"attribute": "email", "operator": "matches", "values": values}],
    }
    others = [one for one in document.get("segments", []) if one["id"] != "patterns"]
    return {**document, "segments": [*others, segment]}


def edit(server: Server, drafts: list[bytes], until: Any, done: Any) -> None:
    while not until.is_set():
        for draft in drafts:
            etag = {"If-Match": server.save(draft)["etag"]}
            for path, body in ((PREVIEW, REASON), (PUBLISH, {"dryRun": True})):
                status, _ = server.ask("POST", path, body, **etag)
                assert status in (200, 201, 409, 412, 422, 428, 503), (path, status)
        with done.get_lock():
            done.value += len(drafts)


def ask(server: Server, flag: str) -> dict[str, list[float]]:
    """Sorted seconds of each kind."""
    took: dict[str, list[float]] = {"gate": [], "kill": []}
    for _ in range(ROUNDS):
        for _ in range(QUESTIONS):
            took["gate"].append(server.timed("GET", "/meta/release"))
            time.sleep(PAUSE)
        took["kill"].append(server.timed("POST", f"/api/flags/{flag}/kill", REASON))
        server.timed("POST", f"/api/flags/{flag}/lift", REASON)
    return {name: sorted(values) for name, values in took.items()}


def main() -> None:
    document = with_patterns(large_snapshot(), "live")
    worst = near_misses(document), with_patterns(edited(document, 1), "draft")
    drafts = [json.dumps(draft).encode() for draft in worst]
    with running() as server:
        etag = server.save(json.dumps(document).encode())["etag"]
        status, _ = server.ask("POST", PUBLISH, {**REASON, "confirm": sorted(CONFIRMABLE)}, **{"If-Match": etag})
        assert status == 200, status
        flag = document["featureFlags"][0]["key"]
        progress("alone")
        took = {"alone": ask(server, flag)}
        progress("beside two editors")
        # Processes: threads of this one would make it wait for itself.
        alike = multiprocessing.get_context("fork")
        until, done = alike.Event(), alike.Value("i", 0)
        orders = (drafts, drafts[::-1])
        editors = [alike.Process(target=edit, args=(server, order, until, done)) for order in orders]
        for editor in editors:
            editor.start()
        began = time.monotonic()
        took["beside"] = ask(server, flag)
        seconds = time.monotonic() - began
        until.set()
        for editor in editors:
            editor.join()
    print(
        json.dumps(
            {
                "database": database(),
                "rounds_a_minute": 60 * done.value / seconds,
                "workers": settings.ICONTROL_WORKERS,
                **{
                    when: {what: {"p50": at(values, 0.5), "p99": at(values, 0.99)} for what, values in kinds.items()}
                    for when, kinds in took.items()
                },
            }
        )
    )


def at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    main()
