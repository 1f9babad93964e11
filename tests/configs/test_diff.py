"""The semantic diff: what it finds, that it can be applied whole and in parts, and how it is shown."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from configs.demo import demo_snapshot
from configs.snapshot.canonical import canonical, keyed, normalise
from configs.snapshot.diff import ABSENT, Change, apply, diff, grouped
from tests.configs.strategies import SNAPSHOTS, VALUES, half_typed

ANY = SNAPSHOTS | half_typed()
GROUPS = ["page", "tables", "flags", "tokens", "rest"]


def found(snapshot: Any, path: tuple[str, ...]) -> Any:
    """What stands at a change's path."""
    value = snapshot
    for step in path:
        if isinstance(value, list):
            names = [item.get("id", item.get("key")) for item in value]
            if step not in names:
                return ABSENT
            value = value[names.index(step)]
        elif not isinstance(value, dict) or step not in value:
            return ABSENT
        else:
            value = value[step]
    return value


def same(a: Any, b: Any) -> bool:
    """Equal as JSON: true is not 1, null is not absent."""
    return a is b or (a is not ABSENT and b is not ABSENT and canonical(a) == canonical(b))


def table(*columns: str) -> dict[str, Any]:
    return {"tables": {"x": {"columns": [{"id": name} for name in columns]}}}


@given(ANY, ANY)
@example(table("a", "b"), table("b", "a"))  # no list of tables, so its columns are in no order of ours
@example({"pages": [{"id": "a", "visible": True}]}, {"pages": [{"id": "a", "visible": 1}]})
@example({"pages": [{"id": "a", "flag": None}]}, {"pages": [{"id": "a"}]})
@example({"layout": {"a/b": 1, "a~b": 2}}, {"layout": {"a/b": 2, "a~b": 1, "": 0}})
def test_applying_all_changes_leads_to_the_other_snapshot(a: dict[str, Any], b: dict[str, Any]) -> None:
    texts = canonical(a), canonical(b)
    assert canonical(apply(diff(a, b), a)) == canonical(normalise(b))
    assert (canonical(a), canonical(b)) == texts, "an argument was changed"


@given(ANY)
@example({"pages": [{"id": "a", "x": True, "y": None}], "plugins": [True]})
def test_a_snapshot_does_not_differ_from_itself(a: dict[str, Any]) -> None:
    assert diff(a, copy.deepcopy(a)) == []
    assert diff(a, normalise(json.loads(canonical(a)))) == []


@given(ANY, ANY, st.data())
def test_any_part_of_the_changes_can_be_applied_alone(
    a: dict[str, Any], b: dict[str, Any], data: st.DataObject
) -> None:
    changes = diff(a, b)
    assume(changes)
    chosen = data.draw(st.lists(st.sampled_from(changes), unique_by=lambda change: change.id))
    result = apply(chosen, a)
    ids = {change.id for change in chosen}
    for change in changes:
        assert same(found(result, change.path), change.after if change.id in ids else change.before)
    # Nothing else came along: the rest of the way is still the rest of the changes.
    assert {change.id for change in diff(result, b)} == {change.id for change in changes} - ids
    assert canonical(apply(diff(result, b), result)) == canonical(normalise(b))


@given(ANY, ANY)
def test_a_change_is_the_reverse_of_the_change_back(a: dict[str, Any], b: dict[str, Any]) -> None:
    opposite = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved"}
    there = {change.id: change for change in diff(a, b)}
    back = {change.id: change for change in diff(b, a)}
    assert there.keys() == back.keys()
    for name, change in there.items():
        assert back[name].kind == opposite[change.kind]
        assert same(back[name].before, change.after)
        assert same(back[name].after, change.before)
        if change.position:
            assert back[name].position == change.position[::-1]


@given(ANY, ANY)
def test_ids_are_unique_and_no_change_is_inside_another(a: dict[str, Any], b: dict[str, Any]) -> None:
    changes = diff(a, b)
    assert len({change.id for change in changes}) == len(changes)
    paths = {change.path for change in changes}
    assert not any(path[:length] in paths for path in paths for length in range(len(path)))
    assert not any(same(change.before, change.after) for change in changes)


