"""How operators read the values of contexts and conditions.

Every reader is total: what it cannot read is ``None`` and matches nothing. The grammars are small and fixed, so that
a reader in another language gives the same answers.
"""

from __future__ import annotations

import ipaddress
import math
import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import rfc8785
import semver

#: Characters of a context's text; a longer one cannot be read, and no operator matches it.
LONGEST_TEXT = 16_384
#: Members of a context's list, likewise.
MOST_MEMBERS = 1_000
#: Whole numbers that every JSON reader reads alike.
SAFE = 2**53 - 1
#: Cache sizes of parsed versions, addresses and times: clients send few different ones.
KEPT = 4096
#: A double written out has 767 significant digits at most.
LONGEST_NUMBER = 1_100
LONGEST_INSTANT = 35
LONGEST_VERSION = 64
LONGEST_ADDRESS = 45
LONGEST_RANGE = 256

#: Sorts as SemVer says; the last part is (1,) for a release, (0, identifiers) for a pre-release.
VersionKey = tuple[int, int, int, tuple[Any, ...]]
#: Four numbers, and the identifiers of the build.
DottedKey = tuple[tuple[int, ...], tuple[Any, ...]]
Comparison = tuple[Callable[[Any, Any], bool], VersionKey]
#: One of them must hold, each with all its comparisons.
Range = tuple[tuple[Comparison, ...], ...]
#: IP version, first and last address as numbers.
Network = tuple[int, int, int]
#: The address as IPv4 and as IPv6; both for an IPv4 address that is mapped into IPv6.
Address = tuple[int | None, int | None]

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?"
)
_VERSION = re.compile(rf"[0-9A-Za-z.+-]{{1,{LONGEST_VERSION}}}")
_SHORT_VERSION = re.compile(r"[0-9]+(\.[0-9]+)?")
_DOTTED = re.compile(r"[vV]?([0-9]+(?:\.[0-9]+){1,3})(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?")
_COMPARISON = re.compile(r" *(\^|~|>=|<=|>|<|=|) *([0-9A-Za-z.+-]+) *")
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]+")
_NETWORK = re.compile(r"([0-9A-Fa-f:.]+)(/[0-9]{1,3})?")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "": operator.eq,
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def text_of(value: Any) -> str | None:
    """A string as it is; a number or a boolean as JSON writes it (RFC 8785: 1.0 is “1”). Other values have no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and -SAFE <= value <= SAFE:
        return str(value)
    number = number_of(value)
    return None if number is None else rfc8785.dumps(number).decode("ascii")


def read_text(value: Any) -> str | None:
    """The text of an attribute; ``None`` also when it is too long."""
    text = value if type(value) is str else text_of(value)
    return text if text is None or len(text) <= LONGEST_TEXT else None


def number_of(value: Any) -> float | None:
    """The double that a number, or a string that is a JSON number, means; ``None`` when it is not finite."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        if len(value) > LONGEST_NUMBER or not _NUMBER.fullmatch(value):
            return None
    elif not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def instant_of(value: Any) -> datetime | None:
    """The moment that ``2026-11-15`` (midnight UTC) or ``2026-11-15T08:00:00.25+01:00`` names, to the microsecond."""
    return _instant(value) if isinstance(value, str) and len(value) <= LONGEST_INSTANT else None


@lru_cache(maxsize=KEPT)
def _instant(text: str) -> datetime | None:
    if not _INSTANT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_version(value: Any) -> VersionKey | None:
    """SemVer 2.0.0, with ``1`` and ``1.4`` completed; at most 64 characters. Build metadata does not count."""
    return _version(value) if isinstance(value, str) and len(value) <= LONGEST_VERSION else None


