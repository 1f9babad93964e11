"""The Toolbox's modules that need no browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.frontend.javascript import run_tests

FILES = sorted(Path(__file__).parent.glob("*.test.mjs"))


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_the_tests_in_javascript_pass(file: Path) -> None:
    run_tests(file)
