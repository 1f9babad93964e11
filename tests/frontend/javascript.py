"""Our own JavaScript: Node runs its tests, for which nothing is installed. The tools that check it are in the lock."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients import with_packages

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SDK = ROOT / "frontend" / "sdk"


def node_is_there() -> None:
    """Without Node a loud skip; where CI is set, a failure."""
    if shutil.which("node") is None:
        obstacle = "NOT RUN: node not found (Debian: apt-get install nodejs)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(obstacle)


def run_tests(*files: Path) -> None:
    """Each file's tests pass, and there are some."""
    node_is_there()
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", *map(str, files)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "\n# fail 0\n" in done.stdout and "\n# pass 0\n" not in done.stdout


def tool(name: str, *arguments: str, given: str = "") -> str:
    """What a tool of ``package.json`` says; it must not complain."""
    folder = with_packages(HERE, "tools for JavaScript")
    command = [str(folder / "node_modules" / ".bin" / name), *arguments]
    done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
