"""The attributes of a context that a flag uses, in its rules and for hashing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flags.engine import condition_sentences
from flags.engine.conditions import ENVIRONMENT


class _Other(NamedTuple):
    """A dependency to visit: a section of the snapshot, and the name of a flag or a segment."""

    section: str
    name: str


def attributes_of(snapshot: Mapping[str, Any], key: str) -> list[str]:
    """Attribute names for one flag of a checked snapshot, including its segments and prerequisites; each once, in the
    order of use. Without ``environment``, which the server sets.
    """
    flags = {flag["key"]: flag for flag in snapshot.get("featureFlags", ())}
    segments = {segment["id"]: segment["conditions"] for segment in snapshot.get("segments", ())}
    start = _Other("featureFlags", key)
    found, seen = dict[str, None](), {start}
    # No recursion: a chain of flags may be as long as a snapshot.
    pending = [_parts(start, flags, segments)]
    while pending:
        part = next(pending[-1], None)
        if part is None:
            pending.pop()
        elif isinstance(part, str):
            found[part] = None
        elif part not in seen:
            seen.add(part)
            pending.append(_parts(part, flags, segments))
    return [name for name in found if name != ENVIRONMENT]


def _parts(asked: _Other, flags: Mapping[str, Any], segments: Mapping[str, Any]) -> Iterator[str | _Other]:
    if asked.section == "segments":
        yield from _of_conditions(segments.get(asked.name, ()))
        return
    flag = flags.get(asked.name)
    if flag is None:
        return
    for need in flag.get("prerequisites", ()):
        yield _Other("featureFlags", need["flag"])
    by = flag.get("bucketBy", "tenant")
    for rule in flag.get("rules", ()):
        yield from _of_conditions(rule.get("conditions", ()))
        if "rollout" in rule or "split" in rule:
            yield from hashed_attributes(rule.get("bucketBy", by))
    if flag["state"] == "ROLLOUT":
        yield from hashed_attributes(by)


def _of_conditions(conditions: Any) -> Iterator[str | _Other]:
    for condition in conditions:
        yield from condition_sentences.attributes(condition)
        for name in condition_sentences.segments(condition):
            yield _Other("segments", name)


def hashed_attributes(by: Any) -> list[Any]:
    """``bucketBy``, which names one attribute or lists several."""
    return by if isinstance(by, list) else [by]
