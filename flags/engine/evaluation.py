"""The results of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from icontrol.kernel.texts import Text

#: Attribute name → JSON value. Unknown names are allowed; null is the same as missing.
Context = Mapping[str, Any]


class Run:
    """One context at one (aware) time, for one flag or all. It caches the results of segments, so each is evaluated
    once, and the texts in the context's lists, by attribute and case sensitivity.
    """

    __slots__ = ("lists", "now", "segments")

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.segments: dict[str, bool] = {}
        self.lists: dict[tuple[str, bool], frozenset[str]] = {}


class Reason(StrEnum):
    """The reason of an evaluation, as named by OFREP (and OpenFeature's ``ERROR``)."""

    #: Independent of context and date: everybody gets this until the flag changes.
    STATIC = "STATIC"
    #: The context was examined: a rule matched, or none did.
    TARGETING_MATCH = "TARGETING_MATCH"
    #: A bucket decided.
    SPLIT = "SPLIT"
    #: Off: by its state, a kill switch, its dates or another flag.
    DISABLED = "DISABLED"
    #: A bucket would have decided, but the context lacks the hashed attribute.
    UNKNOWN = "UNKNOWN"
    #: The flag is damaged (see ``FlagSet.errors``), and therefore off.
    ERROR = "ERROR"


class Evaluation(NamedTuple):
    """One answer. ``value`` belongs to the flag set: do not modify it.

    ``rule_id``: the rule that decided. ``bucket`` (0–9999, or below the ``total`` of a split) is set when a bucket
    decided. ``variant`` and ``value`` are ``None`` only for a damaged flag that has no usable off variant.
    """

    value: Any
    variant: str | None
    reason: Reason
    rule_id: str | None = None
    bucket: int | None = None


class Explanation(NamedTuple):
    """An answer and its explanation, step by step. For staff only: it quotes private segments."""

    evaluation: Evaluation
    steps: tuple[Text, ...]


class FlagNotFound(LookupError):
    """The flag set has no flag of that key (OpenFeature's ``FLAG_NOT_FOUND``)."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"there is no flag {key!r}")
