"""Converts Unleash's constraints and segments to conditions. Broken ones behave as in Unleash's clients."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from configs.importers.report import Report
from configs.importers.shapes import child
from configs.importers.unleash.files import Found
from configs.validation.odd_values import legible
from configs.validation.schemas import snapshot_schema
from flags.engine import unreadable
from flags.engine.sentences import shown
from icontrol.kernel.texts import Text, both

Condition = dict[str, Any]

STRINGS = {"STR_STARTS_WITH": "startsWith", "STR_ENDS_WITH": "endsWith", "STR_CONTAINS": "contains"}
#: operator → our operators, which must all hold
NUMBERS = {
    "NUM_EQ": ("gte", "lte"),
    "NUM_GT": ("gt",),
    "NUM_GTE": ("gte",),
    "NUM_LT": ("lt",),
    "NUM_LTE": ("lte",),
}
DATES = {"DATE_AFTER": "after", "DATE_BEFORE": "before"}
VERSIONS = {
    "SEMVER_EQ": "semverEq",
    "SEMVER_GT": "semverGt",
    "SEMVER_GTE": "semverGte",
    "SEMVER_LT": "semverLt",
    "SEMVER_LTE": "semverLte",
}
#: Unleash accepts no short versions.
_COMPLETE = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+([-+].*)?", re.DOTALL)
#: The schema defines the allowed names.
_ID = re.compile(snapshot_schema()["$defs"]["id"]["pattern"])
LONGEST_NAME = 200


class Never(Exception):
    """A strategy that can never be on; ``why`` is the reason."""

    def __init__(self, why: Text) -> None:
        self.why = why


class Broken(Never):
    """Unleash's clients turn off the whole feature for this, not only the strategy."""


def conditions(sources: list[dict[str, Any]], report: Report, at: str) -> list[Condition]:
    """The conditions, which must all hold. Raises :class:`Never` or :class:`Broken`."""
    return gathered(partial(_constraint, source, report, child(at, index)) for index, source in enumerate(sources))


def gathered(asking: Iterable[Callable[[], list[Condition]]]) -> list[Condition]:
    """All their conditions. Raises :class:`Broken` if one is broken, else :class:`Never` if one never holds."""
    found: list[Condition] = []
    errors: list[Never] = []
    for ask in asking:
        try:
            found += ask()
        except Never as error:
            errors.append(error)
    if errors:
        raise next((error for error in errors if isinstance(error, Broken)), errors[0])
    return found


def _constraint(source: dict[str, Any], report: Report, at: str) -> list[Condition]:
    """Empty for a constraint that always holds."""
    name, operator, inverted = source["contextName"], source["operator"], source.get("inverted") is True
    if not usable_name(name):
        raise Broken(_NAMELESS)
    if name == "environment":
        report.add(
            "warning",
            at,
            "featureFlags",
            both(
                "Here “environment” is this server's name for it, regardless of what clients send: compare the values."
            ),
        )
    single = source.get("value")
    value = shown(single, LONGEST_NAME * 5) if isinstance(single, int | float) else single
    values = source.get("values") or []
    if operator in ("IN", "NOT_IN"):
        if source.get("caseInsensitive"):
            report.add(
                "left_out",
                child(at, "caseInsensitive"),
                "",
                both("{operator} is case-sensitive, in Unleash too.", operator=operator),
            )
        none_of = (operator == "NOT_IN") != inverted
        if values:
            return [_asks(name, "notIn" if none_of else "in", values)]
        if none_of:
            return []
        raise Never(_VALUELESS)
    if operator in STRINGS:
        if not values:
            raise Never(_VALUELESS)
        found = [_asks(name, STRINGS[operator], values, source.get("caseInsensitive") is True)]
    elif operator in NUMBERS:
        number = (value or "").strip().removeprefix("+")
        found = [_asks(name, ours, [_read(ours, number, Broken)]) for ours in NUMBERS[operator]]
    elif operator in DATES:
        found = [_asks(name, DATES[operator], [_read(DATES[operator], value or "", Broken)])]
    elif operator in VERSIONS:
        if not _COMPLETE.fullmatch(value or ""):
            raise Never(both("“{value}” is not a version.", value=shown(value)))
        found = [_asks(name, VERSIONS[operator], [_read(VERSIONS[operator], value or "", Never)])]
    elif operator == "REGEX":
        patterns = [_read("matches", pattern, Never) for pattern in values or [value or ""]]
        found = [_asks(name, "matches", patterns, source.get("caseInsensitive") is True)]
    elif operator == "IN_CIDR":
        networks = readable_networks(values or [value or ""], report, at)
        if not networks and inverted:
            return []
        if not networks:
            raise Never(_VALUELESS)
        found = [_asks(name, "inCidr", networks)]
    else:
        raise Broken(both("There is no operator “{operator}”.", operator=shown(operator)))
    if inverted:
        return [{"not": found[0] if len(found) == 1 else {"all": found}}]
    return found


