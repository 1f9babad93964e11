"""Which tests the loop at the desk runs."""

from __future__ import annotations

import pytest

from tests.check import tests_of as places  # pytest would collect it by its name


@pytest.mark.parametrize(
    ("paths", "wanted"),
    [
        ([], ["tests/house"]),
        (["README.md", "docs/reference/http.md"], ["tests/house"]),
        (["configs/importers/unleash/flags.py"], ["tests/configs", "tests/house"]),
        (["flags/engine/flag.py"], ["tests/flags/engine", "tests/house"]),
        (["frontend/sdk/flags.js"], ["tests/frontend/sdk", "tests/house"]),
        (["flags/usage.py", "flags/engine/flag.py"], ["tests/flags", "tests/house"]),
        (["tests/configs/test_diff.py"], ["tests/configs/test_diff.py", "tests/house"]),
        (["tests/configs/test_that_was_removed.py"], ["tests/house"]),
        (["tests/factories.py"], ["tests/house"]),
        (["releases/news.py"], ["tests/house", "tests/releases"]),  # no test imports it
        (["releases/actions.py"], ["tests/house", "tests/releases"]),  # every test does, by its world
    ],
)
def test_the_parts_that_changed(paths: list[str], wanted: list[str]) -> None:
    assert places(paths) == wanted


@pytest.mark.parametrize(
    ("path", "wanted", "not_wanted"),
    [
        ("releases/ledger/lineage.py", {"test_lineage.py", "test_verify.py"}, {"test_people.py", "api/test_gate.py"}),
        ("releases/gate/decision.py", {"test_gate.py", "api/test_gate.py"}, {"test_lineage.py"}),
        ("releases/admin/base.py", {"test_admin_pages.py"}, {"test_verify.py", "api/test_gate.py"}),
        ("releases/api/public.py", {"api/test_gate.py"}, {"test_admin_keys.py", "test_commands.py"}),
        ("releases/management/commands/kill.py", {"test_commands_switches.py"}, {"test_admin_keys.py"}),
        ("templates/admin/index.html", {"test_admin_pages.py"}, {"api/test_gate.py"}),
    ],
)
def test_the_rooms_of_releases(path: str, wanted: set[str], not_wanted: set[str]) -> None:
    found = {place.removeprefix("tests/releases/") for place in places([path])}
    assert wanted <= found and not found & not_wanted
