"""The table of the security standard names tests that there are, and says "no" where there is none."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/operations/asvs.md").read_text().splitlines()
    if line.startswith("| V")
]


def test_each_area_has_a_test_that_there_is_or_a_no() -> None:
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)
    }
    assert all(len(row) == 4 and all(row) for row in ROWS)
    for chapter, area, how, shown in ROWS:
        named = set(re.findall(r"`(test_\w+)`", shown))
        assert named <= there, (chapter, area, named - there)
        assert named or shown.startswith("**no**") or shown == "–", (chapter, area, how)


def test_every_chapter_is_there() -> None:
    assert {int(row[0].split()[0][1:]) for row in ROWS} == set(range(1, 18))


def test_the_pages_are_linked() -> None:
    assert "(docs/operations/asvs.md)" in (ROOT / "SECURITY.md").read_text()
    assert "(asvs.md)" in (ROOT / "docs/operations/README.md").read_text()
    assert "(SECURITY.md)" in (ROOT / "README.md").read_text()
