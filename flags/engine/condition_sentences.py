"""Conditions in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flags.engine.evaluation import Context
from flags.engine.sentences import Text, both, joined, quoted
from flags.engine.values import LONGEST_TEXT, MOST_MEMBERS, read_text

#: Values, and attributes, that a sentence names; the rest is counted.
MOST_NAMED = 5

#: operator → what stands between the attribute and the values
_VERBS = {
    "exists": ("is present", "est présent"),
    "equals": ("is", "vaut"),
    "in": ("is", "vaut"),
    "notIn": ("is none of", "n'est aucun de"),
    "contains": ("contains", "contient"),
    "startsWith": ("starts with", "commence par"),
    "endsWith": ("ends with", "finit par"),
    "matches": ("matches the pattern", "correspond au motif"),
    "inCidr": ("is in the network", "est dans le réseau"),
    "lt": ("is less than", "est inférieur à"),
    "lte": ("is at most", "vaut au plus"),
    "gt": ("is more than", "est supérieur à"),
    "gte": ("is at least", "vaut au moins"),
    "before": ("is before", "est avant"),
    "after": ("is after", "est après"),
    "semverEq": ("is the version", "est la version"),
    "semverLt": ("is before the version", "est avant la version"),
    "semverLte": ("is at most the version", "est au plus la version"),
    "semverGt": ("is after the version", "est après la version"),
    "semverGte": ("is at least the version", "est au moins la version"),
    "semverRange": ("is a version in", "est une version de"),
    "dottedEq": ("is the version", "est la version"),
    "dottedLt": ("is before the version", "est avant la version"),
    "dottedLte": ("is at most the version", "est au plus la version"),
    "dottedGt": ("is after the version", "est après la version"),
    "dottedGte": ("is at least the version", "est au moins la version"),
}
_ANY_CASE = both(" (in any case)", " (quelle que soit la casse)")


def phrase(condition: Any) -> Text:
    """``“plan” is “team” or “enterprise”``"""
    match condition:
        case {"attribute": attribute, "operator": name}:
            verb = _VERBS.get(name, (name, name))
            subject = both("{it} {en}", "{it} {fr}", it=quoted(attribute), en=verb[0], fr=verb[1])
            values = condition.get("values")
            if not values:
                return subject
            named = _named(values)
            or_and = (", ", ", ") if name == "notIn" else (" or ", " ou ")
            case = _ANY_CASE if condition.get("ignoreCase") else both("", "")
            return both("{a} {b}{c}", "{a} {b}{c}", a=subject, b=joined(named, *or_and), c=case)
        case {"segment": name}:
            return both("segment {it}", "segment {it}", it=quoted(name))
        case {"all": list(parts)}:
            return both("({it})", "({it})", it=joined(map(phrase, parts), " and ", " et "))
        case {"any": list(parts)}:
            return both("({it})", "({it})", it=joined(map(phrase, parts), " or ", " ou "))
        case {"not": inner}:
            return both("not: {it}", "pas : {it}", it=phrase(inner))
        case _:
            return both("?", "?")


def _named(values: Any) -> list[Text]:
    named = [quoted(value) for value in values[:MOST_NAMED]]
    if len(values) > MOST_NAMED:
        named.append(both("{more} others", "{more} autres", more=len(values) - MOST_NAMED))
    return named


def facts(condition: Any, context: Context) -> Text:
    """What the context says about the attributes of a condition: ``“plan” is “free”, “locale” is missing``."""
    named = list(dict.fromkeys(attributes(condition)))[:MOST_NAMED]
    return joined((fact(attribute, context) for attribute in named), ", ", ", ")


def tried(by: Iterable[str], context: Context) -> Text:
    """The same of the attributes that are hashed, up to the one that has something to hash."""
    found = []
    for attribute in by:
        found.append(fact(attribute, context))
        if read_text(context.get(attribute)):
            break
    return joined(found, ", ", ", ")


def fact(attribute: str, context: Context) -> Text:
    value = context.get(attribute)
    if value is None:
        return both("{it} is missing", "{it} manque", it=quoted(attribute))
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return both(
            "{it} is longer than {cap} characters, and not read",
            "{it} dépasse {cap} caractères et n'est pas lu",
            it=quoted(attribute),
            cap=LONGEST_TEXT,
        )
    if isinstance(value, list) and len(value) > MOST_MEMBERS:
        return both(
            "{it} has more than {cap} members, and is not read",
            "{it} a plus de {cap} éléments et n'est pas lu",
            it=quoted(attribute),
            cap=MOST_MEMBERS,
        )
    if isinstance(value, list) and value:
        found = joined(_named(value), ", ", ", ")
        return both("{it} is a list: {found}", "{it} est une liste : {found}", it=quoted(attribute), found=found)
    return both("{it} is {value}", "{it} vaut {value}", it=quoted(attribute), value=quoted(value))


def segments(condition: Any) -> Iterator[str]:
    """Segments that a condition names itself."""
    for part in _parts(condition):
        if isinstance(part.get("segment"), str):
            yield part["segment"]


def attributes(condition: Any) -> Iterator[str]:
    """Attributes that a condition names itself."""
    for part in _parts(condition):
        if isinstance(part.get("attribute"), str):
            yield part["attribute"]


def _parts(condition: Any) -> Iterator[dict[str, Any]]:
    """The condition and those inside it, in the order in which they are written."""
    if isinstance(condition, dict):
        yield condition
        for inner in (*condition.get("all", ()), *condition.get("any", ()), condition.get("not")):
            yield from _parts(inner)
