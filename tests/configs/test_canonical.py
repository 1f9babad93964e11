"""Strict JSON in, RFC 8785 out, and one form for equal content."""

from __future__ import annotations

import json
import random
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from configs.demo import demo_snapshot
from configs.snapshot.canonical import NotStrictJSON, canonical, digest, normalise, parse_strict
from configs.snapshot.caps import MAX_DEPTH
from tests.configs.strategies import DOCUMENTS, SECTIONS, SNAPSHOTS, half_typed

#: RFC 8785, appendix B: the bits of an IEEE 754 double and its text.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_of_rfc_8785(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical([number]) == f"[{text}]"


def test_the_sample_of_rfc_8785() -> None:
    source = rb"""{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }"""
    assert canonical(parse_strict(source)) == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_utf_16_units() -> None:
    names = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\x80": "Control",
        "\xf6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical(names)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


@given(DOCUMENTS)
@example({"\U0001f600": 1, "\ufb33": 2})
@example([1e-5, 1e-7, 0.1, 1e21, -2.5e300, 123456789012345.6])
@example("\x7f\x00\x1f\u2028\\/\"'")
@example(demo_snapshot())
def test_the_text_is_that_of_rfc_8785(document: Any) -> None:
    assert canonical(document) == rfc8785.dumps(document).decode()


@given(DOCUMENTS)
@example(-0.0)
def test_writing_what_was_read_from_it_gives_the_same_text(document: Any) -> None:
    text = canonical(document)
    assert canonical(parse_strict(text)) == text
    assert parse_strict(text.encode()) == parse_strict(text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53 + 2, {1: 2}, {True: 1}, [{"a": {1, 2}}], "\ud800"])
def test_what_is_no_strict_json_has_no_text(value: Any) -> None:
    with pytest.raises((rfc8785.CanonicalizationError, ValueError)):
        canonical([value])


HOSTILE = {
    b"": "json.syntax",
    b"nul": "json.syntax",
    b"{'a': 1}": "json.syntax",
    b'{"a": 1,}': "json.syntax",
    b"[1] [2]": "json.syntax",
    b"\xef\xbb\xbf{}": "json.byte_order_mark",
    "\ufeff{}": "json.byte_order_mark",
    '{"a": 1}'.encode("utf-16"): "json.encoding",
    '{"a": 1}'.encode("utf-16-le"): "json.encoding",
    '{"a": 1}'.encode("utf-16-be"): "json.encoding",
    '{"a": 1}'.encode("utf-32"): "json.encoding",
    '{"é": 1}'.encode("cp1252"): "json.encoding",
    "１".encode(): "json.syntax",
    b"1_0": "json.syntax",
    b"01": "json.syntax",
    b"+1": "json.syntax",
    b".5": "json.syntax",
    b'"\t"': "json.syntax",
    b'"\\x41"': "json.syntax",
    b'"' + b"\\" * 99_999: "json.syntax",
    b'"' + b'\\"' * 50_000: "json.syntax",
    b'"\xff"': "json.encoding",
    b'"\xed\xa0\x80"': "json.encoding",
    "\ud800": "json.encoding",
    b"NaN": "json.number",
    b"-Infinity": "json.number",
    b"1e400": "json.number",
    b"-1e400": "json.number",
    b"9007199254740992": "json.number",
    b"-9007199254740992": "json.number",
    b"1e16": "json.number",
    b"9" * 5_000: "json.number",
    b'{"a": 1, "a": 1}': "json.duplicate_key",
    b'{"\\ud800": 1, "\\ud800": 2}': "json.duplicate_key",
    b'{"a": {"b": 1, "\\u0062": 1}}': "json.duplicate_key",
    b'{"\\u005f_proto__": 1}': "json.forbidden_key",
    b'{"a": [{"constructor": {"prototype": {}}}]}': "json.forbidden_key",
    b'{"prototyp\\u0065": 1, "b": 2}': "json.forbidden_key",
    b'"\\ud800"': "json.surrogate",
    b'{"\\udc00\\ud800": 1}': "json.surrogate",
    b'"a\\u0000b"': "json.nul",
    b'{"\\u0000": 1}': "json.nul",
    b"[" * 100_000: "json.too_deep",
    b'{"a":' * 100_000: "json.too_deep",
    b"[" * 500 + b"]" * 500: "json.too_deep",
    b'{"a":[' * 17 + b"]}" * 17: "json.too_deep",
    b"[" * 33 + b"]" * 33: "json.too_deep",
    b'"' + b"a" * 65_537 + b'"': "json.string_too_long",
    b"{" + b",".join(b'"%d":1' % number for number in range(3_001)) + b"}": "json.too_many_keys",
}


