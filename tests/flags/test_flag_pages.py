"""The admin's pages of flags."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from flags import usage
from flags.models import UNTOLD
from releases.delivery.live import read_live
from tests.factories import World, flag, snapshot
from tests.releases.admin_pages import staff

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


def test_the_table_and_its_filter(flagged: World) -> None:
    usage.record_many(read_live(None), {("search", "on"): 1, ("search", "off"): 3})
    usage.flush()
    viewer = staff("viewer")
    page = viewer.get("flags_flags_changelist")
    assert page.status == 200 and "25.0 %" in page.text and "Its expiry date has passed." in page.text
    assert "asks for all flags at once" in page.text
    assert "<i data-xss" not in page.html
    assert [meter.attributes["value"] for meter in page.all("meter")] == ["25.0"]
    one = f"/admin/flags/flags/environment/{flagged.production.pk}/flag/search/"
    assert one in page.links
    stale = viewer.get("flags_flags_environment", flagged.production.pk, stale="1")
    assert one not in stale.links and "banner" in stale.text
    french = staff("viewer", language="fr", name="fr").get("flags_flags_changelist")
    assert "Sa date d'expiration est passée." in french.text and "Drapeaux" in french.text
    assert "/admin/flags/flags/" in viewer.open("/admin/").links


def test_an_app_called_like_its_list_is_named_once(flagged: World) -> None:
    viewer = staff("viewer")
    flag_page = viewer.get("flags_flags_flag", flagged.production.pk, "search")
    assert flag_page.trail == "Home › Flags › production › search"
    assert viewer.get("flags_flags_changelist").trail == "Home › Flags › Flags of production"
    head = flagged.head()
    assert head is not None
    version = viewer.get("configs_configversion_change", head.config_version_id)
    assert version.trail.startswith("Home › Configuration › Config versions › ")


def test_an_environment_where_nothing_is_live(flagged: World) -> None:
    page = staff("viewer").get("flags_flags_environment", flagged.staging.pk)
    assert (page.status, page.refusal) == (200, "release.none")


def test_the_page_of_a_flag_explains(flagged: World) -> None:
    usage.record_many(read_live(None), {("search", "on"): 1, ("search", "off"): 3, ("search", UNTOLD): 2})
    usage.flush()
    place = (flagged.production.pk, "search")
    viewer = staff("viewer")
    page = viewer.get("flags_flags_flag", *place)
    assert "<i data-xss" not in page.html and len(list(page.all("rect", class_="on"))) == 30
    assert "on, variant not reported 2" in page.text
    assert {choice.attributes["value"] for choice in page.all("option")} == {"live"}
    told = viewer.fill("flags_flags_flag", *place, **{"attribute-plan": "pro"}, more='{"seats": 5}', channel="live")
    assert told.status == 200 and "Rule “pro”" in told.text and "Serves on (TARGETING_MATCH)" in told.text
    large = '{"targetingKey": "acme", "seats": 12345678901234567890}'
    key = viewer.fill("flags_flags_flag", *place, more=large, channel="live")
    assert key.status == 200 and "Serves off (SPLIT)" in key.text
    number = viewer.fill("flags_flags_flag", *place, more='{"targetingKey": 5}', channel="live")
    assert (number.status, number.refusal) == (400, "evaluation.bad_context")
    french = staff("viewer", language="fr", name="fr")
    assert "Règle « pro »" in french.fill("flags_flags_flag", *place, **{"attribute-plan": "pro"}, channel="live").text
    wrong = viewer.fill("flags_flags_flag", *place, more="[]", channel="live")
    assert wrong.status == 422 and "A JSON object is required." in wrong.text
    assert viewer.fill("flags_flags_flag", *place, more="{", channel="live").status == 422
    assert viewer.fill("flags_flags_flag", *place, channel="draft").status == 422


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
        page = staff("viewer", name=f"viewer-{key}").get("flags_flags_flag", world.production.pk, key)
        return [label.text.strip() for label in page.all("label") if label.attributes["for"].startswith("id_attribute")]

    rest = ["Tenant", "Role", "Plan", "Platform", "Client version (clientVersion)", "Language (locale)"]
    unasked = [label for label in rest if label != "Plan"]
    assert labels("odd") == ["seats", "Plan", "more", 'a "b" ü', *unasked]
    assert labels("greedy") == [*many[:12], *rest]
    assert labels("plain") == rest
    place = (world.production.pk, "odd")
    viewer = staff("viewer")
    page = viewer.get("flags_flags_flag", *place)
    assert not [box for box in page.all("input") if " " in box.attributes.get("id", "")]
    typed = {"attribute-plan": "pro", "attribute-more": "x", "attribute-a%20%22b%22%20%C3%BC": "y"}
    told = viewer.fill("flags_flags_flag", *place, **typed, channel="live").text
    assert "“more” is “x”" in told and '“a "b" ü” is “y”' in told and "“plan” is “pro”" in told


@pytest.mark.parametrize(
    ("key", "reason", "look"),
    [("on", "STATIC", "well"), ("off", "DISABLED", "plain"), ("share", "UNKNOWN", "warned")],
)
def test_an_answer_looks_as_good_as_it_is(world: World, key: str, reason: str, look: str) -> None:
    flags = [flag("on", "ON"), flag("off"), flag("share", "ROLLOUT", rollout=5000)]
    world.release(snapshot(featureFlags=flags))
    page = staff("viewer").fill("flags_flags_flag", world.production.pk, key, channel="live")
    (box,) = page.all("section", id="explained")
    assert f"({reason})" in box.text and box.attributes["class"] == f"callout {look}"


def test_editors_ask_the_draft_too(flagged: World) -> None:
    flagged.edit(snapshot(featureFlags=[flag("banner", "ON")]))
    editor = staff("editor")
    place = (flagged.production.pk, "search")
    gone = editor.fill("flags_flags_flag", *place, channel="draft")
    assert (gone.status, gone.refusal) == (404, "flag.unknown")
    assert editor.fill("flags_flags_flag", *place, channel="preview").refusal == "preview.none"
    banner = editor.fill("flags_flags_flag", flagged.production.pk, "banner", channel="draft")
    assert "Serves on (STATIC)" in banner.text


def test_a_description_is_in_the_readers_language(flagged: World) -> None:
    page = staff("viewer", language="fr").get("flags_flags_flag", flagged.production.pk, "banner")
    assert "Description Soldes" in page.text


def test_a_flag_that_is_not_there(flagged: World) -> None:
    page = staff("viewer").get("flags_flags_flag", flagged.production.pk, "moon")
    assert (page.status, page.refusal) == (404, "flag.unknown")
