"""Values of conditions and names that differ from others only by characters that are hard to see."""

from __future__ import annotations

import re
import unicodedata

from flags.engine.sentences import shown
from icontrol.kernel.texts import Text, both

#: A space at either end; anywhere a character that looks like a space, like another character, or like nothing.
_ODD = re.compile(
    r"^ | \Z|[\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"
)
#: Unicode has no names for these.
_NAMES = {"\t": "TAB", "\n": "LINE FEED", "\r": "CARRIAGE RETURN", "\x85": "NEXT LINE"}
_LIST = re.compile(r"[^,;]*[^,;\s][^,;]*([,;][^,;]*[^,;\s][^,;]*)+")


def odd_value(operator: str, value: str, alone: bool) -> Text | None:
    """The likely typing mistake in a value; ``None`` if there is none. ``alone``: the condition has no other value."""
    hidden, unusual = _hidden(value), _unusual(value)
    if hidden:
        return both(
            "“{value}” has the character {character}, which is hard to see; only a text with the same character "
            "matches.",
            value=shown(value),
            character=hidden,
        )
    if unusual:
        return both(
            "“{value}” is not in Unicode's normal form (NFC): it has {character}, so a text that looks the same "
            "usually does not match.",
            value=shown(value),
            character=unusual,
        )
    if alone and operator in ("equals", "in", "notIn") and _LIST.fullmatch(value):
        return both(
            "“{value}” is one value with “{mark}” in it. If you mean several values, list each one in “values”.",
            value=shown(value),
            mark="," if "," in value else ";",
        )
    return None


def odd_version(operator: str, value: str) -> Text | None:
    """The same for SemVer operators, which ignore build metadata."""
    if not operator.startswith("semver") or "+" not in value:
        return None
    return both(
        "In “{value}” the part after “+” has no effect: SemVer treats all builds of a version as equal. If "
        "builds matter, use dottedGte and the like, and the scheme “dotted” in the version policy.",
        value=shown(value),
    )


def legible(name: str) -> Text:
    """A name in quotes, with the character that is hard to see in it, if there is one."""
    odd = _hidden(name) or _unusual(name)
    character = both(", with {it},", it=odd) if odd else ""
    return both("“{name}”{odd}", name=shown(name), odd=character)


def _hidden(value: str) -> str:
    found = _ODD.search(value)
    return _named(found[0]) if found else ""


def _unusual(value: str) -> str:
    return "" if unicodedata.is_normalized("NFC", value) else _named(_mark(value))


def _named(character: str) -> str:
    return f"U+{ord(character):04X} ({unicodedata.name(character, _NAMES.get(character, 'CONTROL CHARACTER'))})"


def _mark(value: str) -> str:
    """The first character that the normal form (NFC) writes differently."""
    usual = unicodedata.normalize("NFC", value)
    at = next((at for at, (one, other) in enumerate(zip(value, usual, strict=False)) if one != other), len(usual))
    # A letter followed by a combining mark.
    following = value[at + 1 : at + 2]
    return following if following and unicodedata.combining(following) else value[at]
