"""Stock clients of Unleash give the engine's answers: every case of the vectors whose flag can be expressed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

import pytest
from yggdrasil_engine.engine import UnleashEngine

from configs.exporters.unleash import Export, document, features, is_on
from configs.payloads import payload
from flags.engine import compile_flags
from flags.engine.values import text_of
from flags.unleash.answers import told_variant
from tests.clients import run_node
from tests.flags.engine.vectors import compiled, moment, snapshot, vectors
from tests.flags.unleash.flags_by_chance import CONTEXTS, by_chance

FLAGS: dict[str, dict[str, Any]] = {flag["key"]: flag for flag in vectors()["flags"]}
#: What stands beside ``properties`` in a context of Unleash.
FIELDS = {"userId", "sessionId", "remoteAddress", "currentTime"}
#: Contexts that no app should send (``docs/reference/unleash.md``): case → clients that answer differently.
BOTH, NODE = {"node", "python"}, {"node"}
UNUSUAL = {
    "rollout: an object is no tenant": BOTH,
    "op.number.texts: blanks": NODE,
    "op.number.texts: a plus sign": BOTH,
    "op.number.texts: nothing before the point": BOTH,
    "op.number.texts: hexadecimal": NODE,
    "op.number.texts: beyond a double": BOTH,
    "op.number.huge: four hundred digits are beyond a double": BOTH,
    "op.semverEq: blanks": NODE,
    "op.semverEq: a line break": NODE,
    "op.semverEq: too long": BOTH,
    "op.semverEq.short: short forms are completed in contexts": BOTH,
    "op.semverEq.number: one number": BOTH,
    "op.semverRange.13: 4.1 in 1.2.3 || >= 3": BOTH,
    # The Node client takes the low bytes of UTF-16 for UTF-8: identities beyond ASCII may get other buckets.
    "rollout: the tenant '😀'": NODE,
}
#: enabled, name of the variant, payload
Answer = tuple[bool, str, Any]


@cache
def export() -> Export:
    return features(snapshot())


def cases() -> list[dict[str, Any]]:
    """Without lists, which Unleash's contexts do not have."""
    return [
        case
        for case in vectors()["cases"]
        if case["flag"] not in export().reasons and not any(isinstance(it, list) for it in case["context"].values())
    ]


def context(case: dict[str, Any]) -> dict[str, Any]:
    """As an app for Unleash would say it: texts only, and what is not there left out."""
    attributes = {
        name: json.dumps(value) if isinstance(value, dict) else (text_of(value) or str(value))
        for name, value in case["context"].items()
        if value is not None
    }
    return {"currentTime": case.get("now", vectors()["now"]), **apart(attributes)}


def apart(attributes: dict[str, str]) -> dict[str, Any]:
    """Attributes as Unleash's context has them: what it does not know stands in ``properties``."""
    found: dict[str, Any] = {"properties": {}}
    for name, value in attributes.items():
        (found if name in FIELDS else found["properties"])[name] = value
    return found


def expected(case: dict[str, Any]) -> Answer:
    flag, answer = FLAGS[case["flag"]], compiled().evaluate(case["flag"], case["context"], now=moment(case))
    on = is_on(flag, answer)
    if not on or flag["type"] == "boolean":
        return on, "disabled", None
    return on, str(answer.variant), payload(flag["type"], {"value": answer.value})


def differing(answers: list[Answer]) -> set[str]:
    return {case["name"] for case, answer in zip(cases(), answers, strict=True) if answer != expected(case)}


@pytest.mark.parametrize("inline", [False, True], ids=["segments", "inlined"])
def test_the_engine_of_the_python_client(inline: bool) -> None:
    engine = UnleashEngine()
    engine.take_state(json.dumps(document(export(), inline=inline)))
    answers = []
    for case in cases():
        variant = engine.check_variant(case["flag"], context(case)).variant
        enabled = engine.check_enabled(case["flag"], context(case)).is_enabled
        answers.append((enabled, variant.name, variant.payload))
    assert differing(answers) == {name for name, clients in UNUSUAL.items() if "python" in clients}


@pytest.mark.parametrize("inline", [False, True], ids=["segments", "inlined"])
def test_the_node_client(inline: bool) -> None:
    given = {
        "state": document(export(), inline=inline),
        "cases": [{"flag": case["flag"], "context": context(case)} for case in cases()],
    }
    answers = [(a["enabled"], a["variant"], a["payload"]) for a in run_node("unleash_cases.mjs", given)]
    assert differing(answers) == set(UNUSUAL)


