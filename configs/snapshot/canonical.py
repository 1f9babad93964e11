"""Reads strict JSON and writes canonical text, which is stored, hashed and compared.

Reading follows I-JSON (RFC 7493) with caps: the standard parser accepts NaN, ``1e400``, duplicate keys and lone
surrogates, and answers hostile input with ``ValueError`` or ``RecursionError``. Writing follows RFC 8785 (JCS), so that
anyone can recompute the digest of a snapshot at any time.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any, NoReturn, TypeGuard

import rfc8785

from configs.snapshot.caps import FORBIDDEN_KEYS, MAX_DEPTH, MAX_INTEGER, MAX_KEYS, MAX_STRING
from configs.snapshot.traversal import NAMED_BY, OBJECTS
from flags.engine.sentences import shown
from icontrol.kernel.problems import Problem
from icontrol.kernel.texts import Text, both

SURROGATE = re.compile("[\ud800-\udfff]")
#: Keys below it sort by code points as RFC 8785 sorts them, by UTF-16 units.
FIRST_SURROGATE = "\ud800"

#: Sections whose members have ``order``; the others are sorted by ``id`` or ``key``.
ORDERED = ("pages", "tabs")
NESTED = {"tables": {"columns": "id", "actions": "id"}}


class NotStrictJSON(ValueError):
    """The text is not strict JSON within the caps; ``problems`` lists where and why."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.message["en"] for problem in problems))


def _refuse(code: str, message: Text) -> NoReturn:
    raise NotStrictJSON(Problem("", code, message))


def parse_strict(data: bytes | str, *, max_bytes: int | None = None, doubles: bool = False) -> Any:
    """Parse ``data`` (UTF-8); :class:`NotStrictJSON` for anything but strict JSON within the caps.

    Refused: more than ``max_bytes`` bytes, not UTF-8, a byte order mark, duplicate keys, ``__proto__``, ``constructor``
    and ``prototype`` as keys, NaN and infinities (also ``1e400``), integers beyond ±(2^53−1), nesting beyond 32, more
    than 3 000 keys in an object, strings beyond 64 KiB, NUL, lone surrogates.

    With ``doubles`` a large integer is read as a double: for values that are compared and never stored.
    """
    text = read_text(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data, max_bytes)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_any_integer if doubles else _integer,
            parse_float=_finite if doubles else _float,
        )
    except RecursionError:
        _too_deep()
    except json.JSONDecodeError as error:
        _refuse("json.syntax", both("Not JSON: line {line}, column {column}.", line=error.lineno, column=error.colno))
    _check_tree(value)
    return value


