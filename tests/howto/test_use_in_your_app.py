"""``docs/howto/use-in-your-app.md``: its programs as they stand there, in lockstep with a server that changes."""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.frontend.javascript import SDK
from tests.howto.running import HOWTO, ROOT, server
from tests.icontrol.test_serve import PATIENCE_SECONDS

pytestmark = pytest.mark.slow

PAGE = (HOWTO / "use-in-your-app.md").read_text()
#: What the page's program is started with: instead of waiting it says how things are, and goes on when it is told to.
DRIVERS = {
    "js": """
        import { createInterface } from "node:readline";
        import { client } from "./config.mjs";
        const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
        const { fetch, setTimeout } = globalThis;
        let asked = [];
        globalThis.fetch = async (address, request) => {
          const answer = await fetch(address, request);
          asked.push(`${new URL(address).pathname} ${answer.status}`);
          return answer;
        };
        globalThis.setTimeout = (run, milliseconds, ...more) => {
          if (milliseconds <= 10_000) return setTimeout(run, milliseconds, ...more);  // not the wait for a round
          const { gate, document: content } = client;
          console.log(JSON.stringify({ wait: milliseconds / 1000, gate, content: content ?? {}, asked }));
          asked = [];
          lines.next().then(({ done }) => (done ? process.exit() : run()));
        };
        client.start();
    """,
    "python": """
        import json, pathlib, sys, time
        from config import Config
        config = Config(pathlib.Path("copy.json"))
        def wait(seconds):
            print(json.dumps({"wait": seconds, "gate": config.gate, "content": config.content}), flush=True)
            sys.stdin.readline() or sys.exit()
        time.sleep = wait
        config.run()
    """,
    "swift": """
        import Foundation
        setvbuf(stdout, nil, _IOLBF, 0)
        let server = URL(string: ProcessInfo.processInfo.environment["SERVER"]!)!
        let config = Config(server: server, copy: URL(fileURLWithPath: "copy.json"))
        await config.load()
        repeat {
            let wait = await config.refresh()
            let gate = await config.gate
            let content = try JSONSerialization.jsonObject(with: await config.body)
            let told = ["policyStatus": gate.policyStatus, "message": gate.message, "url": gate.url]
            let line = try JSONSerialization.data(withJSONObject: ["wait": wait, "gate": told, "content": content])
            print(String(decoding: line, as: UTF8.self))
        } while readLine() != nil
    """,
}
#: Language → the program of the page and its driver; how they are built and started, and what has to be installed.
FILES = {
    "js": ("config.mjs", "main.mjs"),
    "python": ("config.py", "main.py"),
    "swift": ("Config.swift", "main.swift"),
}
BUILD = {"swift": ["swiftc", "-o", "main", "Config.swift", "main.swift"]}
START = {"js": ["node", "main.mjs"], "python": [sys.executable, "main.py"], "swift": ["./main"]}
#: How much later than told the next round may be. The SDK spreads a whole interval after a start and after a failure.
SPREAD = {"js": 2.0, "python": 1.2, "swift": 1.2}
#: What the SDK asks when nothing is new, and is answered. The demo has a flag that only the server can evaluate.
UNCHANGED = ["/meta/release 304", "/ofrep/v1/evaluate/flags 304"]
NEEDS = {"js": "node", "python": sys.executable, "swift": "swiftc"}


class App:
    """A running program of the page; ``next()`` is how things are after one more round."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdin and process.stdout
        self.said, self.told = process.stdout, process.stdin

    def read(self) -> dict[str, Any]:
        line = self.said.readline()
        assert line, "the program ended"
        shown: dict[str, Any] = json.loads(line)
        return shown

    def next(self) -> dict[str, Any]:
        self.told.write("\n")
        self.told.flush()
        return self.read()


@contextlib.contextmanager
def running(language: str, environment: dict[str, str], directory: Path) -> Iterator[App]:
    process = subprocess.Popen(
        START[language], cwd=directory, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield App(process)
    finally:
        process.kill()
        process.communicate()


def bound(port: int, handler: type[http.server.BaseHTTPRequestHandler]) -> http.server.ThreadingHTTPServer:
    """Once the workers of the server that was killed are gone."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@contextlib.contextmanager
