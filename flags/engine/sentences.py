"""Sentences for people in French and English.

The engine is the lowest layer and imports nothing from the rest of the house, hence these few lines of its own. The
shape is the same as everywhere: ``{"en": …, "fr": …}``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict


class Text(TypedDict):
    en: str
    fr: str


def both(en: str, fr: str, /, **values: Any) -> Text:
    """The sentence with ``{name}`` fields filled in; a value that is itself a ``Text`` is put in by language."""
    english = {name: value["en"] if isinstance(value, dict) else value for name, value in values.items()}
    french = {name: value["fr"] if isinstance(value, dict) else value for name, value in values.items()}
    return {"en": en.format(**english), "fr": fr.format(**french)}


def joined(parts: Iterable[Text], en: str, fr: str) -> Text:
    listed = list(parts)
    return {"en": en.join(part["en"] for part in listed), "fr": fr.join(part["fr"] for part in listed)}


def shown(value: Any, longest: int = 60) -> str:
    """A value of a snapshot or a context as it may stand in a sentence: short, printable, as JSON writes it."""
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
    text = shown(value)
    return {"en": f"“{text}”", "fr": f"« {text} »"}


def percent(share: int) -> Text:
    """2500 is “25 %”, 1 is “0.01 %”."""
    number = f"{share / 100:.2f}".rstrip("0").rstrip(".")
    return {"en": f"{number} %", "fr": f"{number.replace('.', ',')} %"}
