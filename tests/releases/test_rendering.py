"""What a client may see of a snapshot: nothing internal, kill switches applied, one surface without loose ends."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.demo import demo_snapshot
from configs.validation.references import reference_problems
from configs.validation.suggestions import Suggestions
from releases.delivery.public_form import render
from tests.factories import flag, snapshot
from tests.flags.engine import vectors


def by(items: list[dict[str, Any]], key: str = "key") -> dict[str, dict[str, Any]]:
    return {item[key]: item for item in items}


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects_in(inner)


def test_the_argument_stays_as_it_is() -> None:
    before = demo_snapshot()
    after = copy.deepcopy(before)
    render(after, killed=[item["key"] for item in before["featureFlags"]], surface="APP")
    assert after == before


def test_nothing_internal_goes_out() -> None:
    shown = render(
        snapshot(
            roles=[{"id": "cook", "label": "Cook", "description": "internal"}],
            permissions=[{"id": "p", "description": {"en": "internal"}}],
            plans=[{"id": "pro", "description": "internal", "limits": {"description": 5}}],
            segments=[{"id": "s", "conditions": [], "description": "internal"}],
            featureFlags=[
                flag(
                    "f",
                    owner="internal",
                    description="internal",
                    schema={"description": "internal"},
                    variants=[{"key": "on", "value": {"owner": "told"}, "description": "internal"}],
                    rules=[{"id": "r", "description": "internal", "conditions": []}],
                )
            ],
            theme={"brand": {"owner": "told", "description": "told"}},
        )
    )
    assert "internal" not in json.dumps(shown)
    assert json.dumps(shown).count("told") == 3, "what the client's own values hold is not ours to take away"
    assert shown["plans"][0]["limits"] == {"description": 5}
    assert shown["featureFlags"][0]["rules"] == [{"id": "r", "conditions": []}]


def test_everything_else_of_the_demo_goes_out() -> None:
    before, shown = demo_snapshot(), render(demo_snapshot())
    for section in ("pages", "tabs", "tables", "uiTokens", "layout", "theme"):
        assert shown[section] == before[section]
    for section, key in (("featureFlags", "key"), ("roles", "id"), ("permissions", "id"), ("plans", "id")):
        assert by(shown[section], key).keys() == by(before[section], key).keys()
    lost = {
        name
        for before_flag in before["featureFlags"]
        for name in before_flag.keys() - by(shown["featureFlags"])[before_flag["key"]].keys()
    }
    assert lost == {"owner", "description"}


@pytest.mark.parametrize("state", ["ON", "OFF", "ROLLOUT", "FORCE_OFF"])
@pytest.mark.parametrize("kind", ["boolean", "string", "integer", "number", "object"])
def test_a_kill_switch_forces_every_kind_of_flag_off(state: str, kind: str) -> None:
    before = snapshot(featureFlags=[flag("a", state, type=kind, rollout=5000), flag("b", "ON")])
    shown = render(before, killed=["a"])
    assert by(shown["featureFlags"])["a"] == {**flag("a", "FORCE_OFF", type=kind, rollout=5000)}
    assert by(shown["featureFlags"])["b"]["state"] == "ON"
    assert by(render(before)["featureFlags"])["a"]["state"] == state


def test_a_kill_switch_of_a_flag_that_is_gone_changes_nothing() -> None:
    before = snapshot(featureFlags=[flag("a", "ON")])
    assert render(before, killed=["gone"]) == render(before)


def uses(*segments: str) -> dict[str, Any]:
    """Rules that name segments, each nested in another way."""
    nested = [{"segment": segments[0]}, *({"all": [{"not": {"any": [{"segment": name}]}}]} for name in segments[1:])]
    return {"rules": [{"id": "r", "conditions": nested}]}


def test_private_conditions_stay_here_and_what_needs_them_is_remote() -> None:
    segments = [
        {"id": "secret", "private": True, "conditions": [{"attribute": "tenant", "operator": "in", "values": ["t9"]}]},
        {"id": "open", "private": False, "conditions": [{"attribute": "role", "operator": "exists"}]},
        {"id": "wraps", "conditions": [{"any": [{"not": {"segment": "secret"}}]}]},
        {"id": "wraps-more", "conditions": [{"segment": "wraps"}]},
    ]
    flags = [
        flag("plain"),
        flag("asks-open", **uses("open")),
        flag("asks-secret", **uses("open", "secret")),
        flag("asks-wraps", **uses("wraps-more")),
        flag("after-secret", prerequisites=[{"flag": "plain"}, {"flag": "asks-secret"}]),
        flag("after-that", prerequisites=[{"flag": "after-secret", "variant": "on"}]),
        flag("after-plain", prerequisites=[{"flag": "plain"}]),
    ]
    shown = render(snapshot(segments=segments, featureFlags=flags))
    assert "t9" not in json.dumps(shown)
    assert by(shown["segments"], "id")["secret"] == {"id": "secret", "private": True}
    assert by(shown["segments"], "id")["open"] == segments[1]
    remote = {item["key"] for item in shown["featureFlags"] if item.get("remote")}
    assert remote == {"asks-secret", "asks-wraps", "after-secret", "after-that"}


def test_a_pattern_makes_remote_whoever_needs_it() -> None:
    pattern = {"attribute": "email", "operator": "matches", "values": ["@acme[.]test$"]}
    segments = [{"id": "staff", "conditions": [{"any": [{"not": pattern}]}]}, {"id": "open", "conditions": []}]
    flags = [
        flag("plain", **uses("open")),
        flag("asks", rules=[{"id": "r", "conditions": [{"all": [pattern]}]}]),
        flag("segmented", **uses("staff")),
        flag("after", prerequisites=[{"flag": "segmented"}]),
        flag("marked", remote=True),
        flag("after-marked", prerequisites=[{"flag": "marked"}]),
        flag("not-marked", remote=False),
    ]
    shown = render(snapshot(segments=segments, featureFlags=flags))
    remote = {item["key"] for item in shown["featureFlags"] if item.get("remote")}
    assert remote == {"asks", "segmented", "after", "marked", "after-marked"}


def test_remote_and_the_local_mark_of_the_vectors_say_the_same() -> None:
    shown = by(render(vectors.snapshot())["featureFlags"])
    cases = vectors.vectors()["cases"]
    assert {case["flag"] for case in cases} == shown.keys()
    assert {case["local"] for case in cases} == {True, False}
    for case in cases:
        assert case["local"] is not shown[case["flag"]].get("remote", False), case["name"]


def test_a_long_chain_of_flags_is_followed_to_its_end() -> None:
    chain = [flag(f"f{number}", prerequisites=[{"flag": f"f{number + 1}"}]) for number in range(3000)]
    shown = render(snapshot(featureFlags=[*chain, flag("f3000", remote=True)]))
    assert all(item["remote"] for item in shown["featureFlags"])


def test_without_private_segments_nothing_is_remote() -> None:
    segments = [{"id": "open", "conditions": []}]
    shown = render(snapshot(segments=segments, featureFlags=[flag("a", **uses("open"))]))
    assert not any("remote" in item for item in objects_in(shown))


def test_a_surface_has_its_own_pages_and_what_hangs_on_them() -> None:
    content = snapshot("app", "cp", "both")
    content["pages"][0]["surface"], content["pages"][1]["surface"] = "APP", "CP"
    content |= {
        "tabs": [
            {"id": "t1", "pageId": "app", "targetPageId": "cp"},
            {"id": "t2", "pageId": "cp", "targetPageId": "app"},
            {"id": "t3", "pageId": "both", "targetPageId": "app"},
        ],
        "tables": [
            {
                "id": "x1",
                "pageId": "app",
                "columns": [],
                "actions": [
                    {"id": "go-cp", "config": {"pageId": "cp"}},
                    {"id": "go-both", "config": {"pageId": "both"}},
                    {"id": "modal", "config": {"modal": "m"}},
                    {"id": "bare"},
                ],
            },
            {"id": "x2", "pageId": "cp", "columns": [], "actions": []},
        ],
        "plans": [{"id": "pro", "pages": ["app", "cp", "both"]}, {"id": "free"}],
        "layout": {"menuOrder": ["cp", "both", "app"], "wide": True},
        "featureFlags": [flag("f")],
    }
    shown = render(content, surface="APP")
    assert [page["id"] for page in shown["pages"]] == ["app", "both"]
    assert shown["tabs"] == [{"id": "t1", "pageId": "app"}, {"id": "t3", "pageId": "both", "targetPageId": "app"}]
    assert [table["id"] for table in shown["tables"]] == ["x1"]
    assert [action["id"] for action in shown["tables"][0]["actions"]] == ["go-both", "modal", "bare"]
    assert [plan.get("pages") for plan in shown["plans"]] == [["app", "both"], None]
    assert shown["layout"] == {"menuOrder": ["both", "app"], "wide": True}
    assert shown["featureFlags"] == [flag("f")]
    assert [page["id"] for page in render(content, surface="none")["pages"]] == ["both"]
    assert [page["id"] for page in render(content)["pages"]] == ["app", "cp", "both"]


@pytest.mark.slow
@given(st.data())
def test_no_reference_leads_nowhere_on_any_surface(data: st.DataObject) -> None:
    """However the demo's pages are spread over surfaces."""
    content = demo_snapshot()
    for page in content["pages"]:
        surface = data.draw(st.sampled_from(["APP", "CP", None]))
        page.pop("surface")
        if surface:
            page["surface"] = surface
    for table in content["tables"]:
        for action in table["actions"]:
            action["config"] = {"pageId": data.draw(st.sampled_from(content["pages"]))["id"]}
    assert not list(reference_problems(content, Suggestions()))
    for surface in ("", "APP", "CP", "none"):
        assert not list(reference_problems(render(content, surface=surface), Suggestions()))
