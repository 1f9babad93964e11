"""Payloads of variants: what follows from the value, what is said beside it, and what contradicts it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.payloads import own_payload, payload, says
from configs.snapshot.diff import apply, diff
from configs.validation.check import check_snapshot

TYPES = {"string": "a", "integer": 1, "number": 1.5, "object": {"a": 1}}


def problems(kind: str, value: Any, own: Any) -> list[tuple[str, str]]:
    variants = [{"key": "on", "value": value, "payload": own}, {"key": "off", "value": value}]
    found = check_snapshot({"featureFlags": [{"key": "f", "type": kind, "state": "ON", "variants": variants}]})
    return [(one.pointer.partition("/variants/0/")[2], one.code) for one in found if one.severity == "error"]


def test_what_follows_from_the_value_need_not_be_said() -> None:
    kinds = {kind: payload(kind, {"value": value}) for kind, value in TYPES.items()}
    assert kinds == {
        "string": {"type": "string", "value": "a"},
        "integer": {"type": "number", "value": "1"},
        "number": {"type": "number", "value": "1.5"},
        "object": {"type": "json", "value": '{"a":1}'},
    }
    assert all(own_payload(kind, value, kinds[kind]) == {} for kind, value in TYPES.items())


@given(st.sampled_from(sorted(TYPES)), st.none() | st.fixed_dictionaries({"type": st.text(), "value": st.text()}))
def test_what_is_said_is_what_clients_get(kind: str, told: dict[str, str] | None) -> None:
    value = TYPES[kind]
    assert payload(kind, {"value": value, **own_payload(kind, value, told)}) == told


@pytest.mark.parametrize(
    ("kind", "value", "text", "fits"),
    [
        ("string", "a,b", "a,b", True),
        ("string", "a,b", "a, b", False),
        ("number", 7, "007", True),
        ("number", 1.5, "1.50", True),
        ("number", 1.5, "1.51", False),
        ("integer", 10, "1e1", True),
        ("integer", 10, "ten", False),
        ("object", {"b": 1, "a": 2}, '{ "a": 2.0, "b": 1 }', True),
        ("object", {"a": 1}, '{"a": true}', False),
        ("object", {"a": 1}, '{"a": 1, "a": 1}', False),
        ("object", {"a": 1}, "[" * 10_000, False),
    ],
)
def test_a_text_that_does_not_stand_for_the_value_is_refused(kind: str, value: Any, text: str, fits: bool) -> None:
    assert says(kind, value, text) is fits
    assert problems(kind, value, {"value": text}) == ([] if fits else [("payload/value", "flag.payload")])


@pytest.mark.parametrize(
    ("kind", "own", "expected"),
    [
        ("string", None, []),
        ("string", {"type": "csv"}, []),
        ("string", {"type": "json", "value": "a"}, []),
        ("string", {}, [("payload", "schema.minProperties")]),
        ("string", "csv", [("payload", "schema.type")]),
        ("string", {"type": 5}, [("payload/type", "schema.type")]),
        ("string", {"kind": "csv"}, [("payload/kind", "schema.additionalProperties")]),
        ("boolean", None, [("payload", "flag.payload")]),
    ],
)
def test_its_form(kind: str, own: Any, expected: list[tuple[str, str]]) -> None:
    assert problems(kind, {"boolean": True, **TYPES}[kind], own) == expected


def test_a_boolean_flag_has_no_names_either() -> None:
    variants = [{"key": "on", "value": True, "name": "On"}, {"key": "off", "value": False, "name": None}]
    found = check_snapshot({"featureFlags": [{"key": "f", "type": "boolean", "state": "ON", "variants": variants}]})
    assert [(one.pointer, one.code) for one in found if one.severity == "error"] == [
        (f"/featureFlags/0/variants/{place}/name", "flag.payload") for place in (0, 1)
    ]


def test_a_change_of_it_is_told_and_can_be_picked() -> None:
    def made(**own: Any) -> dict[str, Any]:
        variants = [{"key": "on", "value": "a", **own}]
        return {"featureFlags": [{"key": "f", "type": "string", "state": "ON", "variants": variants}]}

    before, after = made(payload={"type": "csv"}), made(payload=None)
    changes = diff(before, after)
    assert len(changes) == 1
    assert changes[0].sentence["en"].endswith("“on” changed")
    assert apply(changes, before)["featureFlags"] == after["featureFlags"]
