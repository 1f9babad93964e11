"""Foreign clients that are not Python: installed once from ``package-lock.json``, run as processes of their own."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent


def node_modules() -> Path:
    """The installed packages. Without Node the test is skipped here, and fails in continuous integration."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        words = "Node and npm are not installed: the stock JavaScript clients were NOT tried."
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    modules, lock = HERE / "node_modules", (HERE / "package-lock.json").read_text()
    stamp = modules / ".stamp"
    with (HERE / ".install.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # several test processes want them at once
        if not stamp.exists() or stamp.read_text() != lock:
            done = subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
            stamp.write_text(lock)
    return modules


def run_node(script: str, given: Any, **environment: str) -> Any:
    """The JSON that a script of this directory prints when it is given some on its standard input."""
    node_modules()
    done = subprocess.run(
        ["node", str(HERE / script)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
