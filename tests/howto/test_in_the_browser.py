"""What the page calls buttons and headings is what they are called."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.catalogue import messages

ROOT = Path(__file__).resolve().parents[2]
LABELS = re.findall(r"\*\*([^*+]+)\*\*", (ROOT / "docs" / "howto" / "in-the-browser.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("label", sorted(set(LABELS)))
def test_a_label_is_one_of_the_pages(label: str) -> None:
    assert label in {message for message, _ in messages()}