@pytest.mark.parametrize(
    ("source", "code"), HOSTILE.items(), ids=[f"{code} {i}" for i, code in enumerate(HOSTILE.values())]
)
def test_hostile_texts_are_refused_in_words(source: bytes | str, code: str) -> None:
    with pytest.raises(NotStrictJSON) as refusal:
        parse_strict(source)
    (problem,) = refusal.value.problems
    assert problem.code == code
    # The words can be sent, and hostile input does not blow them up.
    assert all(0 < len(words.encode()) < 300 for words in (problem.message["en"], problem.message["fr"]))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("\ufeff{}".encode(), "without BOM"),
        ('{"a": 1}'.encode("utf-16"), "UTF-16"),
        ('{\n "a": 1,\n "é": 1}'.encode("latin-1"), "line 3, byte 3 is E9"),
        (b"\xff", "line 1, byte 1 is FF"),
    ],
)
def test_how_a_text_was_saved_is_said(source: bytes, said: str) -> None:
    with pytest.raises(NotStrictJSON, match=said):
        parse_strict(source)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b'"' + b"a" * 65_536 + b'"', "a" * 65_536),
        (b"9007199254740991", 9007199254740991),
        (b"-0", 0),
        (b"-0.0", 0),
        (b"2.0", 2),
        (b"1e3", 1000),
        (b"1e-400", 0),
        (b"1e21", 1e21),
        (b'"\\ud83d\\ude00"', "😀"),
        (b' \n\t{"proto": "__proto__", "b": []} ', {"proto": "__proto__", "b": []}),
        (b'{"Constructor": "constructor", "prototypes": []}', {"Constructor": "constructor", "prototypes": []}),
        (b'"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["', "[" * 36),
        ("é", None),
    ],
)
def test_what_is_just_within_the_caps_is_read(source: bytes | str, value: Any) -> None:
    if value is None:
        parse_strict(source if isinstance(source, bytes) else f'"{source}"')
    else:
        read = parse_strict(source)
        assert read == value
        assert type(read) is type(value)


def test_the_size_counts_bytes() -> None:
    parse_strict('"é"', max_bytes=4)
    with pytest.raises(NotStrictJSON) as refusal:
        parse_strict('"é"', max_bytes=3)
    assert refusal.value.problems[0].code == "json.too_large"


@given(st.binary(max_size=40) | st.text(max_size=40))
def test_any_input_is_read_or_refused(source: bytes | str) -> None:
    try:
        value = parse_strict(source)
    except NotStrictJSON as refusal:
        assert refusal.problems
    else:
        assert canonical(parse_strict(canonical(value))) == canonical(value)


@given(DOCUMENTS | SNAPSHOTS | half_typed())
@example({"pages": [{"id": "a", "order": 10**400}, {"id": "b", "order": 0.5}]})
@example({"tables": {"a": {"columns": [{"id": "b"}, {"id": "a"}]}}})
def test_normalise_is_total_and_idempotent(document: Any) -> None:
    once = normalise(document)
    assert normalise(once) == once
    if isinstance(document, dict):
        assert {name: once[name] for name in document}.keys() == document.keys()


@given(half_typed())
def test_normalise_loses_nothing(snapshot: dict[str, Any]) -> None:
    def bag(value: Any) -> Any:
        """Comparable content: lists without their order."""
        if isinstance(value, dict):
            return sorted((name, bag(item)) for name, item in value.items())
        return sorted((bag(item) for item in value), key=repr) if isinstance(value, list) else repr(value)

    normal = normalise(snapshot)
    assert bag({name: normal[name] for name in snapshot}) == bag(snapshot)
    assert all(normal[name] in ([], {}) for name in normal.keys() - snapshot.keys())


def shuffled(value: Any, chance: random.Random) -> Any:
    """Equal objects with their members in another order."""
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {name: shuffled(value[name], chance) for name in names}
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


@given(SNAPSHOTS, st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_the_order_of_members_or_named_items(
    snapshot: dict[str, Any], chance: random.Random
) -> None:
    other = shuffled(snapshot, chance)
    for section in SECTIONS.keys() - {"layout", "theme", "plugins"}:
        chance.shuffle(other.get(section, []))
    for table in other.get("tables", []):
        for field in ("columns", "actions"):
            chance.shuffle(table.get(field, []))
    assert digest(canonical(normalise(other))) == digest(canonical(normalise(snapshot)))


def test_items_stand_in_the_order_that_people_see() -> None:
    pages = [{"id": "b", "order": 2}, {"id": "c"}, {"id": "a", "order": 2}, {"id": "d", "order": -1.5}]
    flags = [{"key": "b", "order": 1}, {"key": "a", "order": 2}]
    columns = [{"id": "y", "order": 2}, {"id": "x", "order": 3}]
    normal = normalise({"pages": pages, "featureFlags": flags, "tables": [{"id": "t", "columns": columns}]})
    assert [page["id"] for page in normal["pages"]] == ["d", "a", "b", "c"]
    assert [flag["key"] for flag in normal["featureFlags"]] == ["a", "b"]
    assert [column["id"] for column in normal["tables"][0]["columns"]] == ["y", "x"]


def test_the_digest_is_sha_256_of_the_bytes() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


# Numbers that are compared and not stored -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9007199254740993", 9007199254740992.0),
        ("-100000000000000000000", -1e20),
        ("1e300", 1e300),
        ("9" * 300, float("9" * 300)),
        ("999999999999999", 999999999999999),
        ("2.0", 2.0),
        ("1e-5000", 0.0),
    ],
)
def test_with_doubles_any_number_is_the_double_that_it_means(text: str, value: float) -> None:
    found = parse_strict(f"[{text}]", doubles=True)
    assert found == [value]
    assert type(found[0]) is type(value)


@pytest.mark.parametrize(
    "text", ["1e400", "-1e400", "9" * 400, "9" * 5000, "NaN", "Infinity", "01", '{"a": 1, "a": 2}']
)
def test_with_doubles_everything_else_is_as_strict(text: str) -> None:
    with pytest.raises(NotStrictJSON):
        parse_strict(f"[{text}]", doubles=True)
