"""What Unleash's clients get of a variant: a name, its value as a text, and the type of the text.

Usually they follow from key and value. Where they differed in Unleash (“Variant A”, csv, “007”, a list in JSON), the
variant keeps them in ``name`` and ``payload``; the engine and all other clients read key and value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from configs.snapshot.canonical import NotStrictJSON, canonical, parse_strict
from flags.engine.values import number_of, text_of

#: type of a flag → Unleash's payload type
_KINDS = {"string": "string", "integer": "number", "number": "number", "object": "json"}


class PayloadJSON(TypedDict):
    type: Annotated[str, "string, number, json, csv"]
    value: str


def name_of(variant: Mapping[str, Any]) -> str | None:
    """The variant's name for Unleash's clients; ``None``: they get “on” without a variant."""
    name: str | None = variant.get("name", variant["key"])
    return name


def payload(kind: str, variant: Mapping[str, Any]) -> PayloadJSON | None:
    """The payload of a variant of a flag of type ``kind``; ``None``: no payload. Numbers and objects are RFC 8785
    unless the variant has a ``payload``.
    """
    own = variant.get("payload", {})
    if own is None:
        return None
    value = variant["value"]
    text = canonical(value) if kind == "object" else text_of(value)
    return {"type": own.get("type", _KINDS[kind]), "value": own.get("value", text or "")}


def own_payload(kind: str, value: Any, told: Mapping[str, Any] | None) -> dict[str, Any]:
    """The ``payload`` that a variant with this value needs for :func:`payload` to return that; empty if none."""
    if told is None:
        return {"payload": None}
    usual: Mapping[str, Any] = payload(kind, {"value": value}) or {}
    own = {name: told[name] for name in usual if told[name] != usual[name]}
    return {"payload": own} if own else {}


def says(kind: str, value: Any, text: str) -> bool:
    """Whether a payload's text represents the variant's value."""
    match kind:
        case "string":
            return bool(value == text)
        case "object":
            try:
                return canonical(parse_strict(text)) == canonical(value)
            except NotStrictJSON:
                return False
        case _:
            return number_of(text) == number_of(value)
