"""Every dependency has a line in ``docs/dependencies.md``: what for, why this one, licence."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Folders with packages for Node.
NODE = ("tests/clients", "tests/frontend", "frontend/vendor")


def test_every_dependency_has_a_line_and_every_line_a_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        re.split(r"[\[<>=~!; ]", name)[0].lower()
        for name in (*project["project"]["dependencies"], *project["dependency-groups"]["dev"])
    }
    clients = dict[str, str]()
    for folder in NODE:
        clients |= json.loads((ROOT / folder / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version) for version in clients.values())
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs" / "dependencies.md").read_text().splitlines()
        if line.startswith("| ") and not line.startswith("| package")
    ]
    assert all(len(row) == 4 and all(row) for row in rows)
    assert {row[0].lower() for row in rows} == wanted | clients.keys()


@pytest.mark.parametrize("folder", NODE)
def test_the_locks_of_javascript_name_no_host_and_hash_everything(folder: str) -> None:
    text = (ROOT / folder / "package-lock.json").read_text()
    assert "://" not in text.replace('"url": "https://', "")  # where a package asks for donations
    assert '"resolved"' not in text
    packages = json.loads(text)["packages"]
    assert all(package["integrity"].startswith("sha512-") for name, package in packages.items() if name)
