"""The cost of an evaluation, counted in steps before a release is served.

A step is roughly one attribute lookup and comparison: a tenth of a microsecond. The engine evaluates a segment once per
context, but it is counted at every use, for evaluators that do not cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flags.engine.operators import pattern_size
from flags.engine.values import text_of
from icontrol.kernel.texts import both

#: For all flags of a release and one context. At worst a step takes a microsecond: a fifth of a second in all.
MOST_STEPS = 200_000
#: Distinct patterns of a snapshot, their characters, and their instructions when compiled: ``\p{L}`` has 1 200, and RE2
#: makes two in a microsecond. So all patterns of a snapshot, used or not, are compiled in a tenth of a second.
MOST_PATTERNS = 200
MOST_PATTERN_CHARACTERS = 20_000
MOST_PATTERN_INSTRUCTIONS = 100_000
#: Steps to pass over the longest text that is looked at: for each value of ``contains``, and for each instruction of
#: a pattern, which in the worst case looks at each character and takes it about 8 ns.
PASS = 8

TOO_MANY_PATTERNS = both(
    "The conditions have more than {most} different patterns, more than {characters} characters of them, or patterns "
    "too large in all: repeat groups, and classes of characters such as \\pL, less often.",
    most=MOST_PATTERNS,
    characters=MOST_PATTERN_CHARACTERS,
)


class Work(NamedTuple):
    """Steps of flags by key, including their segments; and of segments by id, for one use."""

    flags: dict[str, int]
    segments: dict[str, int]


class Patterns:
    """Bounds the patterns of one snapshot."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._characters = self._instructions = 0

    def fit(self, value: Any) -> bool:
        """Add this pattern; False once there are too many."""
        text = text_of(value)
        if text is not None and text not in self._known and self._have_room():
            self._known.add(text)
            self._characters += len(text)
            if self._have_room():
                self._instructions += pattern_size(text) or 0
        return self._have_room()

    def _have_room(self) -> bool:
        return (
            len(self._known) <= MOST_PATTERNS
            and self._characters <= MOST_PATTERN_CHARACTERS
            and self._instructions <= MOST_PATTERN_INSTRUCTIONS
        )


def steps_of(operator: str, values: Sequence[Any]) -> int:
    """The steps of one comparison with readable values."""
    match operator:
        case "matches":
            return 1 + PASS * sum(pattern_size(text_of(value) or "") or 0 for value in values)
        case "contains":
            return 1 + PASS * len(values)
        case "startsWith" | "endsWith" | "inCidr":
            return 1 + len(values)
        case "semverRange":
            # A comparison takes three characters at least, with what separates it from the next.
            return 1 + sum(1 + len(str(value)) // 3 for value in values)
    return 1
