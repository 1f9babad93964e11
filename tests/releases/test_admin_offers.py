"""What the admin's pages offer, and what they say instead: the rules of the actions, before anything is sent."""

from __future__ import annotations

import pytest
from django.urls import reverse

from configs.actions import create_application
from configs.models import ConfigVersion
from releases.access import actions as access
from releases.models import Release
from tests.factories import ADA, World, damage, flag, snapshot
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
        ("editor", {"preview", "history", "compare"}),
        ("publisher", {"preview", "publish", "history", "compare"}),
    ],
)
def test_the_drafts_card_has_what_the_role_may_do(world: World, role: str, offered: set[str]) -> None:
    world.release(snapshot("home"))
    draft = world.edit().pk
    links = {link.partition("?")[0] for link in staff(role).get("index").links}
    moves = {
        move for move in ("preview", "publish", "history") if f"/admin/configs/configversion/{draft}/{move}/" in links
    }
    assert moves | ({"compare"} if "/admin/configs/configversion/compare/" in links else set()) == offered


# Comparing ------------------------------------------------------------------------------------------------------------


def test_any_two_versions_are_compared(world: World, ada: Staff) -> None:
    compare = f"{VERSION}_compare"
    world.release(snapshot("home", "old"))
    world.release(snapshot("home", "shop"), confirm=["release.shrinks"])
    world.publish("1.0.0", environment=world.staging)
    world.edit(snapshot("home", "shop", "new"))
    page = ada.get(compare)  # what is live → the draft
    assert "1.0.1 published → to 1.0.2 draft" in page.text and "Page “New” (new) added" in page.text
    page = ada.get(compare, **{"from": "1.0.0", "to": "1.0.1"})
    assert "Page “Old” (old) removed" in page.text and "Page “Shop” (shop) added" in page.text
    assert "1 removed" in page.text and "1 added" in page.text
    page = ada.open(next(link for link in page.links if "to=1.0.0" in link))  # the other way round
    assert "Page “Shop” (shop) removed" in page.text
    assert "Page “Old” (old) removed" in ada.get(compare, environment="staging").text
    assert "No difference." in ada.get(compare, **{"from": "1.0.1", "to": "live"}).text
    chosen = [
        option.attributes["value"] for option in ada.get(compare).all("option") if "selected" in option.attributes
    ]
    assert chosen == ["live", "draft", "production"]
    for name, given in ((f"{VERSION}_changelist", ()), (f"{VERSION}_change", (pk("1.0.0"),))):
        assert any(link.startswith("/admin/configs/configversion/compare/") for link in ada.get(name, *given).links)


def test_comparing_with_what_is_not_there(world: World, ada: Staff) -> None:
    compare = f"{VERSION}_compare"
    world.edit(snapshot("home"))
    page = ada.get(compare)
    assert page.status == 200 and "nothing is live in production yet" in page.text and "(home) added" in page.text
    for given, status, code in (
        ({"to": "9.9.9"}, 404, "version.unknown"),
        ({"to": "preview"}, 404, "preview.none"),
        ({"from": "'\"<"}, 400, "version.malformed"),
        ({"environment": "moon"}, 404, "environment.unknown"),
        ({"application": "moon"}, 404, "application.unknown"),
    ):
        page = ada.get(compare, **given)
        assert (page.status, page.refusal) == (status, code)


def test_what_was_never_published_is_compared_by_editors(world: World) -> None:
    compare = f"{VERSION}_compare"
    world.release(snapshot("home"))
    world.edit(snapshot("home", "secret"))
    world.preview()
    viewer = staff("viewer")
    assert "No difference." in viewer.get(compare).text  # nothing was live before
    world.publish("1.0.0", environment=world.staging)
    world.publish("1.0.1")
    world.edit(snapshot("home", "later"))
    world.preview()
    page = viewer.get(compare)  # the step that clients took last
    assert "1.0.0 published → to 1.0.1 published" in page.text and "(secret) added" in page.text
    assert "1.0.2" not in page.text and "later" not in page.text
    page = viewer.get(compare, environment="staging")
    assert page.status == 200 and "No difference." in page.text
    for name in ("draft", "preview", "1.0.2", "1.0.3"):
        assert viewer.get(compare, to=name).refusal == "permission.denied", name
    assert "(later) added" in staff("editor").get(compare, to="preview").text


def test_applications_are_compared_apart(world: World, ada: Staff) -> None:
    world.edit(snapshot("home"))
    assert not any("?application=" in link and "from=" not in link for link in ada.get(f"{VERSION}_compare").links)
    other = create_application(key="other", name="Other", actor=ADA, now=world.tick())
    access.create_environment(other, key="moon", actor=ADA, now=world.tick())
    page = ada.get(f"{VERSION}_compare")
    assert {"?application=icontrol", "?application=other"} <= page.links
    page = ada.open(f"{reverse(f'admin:{VERSION}_compare')}?application=other")
    assert page.status == 200 and "nothing is live in moon yet" in page.text


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
