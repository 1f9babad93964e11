"""Compilation: total, flag by flag, and bounded whatever an author writes."""

from __future__ import annotations

import copy
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.demo import demo_snapshot
from configs.validation.check import check_snapshot
from configs.validation.schemas import snapshot_schema
from flags.engine import Evaluation, FlagNotFound, Reason, compile_flags, unreadable
from flags.engine.operators import OPERATORS
from tests.flags.engine.json_values import VALUES
from tests.flags.engine.vectors import snapshot

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OFF = Evaluation(False, "off", Reason.DISABLED)
ON = Evaluation(True, "on", Reason.STATIC)
DAMAGED = Evaluation(False, "off", Reason.ERROR)


def flag(key: str, *conditions: Any, **more: Any) -> dict[str, Any]:
    rules = [{"id": "r", "conditions": list(conditions), "variant": "on"}] if conditions else []
    return {
        "key": key,
        "type": "boolean",
        "state": "ON",
        "rules": rules,
        **({"defaultVariant": "off"} if rules else {}),
        **more,
    }


def asks(attribute: str, operator: str, *values: Any, **more: Any) -> dict[str, Any]:
    return {"attribute": attribute, "operator": operator, "values": list(values), **more}


def test_the_engine_stands_on_its_own() -> None:
    """It imports neither a framework nor the layers above it: of the house only the sentences."""
    program = (
        "import sys, flags.engine\n"
        "apps = 'django', 'rest_framework', 'configs', 'releases', 'icontrol', 'frontend'\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in apps))"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    own = ["icontrol", "icontrol.kernel", "icontrol.kernel.languages", "icontrol.kernel.texts"]
    assert done.stdout.strip() == str(own)


@pytest.mark.parametrize("also", [{"segment": "nope"}, {"all": 5}, {"any": None}, {"not": {}}])
def test_a_condition_asks_one_thing(also: dict[str, Any]) -> None:
    """The schema says so; a half-typed draft may say otherwise, and is explained without failing."""
    flags = compile_flags({"featureFlags": [flag("a", {**asks("plan", "equals", "pro"), **also})]})
    explained = flags.explain("a", {"plan": "pro"}, NOW)
    assert explained.evaluation == DAMAGED and "a" in flags.errors
    assert "damaged" in explained.steps[0]["en"]


def test_long_texts_match_no_pattern() -> None:
    flags = compile_flags({"featureFlags": [flag("a", asks("page", "matches", "^x*$"))]})
    assert flags.evaluate("a", {"page": "x" * 1024}, now=NOW).value is True
    assert flags.evaluate("a", {"page": "x" * 1025}, now=NOW).value is False


def test_operators_are_those_of_the_schema() -> None:
    assert OPERATORS.keys() == set(snapshot_schema()["$defs"]["condition"]["properties"]["operator"]["enum"])


def test_an_unknown_flag_is_an_exception() -> None:
    flags = compile_flags({"featureFlags": [flag("a")]})
    for ask in (lambda: flags.evaluate("b", {}, now=NOW), lambda: flags.explain("b", {}, NOW)):
        with pytest.raises(FlagNotFound) as caught:
            ask()
        assert caught.value.key == "b"


def test_a_flag_set_knows_its_keys_in_the_order_of_the_snapshot() -> None:
    flags = compile_flags({"featureFlags": [flag("b"), flag("a", prerequisites=[{"flag": "c"}]), flag("c")]})
    assert list(flags) == ["b", "a", "c"] == list(flags.evaluate_all({}, NOW))
    assert len(flags) == 3 and "a" in flags and "z" not in flags
    assert list(compile_flags({})) == []


def test_a_kill_switch_turns_off_whatever_a_flag_says() -> None:
    content = snapshot()
    keys = [source["key"] for source in content["featureFlags"]]
    flags = compile_flags(content, killed=[*keys, "not-in-the-snapshot"])
    assert not flags.errors
    for source in content["featureFlags"]:
        found = flags.evaluate(source["key"], {"tenant": "acme"}, now=NOW)
        assert found.reason is Reason.DISABLED and found.variant == source.get("offVariant", "off")
        assert found.rule_id is None and found.bucket is None


def test_killing_one_flag_turns_off_those_that_need_it_and_no_others() -> None:
    sources = [flag("a"), flag("b", prerequisites=[{"flag": "a"}]), flag("c", prerequisites=[{"flag": "b"}]), flag("d")]
    flags = compile_flags({"featureFlags": sources}, killed={"a"})
    assert flags.evaluate_all({}, NOW) == {"a": OFF, "b": OFF, "c": OFF, "d": ON}


def test_the_environment_is_the_server_s_and_not_the_client_s() -> None:
    sources = [
        flag("live", asks("environment", "in", "production")),
        flag("hashed", state="ROLLOUT", rollout=10_000, bucketBy="environment"),
        flag("segmented", {"not": {"segment": "live"}}),
    ]
    content = {
        "featureFlags": sources,
        "segments": [{"id": "live", "conditions": [asks("environment", "equals", "production")]}],
    }
    for context in ({}, {"environment": "production"}, {"environment": "staging"}):
        there = compile_flags(content, environment="production")
        assert [there.evaluate(key, context, now=NOW).value for key in there] == [True, True, False]
        assert [
            compile_flags(content, environment="staging").evaluate(key, context, now=NOW).value for key in there
        ] == [False, True, True]
    listed = [flag("a", state="ROLLOUT", rollout=10_000, bucketBy=["environment", "tenant"])]
    for place in ("", "staging"):
        there = compile_flags({"featureFlags": listed}, environment=place)
        buckets = {there.evaluate("a", {"tenant": tenant}, now=NOW).bucket for tenant in ("acme", "globex")}
        assert len(buckets) == (1 if place else 2)
    unnamed = compile_flags(content)
    assert unnamed.evaluate("live", {"environment": "production"}, now=NOW).value is True
    assert unnamed.evaluate("hashed", {}, now=NOW).reason is Reason.UNKNOWN


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (asks("x", "matches", "("), "pattern"),
        (asks("x", "matches", "(?=a)"), "pattern"),
        (asks("x", "matches", r"(a)\1"), "pattern"),
        (asks("x", "matches", "a" * 1001), "1000 characters"),
        (asks("x", "matches", "((a{100}){100}){100}"), "too large"),
        (asks("x", "lt", "many"), "number"),
        (asks("x", "gt", 5, True), "number"),
        (asks("x", "before", "tomorrow"), "date"),
        (asks("x", "semverGte", "1.x"), "version"),
        (asks("x", "semverRange", "1 - 2"), "range"),
        (asks("x", "inCidr", "10.0.0.0/8", "10.0.0.0/99"), "network"),
        (asks("x", "sounds-like", "y"), "condition"),
        (asks("x", "in"), "condition"),
        ({}, "condition"),
        ({"any": []}, "condition"),
        ({"segment": "nowhere"}, "no segment “nowhere”"),
        ({"segment": "circle-a"}, "circle"),
        ({"segment": "into-the-circle"}, "circle"),
        ({"segment": "untold"}, "are missing"),
        ({"segment": "broken"}, "pattern"),
        ({"not": {"segment": "broken"}}, "pattern"),
    ],
)
def test_a_condition_that_cannot_be_asked_turns_its_flag_off_and_no_other(damage: dict[str, Any], why: str) -> None:
    segments = [
        {"id": "circle-a", "conditions": [{"segment": "circle-b"}]},
        {"id": "circle-b", "conditions": [{"not": {"segment": "circle-a"}}]},
        {"id": "into-the-circle", "conditions": [{"any": [{"segment": "circle-a"}]}]},
        {"id": "untold", "private": True},
        {"id": "broken", "conditions": [asks("x", "matches", "(")]},
    ]
    sources = [
        flag("fine"),
        flag("hit", damage),
        flag("hit-not", {"not": damage}),
        flag("needs", prerequisites=[{"flag": "hit"}]),
        flag("needs-off", prerequisites=[{"flag": "hit", "variant": "off"}]),
    ]
    flags = compile_flags({"featureFlags": sources, "segments": segments})
    found = flags.evaluate_all({"x": "y"}, NOW)
    assert found == {"fine": ON, "hit": DAMAGED, "hit-not": DAMAGED, "needs": OFF, "needs-off": OFF}
    assert flags.errors.keys() == {"hit", "hit-not"}
    assert why in flags.errors["hit"]["en"] and flags.errors["hit"]["fr"]
    assert why in flags.explain("hit", {}, NOW).steps[0]["en"]
    # Not asked, not damaged: a kill switch and the state OFF work on any flag.
    assert (
        compile_flags({"featureFlags": sources, "segments": segments}, killed={"hit"}).evaluate("hit", {}, now=NOW)
        == OFF
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "string"},
        {"variants": [{"key": "a", "value": True}]},
        {"offVariant": "nowhere"},
        {"variants": 5},
        {"type": None, "bucketing": 3},
    ],
)
def test_a_flag_without_an_off_variant_serves_nothing(broken: dict[str, Any]) -> None:
    flags = compile_flags({"featureFlags": [flag("a", **broken), flag("b")]})
    assert flags.evaluate_all({}, NOW) == {"a": Evaluation(None, None, Reason.ERROR), "b": ON}


