"""The confirmations of the control plane: each action walked to the changed ledger, and each way it is refused."""

from __future__ import annotations

import pytest

from configs import history
from configs.models import ConfigVersion
from releases.models import Release
from tests.factories import World, damage, flag, snapshot, tag
from tests.frontend.control.pages import HERE, THERE, act, get, send
from tests.releases.admin_pages import Staff, staff

VERSIONS = f"{HERE}/versions"
UNDO = f"{HERE}/undo"


@pytest.fixture
def ada(world: World) -> Staff:
    return staff("publisher", name="ada.p")


def newest(environment: str = "production") -> Release:
    return Release.objects.filter(environment__key=environment).order_by("-serial")[0]


# Done -----------------------------------------------------------------------------------------------------------------


def test_publishing_the_draft(world: World, ada: Staff) -> None:
    world.edit(snapshot("home"))
    page = get(ada, f"{VERSIONS}/1.0.0/publish")
    assert "Publish 1.0.0 in production?" in page.text and "Page “Home” (home) added" in page.text
    assert "Nothing is live in production yet." in page.text
    page = act(ada, f"{VERSIONS}/1.0.0/publish", reason="first light")
    assert "1.0.0 is live in production (release 1)." in page.text
    release = newest()
    assert (release.serial, release.kind, release.actor, release.reason) == (1, "publish", "user:ada.p", "first light")
    assert world.live == "1.0.0" and world.draft.version == "1.0.1"


