"""What becomes what in an import from Unleash, what is said about it, and what is refused."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.importers import ImportRefused
from configs.importers.unleash import convert, merge
from configs.importers.unleash import flags as flags_module
from configs.snapshot.canonical import canonical
from configs.validation.check import check_snapshot
from flags.engine import compile_flags
from tests.configs.unleash_files import (
    client,
    compiled,
    constraint,
    default,
    feature,
    flags_of,
    rollout,
    variant,
)
from tests.flags.engine.json_values import VALUES

NOW = datetime(2026, 11, 28, tzinfo=UTC)
REPORT = Path(__file__).resolve().parents[3] / "shared" / "data" / "reports" / "unleash-state-v3.json"


def one(*strategies: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The flag that a feature becomes."""
    return flags_of(convert(client(feature("f", *strategies, **more))))["f"]


def told(content: dict[str, Any], kind: str) -> list[str]:
    return [entry.message["en"] for entry in convert(content).report if entry.kind == kind]


# What becomes what


def test_the_plain_ones_are_plain_here() -> None:
    assert one(default(), description="Buy") == {"key": "f", "description": "Buy", "state": "ON", "type": "boolean"}
    assert one() == one(default()) == one(rollout(100)) == {"key": "f", "state": "ON", "type": "boolean"}
    assert one(default(), enabled=False)["state"] == "OFF"
    both_ids = {"bucketBy": ["userId", "sessionId"]}
    quarter = {"key": "f", "state": "ROLLOUT", "type": "boolean", "rollout": 2500, **both_ids}
    assert one(rollout(25)) == one(rollout(25, "f")) == quarter
    assert one(rollout(25), enabled=False) == quarter | {"state": "OFF"}
    assert one(rollout(25, "g")) == quarter | {"bucketing": {"algorithm": "murmur3", "seed": "g"}}
    assert one(rollout(100, stickiness="account")) == quarter | {"rollout": 10_000, "bucketBy": "account"}


def test_strategies_are_rules_and_deal_on_their_own_where_they_differ() -> None:
    asks = constraint("plan", "IN", "pro")
    flag = one(rollout(50, "g", constraints=[asks], title="Half"), rollout(10, stickiness="x"), rollout(5, "g"))
    assert (flag["defaultVariant"], flag["bucketBy"], flag["bucketing"]["seed"]) == (
        "off",
        ["userId", "sessionId"],
        "g",
    )
    assert flag["rules"] == [
        {
            "id": "strategy-1",
            "description": "Half",
            "conditions": [{"attribute": "plan", "operator": "in", "values": ["pro"]}],
            "variant": "on",
            "rollout": 5000,
        },
        {"id": "strategy-2", "variant": "on", "rollout": 1000, "bucketBy": "x", "seed": "f"},
        {"id": "strategy-3", "variant": "on", "rollout": 500},
    ]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (constraint("x", "NOT_IN", "a", inverted=True), [{"attribute": "x", "operator": "in", "values": ["a"]}]),
        (constraint("x", "NOT_IN"), None),
        (
            constraint("x", "STR_ENDS_WITH", "a", caseInsensitive=True, inverted=True),
            [{"not": {"attribute": "x", "operator": "endsWith", "values": ["a"], "ignoreCase": True}}],
        ),
        (
            constraint("x", "NUM_EQ", " +12"),
            [
                {"attribute": "x", "operator": "gte", "values": ["12"]},
                {"attribute": "x", "operator": "lte", "values": ["12"]},
            ],
        ),
        (
            constraint("x", "IN_CIDR", "bad", "10.0.0.0/8"),
            [{"attribute": "x", "operator": "inCidr", "values": ["10.0.0.0/8"]}],
        ),
        (
            {"contextName": "x", "operator": "NUM_LT", "value": 5},
            [{"attribute": "x", "operator": "lt", "values": ["5"]}],
        ),
    ],
)
def test_constraints(asked: dict[str, Any], expected: Any) -> None:
    rules = one(default(asked), default(constraint("y", "IN", "z"))).get("rules", [])
    assert rules[0].get("conditions") == expected


