"""Shows the notes of actions, stored in English in the history, in the reader's language."""

from __future__ import annotations

import re

from icontrol.kernel.texts import Text, both, fill, same

#: Each ``{n}`` is one word of the note, or a number.
SOURCES = (
    both("history entry {n}"),
    both("live ({name})"),
    both("preview ({name})"),
    both("draft ({name})"),
    both("{name}", context="revert to"),
)
#: Patterns of what was done. A reason may follow; a text that matches none is a person's.
NOTES = (
    both("created", context="note"),
    both("edit", context="note"),
    both("revoked", context="note"),
    both("rights taken away", context="note"),
    both("password changed", context="note"),
    *(both("revert to {source}", source=source) for source in SOURCES),
    both("opened from {name}"),
    both("rebased on {name}"),
    both("renamed from {name}"),
    both("renumbered after {name}: {old} → {new}"),
    both("replaced by {name}"),
    both("highest version {name}"),
)
PARTS = {"n": r"\d+", "name": r"[^\s:()]+", "old": r"\S+", "new": r"[^\s:]+"}
PATTERNS = [
    (
        re.compile(re.sub(r"\\{(\w+)\\}", lambda field: f"(?P<{field[1]}>{PARTS[field[1]]})", re.escape(note["en"]))),
        note,
    )
    for note in NOTES
]


def note(text: str) -> Text:
    """The note in both languages; the reason in it is not translated."""
    for whole, reason in ((text, ""), text.split(": ", 1)) if ": " in text else ((text, ""),):
        for pattern, sentence in PATTERNS:
            if found := pattern.fullmatch(whole):
                done = fill(sentence, **found.groupdict())
                return both("{done}: {reason}", done=done, reason=reason) if reason else done
    return same(text)