@lru_cache(maxsize=KEPT)
def _version(text: str) -> VersionKey | None:
    short = _SHORT_VERSION.fullmatch(text)
    complete = text + (".0" if short[1] else ".0.0") if short else text
    if not _VERSION.fullmatch(complete):
        return None
    try:
        version = semver.Version.parse(complete)
    except ValueError:
        return None
    if version.prerelease is None:
        return version.major, version.minor, version.patch, (1,)
    # Numbers come before words, and fewer identifiers before more, as tuples sort.
    identifiers = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in version.prerelease.split(".")]
    return version.major, version.minor, version.patch, (0, tuple(identifiers))


def dotted_of(value: Any) -> DottedKey | None:
    """``v1.4``, ``1.4.2.17`` or ``1.4.2+45``: two to four numbers, missing ones zero, and a build that is compared last
    (none before any; numbers before words); at most 64 characters. A ``v`` before it does not count."""
    return _dotted(value) if isinstance(value, str) and len(value) <= LONGEST_VERSION else None


@lru_cache(maxsize=KEPT)
def _dotted(text: str) -> DottedKey | None:
    found = _DOTTED.fullmatch(text)
    if found is None:
        return None
    numbers = [int(number) for number in found[1].split(".")]
    build = found[2].split(".") if found[2] else ()
    identifiers = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in build)
    return (*numbers, *[0] * (4 - len(numbers))), identifiers


def range_of(value: Any) -> Range | None:
    """``>=1.2.0 <2.0.0 || ^3.1``: comparisons that must all hold, ``||`` between alternatives.

    ``^1.2.3`` is at least 1.2.3 and before 2.0.0 (before the next number that is not a leading zero), ``~1.2.3`` at
    least 1.2.3 and before 1.3.0; both end before the pre-releases of what they exclude. There are no other special
    cases: 2.0.0-rc.1 is in ``<2.0.0``, as SemVer orders it.
    """
    if not isinstance(value, str) or len(value) > LONGEST_RANGE:
        return None
    alternatives = []
    for alternative in value.split("||"):
        comparisons: list[Comparison] = []
        end = 0
        while end < len(alternative):
            found = _COMPARISON.match(alternative, end)
            if found is None or (end and alternative[end - 1] != " "):
                return None
            sign, text, end = found[1], found[2], found.end()
            version = parse_version(text)
            if version is None:
                return None
            if sign in _COMPARE:
                comparisons.append((_COMPARE[sign], version))
            else:
                comparisons += [(operator.ge, version), (operator.lt, _excluded(sign, version, text))]
        if not comparisons:
            return None
        alternatives.append(tuple(comparisons))
    return tuple(alternatives)


def _excluded(sign: str, version: VersionKey, text: str) -> VersionKey:
    """The lowest version (a pre-release 0) that ``^`` or ``~`` no longer allows."""
    numbers, named = version[:3], len(text.split("-")[0].split("+")[0].split("."))
    leading = next((place for place in range(named) if numbers[place]), named - 1)
    last = leading if sign == "^" else min(named, 2) - 1
    major, minor, patch = (*numbers[:last], numbers[last] + 1, 0, 0)[:3]
    return major, minor, patch, (0, ((0, 0, ""),))


def in_range(version: VersionKey, wanted: Range) -> bool:
    return any(all(compare(version, bound) for compare, bound in comparisons) for comparisons in wanted)


def network_of(value: Any) -> Network | None:
    """``192.0.2.0/24``, ``2001:db8::/32``, or one address. Bits behind the prefix do not count."""
    found = _NETWORK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None
    return network.version, int(network.network_address), int(network.broadcast_address)


def parse_address(value: Any) -> Address | None:
    return _address(value) if isinstance(value, str) and len(value) <= LONGEST_ADDRESS else None


@lru_cache(maxsize=KEPT)
def _address(text: str) -> Address | None:
    # No zone (fe80::1%eth0): it means something on one machine only.
    if not _ADDRESS.fullmatch(text):
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return int(address), None
    return None if address.ipv4_mapped is None else int(address.ipv4_mapped), int(address)
