"""What comes out of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from icontrol.kernel.texts import Text

#: Attributes of whoever asks: JSON values by name. Unknown names are welcome, missing ones and null are the same.
Context = Mapping[str, Any]


class Run:
    """One context asked at one (aware) moment, about one flag or all: what its segments came to is kept here, so that
    each is evaluated once, however many rules and other segments use it; so are the texts in its lists, by attribute
    and whether case is ignored."""

    __slots__ = ("lists", "now", "segments")

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.segments: dict[str, bool] = {}
        self.lists: dict[tuple[str, bool], frozenset[str]] = {}


class Reason(StrEnum):
    """Why an evaluation came out as it did, in the words of OFREP (and OpenFeature's ``ERROR``)."""

    #: Nothing in the context counts, nor does a date: everybody gets this until the flag changes.
    STATIC = "STATIC"
    #: The context was looked at: a rule fits, or rules were asked and none fits.
    TARGETING_MATCH = "TARGETING_MATCH"
    #: A bucket decided.
    SPLIT = "SPLIT"
    #: Off: by its state, a kill switch, its dates or another flag.
    DISABLED = "DISABLED"
    #: A bucket had to decide, and the context lacks what is hashed.
    UNKNOWN = "UNKNOWN"
    #: The flag is damaged (see ``FlagSet.errors``), and therefore off.
    ERROR = "ERROR"


class Evaluation(NamedTuple):
    """One answer. ``value`` belongs to the flag set: it is not to be changed.

    ``rule_id`` names the rule that decided. ``bucket`` (0–9999, or below the ``total`` of a split) is there when a
    bucket decided. ``variant`` and ``value`` are ``None`` only for a damaged flag that has no usable off variant.
    """

    value: Any
    variant: str | None
    reason: Reason
    rule_id: str | None = None
    bucket: int | None = None


class Explanation(NamedTuple):
    """An answer and how it came about, step by step. For the staff: it quotes private segments."""

    evaluation: Evaluation
    steps: tuple[Text, ...]


class FlagNotFound(LookupError):
    """The flag set has no flag of that key (``FLAG_NOT_FOUND`` in OpenFeature's words)."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"there is no flag {key!r}")
