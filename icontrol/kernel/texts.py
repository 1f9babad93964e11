"""Sentences for people, always in French and in English.

A sentence is data (``{"en": …, "fr": …}``), not a string translated at the last moment: an API answer, a line on
stderr and an admin page show the same words, and both languages can be stored, compared and tested.
"""

from __future__ import annotations

import re
from typing import Any, TypedDict

from icontrol.kernel.languages import choose

LANGUAGES = ("en", "fr")
#: A language of the clients' texts: whichever the authors write.
LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")


class Text(TypedDict):
    """A sentence in both languages."""

    en: str
    fr: str


def both(en: str, fr: str, /, **values: Any) -> Text:
    """The sentence with ``{name}`` fields filled in; a value that is itself a ``Text`` is put in by language."""

    def fill(template: str, language: str) -> str:
        if not values:
            return template
        return template.format(**{key: pick(value, language) for key, value in values.items()})

    return {"en": fill(en, "en"), "fr": fill(fr, "fr")}


def pick(value: Any, language: str, *fallbacks: str) -> Any:
    """What the reader can read of a ``Text`` (or of an author's ``{fr, en, …}``); anything else as it is.

    ``language`` is a tag or a whole ``Accept-Language``. Empty texts count as missing.
    """
    if isinstance(value, dict) and value and all(isinstance(v, str) for v in value.values()):
        return value.get(language) or value[choose(language, [k for k in value if value[k]] or value, *fallbacks, "en")]
    return value
