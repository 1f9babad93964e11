"""The commands that how-tos and operations show are commands that there are, with options that they have."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.releases.test_commands_documented import OURS, parser

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["docs/howto/first-hour.md", "docs/howto/from-unleash.md", "docs/operations/README.md", "README.md"]
COMMAND = re.compile(r"(?:^|[`|;(] ?|TOKEN=\$\()(?:manage|manage\.py) ((?:[a-z_]+)[^`#|)>\n]*)", re.MULTILINE)
ENGLISH = str.maketrans({"…": "x"})


def commands(page: str) -> list[str]:
    text = re.sub(r"\\\n\s*", "", (ROOT / page).read_text())
    return [found.strip().translate(ENGLISH) for found in COMMAND.findall(text)]


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_shown_can_be_typed(page: str) -> None:
    shown = commands(page)
    assert len(shown) >= 3
    for line in shown:
        name, *arguments = shlex.split(line)
        if name in ("changepassword", "check"):  # Django's own
            continue
        assert name in OURS, line
        parser(name).parse_args(arguments)
