"""What the flag engine cannot use is told before it is published, where it stands; the rest it can use."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.demo import demo_snapshot
from configs.validation.check import check_snapshot
from configs.validation.conditions import condition_problems, damage_problems
from flags.engine import Reason, compile_flags, unreadable
from flags.engine.operators import OPERATORS
from flags.engine.work import MOST_PATTERN_CHARACTERS, MOST_PATTERNS, MOST_STEPS
from icontrol.kernel.problems import Problem, errors

NOW = datetime(2026, 11, 22, tzinfo=UTC)
READABLE: dict[str, list[Any]] = {
    **dict.fromkeys(("equals", "in", "notIn", "contains", "startsWith", "endsWith"), ["a", "", 5, 1.5, True]),
    "matches": ["^a+$", "(x+x+)+y", "", 5],
    "inCidr": ["192.0.2.0/24", "2001:db8::/32", "::1"],
    **dict.fromkeys(("lt", "lte", "gt", "gte"), [1, "2.5", -1e300]),
    **dict.fromkeys(("before", "after"), ["2026-11-15", "2026-11-15T08:00:00.25+01:00"]),
    **dict.fromkeys(("semverEq", "semverLt", "semverLte", "semverGt", "semverGte"), ["1", "1.4", "1.4.2-rc.1"]),
    "semverRange": ["^1", ">=1.2.0 <2.0.0 || ^3.1"],
    **dict.fromkeys(("dottedEq", "dottedLt", "dottedLte", "dottedGt", "dottedGte"), ["1.4", "v1.4.2.17+45"]),
}
UNREADABLE: list[tuple[str, Any]] = [
    ("matches", "("),
    ("matches", "(?=a)"),
    ("matches", r"(a)\1"),
    ("matches", "((a{100}){100}){100}"),
    ("matches", "a" * 1001),
    ("inCidr", "10.0.0.0/33"),
    ("inCidr", "home"),
    ("inCidr", 5),
    ("lt", "many"),
    ("gte", True),
    ("gt", "1e400"),
    ("before", "tomorrow"),
    ("after", "2026-02-30"),
    ("after", 2026),
    ("semverEq", "1.x"),
    ("semverGte", "v1.0.0"),
    ("semverLt", "1!1.0.0"),
    ("semverLte", 1.4),
    ("semverRange", "1.0 - 2.0"),
    ("semverRange", ""),
    *((operator, "1.4.2-rc.1") for operator in ("dottedEq", "dottedLt", "dottedLte", "dottedGt", "dottedGte")),
    ("dottedGte", 1.4),
]


def asks(operator: str, *values: Any) -> dict[str, Any]:
    return {"attribute": "x", "operator": operator, **({"values": list(values)} if values else {})}


def flag(key: str, *conditions: Any, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "owner": "ada",
        "state": "ON",
        "type": "boolean",
        "defaultVariant": "off",
        "rules": [{"id": "r", "conditions": list(conditions), "variant": "on"}],
        **more,
    }


def told(snapshot: Any) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in check_snapshot(snapshot)]


@pytest.mark.parametrize(("operator", "value"), UNREADABLE)
def test_a_value_that_an_operator_cannot_use_is_told_in_the_engine_s_words(operator: str, value: Any) -> None:
    nested = {"any": [asks("exists"), {"all": [{"not": asks(operator, READABLE[operator][0], value)}]}]}
    for state in ("ON", "OFF", "FORCE_OFF"):
        content = {"featureFlags": [flag("fine"), flag("hit", asks("exists"), nested, state=state)]}
        [problem] = errors(check_snapshot(content))
        assert problem.code == "condition.value"
        assert problem.pointer == "/featureFlags/1/rules/0/conditions/1/any/1/all/0/not/values/1"
        assert dict(problem.message) == unreadable(operator, value)
    segments = [{"id": "s", "conditions": [asks(operator, value)], "private": True}]
    content = {"segments": segments, "featureFlags": [flag("uses", {"segment": "s"})]}
    assert told(content) == [("/segments/0/conditions/0/values/0", "condition.value")]


def test_every_operator_is_in_these_lists() -> None:
    assert READABLE.keys() == OPERATORS.keys() - {"exists"}
    anything = {"equals", "in", "notIn", "contains", "startsWith", "endsWith", "exists"}
    assert {operator for operator, _ in UNREADABLE} | anything >= OPERATORS.keys() - {"lte", "semverGt"}


def test_what_is_no_value_or_no_operator_is_the_schema_s_to_tell() -> None:
    for condition in (asks("sounds-like", "y"), asks("lt", None), asks("lt", [1]), {"attribute": "x", "values": 5}):
        content = {"featureFlags": [flag("a", condition)]}
        codes = {code for _, code in told(content)}
        assert codes and all(code.startswith("schema.") for code in codes)


def test_a_flag_that_is_explained_where_the_error_is_is_not_told_again() -> None:
    segments = [
        {"id": "broken", "conditions": [asks("matches", "(")]},
        {"id": "around", "conditions": [{"not": {"segment": "broken"}}]},
        {"id": "circle", "conditions": [{"segment": "circle"}]},
    ]
    flags = [
        flag("a", {"segment": "around"}),
        flag("b", {"segment": "circle"}),
        flag("c", {"segment": "nowhere"}),
        flag("d", prerequisites=[{"flag": "e"}]),
        flag("e", prerequisites=[{"flag": "d"}]),
        flag("f", prerequisites=[{"flag": "e"}]),
        flag("g", rules=[{"id": "r", "split": [{"variant": "on", "weight": 1}]}]),
        flag("h", prerequisites=[{"flag": "nowhere"}]),
    ]
    assert told({"featureFlags": flags, "segments": segments}) == [
        ("/featureFlags/2/rules/0/conditions/0/segment", "reference.missing"),
        ("/featureFlags/4/prerequisites/0/flag", "flag.prerequisite_cycle"),
        ("/featureFlags/6/rules/0/split", "flag.variant_weights"),
        ("/featureFlags/7/prerequisites/0/flag", "flag.prerequisite_missing"),
        ("/segments/0/conditions/0/values/0", "condition.value"),
        ("/segments/2/conditions/0/segment", "segment.cycle"),
    ]


def test_a_flag_that_only_the_engine_refuses_is_told_also_beside_other_errors() -> None:
    many = [{"id": "s0", "conditions": [asks("exists")] * 1001}]
    flags = [flag("a", asks("lt", "x")), flag("b", *[{"segment": "s0"}] * 2), flag("c", {"segment": "s0"})]
    problems = check_snapshot({"featureFlags": flags, "segments": many})
    assert [(problem.pointer, problem.code) for problem in problems] == [
        ("/featureFlags/0/rules/0/conditions/0/values/0", "condition.value"),
        ("/featureFlags/1", "flag.damaged"),
    ]
    assert "2000 comparisons" in problems[1].message["en"] and "2000 comparaisons" in problems[1].message["fr"]


def test_patterns_are_bounded() -> None:
    few = [asks("matches", *(f"a{number}" for number in range(MOST_PATTERNS)))]
    assert told({"featureFlags": [flag("a", *few)]}) == []
    # What is asked twice counts once, and the engine is not asked to compile what was refused here.
    twice = {"featureFlags": [flag("a", *few), flag("b", *few)]}
    assert told(twice) == []
    more = {"featureFlags": [flag("a", *few, asks("matches", "one more"))]}
    assert told(more) == [("", "condition.patterns_many")]
    long = [asks("matches", *(f"{number:03}" + "a" * 997 for number in range(MOST_PATTERN_CHARACTERS // 1000)))]
    assert told({"featureFlags": [flag("a", *long)]}) == []
    assert told({"featureFlags": [flag("a", *long, asks("matches", "b"))]}) == [("", "condition.patterns_many")]
    assert list(damage_problems(more, list(condition_problems(more)))) == []
    # A few characters may compile to a thousand instructions each: also where no flag asks.
    large = [asks("matches", f"(\\p{{L}}\\p{{M}}?){{8}}{number}") for number in range(10)]
    assert told({"segments": [{"id": "s", "conditions": large}]}) == [("", "condition.patterns_many")]
    assert told({"segments": [{"id": "s", "conditions": large[:5]}]}) == []
    # Few and short, and each takes milliseconds for what a client may send.
    heavy = [asks("matches", f"(a|b)*a(a|b){{{repeated}}}c") for repeated in range(900, 872, -1)]
    assert told({"featureFlags": [flag("a", *heavy[:26])]}) == []
    assert told({"featureFlags": [flag("a", *heavy)]}) == [("/featureFlags/0", "snapshot.too_much_work")]
    twice = {"featureFlags": [flag("a", *heavy[:14]), flag("b", *heavy[:15])]}
    assert told(twice) == [("/featureFlags/1", "snapshot.too_much_work")]


def test_the_work_of_all_flags_together_is_bounded() -> None:
    """Each flag is small, and the document too."""
    segment = {"id": "shared", "conditions": [asks("in", "a")] * 1_000}
    content = {
        "segments": [{"id": "small", "conditions": [asks("in", "a")]}, segment],
        "featureFlags": [flag(f"f{number}", {"segment": "small"}, {"segment": "shared"}) for number in range(198)],
    }
    assert told(content) == []
    content["featureFlags"] += [flag(f"g{number}", {"segment": "shared"}) for number in range(2)]
    [problem] = check_snapshot(content)
    assert (problem.pointer, problem.code) == ("/segments/1", "snapshot.too_much_work")
    total, part = 198 * 1_006 + 2 * 1_003, 200 * 1_002
    for sentence in (problem.message["en"], problem.message["fr"]):
        assert f"{total} " in sentence and f"{MOST_STEPS} " in sentence
        assert "shared" in sentence and f": {part}." in sentence
    # What is off costs nothing.
    for off in content["featureFlags"][:2]:
        off["state"] = "OFF"
    assert {code for _, code in told(content)} == {"flag.rules_idle"}


def test_a_pattern_counts_as_often_as_it_is_used() -> None:
    segment = {"id": "staff", "conditions": [asks("matches", "(a|b)*a(a|b){900}c")]}
    content = {
        "segments": [segment],
        "featureFlags": [flag(f"f{number}", {"segment": "staff"}) for number in range(26)],
    }
    assert told(content) == []
    content["featureFlags"] += [flag(f"g{number}", {"segment": "staff"}) for number in range(2)]
    assert told(content) == [("/segments/0", "snapshot.too_much_work")]


# Both ways, for any snapshot


def conditions(values: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    segments = st.sampled_from(["s0", "s1", "s2"]).map(lambda name: {"segment": name})
    return st.recursive(
        values | segments | st.just(asks("exists")),
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts})
            | st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts})
            | inner.map(lambda part: {"not": part})
        ),
        max_leaves=4,
    )


READABLE_QUESTIONS = st.sampled_from([asks(operator, value) for operator in READABLE for value in READABLE[operator]])
ANY_QUESTIONS = READABLE_QUESTIONS | st.sampled_from([asks(operator, value) for operator, value in UNREADABLE])
INSTANTS = st.sampled_from(
    ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00+02:00", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z"]
)


def snapshots(questions: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Whose shape is right, whatever else: names that exist or do not, circles, weights, dates, values."""
    keys, variants = st.sampled_from(["f0", "f1", "f2"]), st.sampled_from(["on", "off", "on", "no"])
    listed = st.lists(conditions(questions), max_size=3)
    split = st.sampled_from([[10_000], [5_000, 5_000], [1, 9_999], [9_999]]).map(
        lambda weights: [{"variant": "on", "weight": weight} for weight in weights]
    )
    rule = st.fixed_dictionaries(
        {"conditions": listed}, optional={"rollout": st.integers(0, 10_000), "variant": variants}
    ) | st.fixed_dictionaries({"split": split})
    need = st.fixed_dictionaries({"flag": keys}, optional={"variant": variants})
    body = st.fixed_dictionaries(
        {"state": st.sampled_from(["ON", "ROLLOUT", "OFF"]), "type": st.just("boolean"), "rollout": st.just(5000)},
        optional={
            "rules": st.lists(rule, max_size=3).map(
                lambda rules: [{"id": f"r{number}", **one} for number, one in enumerate(rules)]
            ),
            "prerequisites": st.lists(need, max_size=2),
            "defaultVariant": variants,
            "enabledFrom": INSTANTS,
            "bucketing": st.sampled_from([{"algorithm": "fnv1a", "seed": ""}, {"algorithm": "murmur3"}]),
        },
    )
    return st.builds(
        lambda flags, segments: {
            "featureFlags": [{"key": f"f{number}", **one} for number, one in enumerate(flags)],
            "segments": [{"id": f"s{number}", "conditions": one} for number, one in enumerate(segments)],
        },
        st.lists(body, max_size=3),
        st.lists(listed, max_size=3),
    )


