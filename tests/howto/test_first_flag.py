"""``docs/howto/first-flag.md``, run as written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.howto.running import HOWTO, server, shown_as_written, steps


@pytest.mark.skipif(shutil.which("curl") is None, reason="NOT RUN: the page needs curl, which is not installed")
def test_the_first_flag(process_environment: dict[str, str], tmp_path: Path) -> None:
    page = (HOWTO / "first-flag.md").read_text()
    assert page.count("```sh") == len(steps(page)) == 6
    with server(process_environment, tmp_path) as environment:
        shown_as_written(page, environment)
