"""Twenty requests at once to the real server with several processes: one wins, the others are told so; a kill switch
refuses none of them."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.factories import snapshot
from tests.icontrol.test_serve import ROOT, free_port, get, serving

pytestmark = pytest.mark.slow

TWENTY = 20
NOTHING = "release.nothing_to_publish"


class Answer(NamedTuple):
    status: int
    etag: str | None
    body: dict[str, Any]


class Api:
    """The API of a server that runs, with one connection for each call."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        if_match: str | None = None,
        before: Callable[[], Any] = lambda: None,
    ) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        line.connect()
        before()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if if_match is not None:
            headers["If-Match"] = if_match
        try:
            line.request(method, path, None if body is None else json.dumps(body), headers)
            answer = line.getresponse()
            return Answer(answer.status, answer.getheader("ETag"), json.loads(answer.read()))
        finally:
            line.close()

    def together(self, calls: list[dict[str, Any]]) -> list[Answer]:
        """All of them in threads that are connected and wait for each other."""
        gate = threading.Barrier(len(calls))
        answers: dict[int, Answer] = {}

        def one(number: int, call: dict[str, Any]) -> None:
            answers[number] = self.call(**call, before=gate.wait)

        threads = [threading.Thread(target=one, args=item) for item in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [answers[number] for number in range(len(calls))]

    def draft(self) -> Answer:
        return self.call("GET", "/api/config/draft")

    def edit(self, page: str) -> Answer:
        now = self.draft()
        content = now.body["snapshot"]
        content["pages"].append(snapshot(page)["pages"][0])
        saved = self.call("PUT", "/api/config/draft", content, if_match=now.etag)
        assert saved.status == 200, saved
        return saved

    def serials(self) -> list[int]:
        return [release["serial"] for release in self.call("GET", "/api/releases").body["releases"]]


def summary(answers: list[Answer]) -> Counter[tuple[int, str]]:
    return Counter((answer.status, answer.body.get("code", "")) for answer in answers)


def test_of_twenty_requests_one_wins(process_environment: dict[str, str], tmp_path: Path) -> None:
    """The real server with two processes; each way of naming what to publish, then twenty writers."""
    port, output = free_port(), tmp_path / "output"
    environment = {**process_environment, "PORT": str(port), "ICONTROL_WORKERS": "2"}
    with serving(environment, output) as process:
        assert get(process, port, "/livez")[0] == 200
        create = [sys.executable, str(ROOT / "manage.py"), "create_token", "race", "--role", "admin"]
        made = subprocess.run(create, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
        api = Api(port, made.stdout.strip())

        def publish(if_match: str | None = None, **selection: Any) -> dict[str, Any]:
            body = {"reason": "me first", **selection}
            return {"method": "POST", "path": "/api/config/publish", "body": body, "if_match": if_match}

        def preview() -> dict[str, Any]:
            draft = api.edit("by-version")
            sent = api.call("POST", "/api/config/preview", {"reason": "look"}, if_match=draft.etag)
            assert sent.status in (200, 201), sent
            return publish(version=draft.body["version"])

        ways: list[Callable[[], dict[str, Any]]] = [
            preview,
            lambda: publish(if_match=api.edit("by-etag").etag),
            lambda: publish(digest=api.edit("by-digest").body["digest"]),
        ]
        for way in ways:
            call, before = way(), api.serials()
            answers = api.together([call] * TWENTY)
            assert summary(answers) == {(200, ""): 1, (409, NOTHING): TWENTY - 1}
            assert api.serials() == [before[0] + 1, *before]
            live = next(answer.body for answer in answers if answer.status == 200)
            assert api.call("GET", "/api/registry").body["published_config_version"] == live["version"]

        base = api.draft()
        content = base.body["snapshot"]
        writes = [
            {
                "method": "PUT",
                "path": "/api/config/draft",
                "body": {**content, "pages": content["pages"] + snapshot(f"writer-{number}")["pages"]},
                "if_match": base.etag,
            }
            for number in range(TWENTY)
        ]
        answers = api.together(writes)
        assert summary(answers) == {(200, ""): 1, (412, "draft.stale"): TWENTY - 1}
        (winner,) = [answer for answer in answers if answer.status == 200]
        assert {answer.etag for answer in answers} == {winner.etag}  # the losers are told the current one
        assert api.draft().body["snapshot"] == winner.body["snapshot"]

        # Killing refuses nobody: one appends, the others are told that it stands so.
        before = api.serials()
        key = api.call("GET", "/api/config/published").body["featureFlags"][0]["key"]
        kill = {"method": "POST", "path": f"/api/flags/{key}/kill", "body": {"reason": "me first"}}
        answers = api.together([kill] * TWENTY)
        assert summary(answers) == {(200, ""): TWENTY}
        assert Counter(answer.body["changed"] for answer in answers) == {True: 1, False: TWENTY - 1}
        assert {answer.body["serial"] for answer in answers} == {before[0] + 1}
        assert api.serials() == [before[0] + 1, *before]

        check = [sys.executable, str(ROOT / "manage.py"), "verify_ledger"]
        verified = subprocess.run(check, env=environment, cwd=tmp_path, capture_output=True, text=True)
        assert verified.returncode == 0, verified.stderr
    said = output.read_text()
    assert "Traceback" not in said and "locked" not in said