def reasons(content: dict[str, Any]) -> set[Reason]:
    flags = compile_flags(content)
    contexts: list[dict[str, Any]] = [{}, {"tenant": "acme", "x": "1.4.2"}, {"tenant": 5, "x": "192.0.2.7"}]
    return {found.reason for context in contexts for found in flags.evaluate_all(context, NOW).values()}


@settings(max_examples=200)
@given(snapshots(ANY_QUESTIONS))
def test_a_snapshot_without_errors_has_no_damaged_flag(content: dict[str, Any]) -> None:
    problems = errors(check_snapshot(content))
    if not problems:
        assert not compile_flags(content).errors
        assert Reason.ERROR not in reasons(content)


@settings(max_examples=60)
@given(snapshots(READABLE_QUESTIONS), st.sampled_from(UNREADABLE), st.data())
def test_a_planted_value_is_an_error_at_its_place(
    content: dict[str, Any], planted: tuple[str, Any], data: st.DataObject
) -> None:
    before = check_snapshot(copy.deepcopy(content))
    assert "condition.value" not in {problem.code for problem in before}
    operator, value = planted
    where = data.draw(st.sampled_from(["rule", "segment"]))
    if where == "rule":
        content["featureFlags"].append(flag("planted", asks("exists"), {"not": asks(operator, value)}))
        place = f"/featureFlags/{len(content['featureFlags']) - 1}/rules/0/conditions/1/not/values/0"
    else:
        content["segments"].append({"id": "planted", "conditions": [{"any": [asks(operator, value)]}]})
        place = f"/segments/{len(content['segments']) - 1}/conditions/0/any/0/values/0"
    found = [problem.pointer for problem in check_snapshot(content) if problem.code == "condition.value"]
    assert found == [place]


def test_the_demo_has_no_damage() -> None:
    told_before: list[Problem] = []
    assert list(condition_problems(demo_snapshot())) == list(damage_problems(demo_snapshot(), told_before)) == []
