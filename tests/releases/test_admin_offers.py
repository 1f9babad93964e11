"""What the admin's pages offer, and what they say instead: the rules of the actions, before anything is sent."""

from __future__ import annotations

import pytest

from configs.models import ConfigVersion
from releases.models import Release
from tests.factories import World, damage, flag, snapshot
from tests.releases.admin_pages import Page, Staff, staff

VERSION = "configs_configversion"
DAMAGED = "1.0.0 no longer has the digest it was released with."


@pytest.fixture
def ada(world: World) -> Staff:
    return staff("publisher", name="ada.p")


def pk(version: str) -> int:
    return ConfigVersion.objects.get(version=version).pk


def off(page: Page) -> list[str]:
    """The buttons that cannot be used now, each with its sentence."""
    return [" ".join(element.text.split()).replace(" , ", ": ") for element in page.all("span", aria_disabled="true")]


def primary(page: Page) -> list[str]:
    return [element.text for element in page.all("a", class_="btn primary")]


# Taking back ----------------------------------------------------------------------------------------------------------


def test_a_damaged_target_is_told_before_anything_is_sent(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    head = Release.objects.latest("pk").pk
    pages = (
        ("index",),
        ("releases_environment_change", world.production.pk),
        ("releases_release_change", head),
    )
    for name, *given in pages:
        assert any("/undo/" in link for link in ada.get(name, *given).links), name
    damage("1.0.0")
    for name, *given in pages:
        page = ada.get(name, *given)
        assert not any("/undo/" in link or "/rollback/" in link for link in page.links), name
        assert [words for words in off(page) if words.startswith("Undo") and DAMAGED in words], name
    assert f"Roll back to 1.0.0: {DAMAGED}" in off(ada.get("index"))
    assert ada.get(f"{VERSION}_change", pk("1.0.0")).refusal == "content.damaged"
    for name, target in ((f"{VERSION}_rollback", pk("1.0.0")), ("releases_environment_undo", world.production.pk)):
        page = ada.get(name, target)
        assert (page.refusal, page.has_form) == ("rollback.damaged", False)
        assert ada.send(name, target, serial="2", reason="go").refusal == "rollback.damaged"
    assert Release.objects.count() == 2


def test_a_damaged_version_does_not_stop_the_undo_of_a_policy(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.policy(latest="2.0.0")
    damage("1.0.0")
    assert f"/admin/releases/environment/{world.production.pk}/undo/" in ada.get("index").links
    assert ada.get("releases_environment_undo", world.production.pk).has_form


def test_with_nothing_before_the_buttons_say_so(world: World, ada: Staff) -> None:
    assert off(ada.get("releases_environment_change", world.production.pk)) == []
    world.release(snapshot("home"))
    page = ada.get("releases_environment_change", world.production.pk)
    assert off(page) == [
        "Publish the draft: 1.0.1 has the content that is live in production (release 1).",
        "Roll back: 1.0.0 is the first version that went live in production: there is none before it to go back to.",
        "Undo release 1: No version was live in production before release 1; without it clients would get nothing.",
    ]
    french = staff("publisher", language="fr").get("releases_environment_change", world.production.pk)
    assert any(
        words.startswith("Annuler la publication n° 1: Aucune version n'était en ligne dans production avant la")
        for words in off(french)
    )


def test_an_older_release_is_not_undone(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    world.policy(latest="2.0.0")
    page = ada.get("releases_release_change", Release.objects.get(serial=2).pk)
    assert off(page) == [
        "Undo this release: The newest release of production is 3 (version policy, by user:ada); only that one can be "
        "undone."
    ]


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_what_a_role_may_not_do_is_not_shown_at_all(world: World, role: str) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    damage("1.0.0")
    person = staff(role)
    for page in (person.get("index"), person.get("releases_environment_change", world.production.pk)):
        assert off(page) == []
        assert not any(f"/{move}/" in link for link in page.links for move in ("undo", "rollback", "publish"))


# The first page -------------------------------------------------------------------------------------------------------


def test_a_waiting_preview_is_offered_before_the_draft(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "shop"))
    assert "Publish the draft" in primary(ada.get("index"))
    world.preview()
    world.edit()
    page = ada.get("releases_environment_change", world.production.pk)
    assert primary(page) == ["Publish the preview"]
    assert f"/admin/configs/configversion/{pk('1.0.1')}/publish/?environment=production" in page.links
    world.publish("1.0.1")
    assert primary(ada.get("releases_environment_change", world.production.pk)) == ["Publish the draft"]
    assert primary(ada.get("releases_environment_change", world.staging.pk)) == ["Publish the draft"]


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("viewer", set()),
        ("editor", {"preview", "history"}),
        ("publisher", {"preview", "publish", "history"}),
    ],
)
def test_the_drafts_card_has_what_the_role_may_do(world: World, role: str, offered: set[str]) -> None:
    world.release(snapshot("home"))
    draft = world.edit().pk
    links = {link.partition("?")[0] for link in staff(role).get("index").links}
    moves = {
        move for move in ("preview", "publish", "history") if f"/admin/configs/configversion/{draft}/{move}/" in links
    }
    assert moves == offered


# Long differences -----------------------------------------------------------------------------------------------------


def test_removals_are_never_folded_away(world: World, ada: Staff) -> None:
    gone = [flag(f"z{number:03}") for number in range(450)]
    world.release(snapshot("home", "shop", featureFlags=gone))
    world.edit(snapshot("home", *(f"new{number:03}" for number in range(450))))
    page = ada.get(f"{VERSION}_publish", pk("1.0.1"))
    text = page.text
    assert "451 removed" in text and "450 added" in text and "50 more, none of them a removal" in text
    assert all(f"z{number:03}" in text for number in range(450)) and "Page “Shop” (shop) removed" in text
    assert text.index("Page “Shop” (shop) removed") < text.index("z449") < text.index("(new000) added")
    folds = next(page.all("div", class_="difference folds"))
    assert "removed" not in folds.text.lower()