def test_variants_are_values_and_being_off_is_one_more() -> None:
    flag = one(default(), variants=[variant("a", 500, "1.0", "number"), variant("b", 500, "2.5", "number")])
    assert flag["type"] == "number"
    as_it_was = {"payload": {"value": "1.0"}}
    assert flag["variants"] == [
        {"key": "a", "value": 1, **as_it_was},
        {"key": "b", "value": 2.5},
        {"key": "off", "value": 0},
    ]
    assert flag["rules"] == [
        {"id": "strategy-1", "split": [{"variant": "a", "weight": 5000}, {"variant": "b", "weight": 5000}]},
        {"id": "strategy-1.others", "variant": "a"},
    ]
    assert one(default(variants=[variant("a", 1, '{"x": [1]}', "json")]))["type"] == "object"
    mixed = one(
        default(variants=[variant("a", 1, "{", "json")]), default(variants=[variant("off", 1), variant("off", 1, "x")])
    )
    assert mixed["type"] == "string" and mixed["offVariant"] == "off-3"
    assert [item["value"] for item in mixed["variants"]] == ["{", "off", "x", ""]
    assert [item.get("payload", "as it is") for item in mixed["variants"]] == [{"type": "json"}, None] + 2 * [
        "as it is"
    ]
    assert mixed["rules"][1]["total"] == 2
    some = one(default(constraint("x", "IN", "y")), default(variants=[variant("a", 1)]))
    assert [rule["variant"] for rule in some["rules"]] == ["on", "a"]


def test_an_override_comes_before_the_split_of_every_strategy() -> None:
    overrides = [{"contextName": "userId", "values": ["1"]}, {"contextName": "plan", "values": ["pro"]}]
    common = [variant("a"), variant("b", overrides=overrides)]
    rules = one(rollout(50), default(constraint("x", "IN", "y")), variants=common)["rules"]
    assert [rule["id"].partition("-")[2] for rule in rules] == ["1.override-2", "1", "2.override-2", "2", "2.others"]
    assert rules[0]["rollout"] == 5000 and rules[0]["variant"] == "b"
    assert [part["attribute"] for part in rules[0]["conditions"][0]["any"]] == ["userId", "plan"]


def test_dependencies_are_prerequisites_or_the_flag_is_off() -> None:
    three = [variant("a", 300), variant("b", 300), variant("c", 400)]
    parents = [feature("plain"), feature("three", variants=three), feature("late", dependencies=[{"feature": "plain"}])]

    def child(**dependency: Any) -> dict[str, Any]:
        return flags_of(convert(client(*parents, feature("child", dependencies=[dependency]))))["child"]

    assert child(feature="plain")["prerequisites"] == [{"flag": "plain"}]
    assert child(feature="plain", variants=["any"])["prerequisites"] == [{"flag": "plain"}]
    assert child(feature="three", enabled=False)["prerequisites"] == [{"flag": "three", "variant": "off"}]
    assert child(feature="three", variants=["b"])["prerequisites"] == [{"flag": "three", "variant": "b"}]
    assert child(feature="three", variants=["c", "b", "a"])["prerequisites"] == [{"flag": "three"}]
    for wrong in ({"feature": "nowhere"}, {"feature": "late"}, {"feature": "three", "variants": ["a", "b"]}):
        flag = child(**wrong)
        assert flag["state"] == "OFF" and "prerequisites" not in flag
        content = client(*parents, feature("child", dependencies=[wrong]))
        assert len([line for line in told(content, "warning") if line.startswith("The flag is off because")]) == 1


def test_segments_keep_their_names_and_those_that_cannot_be_asked_are_told() -> None:
    segments: list[dict[str, Any]] = [
        {"id": 1, "name": "beta", "constraints": [constraint("plan", "IN", "beta")]},
        {"id": 2, "name": "Großkunden & Co", "constraints": []},
        {"id": 3, "name": None, "constraints": [constraint("plan", "IN")]},
        {"id": 4, "name": "untold"},
    ]
    content = client(feature("a", default(segments=[1, 2])), feature("b", default(segments=[3])), segments=segments)
    imported = convert(content)
    assert [item["id"] for item in imported.snapshot["segments"]] == ["beta", "Gro-kunden-Co"]
    assert flags_of(imported)["a"]["rules"][0]["conditions"] == [{"segment": "beta"}, {"segment": "Gro-kunden-Co"}]
    assert flags_of(imported)["b"] == {"key": "b", "state": "ON", "type": "boolean", "defaultVariant": "off"}
    assert (
        flags_of(convert(client(feature("c", default(segments=[4]), default()), segments=segments)))["c"]["state"]
        == "OFF"
    )


# What is said about it


