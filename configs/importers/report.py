"""The report of an import, while it is being written."""

from __future__ import annotations

from typing import Any

from configs.importers import Entry, EntryKind
from icontrol.kernel.texts import both


class Report:
    """The entries, in the order in which they are made."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, kind: EntryKind, source: str, target: str, en: str, fr: str, **values: Any) -> None:
        self.entries.append(Entry(kind, source, target, both(en, fr, **values)))
