"""Conditions as Unleash constraints.

Unleash joins the constraints of a strategy by "and" and strategies by "or". So a condition becomes *alternatives*:
lists of constraints, of which at least one list must hold entirely. An empty list of alternatives never holds; an empty
alternative always does. A number in an alternative is a segment's id.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from configs.exporters.unleash.reasons import Inexpressible
from flags.engine.conditions import ENVIRONMENT
from flags.engine.evaluation import Run
from flags.engine.operators import CURRENT_TIME, OPERATORS, fold
from flags.engine.values import SAFE, VersionKey, instant_of, number_of, parse_version, range_of, text_of

Constraint = dict[str, Any]
Alternative = list[Constraint | int]
Alternatives = list[Alternative]

#: Strategies per flag. A client walks through all of them at every evaluation.
MOST_STRATEGIES = 100
#: Constraints in all strategies of one flag; strategies of all flags.
MOST_CONSTRAINTS = 1_000
MOST_IN_ALL = 10_000
#: Characters of all strategies and segments: an absolute limit, and a multiple of the snapshot's size. For clients
#: without segments, a segment's list is written once for each strategy that uses it.
MOST_TEXT = 4 * 2**20
MOST_TIMES = 4
ALWAYS: Alternatives = [[]]
NEVER: Alternatives = []
#: Names that every JavaScript object has: clients find these before the context's own properties.
_TAKEN = frozenset(
    ("properties", "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__")
    + (
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    )
)
_ATTRIBUTE = re.compile(r"[\w.:/@$-]([\w .:/@$-]*[\w.:/@$-])?")
_STICKINESS = re.compile(r"[A-Za-z0-9_-]+")
_TEXTS = {"contains": "STR_CONTAINS", "startsWith": "STR_STARTS_WITH", "endsWith": "STR_ENDS_WITH"}
_NUMBERS = {"lt": "NUM_LT", "lte": "NUM_LTE", "gt": "NUM_GT", "gte": "NUM_GTE"}
_DATES = {"before": "DATE_BEFORE", "after": "DATE_AFTER"}
_VERSIONS = {"semverLt": "SEMVER_LT", "semverLte": "SEMVER_LTE", "semverGt": "SEMVER_GT", "semverGte": "SEMVER_GTE"}
_COMPARISONS = {
    operator.eq: "SEMVER_EQ",
    operator.lt: "SEMVER_LT",
    operator.le: "SEMVER_LTE",
    operator.gt: "SEMVER_GT",
    operator.ge: "SEMVER_GTE",
}
_DIGITS = list("0123456789")
_LETTERS_AND_DIGITS = [*"abcdefghijklmnopqrstuvwxyz", *_DIGITS]
_NEVER_MIND = datetime.min.replace(tzinfo=UTC)


def product(left: Alternatives, right: Alternatives) -> Alternatives:
    """Both must hold."""
    if len(left) * len(right) > MOST_STRATEGIES:
        raise Inexpressible("many")
    found = [[*one, *(item for item in other if item not in one)] for one in left for other in right]
    return _bounded(found)


def union(parts: Iterable[Alternatives]) -> Alternatives:
    """One must hold."""
    found = [alternative for part in parts for alternative in part]
    if any(not alternative for alternative in found):
        return ALWAYS
    return _bounded(found)


def _bounded(found: Alternatives) -> Alternatives:
    if len(found) > MOST_STRATEGIES or sum(map(len, found)) > MOST_CONSTRAINTS:
        raise Inexpressible("many")
    return found


def constraint(
    attribute: str, name: str, *, values: list[str] | None = None, value: str | None = None, ignore_case: bool = False
) -> Constraint:
    found: Constraint = {
        "contextName": attribute,
        "operator": name,
        "inverted": False,
        "caseInsensitive": ignore_case,
        "values": values or [],
    }
    return found if value is None else {**found, "value": value}


def inverted(found: Constraint) -> Constraint:
    return {**found, "inverted": not found["inverted"]}


def stickiness(attribute: str) -> str:
    """The attribute as Unleash's stickiness. Not ``environment``: a client would hash its own value."""
    if (
        not _STICKINESS.fullmatch(attribute)
        or attribute in _TAKEN
        or attribute in ("default", "random", CURRENT_TIME, ENVIRONMENT)
    ):
        raise Inexpressible("bucket_by")
    return attribute


