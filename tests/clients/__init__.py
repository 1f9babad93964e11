"""Other people's clients in JavaScript, as a user would install them: ``package.json`` names them, the lock pins them.

A test calls :func:`node_clients` and then runs scripts of this folder with :class:`Node`. Nothing here reaches another
machine but ``npm ci``, once for each lock, and that with the machine's own settings of npm.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
# Not a measure of speed: how long a client that hangs may hold the suite up.
PATIENCE_SECONDS = 120


def node_clients() -> Path:
    """The folder of the scripts, with the packages in place. Without Node a loud skip; where CI is set, a failure."""
    return with_packages(HERE, "JavaScript clients")


def with_packages(folder: Path, what: str) -> Path:
    """The folder, with the packages that its lock names in place; else as above."""
    obstacle = _installed(folder)
    if obstacle:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"NOT RUN: {what}: {obstacle}")
    return folder


@cache
def _installed(folder: Path) -> str:
    """Installs from the lock unless that was done; returns what stands in the way."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        return f"{' and '.join(missing)} not found (Debian: apt-get install nodejs npm)"
    lock = folder / "package-lock.json"
    with lock.open("rb") as file:
        # The first of several test processes installs, the others wait for it.
        fcntl.flock(file, fcntl.LOCK_EX)
        wanted = hashlib.sha256(file.read()).hexdigest()
        stamp = folder / "node_modules" / ".installed"
        if stamp.exists() and stamp.read_text() == wanted:
            return ""
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True
        )
        if done.returncode:
            return f"npm ci failed: {done.stderr.strip()[-1000:]}"
        stamp.write_text(wanted)
    return ""


class Node:
    """A script that answers each line of JSON (``{"do": …}``) with one, as ``lines.mjs`` makes it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def __call__(self, do: str, **arguments: Any) -> Any:
        """What the script answers; an error there is an error here."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._lines.get(timeout=PATIENCE_SECONDS)
        assert line, f"the script ended with code {self._process.wait()}"
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]


@contextlib.contextmanager
def node(script: str, **environment: str) -> Iterator[Node]:
    """Runs a script of this folder for as long as the block lasts."""
    process = subprocess.Popen(
        ["node", script],
        cwd=node_clients(),
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Node(process)
        finally:
            process.kill()


def run_node(script: str, given: Any, **environment: str) -> Any:
    """The JSON that a script of this folder prints when it is given some on its standard input."""
    done = subprocess.run(
        ["node", script],
        cwd=node_clients(),
        input=json.dumps(given),
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