def test_promotion_shows_what_the_chosen_environment_has(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.publish(environment=world.staging, version="1.0.0")
    world.release(snapshot("home", "shop"))
    page = get(ada, f"{THERE}/versions/1.0.1/publish")
    assert "Publish 1.0.1 in staging?" in page.text and "Live in staging: 1.0.0" in page.text
    assert "Page “Shop” (shop) added" in page.text
    act(ada, f"{THERE}/versions/1.0.1/publish", reason="same for staging")
    assert newest("staging").config_version == newest().config_version
    assert newest().serial == 2  # production was not touched


def test_rolling_back(world: World, ada: Staff) -> None:
    world.release(snapshot("home", featureFlags=[flag("a")]))
    world.release(snapshot("home", featureFlags=[flag("a", "ON")]))
    page = get(ada, f"{VERSIONS}/1.0.0/rollback")
    assert "Live in production: 1.0.1" in page.text and "Flag a, state: ON → OFF" in page.text
    page = act(ada, f"{VERSIONS}/1.0.0/rollback", reason="flag a breaks")
    assert "1.0.0 is live in production (release 3)." in page.text
    assert (newest().kind, newest().reason, newest().actor) == ("rollback", "flag a breaks", "user:ada.p")


def test_sending_to_preview_and_withdrawing(world: World, ada: Staff) -> None:
    world.edit(snapshot("home"))
    page = act(ada, f"{VERSIONS}/1.0.0/preview", reason="please look")
    assert "1.0.0 is the preview." in page.text
    version = ConfigVersion.objects.get(version="1.0.0")
    assert (version.state, version.previewed_by) == ("preview", "user:ada.p")
    page = get(ada, f"{VERSIONS}/1.0.1/preview")
    assert "The current preview, 1.0.0, will be withdrawn." in page.text
    page = act(ada, f"{VERSIONS}/1.0.0/withdraw", reason="found a typo")
    assert "1.0.0 is withdrawn." in page.text
    version = ConfigVersion.objects.get(version="1.0.0")
    assert (version.state, version.withdrawn_by) == ("withdrawn", "user:ada.p")
    assert version.history.order_by("-history_id")[0].history_change_reason == "found a typo"
    assert not Release.objects.exists()


def test_restoring_a_version_into_the_draft(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    page = get(ada, f"{VERSIONS}/1.0.0/restore")
    assert "What changes in the draft 1.0.2" in page.text and "Page “Shop” (shop) removed" in page.text
    act(ada, f"{VERSIONS}/1.0.0/restore", reason="start again")
    assert world.draft.digest == ConfigVersion.objects.get(version="1.0.0").digest
    entry = history.entries(world.application)[0]
    assert (entry.history_change_reason, entry.history_user_id) == ("revert to 1.0.0: start again", "user:ada.p")
    assert world.live == "1.0.1"  # never publishes
    page = get(ada, f"{VERSIONS}/1.0.0/restore")
    assert "The draft has this content already." in page.text and not page.has_form


def test_undoing_the_newest_release(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.policy(latest="2.0.0", minSupported="1.5.0")
    page = get(ada, UNDO)
    assert "Undo release 2 of production?" in page.text
    assert "minimum version: “1.5.0” → “0.0.0”" in page.text and "latest version: “2.0.0” → “0.0.0”" in page.text
    page = act(ada, UNDO, reason="too early")
    assert "Release 2 of production is undone by release 3." in page.text
    assert (newest().kind, newest().actor, newest().policy_set["default"]["minSupported"]) == (
        "undo",
        "user:ada.p",
        "0.0.0",
    )


# Refused --------------------------------------------------------------------------------------------------------------


def test_who_released_meanwhile_is_named_and_what_was_typed_stays(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "shop"))
    read = get(ada, f"{VERSIONS}/1.0.1/publish").filled()
    world.policy(latest="1.0.0")  # somebody else appends release 2
    page = send(ada, f"{VERSIONS}/1.0.1/publish", **{**read, "reason": "open the shop"})
    assert (page.status, page.refusal) == (409, "publish.conflict")
    assert "user:ada appended 2" in page.text
    assert newest().serial == 2 and world.draft.version == "1.0.1"
    again = page.filled()
    assert (again["reason"], again["serial"]) == ("open the shop", "2")
    send(ada, f"{VERSIONS}/1.0.1/publish", **again)
    assert (newest().serial, world.live) == (3, "1.0.1")


@pytest.mark.parametrize("serial", [None, "", "0", "x", "１", "-1", "9" * 40])
def test_without_the_serial_that_was_read_nothing_is_done(world: World, ada: Staff, serial: str | None) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    for url in (f"{VERSIONS}/1.0.0/rollback", UNDO):
        read = {**get(ada, url).filled(), "reason": "oops"}
        read.pop("serial") if serial is None else read.update(serial=serial)
        page = send(ada, url, **read)
        assert page.refusal in ("publish.conflict", "undo.not_newest")
    assert newest().serial == 2


def test_a_draft_that_was_saved_meanwhile_is_not_published(world: World, ada: Staff) -> None:
    world.edit(snapshot("home"))
    read = {**get(ada, f"{VERSIONS}/1.0.0/publish").filled(), "reason": "go"}
    world.edit(snapshot("home", "shop"))
    page = send(ada, f"{VERSIONS}/1.0.0/publish", **read)
    assert (page.status, page.refusal) == (412, "draft.stale")
    assert "Page “Shop” (shop) added" in page.text  # what is there now
    assert not Release.objects.exists()


@pytest.mark.parametrize("move", ["preview", "restore"])
def test_a_draft_that_was_saved_meanwhile_is_neither_frozen_nor_overwritten(
    world: World, ada: Staff, move: str
) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "shop"))
    url = f"{VERSIONS}/{'1.0.1' if move == 'preview' else '1.0.0'}/{move}"
    read = {**get(ada, url).filled(), "reason": "go"}
    mine = world.edit(snapshot("home", "mine"))
    page = send(ada, url, **read)
    assert page.refusal == "draft.stale" and page.filled()["reason"] == "go"
    assert (world.draft.version, world.draft.digest) == ("1.0.1", mine.digest)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_without_a_reason_the_form_stays(world: World, ada: Staff, reason: str) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "shop"))
    world.preview()
    pages = [
        f"{VERSIONS}/1.0.1/publish",
        f"{VERSIONS}/1.0.2/preview",
        f"{VERSIONS}/1.0.1/withdraw",
        f"{VERSIONS}/1.0.0/restore",
    ]
    world.policy(latest="1.0.0")
    pages.append(UNDO)
    before = (Release.objects.count(), ConfigVersion.history.count())
    for url in pages:
        page = send(ada, url, **{**get(ada, url).filled(), "reason": reason})
        assert (page.status, page.refusal) == (422, "reason.required"), url
        assert page.has_form and page.filled()["reason"] == reason
    assert (Release.objects.count(), ConfigVersion.history.count()) == before


def test_what_needs_a_yes_is_asked_with_a_box(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "a"))
    world.preview()
    world.release(snapshot("home", "a", "b"))
    page = get(ada, f"{VERSIONS}/1.0.1/publish")
    boxes = [box.attributes["value"] for box in page.all("input", name="confirm")]
    assert boxes == ["release.base_moved", "release.shrinks"]
    assert "1.0.1 is not based on 1.0.2, which is live" in page.text
    typed = {**page.filled(), "reason": "only a"}
    page = send(ada, f"{VERSIONS}/1.0.1/publish", **typed, confirm=boxes[:1])
    assert page.refusal == "publish.needs_confirmation"
    assert page.filled()["confirm"] == boxes[0] and page.filled()["reason"] == "only a"
    send(ada, f"{VERSIONS}/1.0.1/publish", **typed, confirm=boxes)
    assert world.live == "1.0.1"