def identities(attributes: list[str], *, apart: bool) -> list[tuple[str, list[Constraint]]]:
    """The attributes to hash, each with constraints that select the contexts that have it.

    With ``apart``, only contexts that have none of the attributes before it; else any may match. Unleash's own
    ``default`` (userId, else sessionId) does not fit: without either it draws at random.
    """
    found: list[tuple[str, list[Constraint]]] = []
    without: list[Constraint] = []
    for attribute in attributes:
        by = stickiness(attribute)
        if apart and attribute != attributes[-1]:
            # No operator tests for presence. An identity contains a letter or a digit.
            there = constraint(by, "STR_CONTAINS", values=_LETTERS_AND_DIGITS, ignore_case=True)
            found.append((by, [*without, there]))
            without = [*without, inverted(there)]
        else:
            # Some clients hash the empty text; the others drop it from this list, and have no bucket for it anyway.
            found.append((by, [*without, constraint(by, "NOT_IN", values=[""])]))
    return found


def moment(text: Any) -> str:
    """A point in time as all clients read it: UTC, to the millisecond."""
    found = instant_of(text)
    if found is None or found.microsecond % 1000:
        raise Inexpressible("moment")
    return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Conditions:
    """Converts the conditions of one snapshot into alternatives. ``segments`` collects those that flags use."""

    def __init__(self, segments: Iterable[dict[str, Any]], environment: str) -> None:
        self.environment = environment
        self.sources = {source["id"]: source for source in segments}
        self.numbers = {name: number for number, name in enumerate(self.sources, start=1)}
        self.segments: dict[int, dict[str, Any]] = {}
        #: (segment, must it hold?) → its alternatives, or why there are none.
        self._known: dict[tuple[str, bool], Alternatives | Inexpressible] = {}

    def all_of(self, conditions: list[dict[str, Any]]) -> Alternatives:
        """Alternatives for: all conditions hold."""
        found = ALWAYS
        for condition in conditions:
            found = product(found, self.one(condition))
        return found

    def not_all_of(self, conditions: list[dict[str, Any]]) -> Alternatives:
        """Alternatives for: at least one condition does not hold."""
        return union(self.negated(condition) for condition in conditions)

    def one(self, condition: dict[str, Any]) -> Alternatives:
        match condition:
            case {"segment": name}:
                return self._once(name, True)
            case {"all": inner}:
                return self.all_of(inner)
            case {"any": inner}:
                return union(self.one(part) for part in inner)
            case {"not": inner}:
                return self.negated(inner)
        return self._question(condition)

    def negated(self, condition: dict[str, Any]) -> Alternatives:
        match condition:
            case {"segment": name}:
                return self._once(name, False)
            case {"all": inner}:
                return self.not_all_of(inner)
            case {"any": inner}:
                found = ALWAYS
                for part in inner:
                    found = product(found, self.negated(part))
                return found
            case {"not": inner}:
                return self.one(inner)
        found = ALWAYS
        for alternative in self._question(condition):
            found = product(found, [[inverted(item)] for item in alternative if isinstance(item, dict)])
        return found

    def _once(self, name: str, holds: bool) -> Alternatives:
        """Converts each segment once, after the segments that it refers to."""
        waiting = [(name, holds)]
        while waiting:
            needed = [] if waiting[-1] in self._known else self._named(*waiting[-1])
            if not needed:
                self._know(*waiting.pop())
            waiting += needed
        known = self._known[name, holds]
        if isinstance(known, Inexpressible):
            raise Inexpressible(known.code)
        return known

    def _named(self, name: str, holds: bool) -> list[tuple[str, bool]]:
        """The segments that this one refers to, and whether each must hold; without those already converted."""
        found: dict[tuple[str, bool], None] = {}
        waiting = [(condition, holds) for condition in self.sources[name]["conditions"] or ()]
        while waiting:
            condition, wanted = waiting.pop()
            match condition:
                case {"segment": inner}:
                    found[inner, wanted] = None
                case {"all": inner} | {"any": inner}:
                    waiting += [(part, wanted) for part in inner]
                case {"not": inner}:
                    waiting.append((inner, not wanted))
        return [use for use in found if use not in self._known]

    def _know(self, name: str, holds: bool) -> None:
        if (name, holds) not in self._known:
            try:
                found = self._segment(name) if holds else self.not_all_of(self._conditions(name))
            except Inexpressible as error:
                self._known[name, holds] = error
            else:
                self._known[name, holds] = found

    def _conditions(self, name: str) -> list[dict[str, Any]]:
        if self.sources[name].get("private"):
            raise Inexpressible("private")
        conditions: list[dict[str, Any]] = self.sources[name]["conditions"]
        return conditions

    def _segment(self, name: str) -> Alternatives:
        """The segment by its number where Unleash can express it as a segment; else its conditions, inlined."""
        found = self.all_of(self._conditions(name))
        if len(found) != 1 or not found[0]:
            return found
        number = self.numbers[name]
        self.segments[number] = {"id": number, "name": name, "constraints": self.flat(found[0])}
        return [[number]]

    def flat(self, alternative: Alternative) -> list[Constraint]:
        """The alternative with its segments' constraints in place of their numbers."""
        found: list[Constraint] = []
        for item in alternative:
            parts = self.segments[item]["constraints"] if isinstance(item, int) else [item]
            found += [part for part in parts if part not in found]
        return found

    def _question(self, condition: dict[str, Any]) -> Alternatives:
        attribute, name, values = condition["attribute"], condition["operator"], condition.get("values", [])
        ignore_case = condition.get("ignoreCase") is True
        if attribute == ENVIRONMENT and self.environment:
            # The server knows it, whatever a client says.
            test = OPERATORS[name](attribute, values, ignore_case)
            return ALWAYS if test({ENVIRONMENT: self.environment}, Run(_NEVER_MIND)) else NEVER
        if not _ATTRIBUTE.fullmatch(attribute) or attribute in _TAKEN or attribute == ENVIRONMENT:
            raise Inexpressible("attribute")
        if name in _DATES:
            if attribute != CURRENT_TIME:
                raise Inexpressible("date")
            # One value must match, so only the widest counts: the latest for "before".
            chosen = (max if name == "before" else min)(values, key=lambda value: instant_of(value) or _NEVER_MIND)
            return [[constraint(attribute, _DATES[name], value=moment(chosen))]]
        if attribute == CURRENT_TIME:
            raise Inexpressible("attribute")
        make = _MAKERS.get(name)
        if make is None:
            raise Inexpressible("operator")
        return make(attribute, name, values, ignore_case)


