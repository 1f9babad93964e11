"""Imports Unleash's features and segments as flags and segments that give the same answers.

Pure: no Django, no database. ``docs/howto/from-unleash.md`` documents the mapping; a test runs all cases of Unleash's
client specification through it.
"""

from __future__ import annotations

import copy
from typing import Any

from configs.importers import Imported
from configs.importers.report import Report
from configs.importers.unleash.constraints import Segments
from configs.importers.unleash.files import read
from configs.importers.unleash.flags import Flags
from configs.snapshot.traversal import NAMED_BY

__all__ = ["convert", "merge"]

#: Members for people that Unleash does not have.
OURS = ("owner", "expiresAt", "private", "remote")


def convert(content: Any) -> Imported:
    """``content`` is strict JSON; :class:`ImportRefused` if it is not Unleash's. The result shares nothing with it."""
    report = Report()
    found = read(content, report)
    segments = Segments(found.segments, report)
    flags = Flags(segments, report).all(found)
    return Imported(copy.deepcopy({"featureFlags": flags, "segments": segments.ours}), {}, tuple(report.entries))


def merge(document: dict[str, Any], imported: dict[str, Any]) -> dict[str, Any]:
    """The draft with the imported flags and segments: those of the same name are replaced, the rest is kept."""
    merged = dict(document)
    for section, items in imported.items():
        name = NAMED_BY[section]
        new = {item[name]: item for item in items}
        before = document.get(section)
        kept = before if isinstance(before, list) else []
        result = []
        for item in kept:
            key = item.get(name) if isinstance(item, dict) else None
            replacement = new.pop(key, None) if isinstance(key, str) else None
            if replacement is None:
                result.append(item)
            else:
                result.append(replacement | {field: item[field] for field in OURS if field in item})
        merged[section] = [*result, *new.values()]
    return merged
