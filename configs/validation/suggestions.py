"""Suggests the intended name. Comparing texts is slow and a document may contain a thousand wrong names, so the work is
bounded: short names, a few candidates each, and a few searches per document.
"""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterable

from icontrol.kernel.texts import Text, both, same

#: Characters of a name that is compared; people paste longer ones and do not mistype them.
LONGEST = 64
#: Known names compared with one wrong name; wrong names per document.
MOST_COMPARED = 40
MOST_LOOKS = 50


def alike(name: str, known: Iterable[str], *, most: int = 3, cutoff: float = 0.6) -> list[str]:
    """At most ``most`` known names, the most similar first. The mistake may be anywhere, even in the first letter.
    ``cutoff``: from 0 (no similarity) to 1 (equal).
    """
    if not 0 < len(name) <= LONGEST:
        return []
    letters = set(name)
    possible = (other for other in known if len(other) <= LONGEST)
    candidates = heapq.nsmallest(
        MOST_COMPARED, possible, key=lambda other: (len(letters ^ set(other)), abs(len(other) - len(name)), other)
    )
    return difflib.get_close_matches(name, candidates, n=most, cutoff=cutoff)


class Suggestions:
    """The suggestions for one document."""

    def __init__(self) -> None:
        self._left = MOST_LOOKS

    def near(self, name: str, known: Iterable[str]) -> Text:
        """`` (did you mean “visible”?)``, or empty if no known name is similar or the budget is used up."""
        self._left -= 1
        found = alike(name, known, most=1, cutoff=0.75) if self._left >= 0 else []
        if not found:
            return same("")
        return both(" (did you mean “{name}”?)", name=found[0])
