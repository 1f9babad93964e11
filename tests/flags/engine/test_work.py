"""The work of an evaluation: counted, for documents made to be as much of it as they can."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from configs.exporters.unleash import features
from configs.exporters.unleash.conditions import Conditions
from flags.engine import FlagSet, Reason, compile_flags, operators, unreadable
from flags.engine.conditions import DEEPEST, MOST_QUESTIONS
from flags.engine.hashing import fnv1a
from flags.engine.operators import OPERATORS, fold
from flags.engine.values import LONGEST_TEXT, MOST_MEMBERS
from flags.engine.work import MOST_PATTERN_INSTRUCTIONS, MOST_PATTERNS

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def flag(key: str, *conditions: Any, **more: Any) -> dict[str, Any]:
    rules = [{"id": "r", "conditions": list(conditions), "variant": "on"}]
    return {"key": key, "type": "boolean", "state": "ON", "defaultVariant": "off", "rules": rules, **more}


def asks(attribute: str) -> dict[str, Any]:
    return {"attribute": attribute, "operator": "in", "values": ["yes"]}


def doubling(levels: int, *leaf: Any) -> list[dict[str, Any]]:
    """s0 names s1 twice, which names s2 twice, and so on."""
    named = [{"id": f"s{n}", "conditions": [{"segment": f"s{n + 1}"}] * 2} for n in range(levels)]
    return [*named, {"id": f"s{levels}", "conditions": list(leaf)}]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """attribute → how often it was asked about."""
    count: Counter[str] = Counter()
    make = OPERATORS["in"]

    def counting(attribute: str, values: Any, ignore_case: bool) -> Any:
        test = make(attribute, values, ignore_case)

        def counted(context: Any, run: Any) -> bool:
            count[attribute] += 1
            return test(context, run)

        return counted

    monkeypatch.setitem(OPERATORS, "in", counting)
    return count


def test_a_segment_is_asked_once_for_all_flags_and_segments_that_use_it(asked: Counter[str]) -> None:
    content = {
        "segments": [*doubling(8, asks("x")), {"id": "other", "conditions": [{"not": {"segment": "s8"}}]}],
        "featureFlags": [flag(f"f{n}", {"segment": f"s{n % 8}"}, {"not": {"segment": "other"}}) for n in range(100)],
    }
    flags = compile_flags(content)
    assert all(found.value is True for found in flags.evaluate_all({"x": "yes"}, NOW).values())
    assert asked == {"x": 1}
    assert flags.evaluate("f0", {"x": "yes"}, now=NOW).value is True
    assert asked == {"x": 2}
    assert flags.evaluate("f0", {"x": "no"}, now=NOW).value is False  # and nothing is kept for the next context
    assert asked == {"x": 3}


def test_flags_that_are_needed_share_what_segments_came_to(asked: Counter[str]) -> None:
    chain = [flag(f"f{n}", {"segment": "s0"}, prerequisites=[{"flag": f"f{n + 1}"}]) for n in range(50)]
    flags = compile_flags(
        {"segments": doubling(2, asks("x")), "featureFlags": [*chain, flag("f50", {"segment": "s0"})]}
    )
    assert flags.evaluate("f0", {"x": "yes"}, now=NOW).value is True
    assert asked == {"x": 1}


@pytest.mark.parametrize("leaf", [(), (asks("x"),), ({"all": []},)], ids=["empty", "question", "empty list"])
def test_what_asks_nothing_counts_where_it_is_used(leaf: tuple[Any, ...]) -> None:
    flags = compile_flags({"segments": doubling(25, *leaf), "featureFlags": [flag("it", {"segment": "s0"})]})
    assert f"{MOST_QUESTIONS} comparisons" in flags.errors["it"]["en"]
    assert flags.evaluate("it", {"x": "yes"}, now=NOW).reason is Reason.ERROR


def test_a_chain_of_segments_is_as_deep_as_it_is_long() -> None:
    chain = [{"id": f"s{n}", "conditions": [{"segment": f"s{n + 1}"}]} for n in range(1_500)]
    content = {
        "segments": [*chain, {"id": "s1500", "conditions": []}],
        "featureFlags": [flag("long", {"segment": "s0"}), flag("short", {"segment": f"s{1_502 - DEEPEST}"})],
    }
    flags = compile_flags(content)
    assert flags.errors.keys() == {"long"}
    assert flags.evaluate("short", {}, now=NOW).value is True
    assert features(content).reasons.keys() == {"long"}


def steps(flags: FlagSet, key: str) -> int:
    return len(flags.explain(key, {"x": "yes"}, NOW).steps)


def test_an_explanation_tells_each_segment_once(asked: Counter[str]) -> None:
    content = {"segments": doubling(7, asks("x")), "featureFlags": [flag("it", {"segment": "s0"})]}
    flags = compile_flags(content)
    # s0, and the two or one conditions of each segment; then what the rule serves, and the end.
    assert steps(flags, "it") == 1 + 2 * 7 + 1 + 2
    assert asked["x"] <= 3


def test_an_explanation_asks_each_flag_that_is_needed_once(asked: Counter[str]) -> None:
    sources = [flag("f0", asks("x")), flag("f1", asks("x"))]
    sources += [
        flag(f"f{n}", asks("x"), prerequisites=[{"flag": f"f{other}"} for other in range(n)]) for n in range(2, 40)
    ]
    compile_flags({"featureFlags": sources}).explain("f39", {"x": "yes"}, NOW)
    assert asked["x"] <= 40 + 2


def test_an_export_puts_each_segment_into_words_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said: Counter[str] = Counter()
    one, negated = Conditions.one, Conditions.negated

    def counted_one(self: Conditions, condition: Any) -> Any:
        said["one"] += 1
        return one(self, condition)

    def counted_negated(self: Conditions, condition: Any) -> Any:
        said["negated"] += 1
        return negated(self, condition)

    monkeypatch.setattr(Conditions, "one", counted_one)
    monkeypatch.setattr(Conditions, "negated", counted_negated)
    flags = [flag(f"f{n}", {"segment": "s0"}, {"not": {"not": {"segment": "s0"}}}) for n in range(10)]
    flags.append(flag("none", {"not": {"segment": "s0"}}))
    export = features({"segments": doubling(7, asks("x")), "featureFlags": flags})
    assert export.reasons.keys() <= {"none"}
    # Each part of a segment once each way, and what flags say themselves twice.
    assert said["one"] <= 2 * 7 + 1 + 2 * (10 * 3 + 1)
    assert said["negated"] <= 2 * 7 + 1 + 2 * (10 + 1)


def test_a_snapshot_that_nobody_checked_compiles_no_more_patterns_than_one_that_is_accepted() -> None:
    """Drafts are explained before anybody publishes them."""
    patterns = [{"attribute": "x", "operator": "matches", "values": [f"a{n}"]} for n in range(MOST_PATTERNS + 1)]
    sources = [flag(f"f{n}", condition) for n, condition in enumerate(patterns)]
    again = flag("again", patterns[0])
    assert compile_flags({"featureFlags": [again, *sources]}).errors.keys() == {f"f{MOST_PATTERNS}"}


def test_large_patterns_are_compiled_up_to_a_size_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody uses these segments, and a draft is compiled before it is checked: for its flags' explanations."""
    sizes: list[int] = []
    compiled = operators._compiled

    def counted(text: str, ignore_case: bool) -> Any:
        made = compiled(text, ignore_case)
        sizes.append(made.programsize)
        return made

    monkeypatch.setattr(operators, "_compiled", counted)
    large = [{"attribute": "x", "operator": "matches", "values": [f"(\\p{{L}}\\p{{M}}?){{8}}{n}"]} for n in range(150)]
    segments = [{"id": f"s{n}", "conditions": [condition]} for n, condition in enumerate(large)]
    compile_flags({"segments": segments, "featureFlags": []})
    # For their size and for use, and the one that was too much.
    assert MOST_PATTERN_INSTRUCTIONS < sum(sizes) < 2 * MOST_PATTERN_INSTRUCTIONS + max(sizes)
    sizes.clear()
    compile_flags({"segments": segments, "featureFlags": []})
    assert sizes == []