@given(ANY, ANY, ANY)
def test_the_same_edit_has_the_same_id_in_another_context(
    a: dict[str, Any], b: dict[str, Any], context: dict[str, Any]
) -> None:
    """Whatever else stands in the sections that both have."""

    def beside(snapshot: dict[str, Any]) -> dict[str, Any]:
        wider = dict(snapshot)
        for section in ("pages", "tables", "featureFlags"):
            key = "key" if section == "featureFlags" else "id"
            theirs = context.get(section, [])
            if keyed(snapshot.get(section, []), key) and keyed(theirs, key):
                others = [{**item, key: f"other {item[key]}"} for item in theirs]
                wider[section] = [*snapshot.get(section, []), *others]
        return wider

    # A section that is half typed on one side only is one value, and then its neighbours count.
    assume(all(keyed(a.get(s, []), k) == keyed(b.get(s, []), k) for s, k in SECTION_KEYS))
    assert {change.id for change in diff(beside(a), beside(b))} == {change.id for change in diff(a, b)}


SECTION_KEYS = (("pages", "id"), ("tables", "id"), ("featureFlags", "key"))


@given(ANY, ANY)
def test_changes_are_data(a: dict[str, Any], b: dict[str, Any]) -> None:
    for change in diff(a, b):
        body = json.loads(json.dumps(change.as_json()))
        assert body["id"] == change.id
        assert ("from" in body, "to" in body) == (change.before is not ABSENT, change.after is not ABSENT)
        assert body["path"] == list(change.path)
        assert ("position" in body) == (change.kind == "moved")


@given(ANY, ANY)
def test_groups_stand_in_reading_order(a: dict[str, Any], b: dict[str, Any]) -> None:
    changes = diff(a, b)
    groups = grouped(changes)
    assert [change for _, _, members in groups for change in members] == changes, "a group is in two places"
    kinds = [group.partition(":")[0] for group, _, _ in groups]
    assert kinds == sorted(kinds, key=GROUPS.index)
    assert all(title["en"] and title["fr"] for _, title, _ in groups)


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("pages/a/title", "page:a"),
        ("pages/new", "page:new"),
        ("tabs/t/label", "page:a"),
        ("tabs/lost", "rest"),
        ("tables/x/columns/y/width", "tables"),
        ("featureFlags/f/state", "flags"),
        ("segments/s/private", "flags"),
        ("uiTokens/k/value", "tokens"),
        ("roles/r", "rest"),
        ("layout/wide", "rest"),
        ("plugins", "rest"),
    ],
)
def test_the_group_of_a_change(path: str, group: str) -> None:
    before = {
        "pages": [{"id": "a", "title": "A"}],
        "tabs": [{"id": "t", "pageId": "a", "label": "T"}],
        "tables": [{"id": "x", "columns": [{"id": "y", "width": 1}]}],
        "featureFlags": [{"key": "f", "state": "ON"}],
        "segments": [{"id": "s", "private": True}],
        "uiTokens": [{"key": "k", "value": "1"}],
        "layout": {"wide": True},
    }
    after = {
        "pages": [{"id": "a", "title": "B"}, {"id": "new"}],
        "tabs": [{"id": "t", "pageId": "a", "label": "U"}, {"id": "lost"}],
        "tables": [{"id": "x", "columns": [{"id": "y", "width": 2}]}],
        "featureFlags": [{"key": "f", "state": "OFF"}],
        "segments": [{"id": "s", "private": False}],
        "uiTokens": [{"key": "k", "value": "2"}],
        "roles": [{"id": "r"}],
        "layout": {"wide": False},
        "plugins": [],
    }
    groups = {change.id: change.group for change in diff(before, after)}
    assert groups[path] == group
    assert len(groups) == 11


def test_pages_stand_in_the_order_of_the_menu_and_what_is_gone_last() -> None:
    pages = {"z": 1, "b": 2, "m": 3}
    before = {"pages": [{"id": name, "order": at} for name, at in pages.items()] + [{"id": "a", "order": 0}]}
    after = {"pages": [{"id": name, "order": at, "visible": True} for name, at in pages.items()]}
    assert [group for group, _, _ in grouped(diff(before, after))] == ["page:z", "page:b", "page:m", "page:a"]


