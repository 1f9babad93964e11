"""Refusals: the one exception that actions and policies raise, and the catalogue of its codes and texts.

Every refusal has a stable code, an HTTP status, a title, a sentence (what and why) and a next step, in French and
English. The catalogue is data: ``docs/reference/errors.md`` is checked against it; API, admin and commands only choose
how to show it. Apps add their own codes with :func:`define`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from icontrol.kernel.problems import Problem
from icontrol.kernel.texts import Text, both, fill


@dataclass(frozen=True, slots=True)
class Definition:
    """One row of the catalogue. Templates have ``str.format`` fields, filled from the refusal's values."""

    code: str
    status: int
    title: Text
    detail: Text
    next: Text


CATALOGUE: dict[str, Definition] = {}


def define(code: str, status: int, *, title: str, detail: str, next: str) -> None:
    """Add a code, in English: the catalogue of texts has the French."""
    if code in CATALOGUE:
        raise ValueError(f"refusal {code} is defined twice")
    CATALOGUE[code] = Definition(code, status, both(title), both(detail), both(next))


class Refusal(Exception):
    """An action refuses. ``values`` fill the catalogue's sentences; ``extra`` is for machines (an ETag, a serial).

    ``problems`` lists every finding at once; ``code`` must be in the catalogue.
    """

    def __init__(
        self,
        code: str,
        /,
        *,
        problems: Sequence[Problem] = (),
        extra: dict[str, Any] | None = None,
        **values: Any,
    ) -> None:
        self.kind = CATALOGUE[code]
        self.code = code
        self.status = self.kind.status
        self.problems = tuple(problems)
        self.extra = extra or {}
        self.title = self.kind.title
        self.detail = fill(self.kind.detail, **values)
        self.next = fill(self.kind.next, **values)
        super().__init__(f"{code}: {self.detail['en']}")
