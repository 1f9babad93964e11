"""Importers: turn another system's files into a snapshot and a report.

An importer only reads files; it uses neither the database nor drafts. It drops nothing silently: the report lists what
it took over, derived, doubts and left out, each with its place in the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from icontrol.kernel.problems import Problem
from icontrol.kernel.texts import Text

EntryKind = Literal["mapped", "derived", "warning", "left_out"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the report.

    ``source`` is ``FILE#POINTER`` (RFC 6901), ``FILE#`` for a whole file; an entry covers everything below its source.
    ``target`` is ``section/id``, a section, or ``""`` when nothing was imported.
    """

    kind: EntryKind
    source: str
    target: str
    message: Text

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "source": self.source, "target": self.target, "message": dict(self.message)}


@dataclass(frozen=True, slots=True)
class Imported:
    """``policies`` is ``{platform: version policy}``, with the fields that the source has; empty if it has none."""

    snapshot: dict[str, Any]
    policies: dict[str, dict[str, Any]]
    report: tuple[Entry, ...]


class ImportRefused(Exception):
    """The files are not in the expected format; ``problems`` holds all findings, with pointers as in ``Entry``."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{problem.pointer}: {problem.message['en']}" for problem in problems))
