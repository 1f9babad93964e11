"""What a pick of changes lacks, by name."""

from __future__ import annotations

from typing import Any

import pytest

from configs import actions as config_actions
from configs.snapshot.diff import named_path
from icontrol.kernel.refusals import Refusal
from releases import actions
from releases.publishing import Selection
from releases.serialization.releases import show_plan
from tests.factories import ADA, World, flag, snapshot

#: The worlds here are small, so every change is a large one.
SIZE = ["release.grows", "release.shrinks"]


def tab(name: str, page: str) -> dict[str, Any]:
    return {"id": name, "pageId": page, "label": name, "visible": True, "order": 1}


def table(name: str, page: str, *actions: str) -> dict[str, Any]:
    """A table whose actions, named by their targets, lead to other pages."""
    fields = {"label": "x", "type": "navigate", "visible": True, "roles": []}
    return {
        "id": name,
        "pageId": page,
        "visible": True,
        "columns": [],
        "actions": [{"id": f"to-{target}", **fields, "config": {"pageId": target}} for target in actions],
    }


def with_flags(content: dict[str, Any], *flags: str) -> dict[str, Any]:
    """The first page needs the first flag."""
    content["featureFlags"] = [flag(name) for name in flags]
    if flags:
        content["pages"][0]["flag"] = flags[0]
    return content


#: live, draft, what is picked, what is missing
CASES: dict[str, tuple[Any, Any, list[str], list[str]]] = {
    "a tab without its page": (
        snapshot("home"),
        snapshot("home", "shop", tabs=[tab("t", "shop")]),
        ["tabs/t"],
        ["pages/shop"],
    ),
    "a page without its flag": (
        snapshot("home"),
        with_flags(snapshot("home"), "f", "g"),
        ["pages/home/flag"],
        ["featureFlags/f"],
    ),
    "several at once": (
        snapshot("home"),
        snapshot("home", "shop", "cart", tabs=[tab("t", "shop")], tables=[table("x", "cart")]),
        ["tabs/t", "tables/x"],
        ["pages/cart", "pages/shop"],
    ),
    "the page goes and its tab stays": (
        snapshot("home", "shop", tabs=[tab("t", "shop"), tab("u", "home")]),
        snapshot("home", tabs=[tab("u", "home")]),
        ["pages/shop"],
        ["tabs/t"],
    ),
    "the page goes and its tab should move": (
        snapshot("home", "shop", tabs=[{**tab("t", "shop"), "visible": False}]),
        snapshot("home", tabs=[tab("t", "home")]),
        ["pages/shop"],
        ["tabs/t/pageId"],
    ),
    "the page goes and a button leads to it": (
        snapshot("home", "shop", "cart", tables=[table("x", "home", "cart", "shop")]),
        snapshot("home", "cart", tables=[table("x", "home", "cart")]),
        ["pages/shop"],
        ["tables/x/actions/to-shop"],
    ),
    "the page goes and the menu names it": (
        snapshot("home", "shop", layout={"menuOrder": ["shop", "home"]}),
        snapshot("home", layout={"menuOrder": ["home"]}),
        ["pages/shop"],
        ["layout/menuOrder"],
    ),
    "the flag goes and the page needs it": (
        with_flags(snapshot("home"), "f"),
        with_flags(snapshot("home")),
        ["featureFlags/f"],
        ["pages/home/flag"],
    ),
}


@pytest.mark.parametrize(("live", "draft", "picked", "missing"), CASES.values(), ids=CASES)
def test_a_pick_names_what_it_lacks(world: World, live: Any, draft: Any, picked: list[str], missing: list[str]) -> None:
    world.release(live)
    world.edit(draft)
    with pytest.raises(Refusal) as refusal:
        world.pick(*picked, confirm=SIZE)
    assert refusal.value.code == "publish.missing_dependencies"
    assert refusal.value.extra["missingChanges"] == missing
    world.pick(*picked, *missing, confirm=SIZE)


def test_what_no_change_would_mend_is_a_problem_of_the_snapshot(world: World) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", tabs=[tab("t", "nowhere"), tab("u", "home")]))
    with pytest.raises(Refusal) as refusal:
        world.pick("tabs/t", confirm=SIZE)
    assert refusal.value.code == "snapshot.invalid"
    world.pick("tabs/u", confirm=SIZE)


