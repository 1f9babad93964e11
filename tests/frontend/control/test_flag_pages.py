"""The live flags: the list with its search, and what one flag does, how it is used and why."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from flags import usage
from flags.models import UNTOLD
from releases.delivery.live import read_live
from tests.factories import World, flag, snapshot
from tests.frontend.control.pages import HERE, THERE, ControlPage, get, send
from tests.releases.admin_pages import Staff, staff

HOSTILE = '"><i data-xss>'
RULE = {
    "id": "pro",
    "conditions": [{"attribute": "plan", "operator": "equals", "values": ["pro"]}],
    "variant": "on",
}


@pytest.fixture
def flagged(world: World) -> World:
    world.now = timezone.now()
    world.release(
        snapshot(
            featureFlags=[
                flag("search", "ROLLOUT", rollout=0, rules=[RULE], owner=HOSTILE, description=HOSTILE),
                flag("banner", "ON", expiresAt="2026-01-01", description={"en": "Sale", "fr": "Soldes"}),
            ]
        )
    )
    return world


def test_the_list_and_its_search(flagged: World) -> None:
    usage.record_many(read_live(None), {("search", "on"): 1, ("search", "off"): 3})
    usage.flush()
    viewer, listed = staff("viewer"), f"{HERE}/flags"
    page = get(viewer, listed)
    assert page.status == 200 and "25.0 %" in page.text and "Its expiry date has passed." in page.text
    assert "asks for all flags at once" in page.text and "<i data-xss" not in page.html
    assert [meter.attributes["value"] for meter in page.all("meter")] == ["25.0"]
    one, other = f"{HERE}/flags/search", f"{HERE}/flags/banner"
    for query, found in (
        ({}, {one, other}),
        ({"stale": "1"}, {other}),
        ({"state": "ON"}, {other}),
        ({"state": "ROLLOUT"}, {one}),
        ({"owner": HOSTILE}, {one}),
        ({"q": "sale"}, {other}),
        ({"q": "SEAR"}, {one}),
        ({"q": "sale", "state": "ROLLOUT"}, set()),
        ({"state": "nonsense", "q": "\0"}, {one, other}),
    ):
        assert {link for link in get(viewer, listed, **query).links if link in (one, other)} == found, query
    french = get(staff("viewer", language="fr", name="fr"), listed)
    assert "Sa date d'expiration est passée." in french.text and "Drapeaux" in french.text


def test_an_environment_where_nothing_is_live(flagged: World) -> None:
    page = get(staff("viewer"), f"{THERE}/flags")
    assert (page.status, page.refusal) == (200, "release.none")


def test_what_it_does_in_sentences(world: World) -> None:
    split = [{"variant": "a", "weight": 2500}, {"variant": "b", "weight": 7500}]
    rules = [
        RULE | {"rollout": 2500},
        {"id": "odd", "disabled": True, "variant": "off"},
    ]
    world.release(
        snapshot(
            featureFlags=[
                flag("base", "OFF"),
                flag(
                    "search",
                    "ROLLOUT",
                    rollout=500,
                    bucketBy="user",
                    rules=rules,
                    prerequisites=[{"flag": "base"}],
                    enabledUntil="2030-01-01T00:00:00Z",
                ),
                flag(
                    "theme",
                    "ON",
                    type="string",
                    variants=[{"key": "a", "value": "x"}, {"key": "b", "value": "y"}],
                    defaultVariant="b",
                    offVariant="a",
                    rules=[{"id": "half", "split": split}],
                ),
            ]
        )
    )
    viewer = staff("viewer")
    page = get(viewer, f"{HERE}/flags/search")
    for sentence in (
        "Only where the flag “base” is not off.",
        "Off from 2030-01-01T00:00:00Z on.",
        "Rule “pro”, if “plan” is “pro”: “on” for 25 % by “user”.",
        "All others: “on” for 5 % by “user”, “off” for the rest.",
    ):
        assert sentence in page.text
    theme = get(viewer, f"{HERE}/flags/theme").text
    assert "Rule “half”, everybody: “a” 25 %, “b” 75 %." in theme and "All others: “b”." in theme
    assert "a = x · b = y" in theme
    assert "Off: everybody gets “off”." in get(viewer, f"{HERE}/flags/base").text


def test_editors_have_a_way_to_the_draft(flagged: World) -> None:
    there = "/toolbox/icontrol/#/featureFlags/banner"
    assert there in get(staff("editor"), f"{HERE}/flags/banner").links
    assert there not in get(staff("viewer"), f"{HERE}/flags/banner").links


def test_the_page_of_a_flag_explains(flagged: World) -> None:
    usage.record_many(read_live(None), {("search", "on"): 1, ("search", "off"): 3, ("search", UNTOLD): 2})
    usage.flush()
    place = "search"
    viewer = staff("viewer")
    page = get(viewer, f"{HERE}/flags/{place}")
    assert "<i data-xss" not in page.html and len(list(page.all("rect", class_="on"))) == 30
    assert "on, variant not reported 2" in page.text
    assert {choice.attributes["value"] for choice in page.all("option")} == {"live"}
    told = ask(viewer, place, **{"attribute-plan": "pro"}, more='{"seats": 5}', channel="live")
    assert told.status == 200 and "Rule “pro”" in told.text and "Serves on (TARGETING_MATCH)" in told.text
    large = '{"targetingKey": "acme", "seats": 12345678901234567890}'
    key = ask(viewer, place, more=large, channel="live")
    assert key.status == 200 and "Serves off (SPLIT)" in key.text
    number = ask(viewer, place, more='{"targetingKey": 5}', channel="live")
    assert (number.status, number.refusal) == (400, "evaluation.bad_context")
    french = staff("viewer", language="fr", name="fr")
    assert "Règle « pro »" in ask(french, place, **{"attribute-plan": "pro"}, channel="live").text
    wrong = ask(viewer, place, more="[]", channel="live")
    assert wrong.status == 422 and "A JSON object is required." in wrong.text
    assert ask(viewer, place, more="{", channel="live").status == 422
    assert ask(viewer, place, channel="draft").status == 422


def ask(who: Staff, key: str, **typed: Any) -> ControlPage:
    page = get(who, f"{HERE}/flags/{key}")
    return send(who, f"{HERE}/flags/{key}", **{**page.filled(), **typed})


def asking(*attributes: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "who",
        "conditions": [{"attribute": name, "operator": "exists"} for name in attributes],
        "variant": "on",
        **more,
    }


def test_the_form_asks_what_the_flag_asks(world: World) -> None:
    world.now = timezone.now()
    many = [f"n{number}" for number in range(20)]
    world.release(
        snapshot(
            featureFlags=[
                flag("base", "ON", rules=[asking("seats", "environment")]),
                flag("odd", "ON", prerequisites=[{"flag": "base"}], rules=[asking("plan", "more", 'a "b" ü')]),
                flag("greedy", "ON", rules=[asking(*many)]),
                flag("plain", "ON"),
            ]
        )
    )

    def labels(key: str) -> list[str]:
        page = get(staff("viewer", name=f"viewer-{key}"), f"{HERE}/flags/{key}")
        return [label.text.strip() for label in page.all("label") if label.attributes["for"].startswith("id_attribute")]

    rest = ["Tenant", "Role", "Plan", "Platform", "Client version (clientVersion)", "Language (locale)"]
    unasked = [label for label in rest if label != "Plan"]
    assert labels("odd") == ["seats", "Plan", "more", 'a "b" ü', *unasked]
    assert labels("greedy") == [*many[:12], *rest]
    assert labels("plain") == rest
    place = "odd"
    viewer = staff("viewer")
    page = get(viewer, f"{HERE}/flags/{place}")
    assert not [box for box in page.all("input") if " " in box.attributes.get("id", "")]
    typed = {"attribute-plan": "pro", "attribute-more": "x", "attribute-a%20%22b%22%20%C3%BC": "y"}
    told = ask(viewer, place, **typed, channel="live").text
    assert "“more” is “x”" in told and '“a "b" ü” is “y”' in told and "“plan” is “pro”" in told


@pytest.mark.parametrize(
    ("key", "reason", "look"),
    [("on", "STATIC", "callout g"), ("off", "DISABLED", "callout"), ("share", "UNKNOWN", "callout w")],
)
def test_an_answer_looks_as_good_as_it_is(world: World, key: str, reason: str, look: str) -> None:
    flags = [flag("on", "ON"), flag("off"), flag("share", "ROLLOUT", rollout=5000)]
    world.release(snapshot(featureFlags=flags))
    page = ask(staff("viewer"), key, channel="live")
    (box,) = page.all("section", id="explained")
    assert f"({reason})" in box.text and box.attributes["class"].strip() == look


def test_editors_ask_the_draft_too(flagged: World) -> None:
    flagged.edit(snapshot(featureFlags=[flag("banner", "ON")]))
    editor = staff("editor")
    place = "search"
    gone = ask(editor, place, channel="draft")
    assert (gone.status, gone.refusal) == (404, "flag.unknown")
    assert ask(editor, place, channel="preview").refusal == "preview.none"
    banner = ask(editor, "banner", channel="draft")
    assert "Serves on (STATIC)" in banner.text


def test_a_description_is_in_the_readers_language(flagged: World) -> None:
    page = get(staff("viewer", language="fr"), f"{HERE}/flags/banner")
    assert "Soldes" in page.text


def test_a_flag_that_is_not_there(flagged: World) -> None:
    page = get(staff("viewer"), f"{HERE}/flags/moon")
    assert (page.status, page.refusal) == (404, "flag.unknown")