def test_the_strategies_of_an_export_are_in_the_order_that_unleash_gives_them() -> None:
    strategies = [
        {"featureName": "f", "name": "default", "sortOrder": order, "variants": [variant(name, 1000, name)]}
        for name, order in (("third", 7), ("first", 0), ("second", 2))
    ]
    export = {
        "features": [{"name": "f"}],
        "featureStrategies": strategies,
        "featureEnvironments": [{"featureName": "f", "enabled": True}],
    }
    served = [rule["variant"] for rule in flags_of(convert(export))["f"]["rules"]]
    assert served == ["first", "second", "third"]


def test_nothing_is_dropped_silently() -> None:
    content = client(
        feature("f", {"name": "homemade"}, rollout(30, stickiness="random"), project="default", type="release"),
        feature("Größe", default()),
        feature(
            "g", default(sortOrder=1), default(disabled=True), default(constraint("x", "NUM_LT", "many")), stale=True
        ),
        feature("h", rollout(30, title="Third"), stale=False),
        feature("k", default(constraint("environment", "IN", "prod"))),
        feature("i", {"name": "applicationHostname", "parameters": {"hostNames": "a,b"}}),
        feature("j", rollout(30, "g"), variants=[variant("a a", stickiness="x"), variant("b")]),
    )
    left = told(content, "left_out")
    for part in ("homemade", "version", "features/*/project", "“features/*/stale” (2)", "sortOrder"):
        assert any(part in line for line in left), part
    for part in ("switched off", "Its title “Third”", "“many” cannot be used with “lt”"):
        assert any(part in line for line in left), part
    warnings = told(content, "warning")
    for part in (
        "draws at random",
        "host's name",
        "“Größe” was not imported",
        "hashes its rollout and the variants differently",
        "“a-a” here",
        "regardless of what clients send",
    ):
        assert any(part in line for line in warnings), part
    assert any("f, h, j" in line for line in told(content, "derived"))
    for entry in convert(content).report:
        assert entry.message["en"] and entry.message["fr"] and entry.message["en"] != entry.message["fr"]
        assert "{" not in entry.message["en"] + entry.message["fr"]
        nothing_came_of_it = entry.kind == "left_out" or "was not imported" in entry.message["en"]
        assert entry.source.startswith("unleash#/") and (entry.target == "") == nothing_came_of_it


def test_the_same_file_gives_the_same_and_is_left_as_it_was() -> None:
    content = client(feature("f", rollout(30), variants=[variant("a"), variant("b")]), feature("g", default()))
    before = copy.deepcopy(content)
    assert canonical(convert(content).snapshot) == canonical(convert(content).snapshot)
    assert convert(content).report == convert(content).report
    assert content == before


# Into the draft


def test_what_is_not_in_the_file_stays_and_what_is_gets_replaced() -> None:
    document: dict[str, Any] = {
        "pages": [{"id": "home"}],
        "featureFlags": [
            {"key": "ours", "state": "ON", "type": "boolean"},
            {"key": "f", "state": "OFF", "type": "boolean", "owner": "shop", "rules": [], "remote": True},
            "half typed",
            {"key": []},
        ],
        "segments": [{"id": "beta", "conditions": [], "private": True}],
    }
    beta = {"id": 1, "name": "beta", "constraints": [constraint("x", "IN", "y")]}
    imported = convert(client(feature("new"), feature("f"), segments=[beta])).snapshot
    merged = merge(document, imported)
    assert merged["pages"] == document["pages"]
    assert merged["featureFlags"] == [
        document["featureFlags"][0],
        {"key": "f", "state": "ON", "type": "boolean", "owner": "shop", "remote": True},
        "half typed",
        {"key": []},
        {"key": "new", "state": "ON", "type": "boolean"},
    ]
    assert merged["segments"][0]["private"] is True and merged["segments"][0]["conditions"]
    assert merge(merged, imported) == merged
    assert merge({"featureFlags": 5}, imported)["featureFlags"] == imported["featureFlags"]


# The other forms of the file


