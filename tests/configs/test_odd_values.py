"""Values that look right and fit nobody are told before they are published, with the character."""

from __future__ import annotations

from typing import Any

import pytest

from configs.demo import demo_snapshot
from configs.validation.conditions import condition_problems

ACUTE = "caf\u0065\u0301"


def told(operator: str, *values: Any) -> list[tuple[str, str, str]]:
    segment = {"id": "s", "conditions": [{"attribute": "x", "operator": operator, "values": list(values)}]}
    found = list(condition_problems({"segments": [segment]}))
    assert all(problem.severity == "warning" for problem in found)
    assert all(problem.message["en"] != problem.message["fr"] for problem in found)
    return [
        (problem.pointer.removeprefix("/segments/0/conditions/0/values/"), problem.code, problem.message["en"])
        for problem in found
    ]


@pytest.mark.parametrize("operator", ["equals", "in", "notIn", "contains", "startsWith", "endsWith"])
@pytest.mark.parametrize(
    ("value", "character"),
    [
        (" acme", "U+0020 (SPACE)"),
        ("acme ", "U+0020 (SPACE)"),
        ("acme\r", "U+000D (CARRIAGE RETURN)"),
        ("ac\tme", "U+0009 (TAB)"),
        ("acme\n", "U+000A (LINE FEED)"),
        ("ac\u00a0me", "U+00A0 (NO-BREAK SPACE)"),
        ("acme\u200b", "U+200B (ZERO WIDTH SPACE)"),
        ("\ufeffacme", "U+FEFF (ZERO WIDTH NO-BREAK SPACE)"),
        ("\u202eacme", "U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        (ACUTE, "U+0301 (COMBINING ACUTE ACCENT)"),
        ("\u212b", "U+212B (ANGSTROM SIGN)"),
    ],
)
def test_what_is_hard_to_see_is_shown(operator: str, value: str, character: str) -> None:
    [(place, code, sentence)] = told(operator, "fine", value)
    assert (place, code) == ("1", "condition.value_odd")
    assert character in sentence


@pytest.mark.parametrize("value", ["acme,globex", "acme, globex;hooli", "1;2"])
def test_a_whole_list_in_one_value_is_shown(value: str) -> None:
    for operator in ("equals", "in", "notIn"):
        [(_, code, sentence)] = told(operator, value)
        assert code == "condition.value_odd" and "list each one in “values”" in sentence
    assert told("contains", value) == told("in", value, "other") == []


@pytest.mark.parametrize("value", ["", "acme", "New York", "café", "a,", ",", "日本", "👍🏽", 5, True])
def test_what_people_mean_is_not_odd(value: Any) -> None:
    assert told("in", value) == []


def test_operators_that_read_otherwise_are_left_alone() -> None:
    assert told("matches", " a,b ") == told("semverRange", ">=1.0.0 <2.0.0") == []
    assert list(condition_problems(demo_snapshot())) == []


@pytest.mark.parametrize(("operator", "value"), [("semverGte", "1.0.0+16"), ("semverRange", ">=1.0.0+16 <2.0.0")])
def test_a_build_that_does_not_count_is_told(operator: str, value: str) -> None:
    [(_, code, sentence)] = told(operator, value)
    assert code == "condition.value_odd" and "dottedGte" in sentence
    assert told("dottedGte", "1.0.0+16") == []
