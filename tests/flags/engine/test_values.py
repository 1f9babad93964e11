"""Readers of values: total, strict, and of one mind with the rest of the house and with the libraries."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st

from configs import versions
from flags.engine.operators import fold
from flags.engine.values import (
    in_range,
    instant_of,
    network_of,
    number_of,
    parse_address,
    parse_version,
    range_of,
    text_of,
)
from tests.flags.engine.json_values import VALUES

READERS = (text_of, number_of, instant_of, parse_version, range_of, network_of, parse_address)
#: In the order of SemVer 2.0.0, each before the next.
ORDERED = [
    "0.0.0-0",
    "0.0.0",
    "0.0.1",
    "0.1.0",
    *("1.0.0-0", "1.0.0-1", "1.0.0-10", "1.0.0--", "1.0.0-alpha", "1.0.0-alpha.0", "1.0.0-alpha.1", "1.0.0-alpha.beta"),
    *("1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-beta-2", "1.0.0-rc.1", "1.0.0"),
    "1.9.0",
    "1.10.0",
    "2.0.0-0",
    "2.0.0",
    "9007199254740992.0.0",
    "9007199254740993.0.0",
]
VERSIONS = st.from_regex(
    r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(-[0-9a-z-]{1,3}(\.[0-9a-z-]{1,3}){0,2})?(\+[a-z0-9]{1,3})?", fullmatch=True
)


@given(VALUES)
def test_no_value_is_too_odd_to_be_read(value: Any) -> None:
    for read in READERS:
        read(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        # From the tests of RFC 8785, appendix B, and ECMAScript's Number::toString.
        (0, "0"), (-0.0, "0"), (5e-324, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"), (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"), (1e23, "1e+23"), (1e21, "1e+21"), (1e-6, "0.000001"),
        (999999999999999900000.0, "999999999999999900000"), (1e-7, "1e-7"), (-1.5, "-1.5"), (2.0, "2"),
        (2**53 + 1, "9007199254740992"),
        (True, "true"), (False, "false"), ("", ""), (None, None), ([], None), ({}, None),
        (10**400, None), (float("nan"), None), (float("-inf"), None),
    ],
)  # fmt: skip
def test_a_text_is_what_javascript_would_write(value: Any, text: str | None) -> None:
    assert text_of(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_its_own_text(number: float) -> None:
    assert number_of(text_of(number)) == number


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "+1", "1.", ".5", "1_0", "0x1", "1e", "--1", "١", "NaN", "Infinity", "1,5", "1e400"]
)
def test_what_is_no_json_number_is_none(text: str) -> None:
    assert number_of(text) is None


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31)), st.timezones())
def test_moments_are_read_back(moment: datetime, zone: Any) -> None:
    text = moment.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
    assert instant_of(text) == moment.replace(tzinfo=UTC)
    local = moment.replace(tzinfo=zone)
    if (offset := local.utcoffset()) is not None and offset.total_seconds() % 60 == 0:
        read = instant_of(local.isoformat())
        # As numbers: in an hour that comes twice, moments of two zones are never equal (PEP 495).
        assert read is not None and read.timestamp() == local.timestamp()


def test_digits_beyond_the_microsecond_are_dropped() -> None:
    assert instant_of("2026-11-15T00:00:00.123456789Z") == instant_of("2026-11-15T00:00:00.123456Z")


def test_versions_sort_as_semver_says() -> None:
    keys = [parse_version(text) for text in ORDERED]
    assert None not in keys
    for (one, a), (other, b) in product(enumerate(keys), enumerate(keys)):
        assert (a < b) is (one < other) and (a == b) is (one == other), (ORDERED[one], ORDERED[other])  # type: ignore[operator]


@given(VERSIONS, VERSIONS)
def test_versions_are_compared_as_the_library_compares_them(one: str, other: str) -> None:
    a, b = parse_version(one), parse_version(other)
    if a is not None and b is not None:
        assert (a > b) - (a < b) == semver.Version.parse(one).compare(other)


@given(VERSIONS | st.text(alphabet="0123456789.-+v१ \nx", max_size=70))
def test_a_version_here_is_a_version_everywhere(text: str) -> None:
    try:
        versions.parse(text)
        known = True
    except versions.MalformedVersion:
        known = False
    assert (parse_version(text) is not None) is known


@given(VERSIONS)
def test_ranges_contain_what_they_say(text: str) -> None:
    version = parse_version(text)
    if version is None:
        return
    for written in (f"={text}", text, f">={text}", f"<={text}", f"^{text}", f"~{text}", f"<{text} || {text}"):
        wanted = range_of(written)
        assert wanted is not None and in_range(version, wanted), written
    for written in (f"<{text}", f">{text}", f"<{text} || >{text}"):
        wanted = range_of(written)
        assert wanted is not None and not in_range(version, wanted), written
    major, minor, patch, _ = version
    for sign, beyond in (("~", f"{major}.{minor + 1}.0-0"), ("^", f"{major + 1}.0.0-0")):
        wanted, outside = range_of(sign + text), parse_version(beyond)
        assert wanted is not None and outside is not None and not in_range(outside, wanted)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "||", "1.2.3 ||", "|| 1.2.3", ">", "1.x", "*", "1 - 2", ">=1.0.0<2.0.0", ">>1.0.0", "^v1.0.0"),
        *("~>1.0", "!1.0.0", "1.0.0,2.0.0", "latest", "1.0.0 " * 50),
    ],
)
def test_what_is_no_range_is_none(text: str) -> None:
    assert range_of(text) is None


@given(st.ip_addresses())
def test_an_address_is_in_its_own_network_and_the_whole_internet(address: Any) -> None:
    read = parse_address(str(address))
    assert read is not None and int(address) == read[address.version == 6]
    assert network_of(str(address)) == (address.version, int(address), int(address))
    whole = network_of("0.0.0.0/0" if address.version == 4 else "::/0")
    assert whole is not None and whole[1] <= int(address) <= whole[2]


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_networks_are_the_library_s(address: Any, prefix: int) -> None:
    network = ipaddress.ip_network(f"{address}/{prefix}", strict=False)
    assert network_of(f"{address}/{prefix}") == (4, int(network[0]), int(network[-1]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/255.0.0.0",
        "10.0.0/8",
        "::/129",
        "fe80::%eth0/64",
        "010.0.0.1",
        "x",
        "10.0.0.0/8 ",
    ],
)
def test_what_is_no_network_is_none(text: str) -> None:
    assert network_of(text) is None


@given(st.text(max_size=6), st.text(alphabet="aAéÉσςΣİıſßẞKkǅ ", max_size=8), st.text(max_size=6))
def test_what_has_a_part_has_it_in_any_case(before: str, part: str, after: str) -> None:
    whole = before + part + after
    assert fold(part) in fold(whole)
    assert fold(whole) == "".join(map(fold, whole))