def test_what_is_not_expressed_says_why_and_is_off(capsys: pytest.CaptureFixture[str]) -> None:
    made = {feature["name"]: feature for feature in export().features}
    assert list(made) == list(FLAGS)
    for key, reasons in export().reasons.items():
        assert reasons and all(reason["en"] and reason["fr"] for reason in reasons)
        assert made[key]["enabled"] is False and made[key]["strategies"] == []
        assert reasons[0]["en"] in made[key]["description"]
    share = 1 - len(export().reasons) / len(FLAGS)
    with capsys.disabled():
        print(
            f"\nUnleash: {len(FLAGS) - len(export().reasons)} of {len(FLAGS)} flags of the vectors ({share:.0%}), "
            f"{len(cases())} of {len(vectors()['cases'])} cases."
        )
    # The vectors are full of corners; a change that loses many flags should be looked at.
    assert share > 0.7


@pytest.mark.parametrize("off", [False, True], ids=["live", "a third off"])
def test_flags_made_by_chance(off: bool) -> None:
    """What a person would not think of: the order of rules that switch on and off, and negations within negations."""
    made = by_chance(seed=7, flags=300)
    killed = [flag["key"] for flag in made["featureFlags"][2::9] if off]
    if off:
        made["featureFlags"] = [
            {**flag, "state": {1: "OFF", 4: "FORCE_OFF"}.get(number % 9, flag["state"])}
            for number, flag in enumerate(made["featureFlags"])
        ]
    exported = features(made, environment="production", killed=killed)
    keys = [feature["name"] for feature in exported.features if feature["name"] not in exported.reasons]
    assert len(keys) > 150 and bool(exported.lost) is off
    check(made, document(exported), keys, killed)


def test_flags_made_by_chance_that_are_enabled_in_unleash() -> None:
    """What a flag keeps while it is off is what it serves when it is on."""
    made = by_chance(seed=7, flags=300)
    exported = features(made, environment="production", killed=[flag["key"] for flag in made["featureFlags"]])
    assert exported.reasons == {} and not any(feature["enabled"] for feature in exported.features)
    keys = [feature["name"] for feature in exported.features if feature["name"] not in exported.lost]
    assert len(keys) > 150
    state = document(exported)
    state["features"] = [{**feature, "enabled": feature["name"] in keys} for feature in state["features"]]
    check(made, state, keys)


def check(made: dict[str, Any], state: dict[str, Any], keys: list[str], killed: Collection[str] = ()) -> None:
    """The clients answer as the engine does."""
    now = moment({})
    flags = compile_flags(made, environment="production", killed=killed)
    sources = {flag["key"]: flag for flag in made["featureFlags"]}
    # Each flag gets other contexts: seven is no divisor of their number.
    asked = [(key, given) for at, key in enumerate(keys) for given in CONTEXTS[at % 7 :: 7]]
    given = [{"flag": key, "context": apart(attributes)} for key, attributes in asked]
    cases = {"state": state, "cases": given}
    node = [(a["enabled"], a["variant"], a["payload"]) for a in run_node("unleash_cases.mjs", cases)]
    engine = UnleashEngine()
    engine.take_state(json.dumps(state))
    wrong, served = [], set()
    for (key, attributes), found in zip(asked, node, strict=True):
        answer = flags.evaluate(key, attributes, now=now)
        on = is_on(sources[key], answer)
        told: Mapping[str, Any] = told_variant(sources[key], answer) if on else {"name": "disabled"}
        wanted = (on, told["name"], told.get("payload"))
        in_python = {"currentTime": now.isoformat(), **apart(attributes)}
        variant = engine.check_variant(key, in_python).variant
        python = (engine.check_enabled(key, in_python).is_enabled, variant.name, variant.payload)
        served.add((on, told["name"], (told.get("payload") or {}).get("type")))
        if not found == python == wanted:
            wrong.append((key, attributes, wanted, found, python))
    assert wrong == []
    texts = {(True, name, "string") for name in ("a", "b", "off")}
    none = {(False, "disabled", None), (True, "disabled", None), (True, "b", None)}
    assert served == texts | none | {(True, "B b", "csv")}