def test_an_export_of_one_environment() -> None:
    export: dict[str, Any] = {
        "features": [{"name": "f", "description": None, "archived": False}, {"name": "p"}],
        "featureStrategies": [
            {
                "id": "s1",
                "featureName": "f",
                "name": "flexibleRollout",
                "parameters": {"rollout": "40"},
                "segments": [1],
            },
            {"id": "s2", "featureName": "f", "strategyName": "default", "constraints": [constraint("x", "IN", "y")]},
        ],
        "featureEnvironments": [{"featureName": "f", "enabled": True, "environment": "production", "variants": []}],
        "featureStrategySegments": [{"featureStrategyId": "s2", "segmentId": 1}],
        "dependencies": [{"feature": "f", "dependencies": [{"feature": "p", "enabled": False}]}],
        "segments": [{"id": 1, "name": "beta", "constraints": [constraint("plan", "IN", "beta")]}],
    }
    flags = flags_of(convert(export))
    assert flags["p"]["state"] == "OFF" and flags["f"]["state"] == "ON"
    assert flags["f"]["prerequisites"] == [{"flag": "p", "variant": "off"}]
    assert [rule["conditions"][-1] for rule in flags["f"]["rules"]] == [{"segment": "beta"}] * 2
    export["featureEnvironments"].append({"featureName": "p", "enabled": True, "environment": "staging"})
    own = flags_of(convert(export))["p"]
    assert own["state"] == "OFF"
    assert {name: place["state"] for name, place in own["environments"].items()} == {
        "production": "OFF",
        "staging": "ON",
    }
    export["featureEnvironments"].append({"featureName": "p", "enabled": True, "environment": "Staging"})
    with pytest.raises(ImportRefused) as caught:
        convert(export)
    assert [problem.code for problem in caught.value.problems] == ["import.environments"]


def state(*environments: str, **more: Any) -> dict[str, Any]:
    """A state of a whole instance: variants stand on the feature, and what is archived is there too."""
    return {
        "version": 3,
        "features": [
            {"name": "hero", "variants": [variant("blue", 500), variant("red", 500)], "archived": False},
            {"name": "former", "variants": [], "archivedAt": "2022-01-01T00:00:00Z", "archived": True},
        ],
        "featureStrategies": [
            {"featureName": "hero", "environment": name, "strategyName": "flexibleRollout", "parameters": parameters}
            for name in environments
            for parameters in [{"rollout": "100" if name == "dev" else "20", "groupId": "hero", "stickiness": "userId"}]
        ],
        "featureEnvironments": [
            {"featureName": key, "enabled": True, "environment": name}
            for key in ("hero", "former")
            for name in environments
        ],
        **more,
    }


def test_variants_of_the_feature_count_and_what_is_archived_stays_away() -> None:
    flags = flags_of(convert(state("dev")))
    assert list(flags) == ["hero"] and "environments" not in flags["hero"]
    assert {one["key"] for one in flags["hero"]["variants"]} == {"blue", "red", "off"}
    served = compile_flags(convert(state("dev")).snapshot)
    assert {served.evaluate("hero", {"userId": str(n)}, now=NOW).variant for n in range(50)} == {"blue", "red"}
    assert any("“former” is archived" in line for line in told(state("dev"), "left_out"))
    # What an environment has of its own is stronger.
    own = state("dev")
    own["featureEnvironments"][0]["variants"] = [variant("green", 1000)]
    assert {one["key"] for one in flags_of(convert(own))["hero"]["variants"]} == {"green", "off"}


def test_every_environment_of_a_file_answers_as_a_file_of_it_alone() -> None:
    several = convert(state("dev", "production"))
    snapshot = several.snapshot
    assert not [problem for problem in check_snapshot(snapshot) if problem.severity == "error"]
    people = [{"userId": str(number)} for number in range(200)]
    shares = set()
    for name in ("dev", "production"):
        alone = compile_flags(convert(state(name)).snapshot, environment=name)
        together = compile_flags(snapshot, environment=name)
        answers = [
            [flags.evaluate("hero", person, now=NOW).variant for person in people] for flags in (alone, together)
        ]
        assert answers[0] == answers[1]
        shares.add(answers[0].count("off"))
    assert min(shares) == 0 and max(shares) > 100
    elsewhere = compile_flags(snapshot, environment="beta")
    assert {elsewhere.evaluate("hero", person, now=NOW).variant for person in people} == {"off"}
    assert any("several environments: dev, production" in line for line in told(state("dev", "production"), "derived"))


def test_a_plain_rollout_stays_one_in_every_environment() -> None:
    content = state("dev", "production")
    content["features"][0]["variants"] = []
    assert flags_of(convert(content))["hero"] == {
        "key": "hero",
        "type": "boolean",
        "state": "OFF",
        "bucketBy": "userId",
        "environments": {
            "dev": {"state": "ROLLOUT", "rollout": 10000},
            "production": {"state": "ROLLOUT", "rollout": 2000},
        },
    }


