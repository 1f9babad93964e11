"""``make test``: the whole suite on SQLite, then on PostgreSQL. Arguments go to pytest.

The last line counts both runs together. PostgreSQL is never left out: without a server the command fails.
``--coverage`` (``make coverage``) also says which lines neither run reaches; the whole suite must then reach as much as
``fail_under`` of ``pyproject.toml`` says.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.databases import NoPostgreSQL, postgresql

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 20
APPS = ("configs", "flags", "frontend", "icontrol", "releases")
COVERAGE = "--coverage"
#: For those who look further (`coverage html`).
COVERAGE_DATA = ROOT / ".coverage"


class Count:
    """Tests that passed, failed (errors too) and were skipped (expected failures too)."""

    def __init__(self) -> None:
        self.passed = self.failed = self.skipped = 0

    def add(self, report: Path) -> None:
        for suite in ElementTree.parse(report).iter("testsuite"):
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped = int(suite.get("skipped", 0))
            self.passed += int(suite.get("tests", 0)) - failed - skipped
            self.failed += failed
            self.skipped += skipped

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main(arguments: list[str]) -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    if arguments[:1] != [COVERAGE]:
        return both(arguments, None)
    with tempfile.TemporaryDirectory(prefix="icontrol-coverage-") as data:
        return both(arguments[1:], Path(data))


def both(arguments: list[str], data: Path | None) -> int:
    """``data``: where each run leaves which lines it reached."""
    count = Count()
    wrong: list[str] = []

    def suite(name: str, url: str | None) -> None:
        with tempfile.TemporaryDirectory(prefix="icontrol-report-") as directory:
            report = Path(directory) / "report.xml"
            code = pytest(arguments, report, url, data and data / f".coverage.{name}")
            if report.exists():
                count.add(report)
        if code:
            wrong.append(f"{name}: {'no test was found' if code == 5 else f'pytest ended with code {code}'}")

    say("SQLite", "the embedded database")
    suite("SQLite", None)
    try:
        with postgresql() as server:
            say("PostgreSQL", server.description)
            suite("PostgreSQL", server.url)
    except NoPostgreSQL as problem:
        say("PostgreSQL", "none")
        print(problem, flush=True)
        wrong.append("PostgreSQL: not tested, and that is a failure")
    if data and coverage(data, gate=not arguments):
        wrong.append("coverage: too little, or not measured")
    for line in wrong:
        print(line)
    print(count, flush=True)
    return 1 if wrong or count.failed else 0


def pytest(arguments: list[str], report: Path, url: str | None, data: Path | None) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    if url:
        environment["DATABASE_URL"] = url
    # What the tests leave in temporary directories goes with the report, also when they are killed.
    environment["TMPDIR"] = str(report.parent)
    command = [sys.executable, "-m", "pytest", "--numprocesses=auto", "--dist=worksteal", f"--junitxml={report}"]
    command += ["--durations=5"]  # what pages in the browser cost is seen
    command += ["-p", "no:randomly"]  # the gate answers the same twice; the loop at the desk is in random order
    if data:
        environment["COVERAGE_FILE"] = str(data)
        command += ["--cov-report=", "--cov-fail-under=0", *(f"--cov={app}" for app in APPS)]
    process = subprocess.Popen([*command, *arguments], cwd=ROOT, env=environment)
    try:
        return process.wait()
    except SystemExit:
        # Ctrl-C reaches pytest by itself, other signals only us: it ends as if by Ctrl-C, its fixtures closed.
        process.send_signal(signal.SIGINT)
        raise
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE_SECONDS)
        process.kill()


def coverage(data: Path, *, gate: bool) -> int:
    """What both runs together reached; with ``gate`` not 0 when that is too little."""
    program = [sys.executable, "-m", "coverage"]
    into = f"--data-file={COVERAGE_DATA}"
    if code := subprocess.call([*program, "combine", "--quiet", into, *map(str, data.iterdir())], cwd=ROOT):
        return code
    options = ["--show-missing", "--skip-covered", *([] if gate else ["--fail-under=0"])]
    return subprocess.call([*program, "report", into, *options], cwd=ROOT)


def leave(number: int, frame: FrameType | None) -> NoReturn:
    """As an exception, so that the cluster is stopped and removed on the way out."""
    raise SystemExit(128 + number)


def say(database: str, which: str) -> None:
    print(f"\n=== {database}: {which} ===", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
