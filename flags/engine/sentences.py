"""Formats values of a snapshot or a context for sentences."""

from __future__ import annotations

from typing import Any

from icontrol.kernel.texts import Text, both


def shown(value: Any, longest: int = 60) -> str:
    """A value made safe for a sentence: short, printable, in JSON notation."""
    match value:
        case str():
            text = value
        case bool():
            text = "true" if value else "false"
        case None:
            text = "null"
        case int():
            text = str(value) if abs(value) < 10**longest else "…"
        case float():
            text = repr(value)
        case list() | tuple():
            text = "[…]"
        case _:
            text = "{…}"
    text = "".join(char if char.isprintable() else "�" for char in text[: longest + 1])
    return text if len(text) <= longest else text[:longest] + "…"


def quoted(value: Any) -> Text:
    return both("“{value}”", value=shown(value))


def percent(share: int) -> Text:
    """2500 is “25 %”, 1 is “0.01 %”."""
    number = f"{share / 100:.2f}".rstrip("0").rstrip(".")
    return {"en": f"{number} %", "fr": f"{number.replace('.', ',')} %"}
