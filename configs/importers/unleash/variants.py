"""Converts Unleash's variants: names and payloads become the values of a flag of one type."""

from __future__ import annotations

import json
from typing import Any

from configs.importers.unleash.constraints import free, is_id, nearest_id
from configs.payloads import own_payload
from configs.snapshot.canonical import NotStrictJSON, parse_strict
from flags.engine.values import number_of

#: type → value of a variant without a payload
NOTHING: dict[str, Any] = {"string": "", "number": 0, "object": {}}


class Variants:
    """The variants of one feature, from anywhere in it; each pair of name and payload is one variant."""

    def __init__(self, sources: list[dict[str, Any]]) -> None:
        self.type = _type(sources)
        self.listed: list[dict[str, Any]] = []
        #: (name, key) where the two differ
        self.renamed: list[tuple[str, str]] = []
        self._keys: dict[tuple[str, str], str] = {}
        distinct: dict[tuple[str, str], dict[str, Any]] = {}
        for source in sources:
            distinct.setdefault(_identity(source), source)
        # A name that is a valid key goes to its own variant, whatever came before.
        for identity, source in sorted(distinct.items(), key=lambda found: not is_id(found[1]["name"])):
            self._keys[identity] = free(nearest_id(source["name"]) or "variant", set(self._keys.values()))
        for identity, source in distinct.items():
            key, value, name = self._keys[identity], self._value(source), {}
            if key != source["name"]:
                name = {"name": source["name"]}
                self.renamed.append((source["name"], key))
            own = own_payload(self.type, value, source.get("payload"))
            self.listed.append({"key": key, "value": value, **name, **own})

    def key(self, source: dict[str, Any]) -> str:
        return self._keys[_identity(source)]

    def keys(self, name: str) -> list[str]:
        return [key for (known, _), key in self._keys.items() if known == name]

    def add(self, key: str, **more: Any) -> str:
        """Add a variant without a value that Unleash does not name; returns its key."""
        key = free(key, {variant["key"] for variant in self.listed})
        self.listed.append({"key": key, "value": NOTHING[self.type], **more})
        return key

    def _value(self, source: dict[str, Any]) -> Any:
        payload = source.get("payload")
        match self.type:
            case "number":
                return parse_strict(str(_number(payload)))
            case "object":
                return _object(payload)
            case _:
                return payload["value"] if payload else source["name"]


def _type(sources: list[dict[str, Any]]) -> str:
    payloads = [source.get("payload") for source in sources]
    if payloads and all(_number(payload) is not None for payload in payloads):
        return "number"
    if payloads and all(_object(payload) is not None for payload in payloads):
        return "object"
    return "string"


def _identity(source: dict[str, Any]) -> tuple[str, str]:
    return source["name"], json.dumps(source.get("payload"), sort_keys=True)


def _number(payload: dict[str, Any] | None) -> float | None:
    number = number_of(payload["value"]) if payload and payload["type"] == "number" else None
    return number if number is not None and abs(number) < 2**53 else None


def _object(payload: dict[str, Any] | None) -> dict[str, Any] | None:
    if payload is None or payload["type"] != "json":
        return None
    try:
        value = parse_strict(payload["value"])
    except NotStrictJSON:
        return None
    return value if isinstance(value, dict) else None