@pytest.mark.parametrize("operator", ["equals", "in", "contains", "startsWith", "endsWith", "matches", "lt"])
@pytest.mark.parametrize("ignore_case", [False, True])
def test_a_text_without_end_is_there_and_fits_nothing(operator: str, ignore_case: bool) -> None:
    condition = {"attribute": "x", "operator": operator, "values": ["1"], "ignoreCase": ignore_case}
    there = {"attribute": "x", "operator": "exists"}
    flags = compile_flags({"featureFlags": [flag("it", condition), flag("there", there)]})
    endless = {"x": "1" * (LONGEST_TEXT + 1)}
    assert {key: found.value for key, found in flags.evaluate_all(endless, NOW).items()} == {"it": False, "there": True}
    assert f"longer than {LONGEST_TEXT} characters" in flags.explain("it", endless, NOW).steps[0]["en"]
    assert unreadable(operator, "1" * (LONGEST_TEXT + 1)) is not None


@pytest.mark.parametrize("algorithm", ["murmur3", "fnv1a"])
def test_a_text_without_end_is_not_hashed(algorithm: str) -> None:
    source = flag("it", rules=[], state="ROLLOUT", rollout=10_000, bucketing={"algorithm": algorithm, "seed": "s"})
    flags = compile_flags({"featureFlags": [source]})
    assert flags.evaluate("it", {"tenant": "x" * LONGEST_TEXT}, now=NOW).reason is Reason.SPLIT
    assert flags.evaluate("it", {"tenant": "x" * (LONGEST_TEXT + 1)}, now=NOW).reason is Reason.UNKNOWN


