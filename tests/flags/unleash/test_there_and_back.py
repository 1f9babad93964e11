"""Unleash's client specification, imported, exported again, and asked of its stock clients: the answers it demands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from yggdrasil_engine.engine import UnleashEngine

from configs.exporters.unleash import document, features
from configs.importers.unleash import convert
from tests.clients import node_clients, run_node

#: On or off, the variant's name and its payload, if there is a variant.
Answer = tuple[bool, str | None, Any]


def wanted(case: dict[str, Any]) -> Answer:
    expected = case["expectedResult"]
    if isinstance(expected, bool):
        return expected, None, None
    if not expected["enabled"]:
        return expected["feature_enabled"], None, None
    return True, expected["name"], expected.get("payload")


def got(case: dict[str, Any], enabled: bool, name: str, payload: Any) -> Answer:
    if isinstance(case["expectedResult"], bool) or name == "disabled":
        return enabled, None, None
    return enabled, name, payload


def environments(cases: list[dict[str, Any]]) -> list[str]:
    return sorted({case["context"].get("environment", "") for case in cases})


def test_what_was_imported_and_can_be_exported_answers_as_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    folder = node_clients() / "node_modules" / "@unleash" / "client-specification" / "specifications"
    wrong: list[Any] = []
    said, known, asked = set(), 0, 0
    for file in json.loads((folder / "index.json").read_text(encoding="utf-8")):
        content = json.loads((folder / file).read_text(encoding="utf-8"))
        imported = convert(content["state"]).snapshot
        known += len(imported["featureFlags"])
        every = [*content.get("tests", []), *content.get("variantTests", [])]
        # Here the server knows the environment; in the specification clients say it.
        for environment in environments(every):
            export = features(imported, environment=environment)
            there = {feature["name"] for feature in export.features} - export.reasons.keys()
            said |= {(file, name) for name in there}
            cases = [
                case
                for case in every
                if case["toggleName"] in there and case["context"].get("environment", "") == environment
            ]
            asked += len(cases)
            wrong += [(file, *difference) for difference in differences(document(export), cases)]
    with capsys.disabled():
        print(f"\nUnleash, there and back: {len(said)} of {known} features can be said, {asked} cases.")
    assert wrong == []
    # A change that loses many should be looked at.
    assert len(said) > known * 0.7


def differences(state: dict[str, Any], cases: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    if not cases:
        return
    given = [{"flag": case["toggleName"], "context": case["context"]} for case in cases]
    node = run_node("unleash_cases.mjs", {"state": state, "cases": given})
    engine = UnleashEngine()
    engine.take_state(json.dumps(state))
    for case, theirs in zip(cases, node, strict=True):
        name, context = case["toggleName"], case["context"]
        variant = engine.check_variant(name, context).variant
        python = got(case, engine.check_enabled(name, context).is_enabled, variant.name, variant.payload)
        in_node = got(case, theirs["enabled"], theirs["variant"], theirs["payload"])
        if not python == in_node == wanted(case):
            yield case["description"], wanted(case), python, in_node
