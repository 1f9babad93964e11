"""What browsers get that others wrote is what ``make vendor`` made."""

from __future__ import annotations

import hashlib
import json

from tests.frontend.javascript import ROOT

VENDOR = ROOT / "frontend" / "static" / "frontend" / "vendor"


def test_vendored_files_are_as_they_were_made() -> None:
    sums = json.loads((VENDOR / "checksums.json").read_text())
    found = {path.name for path in VENDOR.iterdir()} - {"checksums.json"}
    assert {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in found} == sums
