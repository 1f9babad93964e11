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
        (["flags/usage.py", "flags/engine/flag.py"], ["tests/flags", "tests/house"]),
        (["tests/configs/test_diff.py"], ["tests/configs/test_diff.py", "tests/house"]),
        (["tests/configs/test_that_was_removed.py"], ["tests/house"]),
        (["tests/factories.py"], ["tests/house"]),
        (["templates/admin/index.html"], ["tests/house", "tests/releases"]),
    ],
)
def test_the_parts_that_changed(paths: list[str], wanted: list[str]) -> None:
    assert places(paths) == wanted
