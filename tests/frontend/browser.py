"""The system's Chromium, over a pipe of its DevTools: no driver, no port, nothing to install but the browser."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Not a measure of speed: how long a browser that hangs may hold the suite up.
PATIENCE_SECONDS = 60


class Page:
    """One page; what its console complains of is collected."""

    def __init__(self, told: int, said: int) -> None:
        self._told, self._said = os.fdopen(told, "wb", buffering=0), os.fdopen(said, "rb", buffering=0)
        self._numbers, self._rest, self._session = itertools.count(1), b"", ""
        self.complaints: list[str] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._told.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == number:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            if answer.get("method") == "Log.entryAdded" and answer["params"]["entry"]["source"] != "network":
                self.complaints.append(answer["params"]["entry"]["text"])
            if answer.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(answer["params"]["exceptionDetails"]))

    def close(self) -> None:
        self._told.close()
        self._said.close()

    def _read(self) -> Any:
        while b"\0" not in self._rest:
            more = os.read(self._said.fileno(), 1 << 20)
            assert more, "the browser ended"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        return json.loads(line)

    def run(self, expression: str) -> Any:
        """The value of an expression in the page; promises are waited for."""
        done = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def wait(self, expression: str) -> None:
        """Until the expression is true, also in a page that comes after this one."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            with contextlib.suppress(AssertionError):  # between two pages there is none
                if self.run(expression):
                    return
            assert time.monotonic() < end, expression
            time.sleep(0.05)

    def press(self, key: str, code: int) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)


@contextlib.contextmanager
def page(profile: Path) -> Iterator[Page]:
    """Without Chromium a loud skip; where CI is set, a failure."""
    program = shutil.which("chromium")
    if program is None:
        obstacle = "NOT RUN: chromium not found (Debian: apt-get install chromium)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(obstacle)
    (read, told), (said, write) = os.pipe(), os.pipe()
    # DevTools read from 3 and write to 4, whatever numbers the pipes have here.
    shell = f'exec "$@" 3<&{read} 4>&{write}'
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe"]
    process = subprocess.Popen(
        ["bash", "-c", shell, "bash", program, *options, "--lang=en", f"--user-data-dir={profile}"],
        pass_fds=(read, write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(read)
    os.close(write)
    found = Page(told, said)
    try:
        yield found
    finally:
        found.close()
        process.kill()
        process.wait()
