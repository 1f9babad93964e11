"""Strict JSON in, canonical text out: what is stored, hashed and compared.

Reading follows I-JSON (RFC 7493) with caps: the standard parser accepts NaN, ``1e400``, duplicate keys and lone
surrogates, and answers hostile input with ``ValueError`` or ``RecursionError``. Writing follows RFC 8785 (JCS), so
that the digest of a snapshot can be recomputed anywhere, for ever.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any, NoReturn

import rfc8785

from configs.problems import Problem
from configs.texts import both

MAX_DEPTH = 32
MAX_KEYS = 3_000
MAX_STRING = 64 * 1024
MAX_INTEGER = 2**53 - 1
SURROGATE = re.compile("[\ud800-\udfff]")
#: Brackets, and strings to skip. An unterminated string runs to the end, so no text is scanned twice.
TOKENS = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)

#: Sections whose members carry ``order``; the others are kept in the order of their ``id`` or ``key``.
ORDERED = ("pages", "tabs")
#: section → the member that names an item. Nested lists (columns, actions) are named by ``id``.
KEYS = {
    "pages": "id",
    "tabs": "id",
    "tables": "id",
    "featureFlags": "key",
    "segments": "id",
    "uiTokens": "key",
    "roles": "id",
    "permissions": "id",
    "plans": "id",
}
#: Sections that are one object.
OBJECTS = ("layout", "theme")
NESTED = {"tables": {"columns": "id", "actions": "id"}}


class NotStrictJSON(ValueError):
    """The text is not strict JSON within the caps; ``problems`` says where and why."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.message["en"] for problem in problems))


def _refuse(code: str, en: str, fr: str, **values: Any) -> NoReturn:
    raise NotStrictJSON(Problem("", code, both(en, fr, **values)))


def parse_strict(data: bytes | str, *, max_bytes: int | None = None) -> Any:
    """The value that ``data`` (UTF-8) stands for; :class:`NotStrictJSON` for anything but strict JSON in the caps.

    Refused: more than ``max_bytes`` bytes, not UTF-8, a byte order mark, duplicate or ``__proto__`` keys, NaN and
    infinities (also ``1e400``), integers beyond ±(2^53−1), nesting beyond 32, more than 3 000 keys in an object,
    strings beyond 64 KiB, NUL, lone surrogates.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if max_bytes is not None and len(raw) > max_bytes:
        _refuse(
            "json.too_large",
            "The document has {size} bytes; at most {cap} are accepted.",
            "Le document fait {size} octets ; {cap} au plus sont acceptés.",
            size=len(raw),
            cap=max_bytes,
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(
            "json.encoding",
            "The text is not UTF-8 (byte {at}).",
            "Le texte n'est pas de l'UTF-8 (octet {at}).",
            at=error.start,
        )
    _check_depth(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except json.JSONDecodeError as error:
        _refuse(
            "json.syntax",
            "Not JSON: line {line}, column {column}.",
            "Ce n'est pas du JSON : ligne {line}, colonne {column}.",
            line=error.lineno,
            column=error.colno,
        )
    _check_strings(value)
    return value


def _check_depth(text: str) -> None:
    """Count brackets outside strings before the recursive parser sees them."""
    depth = 0
    for token in TOKENS.finditer(text):
        first = token.group()[0]
        if first in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                _refuse(
                    "json.too_deep",
                    "Nested deeper than {cap} levels.",
                    "Imbrication de plus de {cap} niveaux.",
                    cap=MAX_DEPTH,
                )
        elif first in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        _refuse("json.duplicate_key", "The key “{key}” stands twice.", "La clé « {key} » figure deux fois.", key=twice)
    if "__proto__" in value:
        _refuse("json.forbidden_key", "The key “__proto__” is refused.", "La clé « __proto__ » est refusée.")
    if len(value) > MAX_KEYS:
        _refuse(
            "json.too_many_keys",
            "An object has more than {cap} keys.",
            "Un objet a plus de {cap} clés.",
            cap=MAX_KEYS,
        )
    return value


def _constant(name: str) -> NoReturn:
    _refuse("json.number", "{name} is not a JSON number.", "{name} n'est pas un nombre JSON.", name=name)


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        _refuse(
            "json.number",
            "The integer {digits} is beyond ±(2^53−1).",
            "L'entier {digits} dépasse ±(2^53−1).",
            digits=digits[:24],
        )
    return int(digits)


def _float(digits: str) -> float | int:
    value = float(digits)
    if not math.isfinite(value):
        _refuse("json.number", "{digits} is not finite.", "{digits} n'est pas fini.", digits=digits[:24])
    if not value.is_integer() or abs(value) >= 1e21:
        return value
    # One number has one form: RFC 8785 writes 2.0 as 2 and 1e16 as an integer, so they are read as integers too.
    return _integer(str(int(value)))


def _check_strings(root: Any) -> None:
    pending = [root]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(value.keys())
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, str):
            if len(value) > MAX_STRING:
                _refuse(
                    "json.string_too_long",
                    "A string is longer than {cap} characters.",
                    "Une chaîne dépasse {cap} caractères.",
                    cap=MAX_STRING,
                )
            if "\0" in value:
                _refuse("json.nul", "A string holds the character NUL.", "Une chaîne contient le caractère NUL.")
            if SURROGATE.search(value):
                _refuse("json.surrogate", "A string holds a lone surrogate.", "Une chaîne contient un demi-caractère.")


def canonical(value: Any) -> str:
    """The RFC 8785 text of a value that :func:`parse_strict` could have returned."""
    return rfc8785.dumps(value).decode("utf-8")


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, in hex (64 characters)."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def keyed(items: Any, key: str) -> bool:
    """Whether ``items`` is a list of objects, each with a string of its own under ``key``."""
    if not isinstance(items, list):
        return False
    names = [item.get(key) if isinstance(item, dict) else None for item in items]
    return all(isinstance(name, str) for name in names) and len(set(names)) == len(names)


def _rank(key: str, by_order: bool) -> Any:
    def rank(item: dict[str, Any]) -> tuple[bool, float, str]:
        order = item.get("order") if by_order else 0
        known = isinstance(order, int | float) and not isinstance(order, bool)
        return (False, order, item[key]) if known else (True, 0, item[key])

    return rank


def normalise(snapshot: Any) -> Any:
    """The same content in the one form that it is stored in, so that equal content has an equal digest.

    A section of the product that is missing is there, empty, so that readers find one shape. Items with ``order``
    (pages, tabs, columns) are sorted by it, equal orders by id; everything else by id or key. A section that is not (yet) a list of named objects stays as it was written: drafts may be half typed.
    """
    if not isinstance(snapshot, dict):
        return snapshot
    result = {**{section: [] for section in KEYS}, **{section: {} for section in OBJECTS}, **snapshot}
    for section, key in KEYS.items():
        items = result.get(section)
        if not keyed(items, key):
            continue
        items = sorted(items, key=_rank(key, section in ORDERED))  # type: ignore[arg-type]
        for field, nested_key in NESTED.get(section, {}).items():
            items = [
                {**item, field: sorted(item[field], key=_rank(nested_key, field == "columns"))}
                if keyed(item.get(field), nested_key)
                else item
                for item in items
            ]
        result[section] = items
    return result
