"""The five-minute tour of the READMEs, run as written against a server that was started as written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.howto import running

ROOT = Path(__file__).resolve().parent.parent


def steps(name: str) -> list[tuple[str, str]]:
    """Those of the tour: what stands before it starts the server."""
    return [(code, text) for code, text in running.steps((ROOT / name).read_text()) if text]


def test_both_readmes_have_the_same_tour() -> None:
    assert steps("README.md") == steps("README.fr.md")
    assert len(steps("README.md")) == 6


@pytest.mark.skipif(shutil.which("curl") is None, reason="NOT RUN: the tour needs curl, which is not installed")
def test_the_tour_does_what_it_shows_and_again(process_environment: dict[str, str], tmp_path: Path) -> None:
    with running.server(process_environment, tmp_path) as environment:
        running.shown_as_written(steps("README.md"), environment)
        running.shown_as_written(steps("README.md"), environment, numbers=False)


def test_what_is_shown_is_the_whole_of_it() -> None:
    assert running.is_shown("a … d\n…\nz\n", "a b c d\nmore\nyet\nz\n")
    assert running.is_shown("", "") and running.is_shown("1.0.1\n", "1.0.22\n", numbers=False)
    for other in ("", "a\n", "a\nb\nc\n", "a\nB\n", "1a\nb\n"):
        assert not running.is_shown("a\nb\n", other)


def test_every_link_of_the_readmes_leads_somewhere() -> None:
    for name in ("README.md", "README.fr.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text()):
            if not target.startswith("http"):
                assert (ROOT / target).exists(), f"{name} points to {target}"
