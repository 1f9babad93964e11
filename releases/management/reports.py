"""The report of an import as lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from configs.importers import Entry, EntryKind
from icontrol.kernel.texts import Text, both, pick

TITLES: dict[EntryKind, Text] = {
    "mapped": both("Mapped"),
    "derived": both("Derived"),
    "warning": both("Warnings"),
    "left_out": both("Left out"),
}


def report_lines(report: Sequence[Entry], language: str, title: Callable[[str], str], *, every: bool) -> Iterator[str]:
    """By kind, with counts. Mapped entries are many and similar: one line per sentence, unless ``every`` is set."""
    for kind, heading in TITLES.items():
        entries = [entry for entry in report if entry.kind == kind]
        yield title(f"{pick(heading, language)} ({len(entries)})")
        if kind == "mapped" and not every:
            yield from _counted(entries, language)
        else:
            for entry in entries:
                target = f" → {entry.target}" if entry.target else ""
                yield f"  {entry.source}{target}: {pick(entry.message, language)}"


def _counted(entries: list[Entry], language: str) -> Iterator[str]:
    def like(entry: Entry) -> tuple[str, str, str]:
        return entry.source.partition("#")[0], entry.target.partition("/")[0], str(pick(entry.message, language))

    for (file, section, sentence), same in groupby(sorted(entries, key=like), key=like):
        yield f"  {len(list(same)):4} × {file} → {section}: {sentence}"
