"""Flags that are off in Unleash's words: off, with all that they are when they are switched on."""

from __future__ import annotations

from typing import Any

import pytest

from configs.exporters.unleash import REASONS, Export, document
from configs.importers.unleash import convert
from tests.configs.test_exporter_unleash import WHY, asks, exported, ruled
from tests.factories import flag

VALUES: dict[str, list[Any]] = {"string": ["a", "b"], "integer": [1, 2], "number": [0.5, 2.5], "object": [{"a": 1}, {}]}
HALF = [{"variant": "a", "weight": 2500}, {"variant": "b", "weight": 7500}]
RULES: list[dict[str, Any]] = [
    {"id": "strategy-1", "conditions": [asks("in", "plan", ["free"])], "variant": "a"},
    {"id": "strategy-2", "conditions": [asks("in", "plan", ["team"])], "split": HALF, "rollout": 3000},
]


def valued(kind: str, **more: Any) -> dict[str, Any]:
    a, b = VALUES[kind]
    variants = [{"key": key, "value": value} for key, value in (("a", a), ("b", b), ("off", b))]
    return flag("it", "ON", variants=variants, defaultVariant="off", **more) | {"type": kind}


FLAGS = {
    "boolean": flag("it", "ON"),
    "rollout": flag("it", "ROLLOUT", rollout=2500),
    "rules": ruled(asks("in", "plan", ["free"])),
    **{kind: valued(kind, rules=RULES) for kind in VALUES},
}


def feature(export: Export, key: str = "it") -> dict[str, Any]:
    return next(feature for feature in export.features if feature["name"] == key)


def off(source: dict[str, Any]) -> list[Export]:
    """Switched off in each way."""
    return [exported({**source, "state": state}) for state in ("OFF", "FORCE_OFF")] + [exported(source, killed=["it"])]


def there(source: dict[str, Any]) -> str:
    """Unleash has one type for all numbers."""
    return str({"integer": "number"}.get(source["type"], source["type"]))


@pytest.mark.parametrize("name", FLAGS)
def test_what_is_off_keeps_what_it_is_when_it_is_on(name: str) -> None:
    source = FLAGS[name]
    live = feature(exported(source))
    assert live["enabled"] is True and live["strategies"]
    for export in off(source):
        assert feature(export) == {**live, "enabled": False}
        assert export.reasons == export.lost == {}


@pytest.mark.parametrize("name", FLAGS)
def test_it_comes_back_with_its_type_variants_and_rules(name: str) -> None:
    source = FLAGS[name]
    (live,) = convert(document(exported(source))).snapshot["featureFlags"]
    for export in off(source):
        (back,) = convert(document(export)).snapshot["featureFlags"]
        assert back == {**live, "state": "OFF"}
        assert back["type"] == there(source)
        known = {variant["key"]: variant["value"] for variant in source.get("variants", ()) if variant["key"] != "off"}
        assert known.items() <= {variant["key"]: variant["value"] for variant in back.get("variants", ())}.items()
    if name in VALUES:
        assert [rule["id"] for rule in back["rules"]] == ["strategy-1", "strategy-2"]
        assert (back["rules"][0]["variant"], back["rules"][0]["conditions"]) == ("a", RULES[0]["conditions"])
        assert (back["rules"][1]["split"], back["rules"][1]["rollout"]) == (HALF, 3000)


def test_a_killed_flag_has_its_own_state_and_what_is_off_its_rollout() -> None:
    source = flag("it", "ON", rollout=2500)
    shares = [feature(export)["strategies"][0]["parameters"]["rollout"] for export in off(source)]
    assert shares == ["25", "25", "100"]


def test_enabling_what_nobody_gets_lets_nobody_in() -> None:
    for source in (
        flag("it", "OFF", rollout=0),
        flag("it", "OFF", defaultVariant="off"),
        ruled(asks("in", "environment", ["staging"])) | {"state": "OFF"},
        valued("integer") | {"state": "OFF"},
    ):
        made = feature(exported(source))
        assert [strategy["parameters"]["rollout"] for strategy in made["strategies"]] == ["0"]
        (back,) = convert({"version": 2, "features": [made]}).snapshot["featureFlags"]
        assert back["type"] == there(source) and back["state"] == "OFF"
    assert [variant["name"] for variant in made["strategies"][0]["variants"]] == ["a", "b"]


def test_rules_beside_a_share_of_nobody_stay() -> None:
    rules = [
        {"id": "never", "conditions": [asks("in", "plan", ["free"])], "variant": "off"},
        {"id": "later", "conditions": [asks("in", "plan", ["team"])], "rollout": 0},
    ]
    first, second = feature(exported(flag("it", "OFF", rollout=0, rules=rules)))["strategies"]
    assert [c["values"] for c in first["constraints"][:2]] == [["team"], ["free"]]
    assert second["constraints"][0]["values"] == ["free"] and second["constraints"][0]["inverted"] is True


@pytest.mark.parametrize("code", sorted(WHY.keys() - {"private"}))
def test_what_cannot_be_said_is_lost_and_named(code: str) -> None:
    first, *others = WHY[code]
    export = exported({**first, "state": "OFF"}, *others)
    assert export.lost["it"] == (REASONS[code],) and "it" not in export.reasons
    made = feature(export)
    assert made["strategies"] == [] and "description" not in made
    assert made["enabled"] is (code == "off_is_true")


def test_a_boolean_whose_off_variant_is_true_stays_on_for_everybody() -> None:
    for export in off(flag("it", "ON", offVariant="on", defaultVariant="off")):
        assert feature(export)["enabled"] is True and feature(export)["strategies"] == []
        assert export.lost == {"it": (REASONS["off_is_true"],)}


# Prerequisites


def test_what_it_needs_stays() -> None:
    needs = [{"feature": "a", "enabled": True}]
    export = exported(flag("it", prerequisites=[{"flag": "a"}]), flag("a"))
    assert feature(export)["dependencies"] == needs and export.lost == {}
    back = {made["key"]: made for made in convert(document(export)).snapshot["featureFlags"]}
    assert back["it"]["prerequisites"] == [{"flag": "a"}]


def test_it_needs_nobody_where_a_live_flag_needs_it() -> None:
    """To Unleash what asks a flag that asks others is always off."""
    live = flag("asks", "ON", prerequisites=[{"flag": "it", "variant": "off"}])
    export = exported(live, flag("it", prerequisites=[{"flag": "a"}]), flag("a"))
    assert export.reasons == {} and export.lost == {"it": (REASONS["deep"],)}
    assert feature(export, "asks")["enabled"] is True and "dependencies" not in feature(export)
    # Among flags that are off, it is the one that asks for more than a step.
    export = exported({**live, "state": "OFF"}, flag("it", prerequisites=[{"flag": "a"}]), flag("a"))
    assert export.lost == {"asks": (REASONS["deep"],)} and feature(export)["dependencies"]


def test_a_live_flag_may_need_one_that_is_off_and_lost() -> None:
    lost = flag("a", "OFF", rollout=1)
    export = exported(flag("it", "ON", prerequisites=[{"flag": "a", "variant": "off"}]), lost)
    assert export.reasons == {} and export.lost == {"a": (REASONS["rollout"],)}
    assert feature(export)["dependencies"] == [{"feature": "a", "enabled": False}]
