"""Every dependency has a line in ``docs/dependencies.md``: what for, why this one, licence."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_dependency_has_a_line_and_every_line_a_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        re.split(r"[\[<>=~!; ]", name)[0].lower()
        for name in (*project["project"]["dependencies"], *project["dependency-groups"]["dev"])
    }
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs" / "dependencies.md").read_text().splitlines()
        if line.startswith("| ") and not line.startswith("| package")
    ]
    assert all(len(row) == 4 and all(row) for row in rows)
    assert {row[0].lower() for row in rows} == wanted
