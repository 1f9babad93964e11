"""Traverse a snapshot that may be incomplete, hostile, or not a snapshot at all."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

#: The key of an application or an environment.
KEY = re.compile(r"[a-z][a-z0-9-]{0,62}")
#: The parent of a value: ``None`` for the document, else (parent of its container, key or index).
Trail = tuple[Any, "str | int"] | None

#: section → the member that names its items.
NAMED_BY = {
    "pages": "id",
    "tabs": "id",
    "tables": "id",
    "featureFlags": "key",
    "segments": "id",
    "uiTokens": "key",
    "roles": "id",
    "permissions": "id",
    "plans": "id",
}
#: Sections that are a single object.
OBJECTS = ("layout", "theme")
#: section of the product → its type; every other section is declared by the application.
TOP_LEVEL: dict[str, type] = {**dict.fromkeys(NAMED_BY, list), **dict.fromkeys(OBJECTS, dict)}


def below(above: Trail, key: Any) -> Trail:
    """The pointer to a place that :func:`places` yields."""
    return None if key is None else (above, key)


def steps(trail: Trail) -> list[str | int]:
    path: list[str | int] = []
    while trail is not None:
        trail, step = trail
        path.append(step)
    return path[::-1]


def places(document: Any, deepest: float = math.inf) -> Iterator[tuple[Trail, Any, Any, int]]:
    """(parent, key or index, value, depth) of the document and of everything in it, without recursion. Objects and
    lists deeper than ``deepest`` are yielded but not entered.
    """
    yield None, None, document, 1
    pending: list[tuple[Trail, Any, int]] = [(None, document, 1)] if type(document) in (dict, list) else []
    while pending:
        trail, container, depth = pending.pop()
        entered = depth < deepest
        depth += 1
        for key, value in container.items() if type(container) is dict else enumerate(container):
            yield trail, key, value, depth
            kind = type(value)
            if entered and (kind is dict or kind is list):
                pending.append(((trail, key), value, depth))


def objects(container: Any, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(index, object) of the list ``container[name]``; anything that is not an object is skipped."""
    items = container.get(name) if isinstance(container, dict) else None
    if isinstance(items, list):
        yield from ((index, item) for index, item in enumerate(items) if isinstance(item, dict))


def strings(container: Any, name: str) -> Iterator[tuple[int, str]]:
    """(index, string) of the list ``container[name]``; anything that is not a string is skipped."""
    items = container.get(name) if isinstance(container, dict) else None
    if isinstance(items, list):
        yield from ((index, item) for index, item in enumerate(items) if isinstance(item, str))


def names(snapshot: Any, section: str) -> set[str]:
    """Ids (or keys) in a section; empty when the section is missing."""
    key = NAMED_BY[section]
    return {item[key] for _, item in objects(snapshot, section) if isinstance(item.get(key), str)}
