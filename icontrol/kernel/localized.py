"""Our strings on pages, in the reader's language."""

from __future__ import annotations

import re
from typing import Any

from django.utils.functional import lazy

from icontrol.kernel.responses import language
from icontrol.kernel.texts import Text, both, pick

#: Spaces in French at which a line must not break: inside guillemets, and before these signs.
_KEPT = re.compile("(?<=«) | (?=[»:;!?%])")


def localized(text: Any) -> Any:
    """A ``Text`` in the language of the request; anything else unchanged.

    This adds French no-break spaces, because only pages break lines. The source, API answers and command output have
    plain spaces, which can be searched and compared.
    """
    reader = language()
    found = pick(text, reader)
    shown = reader == "fr" and isinstance(text, dict) and isinstance(found, str)
    return _KEPT.sub("\N{NO-BREAK SPACE}", found) if shown else found


_lazily = lazy(lambda en, fr: localized({"en": en, "fr": fr}), str)


def localized_lazy(text: Text) -> Any:
    """A string whose language is chosen when it is shown."""
    return _lazily(text["en"], text["fr"])


def text_lazy(message: str, /, **values: Any) -> Any:
    """The same from its English (:func:`~icontrol.kernel.texts.both`): for titles, labels and column heads."""
    return localized_lazy(both(message, **values))