@pytest.mark.parametrize(
    ("pointer", "path"),
    [
        ("", ()),
        ("/pages", ("pages",)),
        ("/pages/1/title/en", ("pages", "shop", "title", "en")),
        ("/pages/0/roles/0", ("pages", "home", "roles")),
        ("/tables/0/actions/1/config/pageId", ("tables", "x", "actions", "to-shop", "config", "pageId")),
        ("/layout/menuOrder/1", ("layout", "menuOrder")),
        ("/layout/a~1b~0/x", ("layout", "a/b~", "x")),
        ("/plugins/0/id", ("plugins",)),
        ("/tabs/0/id", ("tabs",)),
    ],
)
def test_a_place_in_the_snapshot_as_the_path_of_a_change(pointer: str, path: tuple[str, ...]) -> None:
    content = snapshot("home", "shop", tables=[table("x", "home", "home", "shop")], plugins=[{"id": "p"}])
    content["pages"][0]["roles"] = ["cook"]
    content["layout"] = {"menuOrder": ["a", "b"], "a/b~": {"x": 1}}
    content["tabs"] = [{"id": "t"}, {"id": "t"}]
    assert named_path(content, pointer) == path


def test_a_dry_run_tells_of_an_impossible_policy_beside_everything_else(world: World) -> None:
    world.release(snapshot("home", "a", "b"))
    world.edit(snapshot("home"))
    selection = Selection(read={world.draft.revision})
    more: dict[str, Any] = {"policy": {"minSupported": "99.0.0"}, "actor": ADA, "now": world.tick()}
    shown = show_plan(actions.plan_publish(world.production, selection, **more), world.production)
    assert not shown["publishable"] and [entry["code"] for entry in shown["confirmations"]] == ["release.shrinks"]
    assert [entry["code"] for entry in shown["policyProblems"]] == ["policy.unsatisfiable"]
    for confirm, code in (((), "publish.needs_confirmation"), (("release.shrinks",), "policy.unsatisfiable")):
        with pytest.raises(Refusal) as refusal:
            actions.publish(world.production, selection, confirm=confirm, reason="r", **more)
        assert refusal.value.code == code


@pytest.mark.parametrize(
    ("chosen", "afterwards"),
    [
        (None, "1.0.3"),  # 1.0.1 was the next; 1.0.2 went out
        ("1.0.2", "1.0.2"),  # then 1.0.1 is free, and goes out
        ("2.0.0", "2.0.0"),
        ("0.9.0", "0.9.0"),  # below before the pick as well: somebody wants it so
    ],
)
def test_after_a_pick_the_drafts_number_is_the_next_again(world: World, chosen: str | None, afterwards: str) -> None:
    world.release(snapshot("home", "a", "b", "c"))
    world.edit(snapshot("home", "a", "b", "c", "d", "e"))
    if chosen:
        config_actions.rename_draft(world.application, chosen, read={world.draft.revision}, actor=ADA, now=world.tick())
    read = world.draft
    picked = world.pick("pages/d").config_version
    assert picked is not None and picked.version == ("1.0.1" if chosen else "1.0.2")
    draft = world.draft
    assert (draft.version, draft.digest, draft.based_on) == (afterwards, read.digest, picked)
    notes = list(draft.history.order_by("-history_id").values_list("history_change_reason", flat=True))
    if chosen:
        assert (draft.revision, notes[0]) == (read.revision, f"rebased on {picked.version}")
        return
    assert notes[:2] == ["renumbered after 1.0.2: 1.0.1 → 1.0.3", "rebased on 1.0.2"]
    with pytest.raises(Refusal) as refusal:
        config_actions.save_draft(world.application, {}, read={read.revision}, actor=ADA, now=world.tick())
    assert (refusal.value.code, refusal.value.extra["revision"]) == ("draft.stale", draft.revision)
    assert refusal.value.extra["version"] == "1.0.3"
    world.publish()
    assert (world.live, world.draft.version) == ("1.0.3", "1.0.4")
