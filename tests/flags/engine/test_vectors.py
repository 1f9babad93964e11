"""The engine gives the answers of the language-neutral file, and the file is what it claims to be."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from configs.validation.check import check_snapshot
from configs.validation.schemas import snapshot_schema
from tests.flags.engine import reference
from tests.flags.engine.vectors import compiled, moment, snapshot, vectors

CASES: list[dict[str, Any]] = vectors()["cases"]
FLAGS: dict[str, dict[str, Any]] = {flag["key"]: flag for flag in vectors()["flags"]}
SEGMENTS: dict[str, dict[str, Any]] = {segment["id"]: segment for segment in vectors()["segments"]}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    found = compiled().evaluate(case["flag"], case["context"], now=moment(case))
    expected = case["expected"]
    assert (found.value, found.variant, found.reason) == (expected["value"], expected["variant"], expected["reason"])
    assert (found.rule_id, found.bucket) == (expected.get("ruleId"), expected.get("bucket"))
    # True == 1 and 1 == 1.0 in Python, not on the wire.
    kinds = {"boolean": bool, "string": str, "integer": int, "number": float, "object": dict}
    assert type(found.value) is kinds[FLAGS[case["flag"]]["type"]]


def test_evaluating_all_flags_gives_what_each_gives_alone() -> None:
    flags = compiled()
    for case in CASES[::7]:
        now = moment(case)
        together = flags.evaluate_all(case["context"], now)
        assert list(together) == list(FLAGS)
        for key, found in together.items():
            assert found == flags.evaluate(key, case["context"], now=now)


def test_every_case_is_explained() -> None:
    for case in CASES:
        found, steps = compiled().explain(case["flag"], case["context"], moment(case))
        assert found == compiled().evaluate(case["flag"], case["context"], now=moment(case))
        assert len(steps) >= 2 and all(step.keys() == {"en", "fr"} and step["en"] and step["fr"] for step in steps)
        assert f"({found.reason})" in steps[-1]["en"]
        decided = [step["en"] for step in steps if step["en"].startswith("Rule") and " serves “" in step["en"]]
        if found.rule_id is None:
            assert not decided, case["name"]
        else:
            assert len(decided) == 1 and decided[0].startswith(f"Rule “{found.rule_id}” serves “{found.variant}”")
        if found.bucket is not None:
            assert any(f"bucket {found.bucket}" in step["en"] for step in steps), case["name"]


# The file itself


def test_there_are_enough_cases_with_names_of_their_own() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) >= 300
    assert len(set(names)) == len(names)
    assert {case["flag"] for case in CASES} == FLAGS.keys()


def test_the_flags_could_be_published() -> None:
    assert not compiled().errors
    problems = check_snapshot(snapshot(), max_bytes=10**6)
    assert [problem for problem in problems if problem.severity == "error"] == []


def test_every_word_of_the_language_is_exercised() -> None:
    definitions = snapshot_schema()["$defs"]
    conditions = [condition for flag in FLAGS.values() for condition in _conditions(flag.get("rules", []))]
    conditions += [condition for segment in SEGMENTS.values() for condition in _conditions([segment])]
    operators = {condition["operator"] for condition in conditions if "operator" in condition}
    assert operators == set(definitions["condition"]["properties"]["operator"]["enum"])
    for field in definitions["condition"]["properties"].keys() - {"operator", "values"}:
        assert any(field in condition for condition in conditions), field
    for field, of in (("flag", FLAGS.values()), ("rule", [r for f in FLAGS.values() for r in f.get("rules", [])])):
        for name in definitions[field]["properties"].keys() - {"description", "owner", "schema", "environments"}:
            assert any(name in item for item in of), name
    pairs = {(flag["type"], flag["state"]) for flag in FLAGS.values()}
    types, states = (
        definitions["flag"]["properties"]["type"]["enum"],
        definitions["flag"]["properties"]["state"]["enum"],
    )
    assert pairs >= {(kind, state) for kind in types for state in states}
    reasons = Counter(case["expected"]["reason"] for case in CASES)
    assert reasons.keys() == {"STATIC", "TARGETING_MATCH", "SPLIT", "DISABLED", "UNKNOWN"}
    assert min(reasons.values()) >= 10


def test_operators_are_shown_to_match_and_not_to_match() -> None:
    for key, flag in FLAGS.items():
        if key.startswith("op.") and flag["rules"][0]["conditions"][0]["operator"] != "exists":
            served = {case["expected"]["variant"] for case in CASES if case["flag"] == key}
            assert served == {"on", "off"}, key


def test_local_is_what_a_browser_may_evaluate() -> None:
    for case in CASES:
        assert case["local"] is not _needs_the_server(FLAGS[case["flag"]]), case["name"]


def test_buckets_are_those_of_the_reference() -> None:
    """The expected buckets were computed from the hashes' descriptions; here they are computed again."""
    counted = 0
    for case in CASES:
        if (bucket := case["expected"].get("bucket")) is None:
            continue
        flag, counted = FLAGS[case["flag"]], counted + 1
        rules = {rule["id"]: rule for rule in flag.get("rules", [])}
        rule = rules.get(case["expected"].get("ruleId"), {})
        by = rule.get("bucketBy", flag.get("bucketBy", "tenant"))
        identity = next(filter(None, (_text(case["context"].get(name)) for name in ([by] if by == str(by) else by))))
        bucketing = {"algorithm": "murmur3", **flag.get("bucketing", {})}
        seed = rule.get("seed", bucketing.get("seed", flag["key"]))
        if "split" in rule:
            salt = rule.get("seed", flag["key"]) if bucketing["algorithm"] == "fnv1a" else seed
            if "total" in rule:
                assert bucket == reference.unleash_variant(salt, identity, rule["total"]) - 1
            else:
                assert bucket == reference.split_bucket(salt, identity)
        elif bucketing["algorithm"] == "fnv1a":
            assert bucket == reference.fnv1a_bucket(flag["key"], seed, identity)
        else:
            assert bucket == reference.bucket(seed, identity)
    assert counted >= 80


def _text(value: Any) -> str:
    """The identities of the file as JavaScript writes them; a list, so that nothing is shared with the engine."""
    if isinstance(value, str):
        return value
    known = {
        "42": "42",
        "0": "0",
        "-7": "-7",
        "1.5": "1.5",
        "2.0": "2",
        "1e+21": "1e+21",
        "True": "true",
        "False": "false",
    }
    return {**known, "9007199254740991": "9007199254740991"}.get(str(value), "")


def _conditions(holders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    pending = [condition for holder in holders for condition in holder.get("conditions", [])]
    found = []
    while pending:
        condition = pending.pop()
        found.append(condition)
        pending += [*condition.get("all", []), *condition.get("any", []), *filter(None, [condition.get("not")])]
    return found


def _needs_the_server(flag: dict[str, Any]) -> bool:
    """A private segment, or a pattern (browsers have no linear-time engine), here or in a flag that is needed."""
    if flag.get("remote") is True or any(
        _needs_the_server(FLAGS[need["flag"]]) for need in flag.get("prerequisites", [])
    ):
        return True
    pending = _conditions([rule for rule in flag.get("rules", []) if not rule.get("disabled")])
    while pending:
        condition = pending.pop()
        if condition.get("operator") == "matches":
            return True
        if "segment" in condition:
            segment = SEGMENTS[condition["segment"]]
            if segment.get("private"):
                return True
            pending += _conditions([segment])
    return False
