"""The name that was meant. Comparing texts is slow, and a document may hold a thousand wrong names, so what is compared
is bounded: short names, a few candidates for each, and a few looks for a document."""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterable

from icontrol.kernel.texts import Text, both, same

#: Characters of a name that is compared; people do not mistype longer ones, they paste them.
LONGEST = 64
#: Known names with which one is compared, and wrong names of one document for which there is a look.
MOST_COMPARED = 40
MOST_LOOKS = 50


def alike(name: str, known: Iterable[str], *, most: int = 3, cutoff: float = 0.6) -> list[str]:
    """At most ``most`` known names, the most similar first. Whoever types at 3 a.m. errs anywhere, also in the first
    letter. ``cutoff``: from 0, like nothing, to 1, the same."""
    if not 0 < len(name) <= LONGEST:
        return []
    letters = set(name)
    possible = (other for other in known if len(other) <= LONGEST)
    candidates = heapq.nsmallest(
        MOST_COMPARED, possible, key=lambda other: (len(letters ^ set(other)), abs(len(other) - len(name)), other)
    )
    return difflib.get_close_matches(name, candidates, n=most, cutoff=cutoff)


class Suggestions:
    """Those of one document."""

    def __init__(self) -> None:
        self._left = MOST_LOOKS

    def near(self, name: str, known: Iterable[str]) -> Text:
        """`` (did you mean “visible”?)``, or nothing when no known name is like it, or too many were looked for."""
        self._left -= 1
        found = alike(name, known, most=1, cutoff=0.75) if self._left >= 0 else []
        if not found:
            return same("")
        return both(" (did you mean “{name}”?)", name=found[0])
