"""Caps of a snapshot, checked first, in one pass without recursion."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

from configs.snapshot.traversal import Trail, below, places, steps
from flags.engine.sentences import shown
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.texts import Text, both, fill

MAX_DEPTH = 32
MAX_KEYS = 3_000
MAX_STRING = 64 * 1024
MAX_INTEGER = 2**53 - 1
#: Problems after which one check stops; the walk then only determines whether the document is legible.
MOST_PROBLEMS = 1_001
#: Keys that change an object's behaviour when JavaScript copies it.
FORBIDDEN_KEYS = frozenset({"__proto__", "constructor", "prototype"})
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Walk:
    """Result of :func:`walk`. ``strings``: all string values, each with its parent and key. ``legible`` is False when
    the document is too deep or not Unicode text; recursive or encoding code must then not touch it.
    """

    problems: list[Problem] = field(default_factory=list)
    strings: list[tuple[str, Trail, Any]] = field(default_factory=list)
    legible: bool = True


def encodable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def walk(document: Any) -> Walk:
    """All caps but the size. Linear in the document, at most ``MAX_DEPTH`` deep."""
    result = Walk()
    fine_keys: set[str] = set()
    keep = result.strings.append

    def report(trail: Trail, code: str, message: Text) -> None:
        if len(result.problems) < MOST_PROBLEMS:
            result.problems.append(Problem(encodable(pointer(steps(trail))), code, message))

    def look_closer(text: str, trail: Trail) -> None:
        if len(text) > MAX_STRING:
            report(trail, "string.too_long", fill(_TOO_LONG, length=len(text), cap=MAX_STRING))
        if "\0" in text:
            report(trail, "string.nul", _NUL)
        if _SURROGATE.search(text):
            result.legible = False
            report(trail, "string.surrogate", _HALF)

    for above, key, value, depth in places(document, MAX_DEPTH):
        kind = type(value)
        if kind is str:
            keep((value, above, key))
            if not value.isascii() or "\0" in value or len(value) > MAX_STRING:
                look_closer(value, below(above, key))
        elif kind is dict or kind is list:
            if kind is dict and len(value) > MAX_KEYS:
                report(below(above, key), "snapshot.too_many_keys", fill(_KEYS, count=len(value), cap=MAX_KEYS))
            if depth > MAX_DEPTH:
                result.legible = False
                report(below(above, key), "snapshot.too_deep", _TOO_DEEP)
            elif kind is dict and not value.keys() <= fine_keys:
                here = below(above, key)
                for name in value:
                    if name in fine_keys:
                        continue
                    if name in FORBIDDEN_KEYS:
                        report((here, name), "key.forbidden", fill(_FORBIDDEN, key=name))
                    elif name.isascii() and "\0" not in name and len(name) <= MAX_STRING:
                        fine_keys.add(name)
                    else:
                        look_closer(name, (here, name))
        elif (kind is int and not -MAX_INTEGER <= value <= MAX_INTEGER) or (kind is float and not _safe(value)):
            report(below(above, key), "number.unsafe", fill(_UNSAFE, number=shown(value, 30)))
    return result


def _safe(number: float) -> bool:
    # From 1e21 on JavaScript and RFC 8785 write an exponent, so no reader takes such a number for an integer.
    return math.isfinite(number) and (abs(number) <= MAX_INTEGER or not number.is_integer() or abs(number) >= 1e21)


def size_problems(document: Any, max_bytes: int) -> list[Problem]:
    """``snapshot.too_large`` when compact UTF-8 JSON of a legible document takes more than ``max_bytes`` bytes."""
    try:
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    except ValueError:  # an integer with thousands of digits, reported as number.unsafe
        return []
    size = len(text.encode("utf-8"))
    if size <= max_bytes:
        return []
    message = both("The snapshot has {size} bytes; at most {cap} are accepted.", size=size, cap=max_bytes)
    return [Problem("", "snapshot.too_large", message)]


_TOO_DEEP = both("Nested deeper than {cap} levels.", cap=MAX_DEPTH)
_KEYS = both("This object has {count} keys; at most {cap} are accepted.")
_TOO_LONG = both("This text has {length} characters; at most {cap} are accepted.")
_UNSAFE = both("Not every client reads {number} the same way: integers go up to ±(2^53−1).")
_FORBIDDEN = both("The key “{key}” is refused.")
_NUL = both("This text contains the character NUL.")
_HALF = both("This text contains half a character (a lone surrogate).")
