"""Operators: each compiles one comparison of one attribute to a function, once per release.

Wrong types never raise: what an operator cannot read does not match.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped, unused-ignore]

from flags.engine.evaluation import Context, Run
from flags.engine.sentences import shown
from flags.engine.values import (
    KEPT,
    LONGEST_RANGE,
    LONGEST_TEXT,
    LONGEST_VERSION,
    MOST_MEMBERS,
    dotted_of,
    in_range,
    instant_of,
    network_of,
    number_of,
    parse_address,
    parse_version,
    range_of,
    read_text,
    text_of,
)
from icontrol.kernel.texts import Text, both

Test = Callable[[Context, Run], bool]
#: (attribute, values, ignore case?) → test. The values are readable.
Maker = Callable[[str, Sequence[Any], bool], Test]

#: The time of the evaluation, for ``before`` and ``after``, unless the context overrides it.
CURRENT_TIME = "currentTime"
#: Characters of a pattern, and bytes of its compiled form.
LONGEST_PATTERN = 1_000
PATTERN_MEMORY = 1 << 19
#: Compiled patterns that are kept: those of what is live, for the next release has nearly the same.
KEPT_PATTERNS = 256


def _exists(attribute: str, values: Sequence[Any], ignore_case: bool) -> Test:
    return lambda context, run: context.get(attribute) is not None


def _in(attribute: str, values: Sequence[Any], ignore_case: bool) -> Test:
    texts = frozenset(_texts(values, ignore_case))

    def among(context: Context, run: Run) -> bool:
        value = context.get(attribute)
        if type(value) is list:
            return not texts.isdisjoint(_members(attribute, value, ignore_case, run))
        return (value if type(value) is str else read_text(value)) in texts

    def among_folded(context: Context, run: Run) -> bool:
        value = context.get(attribute)
        if type(value) is list:
            return not texts.isdisjoint(_members(attribute, value, ignore_case, run))
        text = read_text(value)
        return text is not None and fold(text) in texts

    return among_folded if ignore_case else among


def _members(attribute: str, value: list[Any], ignore_case: bool, run: Run) -> frozenset[str]:
    """The texts in a list; empty when it is too long."""
    key = attribute, ignore_case
    found = run.lists.get(key)
    if found is None:
        texts = [] if len(value) > MOST_MEMBERS else [text for text in map(read_text, value) if text is not None]
        found = run.lists[key] = frozenset(fold(text) if ignore_case else text for text in texts)
    return found


def _not_in(attribute: str, values: Sequence[Any], ignore_case: bool) -> Test:
    among = _in(attribute, values, ignore_case)
    return lambda context, run: not among(context, run)


def _contains(attribute: str, values: Sequence[Any], ignore_case: bool) -> Test:
    """A text contains a value as a substring, a list as a member."""
    part, member = _has_part(attribute, values, ignore_case), _in(attribute, values, ignore_case)

    def contains(context: Context, run: Run) -> bool:
        return (member if type(context.get(attribute)) is list else part)(context, run)

    return contains


def _part(fits: Callable[[str, tuple[str, ...]], bool]) -> Maker:
    def make(attribute: str, values: Sequence[Any], ignore_case: bool) -> Test:
        texts = tuple(_texts(values, ignore_case))

        def test(context: Context, run: Run) -> bool:
            text = read_text(context.get(attribute))
            return text is not None and fits(fold(text) if ignore_case else text, texts)

        return test

    return make


_has_part = _part(lambda text, parts: any(part in text for part in parts))

#: Characters. Patterns take linear time, but some take a microsecond for each; clients choose the text.
LONGEST_MATCHED = 1024


def _matches(attribute: str, values: Sequence[Any], ignore_case: bool) -> Test:
    searches = tuple(_pattern(text, ignore_case).search for text in _texts(values, False))

    def matches(context: Context, run: Run) -> bool:
        text = read_text(context.get(attribute))
        if text is None or len(text) > LONGEST_MATCHED:
            return False
        try:
            # Bytes, because for strings the library also computes character offsets.
            encoded = text.encode()
        except UnicodeEncodeError:
            return False
        return any(search(encoded) is not None for search in searches)

    return matches


def _in_cidr(attribute: str, values: Sequence[Any], ignore_case: bool) -> Test:
    networks = [network for network in map(network_of, values) if network is not None]
    four = tuple((first, last) for version, first, last in networks if version == 4)
    six = tuple((first, last) for version, first, last in networks if version == 6)

    def inside(context: Context, run: Run) -> bool:
        address = parse_address(context.get(attribute))
        if address is None:
            return False
        as_four, as_six = address
        return (as_four is not None and any(first <= as_four <= last for first, last in four)) or (
            as_six is not None and any(first <= as_six <= last for first, last in six)
        )

    return inside


def _ordered(read: Callable[[Any], Any], compare: Callable[[Any, Any], bool]) -> Maker:
    """One value must match, so only the widest counts: the highest for <, the lowest for >."""
    generous = max if compare in (operator.lt, operator.le) else min

    def make(attribute: str, values: Sequence[Any], ignore_case: bool) -> Test:
        bound = generous(map(read, values))

        def test(context: Context, run: Run) -> bool:
            found = read(context.get(attribute))
            return found is not None and compare(found, bound)

        def test_now(context: Context, run: Run) -> bool:
            named = context.get(attribute)
            found = run.now if named is None else read(named)
            return found is not None and compare(found, bound)

        return test_now if attribute == CURRENT_TIME and read is instant_of else test

    return make


def _equal(read: Callable[[Any], Any]) -> Maker:
    def make(attribute: str, values: Sequence[Any], ignore_case: bool) -> Test:
        versions = frozenset(map(read, values))

        def equal(context: Context, run: Run) -> bool:
            version = read(context.get(attribute))
            return version is not None and version in versions

        return equal

    return make


def _semver_range(attribute: str, values: Sequence[Any], ignore_case: bool) -> Test:
    ranges = [wanted for wanted in map(range_of, values) if wanted is not None]

    def inside(context: Context, run: Run) -> bool:
        version = parse_version(context.get(attribute))
        return version is not None and any(in_range(version, wanted) for wanted in ranges)

    return inside


OPERATORS: dict[str, Maker] = {
    "exists": _exists,
    "equals": _in,
    "in": _in,
    "notIn": _not_in,
    "contains": _contains,
    "startsWith": _part(str.startswith),
    "endsWith": _part(str.endswith),
    "matches": _matches,
    "inCidr": _in_cidr,
    "lt": _ordered(number_of, operator.lt),
    "lte": _ordered(number_of, operator.le),
    "gt": _ordered(number_of, operator.gt),
    "gte": _ordered(number_of, operator.ge),
    "before": _ordered(instant_of, operator.lt),
    "after": _ordered(instant_of, operator.gt),
    "semverEq": _equal(parse_version),
    "semverLt": _ordered(parse_version, operator.lt),
    "semverLte": _ordered(parse_version, operator.le),
    "semverGt": _ordered(parse_version, operator.gt),
    "semverGte": _ordered(parse_version, operator.ge),
    "semverRange": _semver_range,
    "dottedEq": _equal(dotted_of),
    "dottedLt": _ordered(dotted_of, operator.lt),
    "dottedLte": _ordered(dotted_of, operator.le),
    "dottedGt": _ordered(dotted_of, operator.gt),
    "dottedGte": _ordered(dotted_of, operator.ge),
}


def unreadable(name: str, value: Any) -> Text | None:
    """Why the operator ``name`` cannot use ``value`` in a condition; ``None`` when it can.

    A publish check refuses such values. A flag that has one anyway is damaged, and off.
    """
    if name == "matches":
        return _pattern_flaw(value)
    if name not in OPERATORS:
        return both("There is no operator “{name}”.", name=shown(name))
    read, what = _WANTED.get(name, _TEXT)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return both(
            "A value has {length} characters; an attribute is read only up to {cap}.",
            length=len(value),
            cap=LONGEST_TEXT,
        )
    if read(value) is not None:
        return None
    return both("“{value}” cannot be used with “{name}”, which needs {what}.", name=name, value=shown(value), what=what)


def _texts(values: Sequence[Any], ignore_case: bool) -> list[str]:
    texts = [text for text in map(text_of, values) if text is not None]
    return [fold(text) for text in texts] if ignore_case else texts


@lru_cache(maxsize=64)
def fold(text: str) -> str:
    """The lower case of a text, with the Greek final sigma as a plain one: a letter's lower case must not depend on its
    place in the word. Cached, because every comparison of a text needs it.
    """
    return text.lower().replace("ς", "σ")


@lru_cache(maxsize=KEPT_PATTERNS)
def _pattern(text: str, ignore_case: bool) -> Any:
    return _compiled(text, ignore_case)


def _compiled(text: str, ignore_case: bool) -> Any:
    """RE2: linear in the text, whatever the pattern."""
    options = re2.Options()
    options.case_sensitive = not ignore_case
    options.never_capture = True
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY
    return re2.compile(text, options)


def _pattern_flaw(value: Any) -> Text | None:
    text = text_of(value)
    if text is None or len(text) > LONGEST_PATTERN:
        return both("A pattern is a text of at most {cap} characters.", cap=LONGEST_PATTERN)
    if pattern_size(text) is None:
        return both(
            "“{value}” is not a pattern in RE2's syntax (there is no look-around and no back-reference), or too large.",
            value=shown(value),
        )
    return None


@lru_cache(maxsize=KEPT)
def pattern_size(text: str) -> int | None:
    """Instructions of the compiled pattern, each of which may look at each character; ``None``: it does not compile, or
    is too long to be tried.

    Cached, because a bad pattern may take a tenth of a second, and every save checks the draft.
    """
    if len(text) > LONGEST_PATTERN:
        return None
    try:
        # Ignoring case makes a pattern larger.
        return int(_compiled(text, True).programsize)
    except (re2.error, UnicodeEncodeError):
        return None


_TEXT = (text_of, both("a text, a number or a boolean"))
_NUMBER = (number_of, both("a number"))
_INSTANT = (
    instant_of,
    both("a date such as 2026-11-15 or 2026-11-15T08:00:00+01:00"),
)
_VERSION = (
    parse_version,
    both("a version such as 1.4.2 (at most {cap} characters)", cap=LONGEST_VERSION),
)
_DOTTED = (
    dotted_of,
    both("two to four numbers such as 1.4.2 or v1.4.2.17+45 (at most {cap} characters)", cap=LONGEST_VERSION),
)
_WANTED: dict[str, tuple[Callable[[Any], Any], Text]] = {
    **dict.fromkeys(("lt", "lte", "gt", "gte"), _NUMBER),
    **dict.fromkeys(("before", "after"), _INSTANT),
    **dict.fromkeys(("semverEq", "semverLt", "semverLte", "semverGt", "semverGte"), _VERSION),
    **dict.fromkeys(("dottedEq", "dottedLt", "dottedLte", "dottedGt", "dottedGte"), _DOTTED),
    "semverRange": (
        range_of,
        both("a range such as >=1.2.0 <2.0.0 || ^3.1 (at most {cap} characters)", cap=LONGEST_RANGE),
    ),
    "inCidr": (
        network_of,
        both("an address or a network such as 192.0.2.0/24"),
    ),
}
