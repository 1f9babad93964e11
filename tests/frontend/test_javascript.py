"""The modules of our pages: their types, and the tests of those that need no page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.frontend.javascript import run_tests, tool

HERE = Path(__file__).resolve().parent
#: `<face>/<module>.test.mjs`. The SDK's are run beside them, some as slow ones.
FILES = sorted(file for file in HERE.glob("*/*.test.mjs") if file.parent.name != "sdk")


def test_the_types_are_right() -> None:
    tool("tsc", "--project", str(HERE))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_tests_in_javascript_pass(file: Path) -> None:
    run_tests(file)