def _asks(attribute: str, operator: str, values: list[str], ignore_case: bool = False) -> Condition:
    asked: Condition = {"attribute": attribute, "operator": operator, "values": values}
    return asked | {"ignoreCase": True} if ignore_case else asked


def _read(operator: str, value: str, otherwise: type[Never]) -> str:
    why = unreadable(operator, value)
    if why is not None:
        raise otherwise({"en": why["en"], "fr": why["fr"]})
    return value


def readable_networks(values: list[str], report: Report, at: str) -> list[str]:
    """The valid addresses and networks; the others, which Unleash skips, are reported."""
    readable = [value for value in values if unreadable("inCidr", value) is None]
    if len(readable) < len(values):
        report.add(
            "left_out",
            at,
            "",
            both(
                "{count} of its values are neither addresses nor networks; Unleash ignores them too.",
                count=len(values) - len(readable),
            ),
        )
    return readable


def usable_name(name: str) -> bool:
    """Whether this is a valid attribute name here."""
    return bool(name.strip(" ")) and len(name) <= LONGEST_NAME


class Segments:
    """The segments of the file: ours, and by Unleash's id the condition to use, or why there is none."""

    def __init__(self, sources: list[Found], report: Report) -> None:
        self.ours: list[dict[str, Any]] = []
        self._known: dict[int, Condition | Never] = {}
        taken: set[str] = set()
        for at, source in sources:
            number = source["id"]
            key = free(nearest_id(source.get("name") or "") or f"segment-{number}", taken)
            taken.add(key)
            constraints = source.get("constraints")
            if constraints is None:
                why = both("The file does not say what its constraints are.")
                self._leave(number, at, Broken(why), report)
                continue
            try:
                asked = conditions(constraints, report, child(at, "constraints"))
            except Never as error:
                self._leave(number, at, error, report)
                continue
            self.ours.append({"id": key, "conditions": asked})
            self._known[number] = {"segment": key}
            report.add("mapped", at, f"segments/{key}", both("Its constraints are conditions."))
            if source.get("name") not in (None, "", key):
                report.add(
                    "warning",
                    at,
                    f"segments/{key}",
                    both("The segment {name} is called “{key}” here.", name=legible(source["name"]), key=key),
                )

    def _leave(self, number: int, at: str, error: Never, report: Report) -> None:
        self._known[number] = error
        report.add("left_out", at, "", both("Nobody can be in the segment: {why}", why=error.why))

    def asked(self, number: int) -> list[Condition]:
        """:class:`Never`, :class:`Broken`."""
        found = self._known.get(number)
        if isinstance(found, dict):
            return [found]
        raise found or Broken(both("There is no segment {number}.", number=shown(number)))


def is_id(name: str) -> bool:
    return _ID.fullmatch(name) is not None


def nearest_id(name: str) -> str:
    """The name as a valid id; empty when no character of it can be kept."""
    return name if is_id(name) else re.sub(r"[^A-Za-z0-9._~!*'():-]+", "-", name).lstrip(".")[:120]


def free(key: str, taken: Collection[str]) -> str:
    """The key, with a number appended if it is taken."""
    number, found = 1, key
    while found in taken:
        number += 1
        found = f"{key[:120]}-{number}"
    return found


_VALUELESS = both("A constraint without usable values.")
_NAMELESS = both("A constraint on an attribute without a usable name.")