def test_a_yes_does_not_outlive_what_it_was_said_to(world: World, ada: Staff) -> None:
    world.release(snapshot("home", "a", "b"))
    world.edit(snapshot("home"))
    read = {**get(ada, f"{VERSIONS}/1.0.1/publish").filled(), "confirm": "release.shrinks", "reason": "go"}
    world.policy(latest="1.0.0")
    page = send(ada, f"{VERSIONS}/1.0.1/publish", **read)
    assert page.refusal == "publish.conflict" and "confirm" not in page.filled()


def test_a_broken_draft_shows_its_problems_and_no_button(world: World, ada: Staff) -> None:
    world.edit({"pages": [{"id": "home"}], "tabs": [{"id": "t", "pageId": "nowhere", "label": "T"}]})
    for move in ("publish", "preview"):
        page = get(ada, f"{VERSIONS}/1.0.0/{move}")
        assert page.refusal == "snapshot.invalid" and not page.has_form
        assert "/tabs/0/pageId" in page.text
        page = send(
            ada,
            f"{VERSIONS}/1.0.0/{move}",
            reason="go",
            serial="0",
            etag=tag(world.draft),
            environment="production",
        )
        assert (page.status, page.refusal) == (422, "snapshot.invalid")
    assert world.draft.version == "1.0.0" and not Release.objects.exists()


@pytest.mark.parametrize(
    ("move", "version", "code"),
    [
        ("publish", "1.0.1", "release.nothing_to_publish"),
        ("publish", "1.0.2", "version.withdrawn"),
        ("rollback", "1.0.1", "rollback.already_live"),
        ("rollback", "1.0.3", "rollback.never_live"),
        ("withdraw", "1.0.1", "version.not_preview"),
        ("preview", "1.0.1", "publish.draft_moved"),
    ],
)
def test_what_cannot_be_done_now_is_said_instead_of_asked(
    world: World, ada: Staff, move: str, version: str, code: str
) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    for _ in range(2):  # 1.0.2 is withdrawn by 1.0.3
        world.edit()
        world.preview()
    page = get(ada, f"{VERSIONS}/{version}/{move}")
    assert (page.status, page.refusal, page.has_form) == (200, code, False)
    page = send(ada, f"{VERSIONS}/{version}/{move}", reason="go", serial="2", etag='"x"', environment="production")
    assert page.status >= 400 and page.refusal is not None
    assert newest().serial == 2


def test_the_first_release_is_not_undone(world: World, ada: Staff) -> None:
    assert get(ada, UNDO).refusal == "release.none"
    world.release(snapshot("home"))
    assert get(ada, UNDO).refusal == "undo.nothing_before"
    assert send(ada, UNDO, serial="1", reason="go").refusal == "undo.nothing_before"
    assert UNDO not in get(ada, "/cp").links


def test_in_french(world: World) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "shop"))
    eve = staff("publisher", language="fr")
    page = get(eve, f"{VERSIONS}/1.0.1/publish")
    assert "Publier 1.0.1 dans production ?" in page.text and "Page « Shop » (shop)" in page.text
    page = send(eve, f"{VERSIONS}/1.0.1/publish", **{**page.filled(), "reason": ""})
    assert "Il manque un motif" in page.text
    page = act(eve, f"{VERSIONS}/1.0.1/publish", reason="la boutique ouvre")
    assert "1.0.1 est en ligne dans production (publication n° 2)." in page.text


def test_a_long_difference_is_whole_and_what_goes_away_comes_first(world: World, ada: Staff) -> None:
    gone = [flag(f"z{number:03}") for number in range(450)]
    world.release(snapshot("home", "shop", featureFlags=gone))
    world.edit(snapshot("home", *(f"new{number:03}" for number in range(450))))
    text = get(ada, f"{VERSIONS}/1.0.1/publish").text
    assert "451 removed" in text and "450 added" in text and "none of them a removal" not in text
    assert all(f"z{number:03}" in text and f"(new{number:03}) added" in text for number in range(450))
    assert text.index("Page “Shop” (shop) removed") < text.index("z449") < text.index("(new000) added")


def test_a_damaged_target_is_not_gone_back_to(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    damage("1.0.0")
    for url in (f"{VERSIONS}/1.0.0/rollback", UNDO):
        page = get(ada, url)
        assert (page.refusal, page.has_form) == ("rollback.damaged", False)
        assert send(ada, url, serial="2", reason="go").refusal == "rollback.damaged"
    assert Release.objects.count() == 2
    world.policy(latest="2.0.0")
    assert get(ada, UNDO).has_form  # the undo of a policy brings no content back
