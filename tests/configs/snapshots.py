"""The documented example of a snapshot, and copies of it that are wrong in one place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "snapshot.md"
#: Put in the place of a member to take it out.
GONE = object()


def example() -> dict[str, Any]:
    """A new copy of the example in the reference."""
    text = REFERENCE.read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text.split("```json\n")[1].split("```")[0])
    return document


def example_with(changes: dict[str, Any]) -> dict[str, Any]:
    """The example with other values at these JSON Pointers; ``…/-`` appends to a list."""
    document = example()
    for place, value in changes.items():
        *parents, last = place.split("/")[1:]
        container: Any = document
        for step in parents:
            container = container[int(step) if isinstance(container, list) else step]
        if isinstance(container, list) and last == "-":
            container.append(value)
        elif value is GONE:
            del container[int(last) if isinstance(container, list) else last]
        else:
            container[int(last) if isinstance(container, list) else last] = value
    return document
