"""Sentences for conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flags.engine.evaluation import Context
from flags.engine.sentences import quoted
from flags.engine.values import LONGEST_TEXT, MOST_MEMBERS, read_text
from icontrol.kernel.texts import Text, both, joined, same

#: Values, and attributes, that a sentence lists; it counts the rest.
MOST_NAMED = 5

#: operator → text between attribute and values
_VERBS = {
    "exists": both("is present"),
    "equals": both("is"),
    "in": both("is"),
    "notIn": both("is none of"),
    "contains": both("contains"),
    "startsWith": both("starts with"),
    "endsWith": both("ends with"),
    "matches": both("matches the pattern"),
    "inCidr": both("is in the network"),
    "lt": both("is less than"),
    "lte": both("is at most"),
    "gt": both("is more than"),
    "gte": both("is at least"),
    "before": both("is before"),
    "after": both("is after"),
    "semverEq": both("is the version"),
    "semverLt": both("is before the version"),
    "semverLte": both("is at most the version"),
    "semverGt": both("is after the version"),
    "semverGte": both("is at least the version"),
    "semverRange": both("is a version in"),
    "dottedEq": both("is the version"),
    "dottedLt": both("is before the version"),
    "dottedLte": both("is at most the version"),
    "dottedGt": both("is after the version"),
    "dottedGte": both("is at least the version"),
}
_ANY_CASE = both(" (in any case)")


def phrase(condition: Any) -> Text:
    """``“plan” is “team” or “enterprise”``"""
    match condition:
        case {"attribute": attribute, "operator": name}:
            subject = both("{it} {verb}", it=quoted(attribute), verb=_VERBS.get(name, name))
            values = condition.get("values")
            if not values:
                return subject
            named = _named(values)
            or_and = both(", ") if name == "notIn" else both(" or ")
            case = _ANY_CASE if condition.get("ignoreCase") else same("")
            return both("{a} {b}{c}", a=subject, b=joined(named, or_and), c=case)
        case {"segment": name}:
            return both("segment {it}", it=quoted(name))
        case {"all": list(parts)}:
            return both("({it})", it=joined(map(phrase, parts), both(" and ")))
        case {"any": list(parts)}:
            return both("({it})", it=joined(map(phrase, parts), both(" or ")))
        case {"not": inner}:
            return both("not {it}", it=phrase(inner))
        case _:
            return both("?")


def _named(values: Any) -> list[Text]:
    named = [quoted(value) for value in values[:MOST_NAMED]]
    if len(values) > MOST_NAMED:
        named.append(both("{more} others", more=len(values) - MOST_NAMED))
    return named


def facts(condition: Any, context: Context) -> Text:
    """The context's values for the attributes of a condition: ``“plan” is “free”, “locale” is missing``."""
    named = list(dict.fromkeys(attributes(condition)))[:MOST_NAMED]
    return joined((fact(attribute, context) for attribute in named), both(", "))


def tried(by: Iterable[str], context: Context) -> Text:
    """The same for the hashed attributes, up to the first usable one."""
    found = []
    for attribute in by:
        found.append(fact(attribute, context))
        if read_text(context.get(attribute)):
            break
    return joined(found, both(", "))


def fact(attribute: str, context: Context) -> Text:
    value = context.get(attribute)
    if value is None:
        return both("{it} is missing", it=quoted(attribute))
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return both("{it} is longer than {cap} characters, and not read", it=quoted(attribute), cap=LONGEST_TEXT)
    if isinstance(value, list) and len(value) > MOST_MEMBERS:
        return both("{it} has more than {cap} members, and is not read", it=quoted(attribute), cap=MOST_MEMBERS)
    if isinstance(value, list) and value:
        found = joined(_named(value), both(", "))
        return both("{it} is a list: {found}", it=quoted(attribute), found=found)
    return both("{it} is {value}", it=quoted(attribute), value=quoted(value))


def segments(condition: Any) -> Iterator[str]:
    """Segments that a condition names directly."""
    for part in _parts(condition):
        if isinstance(part.get("segment"), str):
            yield part["segment"]


def attributes(condition: Any) -> Iterator[str]:
    """Attributes that a condition names directly."""
    for part in _parts(condition):
        if isinstance(part.get("attribute"), str):
            yield part["attribute"]


def _parts(condition: Any) -> Iterator[dict[str, Any]]:
    """The condition and its nested conditions, in document order."""
    if isinstance(condition, dict):
        yield condition
        for inner in (*condition.get("all", ()), *condition.get("any", ()), condition.get("not")):
            yield from _parts(inner)