def in_between(port: int) -> Iterator[None]:
    """Something in place of the server that answers everything with a 503 of its own."""

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.send_header("Content-Type", "text/html")
            self.send_header("Retry-After", "Fri, 31 Dec 2027 23:59:59 GMT")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with bound(port, Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield
        proxy.shutdown()


def manage(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments, "--reason", "test"], cwd=ROOT, env=environment, capture_output=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def soon(seconds: int, shown: dict[str, Any], spread: float) -> bool:
    """Never earlier than told, and not much later."""
    return bool(seconds <= shown["wait"] <= seconds * spread)


def flag(shown: dict[str, Any], key: str) -> str:
    return next(str(one["state"]) for one in shown["content"]["featureFlags"] if one["key"] == key)


def test_no_program_of_the_page_is_left_out() -> None:
    # The page in HTML shows what tests/frontend runs in a browser.
    assert [one for one in re.findall(r"```(\w+)\n", PAGE) if one != "html"] == list(DRIVERS)


@pytest.mark.parametrize("language", DRIVERS)
def test_an_app_goes_on_whatever_happens(language: str, process_environment: dict[str, str], tmp_path: Path) -> None:
    if shutil.which(NEEDS[language]) is None:
        pytest.skip(f"NOT RUN: {NEEDS[language]} is not installed")
    directory = tmp_path / "app"
    directory.mkdir()
    (code,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    for name, text in zip(FILES[language], (code, DRIVERS[language]), strict=True):
        (directory / name).write_text(textwrap.dedent(text))
    spread = SPREAD[language]
    if language == "js":
        shutil.copytree(SDK, directory / "icontrol")
    if language in BUILD:
        subprocess.run(BUILD[language], cwd=directory, check=True)
    copy = directory / ("config-copy.json" if language == "js" else "copy.json")

    with contextlib.ExitStack() as stack:
        environment = stack.enter_context(server(process_environment, tmp_path))
        with running(language, environment, directory) as app:
            first = app.read()
            assert first["gate"]["policyStatus"] == "OK" and first["content"]["pages"] and soon(60, first, spread)
            written = copy.stat().st_mtime_ns
            unchanged = app.next()
            assert unchanged["content"] == first["content"]
            assert unchanged.get("asked", UNCHANGED) == UNCHANGED
            assert copy.stat().st_mtime_ns == written, "an unchanged config was sent once more: no If-None-Match"

            manage(environment, "kill", "dark_mode")
            killed = app.next()
            assert (flag(first, "dark_mode"), flag(killed, "dark_mode")) == ("ON", "FORCE_OFF")
            assert copy.stat().st_mtime_ns > written

            address = "https://get.example/"
            manage(environment, "policy", "--latest", "2.0.0", "--min-supported", "1.5.0", "--url", address)
            manage(environment, "policy", "--message", "Please update.", "--poll-after", "30")
            manage(environment, "lift", "dark_mode")  # does not reach an app that is blocked
            blocked = app.next()
            assert blocked["gate"] | {"message": "Please update.", "url": address} == blocked["gate"]
            assert blocked["gate"]["policyStatus"] == "HARD_BLOCK" and soon(30, blocked, spread)
            assert blocked["content"] == killed["content"]

            manage(environment, "policy", "--maintenance", "on", "--retry-after", "600")
            waiting = app.next()
            assert waiting["gate"]["policyStatus"] == "MAINTENANCE" and soon(600, waiting, spread)
            assert waiting["content"] == killed["content"]

            manage(environment, "policy", "--maintenance", "off", "--min-supported", "1.0.0")
            again = app.next()
            assert again["gate"]["policyStatus"] == "OK" and again["content"] == first["content"]

            stack.close()  # the server is gone
            alone = app.next()
            assert alone["content"] == first["content"] and soon(30, alone, spread)
            with in_between(int(environment["PORT"])):
                strange = app.next()
            assert (
                strange["gate"] == again["gate"]
                and strange["content"] == first["content"]
                and soon(30, strange, spread)
            )

    with running(language, environment, directory) as app:
        assert app.read()["content"] == first["content"], "a start without a network"
    copy.write_text('{"etag": ')
    with running(language, environment, directory) as app:
        assert app.read()["content"] == {}
