from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from configs.validation.check import check_snapshot
from configs.validation.flag_advice import flag_warnings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ON_ACME = {"attribute": "tenant", "operator": "equals", "values": ["acme"]}
ON_PRO = {"attribute": "plan", "operator": "in", "values": ["pro"]}


def flag(state: str = "ON", **more: Any) -> dict[str, Any]:
    return {"key": "f", "state": state, "type": "boolean", "owner": "ada", **more}


def told(source: dict[str, Any], now: datetime | None = None) -> list[tuple[str, str]]:
    found = list(flag_warnings({"featureFlags": [source]}, now))
    assert {problem.severity for problem in found} <= {"warning"}
    return [(problem.pointer.removeprefix("/featureFlags/0"), problem.code) for problem in found]


@pytest.mark.parametrize(("state", "asked"), [("ON", True), ("ROLLOUT", True), ("OFF", False), ("FORCE_OFF", False)])
def test_somebody_answers_for_a_flag_that_is_on(state: str, asked: bool) -> None:
    source = flag(state, rollout=1)
    assert told(source) == []
    del source["owner"]
    assert told(source) == ([("", "flag.owner_missing")] if asked else [])


@pytest.mark.parametrize(
    ("end", "expired"),
    [
        ("2026-11-22", True),  # midnight UTC
        ("2026-11-23", False),
        ("2026-11-22T12:00:00Z", True),
        ("2026-11-22T12:00:01Z", False),
        ("2026-11-22T12:30:00+01:00", True),
        ("someday", False),
        (5, False),
    ],
)
@pytest.mark.parametrize("state", ["ON", "OFF"])
def test_a_flag_expires_when_its_moment_has_come(end: Any, expired: bool, state: str) -> None:
    assert told(flag(state, expiresAt=end), NOON) == ([("/expiresAt", "flag.expired")] if expired else [])
    assert told(flag(state, expiresAt=end)) == [], "without a clock nothing has expired"


def test_the_check_of_a_snapshot_has_the_clock_of_its_caller() -> None:
    content = {"featureFlags": [flag(expiresAt="2026-11-01")]}
    assert check_snapshot(content) == []
    assert [problem.code for problem in check_snapshot(content, now=NOON)] == ["flag.expired"]


@pytest.mark.parametrize("state", ["OFF", "FORCE_OFF"])
def test_rules_of_a_flag_that_is_off_do_not_count(state: str) -> None:
    rules = [{"id": "r", "conditions": [ON_ACME]}]
    assert told(flag(state, rules=rules)) == [("/rules", "flag.rules_idle")]
    assert told(flag(state, rules=[])) == told(flag("ON", rules=rules)) == []
    assert told(flag(state, rules=[{**rules[0], "disabled": True}])) == []


def among(operator: str, *values: Any) -> dict[str, Any]:
    return {"attribute": "tenant", "operator": operator, "values": list(values)}


@pytest.mark.parametrize(
    ("rules", "unreachable"),
    [
        ([{}, {"conditions": [ON_ACME]}, {}], [1, 2]),
        ([{"conditions": []}, {"conditions": [ON_ACME]}], [1]),
        ([{"conditions": [ON_ACME]}, {}], []),
        ([{"disabled": True}, {"conditions": [ON_ACME]}], []),
        ([{}, {"disabled": True}, {}], [2]),
        # Whoever has nothing to be hashed is in no share and no split, not even in a full one.
        ([{"rollout": 10_000}, {"conditions": [ON_ACME]}], []),
        ([{"split": [{"variant": "on", "weight": 10_000}]}, {}], []),
        ([{"conditions": [ON_ACME, ON_PRO]}, {"conditions": [ON_PRO, ON_ACME]}], [1]),
        ([{"conditions": [ON_ACME]}, {"conditions": [ON_PRO]}, {"conditions": [ON_ACME], "rollout": 5}], [2]),
        ([{"conditions": [ON_ACME], "rollout": 5}, {"conditions": [ON_ACME]}, {"conditions": [ON_ACME]}], [2]),
        ([{"conditions": [{**ON_ACME, "values": [1]}]}, {"conditions": [{**ON_ACME, "values": [True]}]}], []),
        ([{"conditions": [ON_ACME, {**ON_ACME, "values": [10**5000]}]}, {"conditions": 5}], []),
        # Narrower questions, and more of them.
        ([{"conditions": [ON_ACME]}, {"conditions": [ON_ACME, ON_PRO]}], [1]),
        ([{"conditions": [ON_ACME, ON_PRO]}, {"conditions": [ON_ACME]}], []),
        ([{"conditions": [among("in", "a", "b")]}, {"conditions": [among("in", "a")]}], [1]),
        ([{"conditions": [among("in", "a", "b")]}, {"conditions": [among("in", "b", "a")]}], [1]),
        ([{"conditions": [among("in", "a", "b")]}, {"conditions": [among("in", "a", "c")]}], []),
        ([{"conditions": [among("in", 1)]}, {"conditions": [among("equals", 1)]}], [1]),
        ([{"conditions": [among("startsWith", "a", "b")]}, {"conditions": [among("endsWith", "a")]}], []),
        ([{"conditions": [among("notIn", "a", "b")]}, {"conditions": [among("notIn", "a")]}], []),
        ([{"conditions": [{**among("in", "a"), "ignoreCase": True}]}, {"conditions": [among("in", "a")]}], []),
        ([{"conditions": [{"not": among("in", "a", "b")}]}, {"conditions": [{"not": among("in", "a")}]}], []),
    ],
)
def test_rules_that_never_decide(rules: list[dict[str, Any]], unreachable: list[int]) -> None:
    named = [{"id": f"r{number}", **rule} for number, rule in enumerate(rules)]
    assert told(flag(rules=named)) == [(f"/rules/{number}", "flag.rule_unreachable") for number in unreachable]


def test_the_rule_in_front_is_named() -> None:
    content = {"featureFlags": [flag(rules=[{"id": "all"}, {"id": "never"}])]}
    [problem] = check_snapshot(content)
    assert "“all”" in problem.message["en"] and "« all »" in problem.message["fr"]
