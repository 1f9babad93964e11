"""The confirmation pages of Django's admin: each action walked to the changed ledger, and each way it is refused."""

from __future__ import annotations

import pytest

from configs import history
from configs.models import ConfigVersion
from icontrol.kernel.actors import Actor
from releases.models import Release
from tests.factories import World, snapshot
from tests.releases.admin_pages import Page, Staff, staff

VERSION = "configs_configversion"


@pytest.fixture
def ada(world: World) -> Staff:
    return staff("publisher", name="ada.p")


def pk(version: str) -> int:
    return ConfigVersion.objects.get(version=version).pk


def newest(environment: str = "production") -> Release:
    return Release.objects.filter(environment__key=environment).order_by("-serial")[0]


def test_publishing_the_draft(world: World, ada: Staff) -> None:
    world.edit(snapshot("home"))
    page = ada.get(f"{VERSION}_publish", pk("1.0.0"))
    assert "Publish 1.0.0 in production?" in page.text and "Page “Home” (home) added" in page.text
    assert "Nothing is live in production yet." in page.text
    page = ada.fill(f"{VERSION}_publish", pk("1.0.0"), reason="first light")
    assert "1.0.0 is live in production (release 1)." in page.text
    release = newest()
    assert (release.serial, release.kind, release.actor, release.reason) == (1, "publish", "user:ada.p", "first light")
    assert world.live == "1.0.0" and world.draft.version == "1.0.1"


def test_promotion_shows_what_the_chosen_environment_has(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.publish(environment=world.staging, version="1.0.0")
    world.release(snapshot("home", "shop"))
    page = ada.get(f"{VERSION}_publish", pk("1.0.1"), environment="staging")
    assert "Publish 1.0.1 in staging?" in page.text and "Live in staging: 1.0.0" in page.text
    assert "Page “Shop” (shop) added" in page.text
    ada.fill(f"{VERSION}_publish", pk("1.0.1"), query={"environment": "staging"}, reason="same for staging")
    assert newest("staging").config_version == newest().config_version
    assert newest().serial == 2  # production was not touched


def test_only_environments_that_had_the_version_are_offered_for_rollback(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    choices = {link for link in ada.get(f"{VERSION}_rollback", pk("1.0.0")).links if "environment=" in link}
    assert choices == {"?environment=production"}
    page = ada.get(f"{VERSION}_rollback", pk("1.0.0"), environment="staging")
    assert page.refusal == "release.none" and not page.has_form


def test_sending_to_preview_and_withdrawing(world: World, ada: Staff) -> None:
    world.edit(snapshot("home"))
    page = ada.fill(f"{VERSION}_preview", pk("1.0.0"), reason="please look")
    assert "1.0.0 is the preview." in page.text
    version = ConfigVersion.objects.get(version="1.0.0")
    assert (version.state, version.previewed_by) == ("preview", "user:ada.p")
    page = ada.get(f"{VERSION}_preview", pk("1.0.1"))
    assert "The current preview, 1.0.0, will be withdrawn." in page.text
    page = ada.fill(f"{VERSION}_withdraw", pk("1.0.0"), reason="found a typo")
    assert "1.0.0 is withdrawn." in page.text
    version = ConfigVersion.objects.get(version="1.0.0")
    assert (version.state, version.withdrawn_by) == ("withdrawn", "user:ada.p")
    assert version.history.order_by("-history_id")[0].history_change_reason == "found a typo"
    assert not Release.objects.exists()


def test_restoring_a_version_into_the_draft(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    page = ada.get(f"{VERSION}_restore", pk("1.0.0"))
    assert "What changes in the draft 1.0.2" in page.text and "Page “Shop” (shop) removed" in page.text
    ada.fill(f"{VERSION}_restore", pk("1.0.0"), reason="start again")
    assert world.draft.digest == ConfigVersion.objects.get(version="1.0.0").digest
    entry = history.entries(world.application)[0]
    assert (entry.history_change_reason, entry.history_user_id) == ("revert to 1.0.0: start again", "user:ada.p")
    assert world.live == "1.0.1"  # never publishes
    page = ada.get(f"{VERSION}_restore", pk("1.0.0"))
    assert "The draft has this content already." in page.text and not page.has_form


def test_restoring_an_entry_of_the_history(world: World, ada: Staff) -> None:
    world.edit(snapshot("home"))
    world.edit(snapshot("home", "shop"), actor=Actor("user:bob"))
    first = history.entries(world.application)[1]
    page = ada.get(f"{VERSION}_history", pk("1.0.0"))
    assert "Page “Shop” (shop) added" in page.text and "user:bob" in page.text
    url = f"/admin/configs/configversion/{pk('1.0.0')}/history/{first.history_id}/restore/"
    assert url in page.links
    ada.fill(f"{VERSION}_restore_entry", pk("1.0.0"), first.history_id, reason="shop is for later")
    assert world.draft.digest == first.digest
    assert ada.open(url.replace(str(first.history_id), "999999")).refusal == "history.unknown"


def test_a_list_action_leads_to_the_question(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    url, chosen = "/admin/configs/configversion/", [pk("1.0.0"), pk("1.0.1")]
    response = ada.client.post(url, {"action": "move_rollback", "_selected_action": chosen[:1]})
    assert response["Location"] == f"{url}{chosen[0]}/rollback/"
    page = Page(ada.client.post(url, {"action": "move_rollback", "_selected_action": chosen}, follow=True))
    assert "Choose exactly one version." in page.text
    assert newest().serial == 2


def test_who_released_meanwhile_is_named_and_what_was_typed_stays(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "shop"))
    read = ada.get(f"{VERSION}_publish", pk("1.0.1")).filled()
    world.policy(latest="1.0.0")  # somebody else appends release 2
    page = ada.send(f"{VERSION}_publish", pk("1.0.1"), **{**read, "reason": "open the shop"})
    assert (page.status, page.refusal) == (409, "publish.conflict")
    assert "user:ada appended 2" in page.text
    assert newest().serial == 2 and world.draft.version == "1.0.1"
    again = page.filled()
    assert (again["reason"], again["serial"]) == ("open the shop", "2")
    ada.send(f"{VERSION}_publish", pk("1.0.1"), **again)
    assert (newest().serial, world.live) == (3, "1.0.1")


def test_what_needs_a_yes_is_asked_with_a_box(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "a"))
    world.preview()
    world.release(snapshot("home", "a", "b"))
    page = ada.get(f"{VERSION}_publish", pk("1.0.1"))
    boxes = [box.attributes["value"] for box in page.all("input", name="confirm")]
    assert boxes == ["release.base_moved", "release.shrinks"]
    assert "1.0.1 is not based on 1.0.2, which is live" in page.text
    typed = {**page.filled(), "reason": "only a"}
    page = ada.send(f"{VERSION}_publish", pk("1.0.1"), **typed, confirm=boxes[:1])
    assert page.refusal == "publish.needs_confirmation"
    assert page.filled()["confirm"] == boxes[0] and page.filled()["reason"] == "only a"
    ada.send(f"{VERSION}_publish", pk("1.0.1"), **typed, confirm=boxes)
    assert world.live == "1.0.1"


def test_an_environment_that_is_not_there(world: World, ada: Staff) -> None:
    world.edit(snapshot("home"))
    assert ada.get(f"{VERSION}_publish", pk("1.0.0"), environment="moon").refusal == "environment.unknown"
    page = ada.send(f"{VERSION}_publish", pk("1.0.0"), environment="moon", reason="go")
    assert page.refusal == "environment.unknown" and not Release.objects.exists()