@pytest.mark.skipif(not REPORT.exists(), reason=f"NOT RUN: {REPORT} is not there")
def test_the_reported_state_file() -> None:
    found = convert(json.loads(REPORT.read_text()))
    assert list(flags_of(found)) == ["hero-layout"]
    assert {one["key"] for one in flags_of(found)["hero-layout"]["variants"]} == {"blue", "red", "off"}


# What is refused


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([], [("unleash#", "import.shape")]),
        ({}, [("unleash#", "import.missing")]),
        ({"features": {}}, [("unleash#/features", "import.shape")]),
        (
            client({"name": 5}),
            [("unleash#/features/0", "import.missing"), ("unleash#/features/0/name", "import.shape")],
        ),
        (client(feature(), feature()), [("unleash#/features/1", "import.duplicate")]),
        (client(segments=[{"id": 1}, {"id": 1}]), [("unleash#/segments/1", "import.duplicate")]),
        (client(feature("f", *[default()] * 101)), [("unleash#/features/0", "import.range")]),
        (client(feature("f", variants=[variant("a", -1)])), [("unleash#/features/0", "import.range")]),
        (client(feature("f", variants=[variant("a", 10**6)])), [("unleash#/features/0", "import.range")]),
    ],
)
def test_what_is_not_unleash_s_is_refused(content: Any, expected: list[tuple[str, str]]) -> None:
    with pytest.raises(ImportRefused) as caught:
        convert(content)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == expected


def test_rules_that_would_multiply_what_a_file_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flags_module, "MOST_VALUES", 50)
    many = constraint("x", "IN", *map(str, range(20)))
    common = [variant(str(n), overrides=[{"contextName": "y", "values": ["z"]}]) for n in range(2)]
    convert(client(feature("f", default(many))))
    with pytest.raises(ImportRefused) as caught:
        convert(client(feature("f", default(many), variants=common)))
    assert [problem.code for problem in caught.value.problems] == ["import.too_much"]


SAMPLE = client(
    feature("a", default(constraint("x", "IN", "y"), constraint("x", "NUM_EQ", "5"), segments=[1]), description="d"),
    feature(
        "b",
        rollout(50, "g", variants=[variant("v", 1, "1", "number"), variant("w", 2, "{}", "json")]),
        variants=[variant("v", overrides=[{"contextName": "userId", "values": ["1"]}]), variant("w")],
        dependencies=[{"feature": "a", "enabled": True, "variants": ["v"]}],
    ),
    segments=[
        {"id": 1, "name": "s", "constraints": [constraint("plan", "REGEX", "^a"), constraint("x", "IN_CIDR", "::")]}
    ],
)
EXPORT = {
    "features": [{"name": "a"}],
    "featureStrategies": [{"featureName": "a", "name": "default", "segments": [1]}],
    "featureEnvironments": [{"featureName": "a", "enabled": True}],
    "dependencies": [{"feature": "a", "dependencies": [{"feature": "b"}]}],
    "segments": [{"id": 1}],
}
EVENTS = {
    "events": [
        {"type": "hydration", **{name: SAMPLE[name] for name in ("features", "segments")}},
        {"type": "feature-removed", "featureName": "a"},
        {"type": "segment-updated", "segment": {"id": 2, "constraints": []}},
    ]
}


def places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        found.append((value, key))
        if isinstance(inner, dict | list):
            found += places(inner)
    return found


ADMIN = {
    "name": "a",
    "environments": [
        {"name": "dev", "enabled": True, "strategies": [default(sortOrder=1)], "variantCount": 0},
        {"name": "production", "enabled": True, "hasStrategies": False, "variants": [variant("v", 1, "1", "csv")]},
    ],
    "dependencies": [{"feature": "a"}],
}


