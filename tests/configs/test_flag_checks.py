from __future__ import annotations

from typing import Any

import pytest

from configs.validation.check import check_snapshot
from configs.validation.flags import flag_problems, has_type
from configs.validation.suggestions import Suggestions

VALUES = [True, "text", 7, 7.0, 7.5, {"a": 1}, [1], None]


@pytest.mark.parametrize(
    ("kind", "fitting"),
    [
        ("boolean", [True]),
        ("string", ["text"]),
        ("integer", [7, 7.0]),
        ("number", [7, 7.0, 7.5]),
        ("object", [{"a": 1}]),
    ],
)
def test_types_of_values(kind: str, fitting: list[Any]) -> None:
    assert [value for value in VALUES if has_type(value, kind)] == fitting


def codes(*flags: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in flag_problems({"featureFlags": list(flags)}, Suggestions())]


def flag(key: str, *needs: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "state": "ON", "type": "boolean", "prerequisites": [{"flag": name} for name in needs], **more}


def test_a_boolean_flag_needs_no_variants() -> None:
    assert codes(flag("a", defaultVariant="off", rules=[{"id": "r", "variant": "on"}])) == []


def test_variants_without_on_and_off_need_names() -> None:
    variants = [{"key": "yes", "value": True}, {"key": "no", "value": False}]
    assert codes(flag("a", variants=variants)) == [("/featureFlags/0", "flag.variant_unknown")] * 2
    assert codes(flag("a", variants=variants, defaultVariant="yes", offVariant="no")) == []


def test_variants_that_cannot_be_read_are_left_to_the_schema() -> None:
    for variants in (5, [5], [{"value": True}], [{"key": 5}]):
        assert codes(flag("a", variants=variants, defaultVariant="x")) == []


SHAPE = {
    "type": "object",
    "properties": {"show": {"type": "boolean"}, "tones": {"type": "array", "items": {"enum": ["info", "warning"]}}},
    "required": ["show"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"show": True}, None),
        ({"show": True, "tones": ["info"]}, None),
        ({}, ("", "schema.required")),
        ({"show": "yes"}, ("/show", "schema.type")),
        ({"show": True, "tones": ["info", "loud"]}, ("/tones/1", "schema.enum")),
        ({"show": True, "title": "x"}, ("/title", "schema.additionalProperties")),
    ],
)
def test_the_values_of_a_flag_fit_its_schema(value: Any, found: tuple[str, str] | None) -> None:
    variants = [{"key": "on", "value": value}, {"key": "off", "value": {"show": False}}]
    place = "/featureFlags/0/variants/0/value"
    wanted = [] if found is None else [(place + found[0], found[1])]
    assert codes(flag("a", type="object", variants=variants, schema=SHAPE)) == wanted


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://example.org/schema"},
        {"$ref": "#"},
        {"anyOf": [{"required": ["nowhere"]}]},
        {"properties": {"x": {"pattern": "(a+)+"}}},
        {"type": "thing"},
        {"minLength": -1},
        {"required": [f"x{number}" for number in range(101)]},
        5,
    ],
)
def test_a_schema_that_could_be_costly_is_refused_and_not_used(schema: Any) -> None:
    variants = [{"key": "on", "value": {}}, {"key": "off", "value": {"x": 1}}]
    source = flag("a", type="object", variants=variants, schema=schema, owner="ada")
    assert codes(source) == []
    found = check_snapshot({"featureFlags": [source]})
    assert found and all(problem.pointer.startswith("/featureFlags/0/schema") for problem in found)


@pytest.mark.parametrize(
    ("flags", "circles"),
    [
        ([flag("a", "a")], 1),
        ([flag("a", "b"), flag("b", "a")], 1),
        ([flag("a", "b"), flag("b", "c"), flag("c", "b")], 1),
        ([flag("a", "b", "c"), flag("b", "d"), flag("c", "d"), flag("d")], 0),
        ([flag("a", "a"), flag("b", "b")], 2),
    ],
)
def test_circles_of_prerequisites(flags: list[dict[str, Any]], circles: int) -> None:
    assert [code for _, code in codes(*flags)] == ["flag.prerequisite_cycle"] * circles


def test_a_long_chain_is_no_circle_and_needs_no_recursion() -> None:
    chain = [flag(f"f{number}", f"f{number + 1}") for number in range(5_000)]
    assert codes(*chain, flag("f5000")) == []
    assert codes(*chain, flag("f5000", "f0")) == [
        ("/featureFlags/5000/prerequisites/0/flag", "flag.prerequisite_cycle")
    ]


@pytest.mark.parametrize(
    ("weights", "right"), [([10_000], True), ([1, 9_999], True), ([0, 0], False), ([9_999], False)]
)
def test_weights_make_the_whole(weights: list[int], right: bool) -> None:
    split = [{"variant": "on", "weight": weight} for weight in weights]
    found = codes(flag("a", rules=[{"id": "r", "split": split}]))
    assert found == ([] if right else [("/featureFlags/0/rules/0/split", "flag.variant_weights")])


@pytest.mark.parametrize(("total", "right"), [(3, True), (2, False), (10_000, False)])
def test_weights_make_the_total_that_the_rule_names(total: int, right: bool) -> None:
    split = [{"variant": "on", "weight": 1}, {"variant": "off", "weight": 2}]
    found = codes(flag("a", rules=[{"id": "r", "split": split, "total": total}]))
    assert found == ([] if right else [("/featureFlags/0/rules/0/split", "flag.variant_weights")])


@pytest.mark.parametrize(
    "text",
    ["2026-02-29", "2026-13-01", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z"]
    + ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-01-01T00:00:00+24:00"],
)
def test_dates_that_no_calendar_has(text: str) -> None:
    assert codes(flag("a", expiresAt=text)) == [("/featureFlags/0/expiresAt", "date.invalid")]


@pytest.mark.parametrize(
    ("end", "right"),
    [
        ("2026-06-01T10:00:00Z", False),
        ("2026-06-01T11:59:59+02:00", False),
        ("2026-06-01T12:00:00+02:00", False),
        ("2026-06-01T10:00:01Z", True),
        ("9999-12-31T23:59:59Z", True),
        ("0001-01-01T00:00:00Z", False),
    ],
)
def test_a_window_has_a_length(end: str, right: bool) -> None:
    found = codes(flag("a", enabledFrom="2026-06-01T10:00:00Z", enabledUntil=end))
    assert found == ([] if right else [("/featureFlags/0/enabledUntil", "flag.window_empty")])


def test_a_private_segment_has_conditions_until_it_goes_out() -> None:
    segments = [{"id": "a", "private": True}, {"id": "b", "private": True, "conditions": []}, {"id": "c"}]
    found = [(problem.pointer, problem.code) for problem in flag_problems({"segments": segments}, Suggestions())]
    assert found == [("/segments/0", "segment.conditions_missing")]
