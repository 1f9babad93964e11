from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.versions import MAX_LENGTH, MalformedVersion, Version, highest, next_patch, parse

#: semver.org §11, lowest first.
CHAIN = (
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "2.0.0",
    "2.1.0",
    "2.1.1",
    "2.1.10",
    "2.10.0",
    "10.0.0",
)

#: The test list of the regular expression that semver.org suggests.
VALID = [
    "0.0.4",
    "1.2.3",
    "10.20.30",
    "1.1.2-prerelease+meta",
    "1.1.2+meta",
    "1.1.2+meta-valid",
    "1.0.0-alpha",
    "1.0.0-beta",
    "1.0.0-alpha.beta",
    "1.0.0-alpha.beta.1",
    "1.0.0-alpha.1",
    "1.0.0-alpha0.valid",
    "1.0.0-alpha.0valid",
    "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay",
    "1.0.0-rc.1+build.1",
    "2.0.0-rc.1+build.123",
    "1.2.3-beta",
    "10.2.3-DEV-SNAPSHOT",
    "1.2.3-SNAPSHOT-123",
    "1.0.0",
    "2.0.0",
    "1.1.7",
    "2.0.0+build.1848",
    "2.0.1-alpha.1227",
    "1.0.0-alpha+beta",
    "1.2.3----RC-SNAPSHOT.12.9.1--.12+788",
    "1.2.3----R-S.12.9.1--.12+meta",
    "1.2.3----RC-SNAPSHOT.12.9.1--.12",
    "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
    "99999999999999999999999.999999999999999999.99999999999999999",
    "1.0.0-0A.is.legal",
]

#: The same page's, without `1` and `1.2`, which are completed here.
INVALID = [
    "1.2.3-0123",
    "1.2.3-0123.0123",
    "1.1.2+.123",
    "+invalid",
    "-invalid",
    "-invalid+invalid",
    "-invalid.01",
    "alpha",
    "alpha.beta",
    "alpha.beta.1",
    "alpha.1",
    "alpha+beta",
    "alpha_beta",
    "alpha.",
    "alpha..",
    "beta",
    "1.0.0-alpha_beta",
    "-alpha.",
    "1.0.0-alpha..",
    "1.0.0-alpha..1",
    "1.0.0-alpha...1",
    "1.0.0-alpha....1",
    "1.0.0-alpha.....1",
    "1.0.0-alpha......1",
    "1.0.0-alpha.......1",
    "01.1.1",
    "1.01.1",
    "1.1.01",
    "1.2.3.DEV",
    "1.2-SNAPSHOT",
    "1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788",
    "1.2-RC-SNAPSHOT",
    "-1.0.3-gamma+b7718",
    "+justmeta",
    "9.8.7+meta+meta",
    "9.8.7-whatever+meta+meta",
    "99999999999999999999999.999999999999999999.99999999999999999----RC-SNAPSHOT.12.09.1--------------------------------..12",
]

HOSTILE = (
    "",
    " ",
    "v1.0",
    "V1.0.0",
    "=1.0.0",
    "1!1.0",
    "1!1.0.0",
    "01.2.3",
    "01",
    "1.02",
    "1.",
    ".1",
    "1..0",
    "1.0.0.0",
    "-1",
    "+1",
    "1e3",
    "1_0.0.0",
    "0x1",
    "1,0,0",
    "1.0.0, 1.0.0",
    "1.4-rc.1",
    "1-rc.1",
    "1.4+build",
    "1.0.0-",
    "1.0.0+",
    "1.0.0-é",
    "\uff11.0.0",
    "1.\uff11.0",
    "\u0661.0.0",
    "1.0.0-\u0661",
    "\u00b2.0.0",
    " 1.0.0",
    "1.0.0 ",
    "1.0.0\n",
    "1.0\n",
    "1\n",
    "1.0.0\r\n",
    "1.0.0\t",
    "1.0.0\0",
    "\ufeff1.0.0",
    "1.0.0\u200b",
    "\ud800",
    "1.0.0-\udfff",
    "latest",
    "*",
    "1.x",
    "^1.0.0",
    "null",
    "<script>",
    "1" * (MAX_LENGTH + 1),
    "1.0.0-" + "a" * (MAX_LENGTH - 5),
    "1" * 100_000,
    "1.0.0-" + "9" * 100_000,
)

identifiers = st.from_regex(r"\A(0|[1-9][0-9]{0,3}|[0-9]{0,2}[a-z-][0-9A-Za-z-]{0,4})\Z")
semvers = st.builds(
    lambda core, pre, build: (
        ".".join(map(str, core)) + ("-" + ".".join(pre) if pre else "") + ("+" + ".".join(build) if build else "")
    ),
    st.tuples(*[st.integers(0, 10**9)] * 3),
    st.lists(identifiers, max_size=3),
    st.lists(identifiers, max_size=1),
)


