"""Sentences for people, always in English and in French.

The source has the English; the French is in one gettext catalogue (``icontrol/locale``, ``make messages``). A sentence
is data (``{"en": …, "fr": …}``), not a string translated at the last moment: an API answer, a line on stderr and an
admin page show the same words, and both languages can be stored, compared and tested.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

from icontrol.kernel.languages import choose

LANGUAGES = ("en", "fr")
#: A language of the clients' texts: whichever the authors write.
LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
DOMAIN, CATALOGUES = "icontrol", Path(__file__).parents[1] / "locale"


class Text(TypedDict):
    """A sentence in both languages."""

    en: str
    fr: str


@cache
def _french() -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, CATALOGUES, ["fr"])


def both(message: str, /, *, context: str = "", **values: Any) -> Text:
    """An English sentence and its French one, with ``{name}`` fields filled in (:func:`fill`).

    ``context`` tells apart what English says alike and French does not (``msgctxt``).
    """
    french = _french().pgettext(context, message) if context else _french().gettext(message)
    return fill({"en": message, "fr": french}, **values)


def fill(text: Text, /, **values: Any) -> Text:
    """``{name}`` fields filled in, a value that is itself a ``Text`` by language. Without values: as it is."""
    if not values:
        return text
    return {
        "en": text["en"].format(**{name: pick(value, "en") for name, value in values.items()}),
        "fr": text["fr"].format(**{name: pick(value, "fr") for name, value in values.items()}),
    }


def plural(one: str, several: str, /, *, count: int, **values: Any) -> Text:
    """Of ``{count}`` things: each language has its own rule for when it is one of them."""
    chosen: Text = {"en": one if count == 1 else several, "fr": _french().ngettext(one, several, count)}
    return fill(chosen, count=count, **values)


def joined(parts: Iterable[Text], between: Text) -> Text:
    listed = list(parts)
    return {
        "en": between["en"].join(part["en"] for part in listed),
        "fr": between["fr"].join(part["fr"] for part in listed),
    }


def same(text: str) -> Text:
    """What is no sentence: a name, a number, a sign."""
    return {"en": text, "fr": text}


def pick(value: Any, language: str, *fallbacks: str) -> Any:
    """What the reader can read of a ``Text`` (or of an author's ``{fr, en, …}``); anything else as it is.

    ``language`` is a tag or a whole ``Accept-Language``. Empty texts count as missing.
    """
    if isinstance(value, dict) and value and all(isinstance(v, str) for v in value.values()):
        return value.get(language) or value[choose(language, [k for k in value if value[k]] or value, *fallbacks, "en")]
    return value