@given(st.sampled_from([SAMPLE, EXPORT, EVENTS, ADMIN, {"features": [ADMIN]}, {"data": EXPORT}]), st.data())
def test_whatever_a_file_holds_is_imported_or_refused(sample: dict[str, Any], data: st.DataObject) -> None:
    """Three values anywhere are replaced by anything."""
    content = json.loads(json.dumps(sample))
    for _ in range(3):
        holder, key = data.draw(st.sampled_from(places(content)))
        holder[key] = data.draw(st.one_of(VALUES, st.text(), st.sampled_from(["default", "1", 0, 100, True, [], {}])))
        if not places(content):
            break
    try:
        imported = convert(content)
    except ImportRefused as refused:
        assert all(problem.message["en"] and problem.message["fr"] for problem in refused.problems)
        return
    assert not compile_flags(imported.snapshot).errors
    merge({"featureFlags": [], "pages": 7}, imported.snapshot)


def test_the_sample_is_fit_for_publication() -> None:
    for content in (SAMPLE, EVENTS):
        assert [problem for problem in check_snapshot(convert(content).snapshot) if problem.severity == "error"] == []
    assert len(compiled(SAMPLE)[0]) == 2


@pytest.mark.parametrize("name", ["_internal", "-dash", ".dot", "beta!", "a~b", "v2(new)", "it's", "star*", "x" * 128])
def test_names_that_unleash_takes_are_kept(name: str) -> None:
    found = convert(client(feature(name, default(), variants=[variant(name, 1000)])))
    made = flags_of(found)[name]
    assert name in {one["key"] for one in made["variants"]}
    assert not [problem for problem in check_snapshot(found.snapshot) if problem.severity == "error"]


@pytest.mark.parametrize("name", [".", "..", "..a", "x" * 129, "a b", "é", "a/b", "a\n"])
def test_names_that_an_address_cannot_carry_are_named_and_left_out(name: str) -> None:
    assert flags_of(convert(client(feature(name, default())))) == {}
    assert any("cannot be the key of a flag" in line for line in told(client(feature(name, default())), "warning"))
    flags = [{"key": name, "type": "boolean", "state": "OFF"}]
    assert "schema.pattern" in {problem.code for problem in check_snapshot({"featureFlags": flags})}


@pytest.mark.parametrize(
    ("name", "key", "character"),
    [
        ("beta ", "beta-", "U+0020 (SPACE)"),
        ("\tbeta", "-beta", "U+0009 (TAB)"),
        ("be\u00a0ta", "be-ta", "U+00A0 (NO-BREAK SPACE)"),
        ("be\u200bta", "be-ta", "U+200B (ZERO WIDTH SPACE)"),
        ("cafe\u0301", "cafe-", "U+0301 (COMBINING ACUTE ACCENT)"),
        ("Beta users (EU)", "Beta-users-(EU)", ""),
    ],
)
def test_a_name_that_is_another_here_is_told_with_what_is_hard_to_see(name: str, key: str, character: str) -> None:
    segment = {"id": 1, "name": name, "constraints": []}
    content = client(feature("f", default(segments=[1]), variants=[variant(name, 1000)]), segments=[segment])
    found = convert(content)
    assert [one["id"] for one in found.snapshot["segments"]] == [key]
    warned = [entry for entry in found.report if entry.kind == "warning"]
    assert [entry.target for entry in warned] == [f"segments/{key}", "featureFlags/f"]
    for entry in warned:
        assert f"is called “{key}” here" in entry.message["en"] and f"s'appelle ici « {key} »" in entry.message["fr"]
        assert (f"with {character}," in entry.message["en"]) is bool(character)
        assert (f"qui contient {character}," in entry.message["fr"]) is bool(character)
    (refused,) = told(client(feature(name, default())), "warning")
    assert "was not imported" in refused and character in refused


def test_two_segments_that_look_alike_are_told_apart() -> None:
    segments = [{"id": n, "name": name, "constraints": []} for n, name in enumerate(["beta", "beta ", "beta\u00a0"])]
    found = convert(client(segments=segments))
    assert [one["id"] for one in found.snapshot["segments"]] == ["beta", "beta-", "beta--2"]
    assert [entry.target for entry in found.report if entry.kind == "warning"] == ["segments/beta-", "segments/beta--2"]


def test_environments_that_look_alike_are_told_apart_or_refused() -> None:
    warned = told(state("dev ", "pro\u00a0duction"), "warning")
    assert [("U+0020 (SPACE)" in line, "U+00A0 (NO-BREAK SPACE)" in line) for line in warned] == [
        (True, False),
        (False, True),
    ]
    with pytest.raises(ImportRefused) as caught:
        convert(state("dev", "dev "))
    assert "“dev”, “dev ”, with U+0020 (SPACE)," in caught.value.problems[0].message["en"]
