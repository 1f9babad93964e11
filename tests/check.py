"""``make check``: what is worth knowing before a commit, in under 90 seconds. Arguments go to pytest.

Style, types, and on SQLite, in random order, the quick tests of the parts that changed: since the last commit, or in it
when the tree is clean. The whole, on both databases and with the slow tests, is ``make test``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.run import ROOT

APPS = ("configs", "flags", "icontrol", "releases")
#: What a change of pages, documents or the build may break, and nothing else would notice.
HOUSE = "tests/house"
STYLE = (["-m", "ruff", "check", "--quiet"], ["-m", "ruff", "format", "--check", "--quiet"])


def main(arguments: Sequence[str]) -> int:
    begun = time.monotonic()
    for command in STYLE:
        if code := subprocess.call([sys.executable, *command], cwd=ROOT):
            return code
    types = subprocess.Popen([sys.executable, "-m", "mypy", "--no-error-summary"], cwd=ROOT)
    places = tests_of(changed())
    print("check:", *places, flush=True)
    options = ["--numprocesses=auto", "--dist=worksteal", "-m", "not slow", "--no-header", "-q"]
    code = subprocess.call([sys.executable, "-m", "pytest", *options, *places, *arguments], cwd=ROOT)
    wrong = types.wait() or code
    print(f"check: {'something is wrong' if wrong else 'all is well'}, {time.monotonic() - begun:.0f} s")
    return wrong


def changed() -> list[str]:
    """Paths that differ from the last commit; those of the last commit where none does."""
    return _git("status", "--porcelain", "--no-renames", "-uall") or _git(
        "diff-tree", "-r", "--no-commit-id", "--name-status", "HEAD"
    )


def _git(*arguments: str) -> list[str]:
    answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [line.split(maxsplit=1)[1].strip('"') for line in answer.splitlines()]


def tests_of(paths: Iterable[str]) -> list[str]:
    """The tests to run for changed paths, nearest first: the test itself, else the folder of tests beside the module.

    >>> tests_of(["flags/engine/flag.py", "tests/configs/test_diff.py", "README.md"])
    ['tests/configs/test_diff.py', 'tests/flags/engine', 'tests/house']
    """
    found = {HOUSE}
    for path in map(Path, paths):
        if path.parts[0] == "tests":
            is_test = path.name.startswith("test_") and path.suffix == ".py"
            found.add(str(path if is_test else path.parent))
        elif path.parts[0] in APPS:
            found.add(str(_beside(path)))
        elif path.parts[0] == "templates":
            found.add("tests/releases")
    found.discard("tests")  # helpers of all tests: ``make test`` says
    there = sorted(place for place in found if (ROOT / place).exists())
    return [place for place in there if not any(Path(other) in Path(place).parents for other in there)]


def _beside(path: Path) -> Path:
    """``configs/importers/unleash/flags.py`` → ``tests/configs``, the nearest folder of tests that there is."""
    folder = path.parent
    while not (ROOT / "tests" / folder).is_dir():
        folder = folder.parent
    return "tests" / folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
