"""Our flags in Unleash's words: what is said, what is not, and that the reference says the same."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from configs.exporters.unleash import REASONS, document, features
from configs.validation.check import check_snapshot
from configs.validation.schemas import snapshot_schema
from tests.factories import flag

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "unleash.md").read_text(encoding="utf-8")
OPERATORS = snapshot_schema()["$defs"]["condition"]["properties"]["operator"]["enum"]
VALUES = {"inCidr": ["192.0.2.0/24"], "before": ["2026-11-22"], "after": ["2026-11-22"]} | {
    name: ["1.2.3"] for name in OPERATORS if name.startswith(("semver", "dotted"))
}
TEXTS: dict[str, Any] = {
    "type": "string",
    "variants": [{"key": "on", "value": "a"}, {"key": "b", "value": "b"}, {"key": "off", "value": ""}],
}


def asks(operator: str, attribute: str = "x", values: Any = None, **more: Any) -> dict[str, Any]:
    found = {"attribute": attribute, "operator": operator, **more}
    return found if operator == "exists" else {**found, "values": values or VALUES.get(operator, ["1"])}


def ruled(*conditions: Any, key: str = "it", **rule: Any) -> dict[str, Any]:
    """On for whom the conditions hold."""
    rules = [{"id": "r", "conditions": list(conditions), **({"variant": "on"} | rule)}]
    return flag(key, "ON", defaultVariant="off", rules=rules)


def exported(*flags: dict[str, Any], **more: Any) -> Any:
    snapshot = {"featureFlags": list(flags), "segments": more.pop("segments", [])}
    assert [p for p in check_snapshot(snapshot, max_bytes=10**6) if p.severity == "error"] == []
    return features(snapshot, environment="production", **more)


#: reason → flags that have it; the one in question is called "it".
WHY: dict[str, list[dict[str, Any]]] = {
    "rollout": [flag("it", "ROLLOUT", rollout=1250)],
    "fnv1a": [flag("it", "ROLLOUT", rollout=5000, bucketing={"algorithm": "fnv1a"})],
    "seed": [flag("it", "ROLLOUT", rollout=5000, bucketing={"algorithm": "murmur3", "seed": "é"})],
    "split": [
        {**flag("it", "ON"), **TEXTS}
        | {"rules": [{"id": "r", "split": [{"variant": "on", "weight": 3333}, {"variant": "b", "weight": 6667}]}]}
    ],
    "boolean_split": [
        flag("it", "ON")
        | {"rules": [{"id": "r", "split": [{"variant": "on", "weight": 5000}, {"variant": "off", "weight": 5000}]}]}
    ],
    "unnamed_split": [
        {**flag("it", "ON"), **TEXTS, "variants": [*TEXTS["variants"], {"key": "c", "value": "", "name": None}]}
        | {"rules": [{"id": "r", "split": [{"variant": "on", "weight": 5000}, {"variant": "c", "weight": 5000}]}]}
    ],
    "off_share": [flag("it", "ON", rules=[{"id": "r", "variant": "off", "rollout": 5000}])],
    "off_is_true": [flag("it", "ROLLOUT", rollout=5000, offVariant="on", defaultVariant="off")],
    "private": [ruled({"segment": "hidden"})],
    "remote": [flag("it", "ON", remote=True)],
    "operator": [ruled(asks("exists"))],
    "ignore_case": [ruled(asks("in", ignoreCase=True))],
    "value": [ruled(asks("in", values=["x "]))],
    "number": [ruled(asks("semverLt", values=["9007199254740992.0.0"]))],
    "date": [ruled(asks("before", "signedUp"))],
    "moment": [flag("it", "ON", enabledFrom="2026-11-22T12:00:00.000001Z")],
    "attribute": [ruled(asks("in", "constructor"))],
    "bucket_by": [flag("it", "ROLLOUT", rollout=5000, bucketBy="default")],
    "many": [ruled(*({"any": [asks("in", f"{a}{b}") for b in range(5)]} for a in "xyz"))],
    "long": [
        ruled(
            asks("in", values=[f"{number:0100}" for number in range(500)]),
            {"any": [asks("in", f"a{number}") for number in range(90)]},
        )
    ],
    "deep": [
        flag("it", "ON", prerequisites=[{"flag": "a"}]),
        flag("a", "ON", prerequisites=[{"flag": "b"}]),
        flag("b", "ON"),
    ],
    "need": [flag("it", "ON", prerequisites=[{"flag": "a"}]), flag("a", "ROLLOUT", rollout=1)],
    "need_variant": [
        flag("it", "ON", prerequisites=[{"flag": "a", "variant": "x"}]),
        flag("a", "ON", defaultVariant="x")
        | {"variants": [{"key": k, "value": k != "off"} for k in ("x", "y", "off")]},
    ],
}
HIDDEN = [{"id": "hidden", "conditions": [asks("in")], "private": True}]


@pytest.mark.parametrize("code", REASONS)
def test_each_reason_has_a_flag_that_is_off_because_of_it(code: str) -> None:
    export = exported(*WHY[code], segments=HIDDEN)
    assert export.reasons["it"] == (REASONS[code],)
    made = next(feature for feature in export.features if feature["name"] == "it")
    assert made["enabled"] is False and made["strategies"] == [] and REASONS[code]["en"] in made["description"]


def test_nothing_of_a_private_segment_is_told() -> None:
    export = exported(ruled({"segment": "hidden"}), segments=[{**HIDDEN[0], "conditions": [asks("in", values=["s3"])]}])
    assert "s3" not in json.dumps([document(export), document(export, inline=True)])


def test_a_flag_may_have_several_reasons() -> None:
    source = ruled(asks("exists")) | {"bucketBy": "a b", "state": "ROLLOUT", "rollout": 5000, "defaultVariant": "on"}
    assert exported(source).reasons["it"] == (REASONS["operator"], REASONS["bucket_by"])


def test_what_is_switched_off_needs_no_words() -> None:
    source = WHY["rollout"][0]
    for export in (exported(source, killed=["it"]), exported({**source, "state": "OFF"})):
        assert export.reasons == {} and export.lost == {"it": (REASONS["rollout"],)}
        (feature,) = export.features
        assert feature["enabled"] is False and feature["strategies"] == [] and "description" not in feature


def test_a_rule_that_switches_off_is_what_later_ones_are_outside_of() -> None:
    rules = [{"id": "not-yet", "conditions": [asks("in", "plan", ["free"])], "variant": "off"}]
    (feature,) = exported(flag("it", "ROLLOUT", rollout=2500, rules=rules)).features
    (strategy,) = feature["strategies"]
    assert strategy["parameters"] == {"rollout": "25", "stickiness": "tenant", "groupId": "it"}
    outside = {"contextName": "plan", "operator": "IN", "values": ["free"], "inverted": True, "caseInsensitive": False}
    assert strategy["constraints"][0] == outside


def test_a_rule_deals_on_its_own_and_its_total_is_the_sum_of_the_weights() -> None:
    split = [{"variant": "on", "weight": 1}, {"variant": "b", "weight": 2}, {"variant": "off", "weight": 0}]
    rules = [
        {"id": "own", "split": split, "total": 3, "bucketBy": "plan", "seed": "s", "rollout": 5000},
        {"id": "of-the-flag", "split": [{"variant": "on", "weight": 10}, {"variant": "b", "weight": 9990}]},
    ]
    (feature,) = exported({**flag("it", "ON", rules=rules), **TEXTS}).features
    own, other, _ = feature["strategies"]
    assert own["parameters"] == {"rollout": "50", "stickiness": "plan", "groupId": "s"}
    assert [(v["name"], v["weight"], v["stickiness"]) for v in own["variants"]] == [("on", 1, "plan"), ("b", 2, "plan")]
    assert other["parameters"] == {"rollout": "100", "stickiness": "tenant", "groupId": "it"}
    assert [variant["weight"] for variant in other["variants"]] == [1, 999]


def test_several_attributes_to_hash_are_a_strategy_each_for_those_who_lack_the_earlier() -> None:
    by = ["userId", "sessionId"]
    (feature,) = exported(flag("it", "ROLLOUT", rollout=5000, bucketBy=by)).features
    first, second = feature["strategies"]
    assert [s["parameters"]["stickiness"] for s in (first, second)] == by
    (there,) = first["constraints"]
    assert (there["contextName"], there["operator"], there["inverted"]) == ("userId", "STR_CONTAINS", False)
    assert second["constraints"][0] == {**there, "inverted": True}
    # Where the bucket does not matter, having any of them is enough.
    (feature,) = exported(flag("it", "ROLLOUT", rollout=10_000, bucketBy=by)).features
    assert [[c["operator"] for c in s["constraints"]] for s in feature["strategies"]] == [["NOT_IN"], ["NOT_IN"]]


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("seed", {"rollout": 5000, "seed": ""}),
        ("seed", {"rollout": 5000, "seed": "é"}),
        ("bucket_by", {"rollout": 5000, "bucketBy": ["userId", "default"]}),
    ],
)
def test_what_a_rule_hashes_can_be_the_reason(code: str, rule: dict[str, Any]) -> None:
    assert exported(ruled(**rule)).reasons["it"] == (REASONS[code],)


def test_the_environment_is_decided_here() -> None:
    here, there = (ruled(asks("in", "environment", [name]), key=name) for name in ("production", "staging"))
    on = {feature["name"]: feature["enabled"] for feature in exported(here, there).features}
    assert on == {"production": True, "staging": False}


# The reference


def test_the_reference_lists_the_reasons() -> None:
    part = PAGE.partition("## What cannot be said")[2].partition("\n## ")[0]
    assert re.findall(r"^- (.+)$", part, re.MULTILINE) == [reason["en"] for reason in REASONS.values()]


def test_the_reference_says_what_operators_become() -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (.+) \|$", PAGE.partition("| operator |")[2], re.MULTILINE)
    told = {name: said for names, said in rows for name in re.findall(r"\w+", names)}
    assert told.keys() == set(OPERATORS)
    for operator, said in told.items():
        attribute = "currentTime" if operator in ("before", "after") else "x"
        export = exported(ruled(asks(operator, attribute)))
        if said == "not expressible":
            assert export.reasons["it"] == (REASONS["operator"],)
            continue
        used = {c["operator"] for s in export.features[0]["strategies"] for c in s["constraints"]}
        shown = set(re.findall(r"`([A-Z_…]+)`", said)) - {"STR_ENDS_WITH"} or {"STR_ENDS_WITH"}
        assert used - {"STR_ENDS_WITH"} == shown - {"STR_ENDS_WITH"} or operator == "semverRange", operator
        if "ignoreCase" in said:
            again = exported(ruled(asks(operator, attribute, ignoreCase=True)))
            assert again.reasons["it"] == (REASONS["ignore_case"],)


def test_what_nobody_foresaw_switches_one_flag_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A publish asks for the warnings of the exporter: whatever is wrong in it must not stop a release."""
    exporter = sys.modules["configs.exporters.unleash.features"]  # the package has a function of that name
    made = exporter._Flag.feature

    def feature(self: Any) -> Any:
        if self.key == "it":
            raise TypeError("nobody foresaw this")
        return made(self)

    monkeypatch.setattr(exporter._Flag, "feature", feature)
    export = exported(flag("it", "ON"), flag("other", "ON"))
    assert [feature["enabled"] for feature in export.features] == [False, True]
    assert list(export.reasons) == ["it"]
