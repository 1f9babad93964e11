"""Sentences for people, always in English and in French.

The source contains the English; one gettext catalogue contains the French (``icontrol/locale``, ``make messages``). A
sentence is data (``{"en": …, "fr": …}``), not a string translated at the last moment: an API answer, a line on stderr
and an admin page show the same words, and both languages can be stored, compared and tested.
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
#: A language tag of clients' texts: any that authors use.
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
    """An English sentence and its French translation, with ``{name}`` fields filled in (:func:`fill`).

    ``context`` (``msgctxt``) separates sentences that are the same in English but not in French.
    """
    french = _french().pgettext(context, message) if context else _french().gettext(message)
    return fill({"en": message, "fr": french}, **values)


def fill(text: Text, /, **values: Any) -> Text:
    """Fill in the ``{name}`` fields; a value that is a ``Text`` is used per language. Without values: unchanged."""
    if not values:
        return text
    return {
        "en": text["en"].format(**{name: pick(value, "en") for name, value in values.items()}),
        "fr": text["fr"].format(**{name: pick(value, "fr") for name, value in values.items()}),
    }


def plural(one: str, several: str, /, *, count: int, **values: Any) -> Text:
    """A sentence about ``{count}`` things: each language has its own rule for the singular."""
    chosen: Text = {"en": one if count == 1 else several, "fr": _french().ngettext(one, several, count)}
    return fill(chosen, count=count, **values)


def joined(parts: Iterable[Text], between: Text) -> Text:
    listed = list(parts)
    return {
        "en": between["en"].join(part["en"] for part in listed),
        "fr": between["fr"].join(part["fr"] for part in listed),
    }


def same(text: str) -> Text:
    """The same text in both languages: a name, a number, a sign."""
    return {"en": text, "fr": text}


def pick(value: Any, language: str, *fallbacks: str) -> Any:
    """A ``Text`` (or an author's ``{fr, en, …}``) in the reader's language; anything else unchanged.

    ``language``: a tag or an ``Accept-Language``. Empty texts count as missing.
    """
    if isinstance(value, dict) and value and all(isinstance(v, str) for v in value.values()):
        return value.get(language) or value[choose(language, [k for k in value if value[k]] or value, *fallbacks, "en")]
    return value
