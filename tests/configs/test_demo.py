"""The demo configuration: lively, in both languages, and beyond reproach."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from configs.demo import demo_policies, demo_snapshot
from configs.snapshot.canonical import normalise
from configs.validation.check import TOP_LEVEL, check_snapshot
from configs.validation.schemas import snapshot_schema
from releases.gate.decision import decide, for_platform
from releases.gate.policy_fields import policy_problems

COLUMN_TYPES = set(snapshot_schema()["$defs"]["column"]["properties"]["type"]["enum"])
ACTION_TYPES = set(snapshot_schema()["$defs"]["action"]["properties"]["type"]["enum"])
FLAG_STATES = set(snapshot_schema()["$defs"]["flag"]["properties"]["state"]["enum"])
FLAG_TYPES = set(snapshot_schema()["$defs"]["flag"]["properties"]["type"]["enum"])
CATEGORIES = set(snapshot_schema()["$defs"]["token"]["properties"]["category"]["enum"])


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_there_is_nothing_to_say_against_it(locale: str) -> None:
    assert check_snapshot(demo_snapshot(), default_locale=locale) == []
    assert policy_problems(demo_policies()) == []


def test_every_caller_has_a_copy() -> None:
    demo_snapshot()["pages"].clear()
    demo_policies()["default"].clear()
    assert demo_snapshot()["pages"] and demo_policies()["default"]


def test_every_section_has_something_in_it() -> None:
    snapshot = demo_snapshot()
    assert set(snapshot) == set(TOP_LEVEL)
    assert all(snapshot.values())
    assert normalise(normalise(snapshot)) == normalise(snapshot)


def test_pages_and_tabs() -> None:
    snapshot = demo_snapshot()
    pages = {page["id"]: page for page in snapshot["pages"]}

    assert len(pages) >= 6
    assert {page["surface"] for page in pages.values()} == {"APP", "CP"}
    assert {page["visible"] for page in pages.values()} == {True, False}
    assert {True, False} == {tab["visible"] for tab in snapshot["tabs"]}
    assert any("targetPageId" in tab for tab in snapshot["tabs"])
    assert any("flag" in tab for tab in snapshot["tabs"])
    for name in snapshot["layout"]["menuOrder"]:
        assert pages[name]["visible"] and pages[name]["path"]


def test_tables_show_every_kind_of_column_and_action() -> None:
    tables = demo_snapshot()["tables"]

    assert len(tables) >= 3
    assert {column["type"] for table in tables for column in table["columns"]} == COLUMN_TYPES
    assert {action["type"] for table in tables for action in table["actions"]} == ACTION_TYPES
    assert any("tabId" in table for table in tables) and any("tabId" not in table for table in tables)


def test_flags_are_in_every_state_and_of_every_type() -> None:
    flags = demo_snapshot()["featureFlags"]

    assert len(flags) >= 10
    assert {flag["state"] for flag in flags} == FLAG_STATES
    assert {flag["type"] for flag in flags} == FLAG_TYPES
    assert 2500 in {flag.get("rollout") for flag in flags}
    rules = [rule for flag in flags for rule in flag.get("rules", [])]
    assert any("variant" in rule for rule in rules) and any("split" in rule for rule in rules)
    assert any("rollout" in rule for rule in rules)
    assert any("segment" in condition for rule in rules for condition in rule.get("conditions", []))
    assert any(flag.get("prerequisites") for flag in flags)
    assert all(flag["owner"] for flag in flags)
    assert {segment.get("private", False) for segment in demo_snapshot()["segments"]} == {True, False}


@pytest.mark.parametrize(("category", "mode"), sorted(product(CATEGORIES, ("light", "dark"))))
def test_tokens_of_every_category_hold_in_light_and_dark(category: str, mode: str) -> None:
    tokens = demo_snapshot()["uiTokens"]
    assert any(token["category"] == category and token.get("mode", mode) == mode for token in tokens)


def test_a_token_has_both_modes_or_none() -> None:
    modes: dict[str, list[str | None]] = {}
    for token in demo_snapshot()["uiTokens"]:
        modes.setdefault(token["cssVar"], []).append(token.get("mode"))
    assert all(found in ([None], ["light", "dark"]) for found in modes.values())


def test_what_people_read_is_in_both_languages() -> None:
    def read_by_people(value: Any) -> Iterator[Any]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in ("title", "label", "description", "message", "tagline", "text"):
                    yield inner
                yield from read_by_people(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from read_by_people(inner)

    found = list(read_by_people([demo_snapshot(), demo_policies()]))
    assert len(found) > 80
    assert all(set(text) == {"en", "fr"} and text["en"].strip() and text["fr"].strip() for text in found)


@pytest.mark.parametrize(
    ("version", "status", "update"),
    [("0.9.0", "HARD_BLOCK", True), ("1.0.0", "OK", True), ("1.2.0", "OK", False), ("2.0.0", "OK", False)],
)
def test_the_gate_can_be_seen(version: str, status: str, update: bool) -> None:
    _, policy = for_platform(demo_policies(), "web")
    decision = decide(policy, version)

    assert (decision.policy_status, decision.update_available) == (status, update)
    assert policy.url and set(policy.message) == set(policy.maintenance_message) == {"en", "fr"}
