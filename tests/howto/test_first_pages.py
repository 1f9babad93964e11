"""``docs/howto/first-flag.md`` and ``first-hour.md``, run as written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.howto.running import HOWTO, server, shown_as_written, steps

pytestmark = pytest.mark.slow


@pytest.mark.skipif(shutil.which("curl") is None, reason="NOT RUN: the pages need curl, which is not installed")
@pytest.mark.parametrize(("page", "blocks"), [("first-flag.md", 7), ("first-hour.md", 12)])
def test_the_page_shows_what_appears(
    process_environment: dict[str, str], tmp_path: Path, page: str, blocks: int
) -> None:
    told = steps((HOWTO / page).read_text())
    assert len(told) == blocks and all(text for _, text in told[1:])  # the first names the server
    with server(process_environment, tmp_path) as environment:
        shown_as_written(told, environment)
