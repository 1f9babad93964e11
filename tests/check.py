"""``make check``: what is worth knowing before a commit, in under 90 seconds. Arguments go to pytest.

Style, types, and on SQLite, in random order, the quick tests of the parts that changed: since the last commit, or in it
when the tree is clean. The whole, on both databases and with the slow tests, is ``make test``.

The tests of a part are the folder beside it. The app ``releases`` has too many for that; there the imports say:

- of a room (``releases.ledger``, ``releases.actions``): the test files that import something of it themselves;
- of each door that imports the changed module, or is changed: the test files that go through it;
- all, where this names nothing, and of what the worlds of the tests are made with (``tests/factories.py``).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import grimp

from tests.run import APPS, ROOT

#: What a change of pages, documents or the build may break, and nothing else would notice.
HOUSE = "tests/house"
RELEASES = "tests/releases"
#: Door → what a test imports, or where it is, that goes through it.
DOORS = {
    "releases.admin": "tests.releases.admin_pages",
    "releases.api": "tests.releases.api",
    "releases.management": "tests.releases.commands",
}
FACTORIES = "tests.factories"
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
        elif path.parts[0] == "releases":
            found |= _of_releases(path) or {RELEASES}
        elif path.parts[0] in (*APPS, "frontend"):
            found.add(str(_beside(path)))
        elif path.parts[0] == "templates":
            found |= _through("releases.admin")
    found.discard("tests")  # helpers of all tests: ``make test`` says
    there = sorted(place for place in found if (ROOT / place).exists())
    return [place for place in there if not any(Path(other) in Path(place).parents for other in there)]


@cache
def _graph() -> grimp.ImportGraph:
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return grimp.build_graph(*APPS, "tests", cache_dir=None)


def _of_releases(path: Path) -> set[str]:
    module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    room = ".".join(module.split(".")[:2])
    found = {test for test in _importing(room) if test.startswith(f"{RELEASES}/")}
    users = _graph().find_modules_that_directly_import(module) if module in _graph().modules else set()
    if FACTORIES in users:
        return {RELEASES}
    doors = [door for door in DOORS if any(_is_in(user, door) for user in {module, *users})]
    return found.union(*map(_through, doors))


def _through(door: str) -> set[str]:
    return _importing(DOORS[door])


def _importing(place: str) -> set[str]:
    """Files of tests that are in a package or import something of it themselves."""
    graph = _graph()
    return {
        f"{test.replace('.', '/')}.py"
        for test in graph.modules
        if test.rpartition(".")[2].startswith("test_")
        and any(_is_in(module, place) for module in (test, *graph.find_modules_directly_imported_by(test)))
    }


def _is_in(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"{package}.")


def _beside(path: Path) -> Path:
    """``configs/importers/unleash/flags.py`` → ``tests/configs``, the nearest folder of tests that there is."""
    folder = path.parent
    while not (ROOT / "tests" / folder).is_dir():
        folder = folder.parent
    return "tests" / folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