def test_a_long_text_is_gone_through_once_for_all_flags() -> None:
    """Character by character, in Python; the others take a thousandth of that."""
    lowered = {"attribute": "tenant", "operator": "contains", "values": ["no"], "ignoreCase": True}
    hashed: dict[str, Any] = {"state": "ROLLOUT", "rollout": 100, "bucketing": {"algorithm": "fnv1a", "seed": "s"}}
    flags = compile_flags({"featureFlags": [flag(f"f{n}", lowered, **hashed) for n in range(200)]})
    before = fnv1a.cache_info().misses, fold.cache_info().misses
    flags.evaluate_all({"tenant": "É" * LONGEST_TEXT}, NOW)
    # Of the text, and of what each flag adds.
    assert fnv1a.cache_info().misses - before[0] == 1 + 200
    assert fold.cache_info().misses - before[1] == 1


def test_a_list_is_read_once_for_all_flags_and_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []

    def counted(value: Any) -> str:
        read.append(value)
        return str(value)

    monkeypatch.setattr(operators, "read_text", counted)
    condition = {"attribute": "groups", "operator": "in", "values": ["1"]}
    flags = compile_flags({"featureFlags": [flag(f"f{n}", condition) for n in range(50)]})
    assert flags.evaluate("f0", {"groups": [*range(MOST_MEMBERS)]}, now=NOW).value is True
    assert len(read) == MOST_MEMBERS
    assert all(found.value for found in flags.evaluate_all({"groups": [*range(MOST_MEMBERS)]}, NOW).values())
    assert len(read) == 2 * MOST_MEMBERS
    assert flags.evaluate("f0", {"groups": [1, *range(MOST_MEMBERS)]}, now=NOW).value is False
    assert len(read) == 2 * MOST_MEMBERS