@pytest.mark.parametrize(
    "broken",
    [
        {"defaultVariant": "nowhere"},
        {"rules": [{"id": "r", "variant": "nowhere"}]},
        {"rules": [{"id": "r", "split": [{"variant": "on", "weight": 9999}]}]},
        {"rules": [{"id": "r", "split": []}]},
        {"state": "ROLLOUT"},
        {"enabledFrom": "2026-02-30T00:00:00Z"},
        {"prerequisites": [{"flag": "nowhere"}]},
        {"prerequisites": [{"flag": "a"}]},
        {"bucketBy": 5, "state": "ROLLOUT", "rollout": "much"},
        {"bucketBy": ["tenant", 5]},
        {"rules": [{"id": "r", "rollout": 1, "bucketBy": []}]},
        {"rules": [{"id": "r", "rollout": 1, "seed": 5}]},
        {"rules": [{"id": "r", "split": [{"variant": "on", "weight": 0}], "total": 0}]},
        {"rules": [{"id": "r", "split": [{"variant": "on", "weight": 10_000}], "total": 3}]},
        {"rules": [{"id": "r", "split": [{"variant": "on", "weight": 3}], "total": "3"}]},
        {"bucketing": {"algorithm": "murmur3", "seed": "\ud800"}},
    ],
)
def test_any_other_damage_serves_the_off_variant(broken: dict[str, Any]) -> None:
    flags = compile_flags({"featureFlags": [flag("a", **broken), flag("b")]})
    assert flags.evaluate_all({}, NOW) == {"a": DAMAGED, "b": ON}
    assert flags.errors["a"]["en"] and flags.errors["a"]["fr"]


