"""The demo: the configuration of an imaginary shop's app and back office, and a version policy that shows the gate.

``demo.json`` is the content; it passes every check without an error or a warning.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from configs.snapshot.canonical import parse_strict

CONTENT = Path(__file__).with_name("demo.json")


def demo_snapshot() -> dict[str, Any]:
    """A new copy of the snapshot that is live as 1.0.0 after the first start."""
    return _content("snapshot")


def demo_policies() -> dict[str, Any]:
    """The policies of its environments: clients below 1.0.0 are blocked, those below 1.2.0 are offered an update."""
    return _content("policies")


def _content(part: str) -> dict[str, Any]:
    content: dict[str, dict[str, Any]] = parse_strict(CONTENT.read_bytes())
    return content[part]
