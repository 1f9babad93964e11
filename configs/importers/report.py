"""Builds the report of an import."""

from __future__ import annotations

from configs.importers import Entry, EntryKind
from icontrol.kernel.texts import Text


class Report:
    """The entries, in the order in which they are added."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, kind: EntryKind, source: str, target: str, message: Text) -> None:
        self.entries.append(Entry(kind, source, target, message))