def test_flags_that_need_each_other_in_a_circle_are_off_and_evaluation_ends() -> None:
    sources = [
        flag("a", prerequisites=[{"flag": "b"}]),
        flag("b", prerequisites=[{"flag": "c", "variant": "off"}]),
        flag("c", prerequisites=[{"flag": "a"}]),
        flag("outside", prerequisites=[{"flag": "a"}]),
        flag("free"),
    ]
    flags = compile_flags({"featureFlags": sources})
    found = flags.evaluate_all({}, NOW)
    assert found["free"] == ON
    assert {found[key] for key in ("a", "b", "c", "outside")} == {DAMAGED}
    # A flag that is off needs nothing, which opens the circle.
    sources[2]["state"] = "OFF"
    assert compile_flags({"featureFlags": sources}).evaluate("a", {}, now=NOW).value is True


def test_a_chain_of_flags_may_be_as_long_as_a_snapshot() -> None:
    sources = [flag(f"f{number}", prerequisites=[{"flag": f"f{number + 1}"}]) for number in range(3000)]
    flags = compile_flags({"featureFlags": [*sources, flag("f3000")]})
    assert not flags.errors
    assert flags.evaluate("f0", {}, now=NOW).value is True
    assert all(found.value for found in flags.evaluate_all({}, NOW).values())
    assert compile_flags({"featureFlags": [*sources, flag("f3000", state="OFF")]}).evaluate("f0", {}, now=NOW) == OFF


