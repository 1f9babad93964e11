"""A real snapshot of 250 KB: the demo, over and over, with names of its own each time."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from configs.demo import demo_snapshot
from configs.snapshot.canonical import canonical, normalise
from configs.validation.check import check_snapshot
from icontrol.kernel.problems import errors

SIZE = 250_000
#: Members that hold a name.
NAMING = ("id", "key", "pageId", "targetPageId", "tabId", "flag")
#: Sections that are repeated, with the member that names an item.
REPEATED = {"pages": "id", "tabs": "id", "tables": "id", "featureFlags": "key", "uiTokens": "key"}


def large_snapshot() -> dict[str, Any]:
    """The largest number of whole copies within ``SIZE`` bytes of canonical text. Without problems, as the demo is."""
    document = demo_snapshot()
    number = 1
    while True:
        larger = copy.deepcopy(document)
        for section, items in copies(number):
            larger[section] += items
        if len(canonical(normalise(larger)).encode()) > SIZE:
            break
        document, number = larger, number + 1
    problems = errors(check_snapshot(document))
    assert not problems, problems[0]
    return document


def copies(number: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The demo's sections, every name and every reference to one with the copy's number."""
    demo = demo_snapshot()
    names = {item[key] for section, key in REPEATED.items() for item in demo[section]}

    def renamed(value: Any, field: str = "") -> Any:
        if isinstance(value, dict):
            return {name: renamed(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [renamed(inner) for inner in value]
        if field == "path" and value is not None:
            return f"{value.rstrip('/')}/{number}"
        return (
            f"{value}.{number}"
            if field in ("id", "key", "pageId", "targetPageId", "tabId", "flag") and value in names
            else value
        )

    for section in REPEATED:
        yield section, [renamed(item) for item in demo[section]]


def edited(document: dict[str, Any], number: int) -> dict[str, Any]:
    """A copy in which every tenth item of every repeated section has another value: the work of an afternoon."""
    result = copy.deepcopy(document)
    for section in REPEATED:
        for item in result[section][::10]:
            if section == "uiTokens":
                item["cssVar"] = f"--edit-{number}"
            elif section == "featureFlags":
                item["owner"] = f"team {number}"
            elif section == "tables":
                item["columns"][0]["format"] = f"format {number}"
            else:
                item["order"] = 10_000 + number
    return result
