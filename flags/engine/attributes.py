"""Which attributes of a context count for a flag: what its rules ask about and what is hashed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flags.engine import wording
from flags.engine.conditions import ENVIRONMENT


def attributes_of(snapshot: Mapping[str, Any], key: str) -> list[str]:
    """Names for one flag of a snapshot that passed its checks, its segments and the flags that it needs included; in
    the order in which they are met, each once. Without ``environment``, which the server knows."""
    found = _Found(snapshot).of_flag(key)
    return [name for name in dict.fromkeys(found) if name != ENVIRONMENT]


class _Found:
    def __init__(self, snapshot: Mapping[str, Any]) -> None:
        self.flags = {flag["key"]: flag for flag in snapshot.get("featureFlags", ())}
        self.segments = {segment["id"]: segment["conditions"] for segment in snapshot.get("segments", ())}
        #: Flags and segments that were looked at.
        self.seen: set[tuple[str, str]] = set()

    def of_flag(self, key: str) -> Iterator[str]:
        flag = self.flags.get(key)
        if flag is None or ("flag", key) in self.seen:
            return
        self.seen.add(("flag", key))
        for need in flag.get("prerequisites", ()):
            yield from self.of_flag(need["flag"])
        by = flag.get("bucketBy", "tenant")
        for rule in flag.get("rules", ()):
            yield from self.of_conditions(rule.get("conditions", ()))
            if "rollout" in rule or "split" in rule:
                yield from hashed(rule.get("bucketBy", by))
        if flag["state"] == "ROLLOUT":
            yield from hashed(by)

    def of_conditions(self, conditions: Any) -> Iterator[str]:
        for condition in conditions:
            yield from wording.attributes(condition)
            for name in wording.segments(condition):
                if ("segment", name) not in self.seen:
                    self.seen.add(("segment", name))
                    yield from self.of_conditions(self.segments.get(name, ()))


def hashed(by: Any) -> list[Any]:
    """``bucketBy``, which names one attribute or lists several."""
    return by if isinstance(by, list) else [by]