def test_flags_that_are_needed_by_many_ways_are_evaluated_once() -> None:
    """Each flag needs the two before it: without memory this would take 2 to the power of 60 steps."""
    sources = [flag("f0"), flag("f1")]
    sources += [flag(f"f{n}", prerequisites=[{"flag": f"f{n - 1}"}, {"flag": f"f{n - 2}"}]) for n in range(2, 90)]
    flags = compile_flags({"featureFlags": sources})
    assert flags.evaluate("f89", {}, now=NOW).value is True
    assert all(found.value for found in flags.evaluate_all({}, NOW).values())


def test_segments_that_double_at_each_step_are_refused() -> None:
    segments: list[dict[str, Any]] = [{"id": "s0", "conditions": [asks("x", "equals", "y")]}]
    segments += [{"id": f"s{n}", "conditions": [{"segment": f"s{n - 1}"}] * 2} for n in range(1, 60)]
    content = {"featureFlags": [flag("few", {"segment": "s5"}), flag("many", {"segment": "s59"})], "segments": segments}
    problems = [problem for problem in check_snapshot(content) if problem.severity == "error"]
    assert [(problem.pointer, problem.code) for problem in problems] == [("/featureFlags/1", "flag.damaged")]
    assert "2000 comparisons" in problems[0].message["en"]
    flags = compile_flags(content)
    assert flags.evaluate("few", {"x": "y"}, now=NOW).value is True
    assert flags.evaluate("many", {"x": "y"}, now=NOW) == DAMAGED
    assert "2000 comparisons" in flags.errors["many"]["en"]


def test_segments_nested_without_end_are_refused_without_recursion() -> None:
    segments: list[dict[str, Any]] = [{"id": "s0", "conditions": [asks("x", "equals", "y")]}]
    segments += [{"id": f"s{n}", "conditions": [{"not": {"segment": f"s{n - 1}"}}]} for n in range(1, 3000)]
    flags = compile_flags(
        {
            "featureFlags": [flag("shallow", {"segment": "s48"}), flag("deep", {"segment": "s2999"})],
            "segments": segments[::-1],
        }
    )
    assert flags.evaluate("shallow", {"x": "y"}, now=NOW).value is True
    assert flags.evaluate("deep", {"x": "y"}, now=NOW) == DAMAGED


def test_the_questions_of_all_rules_of_a_flag_are_counted() -> None:
    rules = [
        {"id": f"r{number}", "conditions": [asks("x", "equals", "y")] * 99, "variant": "on"} for number in range(21)
    ]
    flags = compile_flags({"featureFlags": [flag("a", rules=rules[:20]), flag("b", rules=rules)]})
    assert flags.errors.keys() == {"b"}


def test_a_hostile_pattern_takes_linear_time() -> None:
    """A backtracking engine would not come back from this within the life of the universe."""
    flags = compile_flags({"featureFlags": [flag("a", asks("x", "matches", "^(a|a?)+$", "(x+x+)+y"))]})
    assert flags.evaluate("a", {"x": "a" * 500 + "x" * 500}, now=NOW).value is False
    assert flags.evaluate("a", {"x": "a" * 1_000}, now=NOW).value is True


def test_every_value_that_an_operator_cannot_read_is_told_before_publication() -> None:
    assert unreadable("lt", 5) is unreadable("lt", "5.5") is unreadable("in", True) is None
    assert unreadable("matches", "^a+$") is unreadable("inCidr", "::/0") is unreadable("semverRange", "^1") is None
    for operator, value in (
        ("lt", "x"),
        ("matches", "("),
        ("inCidr", "x"),
        ("before", "x"),
        ("semverEq", "x"),
        ("no-such", 1),
    ):
        flaw = unreadable(operator, value)
        assert flaw is not None and flaw["en"] != flaw["fr"]


