"""``kill -9`` of a server while releases are made and drafts are saved: what was acknowledged is there, and whole."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.servers import ROUNDS, Server, ask, until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="process groups as in Linux")]
CUT = """
from django.db import connection
from icontrol.kernel import triggers
with triggers.lifted(connection), connection.cursor() as cursor:
    cursor.execute("DELETE FROM releases_release WHERE serial >= {serial}")
"""


class Writers:
    """Threads that release and save until the server is gone, and remember what was acknowledged."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.headers = {"Authorization": f"Bearer {token}"}
        self.acknowledged: dict[int, str] = {}  # serial → hash
        self.saved = 0
        self.refused: list[tuple[int, Any]] = []
        self.threads = [threading.Thread(target=self._run, args=(work,)) for work in (self._switch, self._publish)]

    def _run(self, work: Callable[[int], None]) -> None:
        try:
            for number in range(10**6):
                work(number)
        except (OSError, HTTPException):
            return  # the server is gone

    def _released(self, answer: tuple[int, dict[str, str], dict[str, Any]]) -> None:
        status, _, body = answer
        if status == 200 and "hash" in body:
            self.acknowledged[body["serial"]] = body["hash"]
        elif status not in (200, 409, 412, 503):
            self.refused.append((status, body))

    def _switch(self, number: int) -> None:
        verb = "kill" if number % 2 == 0 else "lift"
        self._released(self.ask("POST", f"/api/flags/dark_mode/{verb}", {"reason": "chaos"}))

    def _publish(self, number: int) -> None:
        status, headers, body = self.ask("GET", "/api/config/draft")
        if status == 503:  # the authors' process went a moment before the worker
            return
        status, headers, body = self.ask(
            "PATCH",
            "/api/config/draft",
            {"theme": {"brand": {"name": f"Comptoir {random.random()}"}}},
            If_Match=headers["etag"],
            Content_Type="application/merge-patch+json",
        )
        if status != 200:
            if status != 503:
                self.refused.append((status, body))
            return
        self.saved += 1
        self._released(self.ask("POST", "/api/config/publish", {"reason": "chaos"}, If_Match=headers["etag"]))
        if number % 3 == 2:
            self._released(self.ask("POST", "/api/config/rollback", {"reason": "chaos"}))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        return ask(self.port, method, path, body, **headers, **self.headers)


def lost(server: Server, token: str, acknowledged: dict[int, str]) -> list[int]:
    """Serials that were acknowledged and are not in the ledger as they were."""
    gone = []
    for serial, sha in acknowledged.items():
        status, _, body = ask(server.port, "GET", f"/api/releases/{serial}", Authorization=f"Bearer {token}")
        if status != 200 or body["hash"] != sha:
            gone.append(serial)
    return gone


def test_what_was_acknowledged_survives_and_the_ledger_verifies(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    server = Server(process_environment, tmp_path)
    token, acknowledged, saved = "", dict[int, str](), 0
    for _ in range(ROUNDS):
        with server.running():
            token = token or server.manage("create_token", "chaos", "--role", "publisher").stdout.strip()
            writers = Writers(server.port, token)
            for thread in writers.threads:
                thread.start()
            most = random.randint(5, 25)
            # A save takes part in each round: the process for editors' work may start last.
            until(lambda w=writers, m=most: (len(w.acknowledged) >= m and w.saved > 0) or w.refused, "releases")  # type: ignore[misc]
            server.kill_9()
            for thread in writers.threads:
                thread.join()
            assert writers.refused == []
            acknowledged |= writers.acknowledged
            saved += writers.saved
    assert len(acknowledged) >= 5 * ROUNDS and saved > 0
    with server.running():
        assert lost(server, token, acknowledged) == []
        verified = server.manage("verify_ledger")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        # The checks bite: without the newest release one is lost, and the checkpoint file knows of it.
        newest = max(acknowledged)
        cut = server.manage("shell", "--no-imports", "-c", CUT.format(serial=newest))
        assert cut.returncode == 0, cut.stderr
        assert lost(server, token, acknowledged) == [newest]
        assert server.manage("verify_ledger").returncode == 2