@pytest.mark.parametrize("text", VALID)
def test_valid_text_is_kept_as_it_is(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize("text", [*INVALID, *HOSTILE], ids=lambda text: ascii(text[:40]))
def test_everything_else_is_malformed(text: str) -> None:
    with pytest.raises(MalformedVersion):
        parse(text)


@pytest.mark.parametrize(
    ("short", "complete"), [("1", "1.0.0"), ("0", "0.0.0"), ("1.4", "1.4.0"), ("10.0", "10.0.0"), ("0.4", "0.4.0")]
)
def test_plain_numbers_are_completed_with_zeros(short: str, complete: str) -> None:
    assert str(parse(short)) == complete


def test_sixty_four_characters_fit_and_sixty_five_do_not() -> None:
    longest = "1.0.0-" + "9" * 58
    assert len(longest) == MAX_LENGTH
    assert str(parse(longest)) == longest
    with pytest.raises(MalformedVersion):
        parse(longest + "9")


def test_the_completed_form_must_fit_too() -> None:
    assert len(str(parse("1" * 60))) == MAX_LENGTH
    for text in ("1" * 61, "1" * 64, "1." + "2" * 61):
        with pytest.raises(MalformedVersion):
            parse(text)


def test_numbers_of_many_digits_are_compared_as_numbers() -> None:
    assert parse("9" * 59) < parse("1" + "0" * 59)


@pytest.mark.parametrize(("low", "high"), list(combinations(CHAIN, 2)))
def test_precedence_of_every_pair_in_both_directions(low: str, high: str) -> None:
    for a, b in ((low, high), (low + "+z", high), (low, high + "+a"), (low + "+z", high + "+a")):
        assert parse(a) < parse(b)
        assert parse(b) > parse(a)
        assert parse(a) != parse(b)
        assert not parse(b) <= parse(a)


@pytest.mark.parametrize("text", CHAIN)
def test_build_metadata_has_no_precedence(text: str) -> None:
    assert parse(text) == parse(text + "+build.1") == parse(text + "+0")
    assert not parse(text) < parse(text + "+build.1")


def test_the_sentence_is_in_both_languages_and_plain_ascii_where_it_quotes() -> None:
    with pytest.raises(MalformedVersion) as caught:
        parse("1.0\0\uff11\n{cap}")
    assert caught.value.sentence == {
        "en": r"“1.0\x00\uff11\n{cap}” is not a version such as 1.4.2 (at most 64 characters).",
        "fr": r"« 1.0\x00\uff11\n{cap} » n'est pas une version comme 1.4.2 (64 caractères au plus).",
    }
    assert str(caught.value) == caught.value.sentence["en"]


def test_the_sentence_shows_only_the_beginning_of_a_long_text() -> None:
    assert len(MalformedVersion("1" * 100_000).sentence["en"]) < 200


@pytest.mark.parametrize(
    ("current", "following"),
    [
        ("1.0.0", "1.0.1"),
        ("1.4", "1.4.1"),
        ("1.0.9", "1.0.10"),
        ("1.4.0-rc.1", "1.4.1"),
        ("1.4.0+b", "1.4.1"),
        ("0.0.0", "0.0.1"),
    ],
)
def test_next_patch(current: str, following: str) -> None:
    assert next_patch(current) == next_patch(parse(current)) == following


def test_next_patch_refuses_what_no_longer_fits() -> None:
    full = "1.0." + "9" * 60
    assert len(full) == MAX_LENGTH
    with pytest.raises(MalformedVersion):
        next_patch(full)


def test_highest() -> None:
    assert highest([]) is None
    assert str(highest(reversed(CHAIN))) == CHAIN[-1]
    assert str(highest(CHAIN)) == CHAIN[-1]
    assert str(highest(["1.0.0+a", "1.0.0+b", "0.9"])) == "1.0.0+a"
    mixed: list[Version | str] = [parse("1.2"), "1.10.0"]
    assert str(highest(iter(mixed))) == "1.10.0"


@given(st.text() | st.text(alphabet="01.+-a!v", max_size=12))
def test_any_text_is_a_version_or_malformed(text: str) -> None:
    try:
        version = parse(text)
    except MalformedVersion:
        return
    assert str(parse(str(version))) == str(version)


@given(semvers)
def test_reading_what_was_written_and_the_next_patch_is_higher(text: str) -> None:
    version = parse(text)
    assert str(version) == text
    assert parse(next_patch(version)) > version


@given(semvers, semvers, semvers)
def test_order_is_total(one: str, two: str, three: str) -> None:
    a, b, c = sorted(map(parse, (one, two, three)))
    assert a <= b <= c
    assert a <= c
    assert (a < b) + (a == b) + (a > b) == 1