def read_text(raw: bytes, max_bytes: int | None = None) -> str:
    """Decode the text. The refusal names the encoding that the first bytes show: Windows editors and shells write all
    of these.
    """
    if max_bytes is not None and len(raw) > max_bytes:
        _refuse(
            "json.too_large",
            both("The document has {size} bytes; at most {cap} are accepted.", size=len(raw), cap=max_bytes),
        )
    if raw.startswith(b"\xef\xbb\xbf"):
        _refuse(
            "json.byte_order_mark",
            both("The text begins with a byte order mark (EF BB BF). Save it as UTF-8 without BOM."),
        )
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw[:4]:
        _refuse(
            "json.encoding", both("The text is UTF-16 or UTF-32, as written by PowerShell's “>”. Save it as UTF-8.")
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(
            "json.encoding",
            both(
                "The text is not UTF-8: on line {line}, byte {at} is {byte}. Save it as UTF-8.",
                line=raw.count(b"\n", 0, error.start) + 1,
                at=error.start - raw.rfind(b"\n", 0, error.start),
                byte=f"{raw[error.start]:02X}",
            ),
        )


def _too_deep() -> NoReturn:
    _refuse("json.too_deep", both("Nested deeper than {cap} levels.", cap=MAX_DEPTH))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        _refuse("json.duplicate_key", both("The key “{key}” occurs twice.", key=shown(twice)))
    if not value.keys().isdisjoint(FORBIDDEN_KEYS):
        key = min(FORBIDDEN_KEYS & value.keys())
        _refuse("json.forbidden_key", both("The key “{key}” is refused.", key=key))
    if len(value) > MAX_KEYS:
        _refuse("json.too_many_keys", both("An object has more than {cap} keys.", cap=MAX_KEYS))
    return value


def _constant(name: str) -> NoReturn:
    _refuse("json.number", both("{name} is not a JSON number.", name=name))


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        _refuse("json.number", both("The integer {digits} is beyond ±(2^53−1).", digits=digits[:24]))
    return int(digits)


def _any_integer(digits: str) -> float | int:
    return int(digits) if len(digits) <= 15 else _finite(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        _refuse("json.number", both("{digits} is not finite.", digits=digits[:24]))
    return value


def _float(digits: str) -> float | int:
    value = _finite(digits)
    if not value.is_integer() or abs(value) >= 1e21:
        return value
    # RFC 8785 writes 2.0 as 2 and 1e16 as an integer, so both are read as integers.
    return _integer(str(int(value)))


def _check_tree(root: Any) -> None:
    """Check depth and strings level by level: the parsed value may be too deep for recursion."""
    level = [root]
    for depth in count():
        following: list[Any] = []
        nested = False
        for value in level:
            kind = type(value)
            if kind is str:
                if not value.isascii() or "\0" in value or len(value) > MAX_STRING:
                    _check_string(value)
            elif kind is dict:
                nested = True
                following.extend(value)
                following.extend(value.values())
            elif kind is list:
                nested = True
                following.extend(value)
        if nested and depth == MAX_DEPTH:
            _too_deep()
        if not following:
            return
        level = following


def _check_string(value: str) -> None:
    if len(value) > MAX_STRING:
        _refuse("json.string_too_long", both("A string is longer than {cap} characters.", cap=MAX_STRING))
    if "\0" in value:
        _refuse("json.nul", both("A string contains the character NUL."))
    if SURROGATE.search(value):
        _refuse("json.surrogate", both("A string contains a lone surrogate."))


def canonical(value: Any) -> str:
    """The RFC 8785 text of a value that :func:`parse_strict` could have returned."""
    if _is_plain(value):
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if text.isascii() or not SURROGATE.search(text):
            return text
    return rfc8785.dumps(value).decode("utf-8")


def _is_plain(root: Any) -> bool:
    """Whether the standard library's encoder, five times as fast, writes exactly the RFC 8785 text.

    The two differ in the order of keys beyond the basic plane, in numbers that one of them writes with an exponent or
    as an integer, and in what they refuse (keys that are no strings, integers beyond ±(2^53−1), NaN).
    """
    pending: list[Iterable[Any]] = [[root]]
    while pending:
        for value in pending.pop():
            kind = type(value)
            if kind is dict:
                for key in value:
                    if type(key) is not str or not (key.isascii() or max(key) < FIRST_SURROGATE):
                        return False
                pending.append(value.values())
            elif kind is list:
                pending.append(value)
            elif kind is int:
                if not -MAX_INTEGER <= value <= MAX_INTEGER:
                    return False
            elif kind is float:
                if not 1e-4 <= abs(value) < 1e16 or value.is_integer():
                    return False
            elif kind is not str and kind is not bool and value is not None:
                return False
    return True


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, in hex (64 characters)."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def revision_of(digest: str) -> str:
    """The revision of a text with this digest, for objects that are replaced as a whole. Equal text has the same
    revision.
    """
    return digest[:32]


def keyed(items: Any, key: str) -> TypeGuard[list[dict[str, Any]]]:
    """Whether ``items`` is a list of objects, each with a unique string under ``key``."""
    if not isinstance(items, list):
        return False
    names = [item.get(key) if isinstance(item, dict) else None for item in items]
    return all(isinstance(name, str) for name in names) and len(set(names)) == len(names)


def _rank(key: str, by_order: bool) -> Callable[[Any], tuple[bool, float, str]]:
    def rank(item: dict[str, Any]) -> tuple[bool, float, str]:
        order = item.get("order") if by_order else 0
        if isinstance(order, int | float) and not isinstance(order, bool):
            return False, order, item[key]
        return True, 0, item[key]

    return rank


def normalise(snapshot: Any) -> Any:
    """The content in its stored form, so that equal content has an equal digest.

    A missing section of the product is added, empty, so that readers find one shape. Items with ``order`` (pages, tabs,
    columns) are sorted by it, equal orders by id; everything else by id or key. A section that is not (yet) a list of
    named objects is left unchanged: drafts may be incomplete. Total on any JSON, idempotent.
    """
    if not isinstance(snapshot, dict):
        return snapshot
    result = {**{section: [] for section in NAMED_BY}, **{section: {} for section in OBJECTS}, **snapshot}
    for section, key in NAMED_BY.items():
        items = result.get(section)
        if not keyed(items, key):
            continue
        items = sorted(items, key=_rank(key, section in ORDERED))
        for field, nested_key in NESTED.get(section, {}).items():
            items = [
                {**item, field: sorted(item[field], key=_rank(nested_key, field == "columns"))}
                if keyed(item.get(field), nested_key)
                else item
                for item in items
            ]
        result[section] = items
    return result
