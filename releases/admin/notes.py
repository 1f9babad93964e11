"""Notes that actions leave in the history, where they stand in English, in the reader's language."""

from __future__ import annotations

import re

from icontrol.kernel.texts import Text

#: Where a draft was brought back to: (pattern, French).
SOURCES = (
    (re.compile(r"history entry (\d+)"), "de l'entrée {0} de l'historique"),
    (re.compile(r"live \((\S+)\)"), "de la version en ligne ({0})"),
    (re.compile(r"preview \((\S+)\)"), "de l'aperçu ({0})"),
    (re.compile(r"draft \((\S+)\)"), "du brouillon ({0})"),
    (re.compile(r"(\S+)"), "de {0}"),
)
#: What was done: (pattern, French). A reason may follow; a text that begins otherwise is a person's, as a whole.
NOTES = (
    (re.compile(r"created"), "création"),
    (re.compile(r"edit"), "modification"),
    (re.compile(r"revoked"), "révocation"),
    (re.compile(r"rights taken away"), "droits retirés"),
    (re.compile(r"password changed"), "mot de passe changé"),
    (re.compile(r"opened from (\S+)"), "ouverte depuis {0}"),
    (re.compile(r"rebased on (\S+)"), "rebasée sur {0}"),
    (re.compile(r"renamed from ([^\s:]+)"), "renommée, auparavant {0}"),
    (re.compile(r"renumbered after (\S+): (\S+) → (\S+)"), "renumérotée après {0} : {1} → {2}"),
    (re.compile(r"replaced by (\S+)"), "remplacée par {0}"),
    (re.compile(r"highest version (\S+)"), "version la plus haute : {0}"),
)
REVERT = re.compile(r"revert to (history entry \d+|(?:live|preview|draft) \(\S+\)|[^\s:]+)")


def note(text: str) -> Text:
    """In both languages; the reason in it stays as it was typed."""
    french = _french(NOTES, text)
    if french is None:
        done, _, reason = text.partition(": ")
        revert = REVERT.fullmatch(done)
        french = f"rétablissement {_french(SOURCES, revert[1])}" if revert else _french(NOTES, done)
        if french is None:
            return {"en": text, "fr": text}
        french += f" : {reason}" if reason else ""
    return {"en": text, "fr": french}


def _french(sentences: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str | None:
    for pattern, french in sentences:
        found = pattern.fullmatch(text)
        if found is not None:
            return french.format(*found.groups())
    return None
