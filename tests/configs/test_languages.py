"""RFC 4647's lookup, for every door that speaks to readers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontrol.kernel.languages import MAX_HEADER, choose
from icontrol.kernel.texts import pick

HERE = ("en", "fr", "pt-BR", "zh-Hans", "de", "de-AT", "sl-rozaj")


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("FR", "fr"),
        ("fr-CA", "fr"),
        ("zh-Hans-CN", "zh-Hans"),
        ("zh-hans-cn", "zh-Hans"),
        ("zh-Hant-TW", "en"),  # nobody reads the other script for it
        ("zh", "en"),  # lookup never makes a range longer
        ("sl-rozaj-biske-1994", "sl-rozaj"),
        ("de-AT-x-private-use", "de-AT"),  # the single letter goes with what follows it
        ("ja, fr;q=0.5", "fr"),
        ("fr;q=0.5, pt-BR;q=0.8", "pt-BR"),
        ("fr ; q=0.2 ,\tde;q=0.3", "de"),
        ("ja, *", "en"),
        ("*, fr;q=0.5", "fr"),  # lookup skips the star: what was named counts
        ("de;q=0", "en"),
        ("en;q=0", "fr"),
        ("en;q=0, de;q=0.000, fr;q=0", "pt-BR"),
        ("de-AT, de;q=0", "de-AT"),
        ("de, de-AT;q=0", "de"),
        ("de-AT;q=0, de-AT-vorarlberg", "en"),
        ("*;q=0, de", "de"),
        ("*;q=0", "en"),  # nothing else is there
        ("fr;q=oops, de;q=0.1", "de"),
        ("fr;q=2", "en"),
        ("f r, \u0660, é, --, -, ;q=1, =,,,", "en"),
    ],
)
def test_lookup(accepted: str, chosen: str) -> None:
    assert choose(accepted, HERE, "en") == chosen


def test_fallbacks_lose_subtags_too() -> None:
    assert choose("ja", ("de", "en"), "de-CH", "en") == "de"
    assert choose("ja", ("de", "en"), "it", "en") == "en"
    assert choose("ja", ("de", "en")) == "de"
    with pytest.raises(ValueError, match="no language"):
        choose("ja", ())


def test_a_text_without_words_is_not_chosen() -> None:
    assert pick({"fr": "", "zh-Hans": "你好", "en": "Hello"}, "fr, zh-Hans-CN;q=0.5") == "你好"
    assert pick({"fr": "", "en": ""}, "fr") == ""


@given(st.text() | st.lists(st.sampled_from(["de", "*", "fr-CA", ";q=0", ";q=0.5", ",", "x"])).map("".join))
def test_no_header_raises(header: str) -> None:
    assert choose(header, HERE, "en") in HERE


def test_a_long_header_counts_as_far_as_it_is_read() -> None:
    assert choose("ja," * 100 + "fr", HERE, "en") == "fr"
    assert choose("ja," * 200 + "fr", HERE, "en") == "en"
    assert choose("ja," + "x" * (MAX_HEADER - 5) + ",fr-CA", HERE, "en") == "en"  # cut within a range: left out
