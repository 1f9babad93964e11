"""``manage.py set``: one object of the draft, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontrol.kernel.refusals import Refusal
from releases.management.commands.set import merge_patch_of
from tests.factories import World, flag, snapshot
from tests.releases.commands import done, manage


@pytest.fixture
def draft(world: World) -> World:
    world.release(snapshot("home", featureFlags=[flag("new-export", "OFF", owner="ada")]))
    return world


def stored(world: World) -> Any:
    return next(item for item in world.draft.document["featureFlags"] if item["key"] == "new-export")


@pytest.mark.parametrize("share", ["rollout=1000", "rollout=10%", "rollout=10.00%"])
def test_rolling_out_to_ten_percent_is_one_line(draft: World, share: str) -> None:
    said = done("set", "featureFlags/new-export", "state=ROLLOUT", share)
    assert stored(draft) == flag("new-export", "ROLLOUT", rollout=1000, owner="ada")
    assert "OFF → ROLLOUT" in said.out
    assert "Rien ne change" in done("set", "featureFlags/new-export", share, "--language", "fr").out


def test_nothing_is_made_by_a_slip(draft: World) -> None:
    before = draft.draft.document
    slip = manage("set", "featureFlags/new-exprot", "state=ON")
    assert slip.code == 2 and "object.unknown" in slip.err
    twice = manage("set", "featureFlags/new-export", "state=ON", "--new")
    assert twice.code == 3 and "name.taken" in twice.err
    for wrong in (
        ("featureFlags", "state=ON"),
        ("featureFlags/", "state=ON"),
        ("featureFlags/new-export",),
        ("featureFlags/new-export", "state"),
        ("featureFlags/new-export", "=ON"),
        ("featureFlags/new-export", "a..b=1"),
        ("featureFlags/new-export", ".".join("a" * 40_000) + "=1"),
        ("featureFlags/new-export", "state=ON", "state=OFF"),
        ("featureFlags/new-export", "rollout=1", "rollout.a=1"),
        ("featureFlags/new-export", 'rules=[{"id": 1}'),
        ("featureFlags/new-export", 'owner={"a": 1, "a": 2}'),
        ("featureFlags/new-export", "key=other"),
        ("theme/brand", "name=x"),
        ("featureFlags/new-export", "state=ON", "--remove"),
        ("featureFlags/new-export", "--remove", "--new"),
    ):
        refused = manage("set", *wrong)
        assert refused.code == 2 and refused.err, wrong
        assert draft.draft.document == before, wrong


def test_it_is_made_and_removed(draft: World) -> None:
    done("set", "featureFlags/other", "--new", "type=boolean", "state=OFF", "description.en=A b", "--reason", "why not")
    assert draft.draft.document["featureFlags"][1] == {
        "key": "other",
        "type": "boolean",
        "state": "OFF",
        "description": {"en": "A b"},
    }
    assert "edit: why not" in done("history").out
    assert "nothing was changed" in done("set", "featureFlags/other", "--remove", "--dry-run").out
    assert len(draft.draft.document["featureFlags"]) == 2
    assert done("set", "featureFlags/other", "--remove", "--json").json["changes"][0]["kind"] == "removed"
    assert len(draft.draft.document["featureFlags"]) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10", 10),
        ('"10"', "10"),
        ("1.4.2", "1.4.2"),
        ("007", "007"),
        ("true", True),
        ("True", "True"),
        ("null", None),
        ("", ""),
        ("a=b", "a=b"),
        ("NaN", "NaN"),
        ('["a"]', ["a"]),
        ("10%", "10%"),
    ],
)
def test_a_value_is_json_where_it_is_json(text: str, value: Any) -> None:
    assert merge_patch_of([f"a.b={text}"]) == {"a": {"b": value}}


@pytest.mark.slow
@given(st.lists(st.text()))
def test_whatever_is_typed_is_read_or_refused(fields: list[str]) -> None:
    try:
        assert isinstance(merge_patch_of(fields), dict)
    except Refusal as refusal:
        assert refusal.code in ("command.unusable", "json.refused")