def kinds(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    return {change.id: change.position or change.kind for change in diff(a, b)}


def test_positions_are_counted_among_what_is_seen_side_by_side() -> None:
    def snapshot(**orders: int) -> dict[str, Any]:
        """Tabs of the pages a and b, pages of two surfaces, columns of two tables, each with an order number."""
        everything = [{"id": name, "order": order} for name, order in orders.items()]
        return {
            "tabs": [{**item, "pageId": str(item["id"])[0]} for item in everything],
            "pages": [{**item, "surface": str(item["id"])[0]} for item in everything],
            "tables": [{"id": name, "columns": [i for i in everything if str(i["id"])[0] == name]} for name in "ab"],
        }

    before = snapshot(a1=1, b1=2, a2=3, b2=4, a3=5)
    after = snapshot(a1=9, b1=2, a2=3, b2=5, a3=6)
    assert kinds(before, after) == {
        **{f"{section}/a1/order": (1, 3) for section in ("tabs", "pages", "tables/a/columns")},
        **{f"{section}/b2/order": (2, 2) for section in ("tabs", "pages", "tables/b/columns")},
        **{f"{section}/a3/order": (3, 2) for section in ("tabs", "pages", "tables/a/columns")},
    }


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"pages": [{"id": "a"}]}, {"pages": [{"id": "a"}, {"id": "b"}]}, {"pages/b": "added"}),
        ({"pages": [{"id": "a"}]}, {}, {"pages/a": "removed"}),
        ({}, {"plugins": []}, {"plugins": "added"}),
        ({"plugins": {"a": 1}}, {"plugins": {"a": 2}}, {"plugins/a": "changed"}),
        ({"plugins": None}, {}, {"plugins": "removed"}),
        ({"theme": {}}, {"theme": {"a": None}}, {"theme/a": "changed"}),
        ({"tabs": [{"id": "a", "order": 1}]}, {"tabs": [{"id": "a"}]}, {"tabs/a/order": (1, 1)}),
        ({"roles": [{"id": "a", "order": 1}]}, {"roles": [{"id": "a", "order": 2}]}, {"roles/a/order": "changed"}),
        ({"pages": [{"id": "a"}]}, {"pages": [{"id": "a"}, {"id": "a"}]}, {"pages": "changed"}),
        ({"pages": [{"id": 1}]}, {"pages": [{"id": 2}]}, {"pages": "changed"}),
        ({"pages": {"a": [1]}}, {"pages": {"a": [2]}}, {"pages/a": "changed"}),
        ({"layout": {"a": {"b": 1}}}, {"layout": {"a": {"b": 2}}}, {"layout/a/b": "changed"}),
        ({"layout": {"a": {}}}, {"layout": {"a": {"b": 1}}}, {"layout/a/b": "changed"}),
        ({"layout": {"a": 1}}, {"layout": {"a": {"b": 1}}}, {"layout/a": "changed"}),
        ({"layout": {"a/b": 1, "a": {"b": 1}}}, {"layout": {"a/b": 2, "a": {"b": 1}}}, {"layout/a~1b": "changed"}),
        (
            {"layout": {"~1": 1, "/": 1}},
            {"layout": {"~1": 2, "/": 2}},
            {"layout/~01": "changed", "layout/~1": "changed"},
        ),
        (
            {"featureFlags": [{"key": "f", "rules": [{"id": "r", "rollout": 1}]}]},
            {"featureFlags": [{"key": "f", "rules": [{"id": "r", "rollout": 2}]}]},
            {"featureFlags/f/rules": "changed"},
        ),
        (
            {"tables": [{"id": "t", "columns": [{"id": "a"}]}]},
            {"tables": [{"id": "t", "columns": [{"id": "a", "x": 1}, {"id": "b"}]}]},
            {"tables/t/columns/a/x": "changed", "tables/t/columns/b": "added"},
        ),
        (
            {"tables": [{"id": "t", "columns": [{"id": "a"}]}]},
            {"tables": [{"id": "t", "columns": [{}]}]},
            {"tables/t/columns": "changed"},
        ),
    ],
)
def test_kinds_and_ids(before: dict[str, Any], after: dict[str, Any], expected: dict[str, Any]) -> None:
    assert kinds(before, after) == expected


@given(st.sampled_from(demo_snapshot()["pages"]), st.sampled_from(["title", "path", "roles", "new"]), VALUES)
def test_one_edit_of_a_real_snapshot_is_found_in_its_place(page: dict[str, Any], field: str, value: Any) -> None:
    before = demo_snapshot()
    after = demo_snapshot()
    edited = next(item for item in after["pages"] if item["id"] == page["id"])
    edited[field] = value
    assume(not same(value, page.get(field, ABSENT)))
    changes: list[Change] = diff(before, after)
    assert changes
    assert all(change.path[:3] == ("pages", page["id"], field) for change in changes)
    assert {change.group for change in changes} == {f"page:{page['id']}"}