@given(st.sampled_from(sorted(OPERATORS)), VALUES, VALUES, st.booleans())
def test_no_value_breaks_an_operator(operator: str, value: Any, found: Any, ignore_case: bool) -> None:
    """What ``unreadable`` lets through compiles, and what it refuses is an error of that flag alone."""
    content = {"featureFlags": [flag("a", asks("x", operator, value, ignoreCase=ignore_case))]}
    flags = compile_flags(content)
    evaluation, steps = flags.explain("a", {"x": found}, NOW)
    assert (evaluation.reason is Reason.ERROR) is (unreadable(operator, value) is not None)
    assert all(step["en"].encode("utf-8", "replace") for step in steps)


@given(st.dictionaries(st.sampled_from(["tenant", "plan", "ip", "locale", "user", "x"]), VALUES))
def test_no_context_breaks_an_evaluation(context: dict[str, Any]) -> None:
    flags = compile_flags(demo_snapshot())
    assert not flags.errors
    assert all(isinstance(found, Evaluation) for found in flags.evaluate_all(context, NOW).values())


@settings(max_examples=200)
@given(st.data())
def test_no_damage_to_a_snapshot_breaks_more_than_the_flags_it_touches(data: st.DataObject) -> None:
    content = copy.deepcopy({name: demo_snapshot()[name] for name in ("featureFlags", "segments")})
    untouched = flag("untouched")
    place: Any = content
    while isinstance(place, dict | list) and place:
        step = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if data.draw(st.integers(0, 3)) == 0 or not isinstance(place[step], dict | list) or not place[step]:
            place[step] = data.draw(VALUES)
            break
        place = place[step]
    if isinstance(content["featureFlags"], list):
        content["featureFlags"].append(untouched)
    flags = compile_flags(content)
    for key, found in flags.evaluate_all({"tenant": "acme", "plan": "team"}, NOW).items():
        assert (found.reason is Reason.ERROR) is (key in flags.errors)
        flags.explain(key, {"tenant": "acme", "clientVersion": "1.4.0"}, NOW)
    assert "untouched" not in flags or flags.evaluate("untouched", {}, now=NOW) == ON


def test_the_snapshot_may_change_afterwards() -> None:
    """A compiled flag set is what was compiled, as far as what decides is concerned."""
    source = flag("a", state="ROLLOUT", rollout=10_000)
    flags = compile_flags({"featureFlags": [source]})
    source["rollout"], source["state"] = 0, "OFF"
    assert flags.evaluate("a", {"tenant": "acme"}, now=NOW).value is True


@pytest.mark.parametrize(
    ("sources", "now", "reason"),
    [
        ([flag("it", enabledUntil="2027-01-01T00:00:00Z")], "2026-12-31", Reason.TARGETING_MATCH),
        ([flag("it", enabledUntil="2027-01-01T00:00:00Z")], "2027-01-01", Reason.DISABLED),
        ([flag("it", enabledFrom="2027-01-01T00:00:00Z")], "2026-12-31", Reason.DISABLED),
        ([flag("it", enabledFrom="2027-01-01T00:00:00Z")], "2027-01-01", Reason.STATIC),
        (
            [flag("it", prerequisites=[{"flag": "a"}]), flag("a", enabledUntil="2027-01-01T00:00:00Z")],
            "2026-12-31",
            Reason.TARGETING_MATCH,
        ),
        (
            [
                flag("it", prerequisites=[{"flag": "a", "variant": "off"}]),
                flag("a", enabledFrom="2027-01-01T00:00:00Z"),
            ],
            "2026-12-31",
            Reason.TARGETING_MATCH,
        ),
        (
            [
                flag("it", prerequisites=[{"flag": "a"}]),
                flag("a", prerequisites=[{"flag": "b"}]),
                flag("b", enabledUntil="2027-01-01T00:00:00Z"),
            ],
            "2026-12-31",
            Reason.TARGETING_MATCH,
        ),
    ],
)
def test_nothing_is_static_while_a_date_lies_ahead(sources: list[Any], now: str, reason: Reason) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert compile_flags({"featureFlags": sources}).evaluate("it", {}, now=moment).reason is reason