def _equal(attribute: str, name: str, values: list[Any], ignore_case: bool) -> Alternatives:
    if ignore_case:
        raise Inexpressible("ignore_case")
    return [[constraint(attribute, "NOT_IN" if name == "notIn" else "IN", values=_texts(values))]]


def _part(attribute: str, name: str, values: list[Any], ignore_case: bool) -> Alternatives:
    if ignore_case and any("σ" in fold(text_of(value) or "") for value in values):
        # The final sigma: most clients lower-case it differently at the end of a word.
        raise Inexpressible("ignore_case")
    return [[constraint(attribute, _TEXTS[name], values=_texts(values), ignore_case=ignore_case)]]


def _texts(values: list[Any]) -> list[str]:
    """The values as texts that no client changes: some clients trim texts and drop empty ones."""
    found = [text_of(value) or "" for value in values]
    if any(text != text.strip(" \ufeff") or text.strip() != text or not text or "\\" in text for text in found):
        raise Inexpressible("value")
    return found


def _number(attribute: str, name: str, values: list[Any], ignore_case: bool) -> Alternatives:
    generous = max if name in ("lt", "lte") else min
    bound = generous(number for number in map(number_of, values) if number is not None)
    # JavaScript takes the empty text for 0; a number ends with a digit.
    return [
        [
            constraint(attribute, "STR_ENDS_WITH", values=_DIGITS),
            constraint(attribute, _NUMBERS[name], value=text_of(bound)),
        ]
    ]


def _version(attribute: str, name: str, values: list[Any], ignore_case: bool) -> Alternatives:
    generous = max if name in ("semverLt", "semverLte") else min
    bound = generous(version for version in map(parse_version, values) if version is not None)
    return [[constraint(attribute, _VERSIONS[name], value=_version_text(bound))]]


def _same_version(attribute: str, name: str, values: list[Any], ignore_case: bool) -> Alternatives:
    versions = (version for version in map(parse_version, values) if version is not None)
    return union([[constraint(attribute, "SEMVER_EQ", value=_version_text(version))]] for version in versions)


def _range(attribute: str, name: str, values: list[Any], ignore_case: bool) -> Alternatives:
    ranges = (wanted for wanted in map(range_of, values) if wanted is not None)
    return union(
        [
            [constraint(attribute, _COMPARISONS[compare], value=_version_text(bound)) for compare, bound in comparisons]
            for comparisons in wanted
        ]
        for wanted in ranges
    )


def _version_text(version: VersionKey) -> str:
    """The full form without build metadata, which some clients wrongly compare."""
    *numbers, (kind, *rest) = version
    identifiers = [word or str(number) for _, number, word in (rest[0] if kind == 0 else ())]
    if max(*numbers, *(number for _, number, _ in (rest[0] if kind == 0 else ()))) > SAFE:
        raise Inexpressible("number")
    return ".".join(map(str, numbers)) + ("-" + ".".join(identifiers) if identifiers else "")


_MAKERS: dict[str, Callable[[str, str, list[Any], bool], Alternatives]] = {
    **dict.fromkeys(("equals", "in", "notIn"), _equal),
    **dict.fromkeys(_TEXTS, _part),
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(_VERSIONS, _version),
    "semverEq": _same_version,
    "semverRange": _range,
}
