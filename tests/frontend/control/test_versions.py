"""The timeline of versions, one version, and the difference of any two."""

from __future__ import annotations

import pytest

from tests.factories import World, snapshot
from tests.frontend.control.pages import HERE, THERE, get
from tests.releases.admin_pages import Staff, staff

VERSIONS = f"{HERE}/versions"
COMPARE = f"{HERE}/compare"


@pytest.fixture
def ada(world: World) -> Staff:
    return staff("publisher", name="ada.p")


def test_the_timeline(world: World, ada: Staff) -> None:
    world.release(snapshot("home"), reason="first light")
    world.release(snapshot("home", "shop"), reason="the shop opens")
    world.publish("1.0.0", environment=world.staging)
    world.rollback()
    world.edit(snapshot("home", "other"))
    page = get(ada, VERSIONS)
    text = page.text
    assert text.index("1.0.2 draft") < text.index("1.0.1 the shop opens") < text.index("1.0.0 production staging")
    assert "1.0.0 production staging rolled back to oops ada" in text
    assert "2 added" in text or "1 added" in text
    assert {f"{VERSIONS}/1.0.1/publish", f"{COMPARE}?from=1.0.0&to=1.0.1"} <= page.links
    assert f"{VERSIONS}/1.0.1/rollback" not in page.links  # it is newer: published again, not gone back to
    there = get(ada, f"{THERE}/versions")
    assert f"{THERE}/versions/1.0.1/publish" in there.links and "never live in staging; published by ada" in there.text
    assert "1.0.2" not in get(staff("viewer"), VERSIONS).text


def test_long_timelines_come_in_pages(world: World, ada: Staff) -> None:
    for number in range(16):
        world.release(snapshot("home", f"n{number}"), confirm=["release.shrinks"])
    page = get(ada, VERSIONS)
    assert "1.0.16 draft" in page.text and "n0" not in page.text and "17" in page.text
    [older] = [link for link in page.links if "before=" in link]
    assert f"{VERSIONS}/1.0.0" in get(ada, older).links


def test_one_version(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    page = get(ada, f"{VERSIONS}/1.0.0")
    assert "Against 1.0.1, live in production" in page.text and "Page “Shop” (shop) removed" in page.text
    assert {f"{VERSIONS}/1.0.0/rollback", f"{VERSIONS}/1.0.0/restore", f"{HERE}/releases/1"} <= page.links
    assert "This version is live in production." in get(ada, f"{VERSIONS}/1.0.1").text
    assert get(staff("viewer"), f"{VERSIONS}/1.0.2").refusal == "permission.denied"
    assert get(ada, f"{VERSIONS}/9.9.9").refusal == "version.unknown"
    assert get(ada, f"{VERSIONS}/x").refusal == "version.malformed"


def test_any_two_versions_are_compared(world: World, ada: Staff) -> None:
    world.release(snapshot("home", "old"))
    world.release(snapshot("home", "shop"), confirm=["release.shrinks"])
    world.publish("1.0.0", environment=world.staging)
    world.edit(snapshot("home", "shop", "new"))
    page = get(ada, COMPARE)  # what is live → the draft
    assert "1.0.1 published → to 1.0.2 draft" in page.text and "Page “New” (new) added" in page.text
    page = get(ada, COMPARE, **{"from": "1.0.0", "to": "1.0.1"})
    assert "Page “Old” (old) removed" in page.text and "Page “Shop” (shop) added" in page.text
    assert "1 removed" in page.text and "1 added" in page.text
    page = get(ada, next(link for link in page.links if "to=1.0.0" in link))  # the other way round
    assert "Page “Shop” (shop) removed" in page.text
    assert "Page “Old” (old) removed" in get(ada, f"{THERE}/compare").text
    assert "No difference." in get(ada, COMPARE, **{"from": "1.0.1", "to": "live"}).text
    options = get(ada, COMPARE).all("option")
    assert [option.attributes["value"] for option in options if "selected" in option.attributes] == ["live", "draft"]


def test_comparing_with_what_is_not_there(world: World, ada: Staff) -> None:
    world.edit(snapshot("home"))
    page = get(ada, COMPARE)
    assert page.status == 200 and "nothing is live in production yet" in page.text and "(home) added" in page.text
    for given, status, code in (
        ({"to": "9.9.9"}, 404, "version.unknown"),
        ({"to": "preview"}, 404, "preview.none"),
        ({"from": "'\"<"}, 400, "version.malformed"),
    ):
        page = get(ada, COMPARE, **given)
        assert (page.status, page.refusal) == (status, code)


def test_what_was_never_published_is_compared_by_editors(world: World) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "secret"))
    world.preview()
    viewer = staff("viewer")
    assert "No difference." in get(viewer, COMPARE).text  # nothing was live before
    world.publish("1.0.0", environment=world.staging)
    world.publish("1.0.1")
    world.edit(snapshot("home", "later"))
    world.preview()
    page = get(viewer, COMPARE)  # the step that clients took last
    assert "1.0.0 published → to 1.0.1 published" in page.text and "(secret) added" in page.text
    assert "1.0.2" not in page.text and "later" not in page.text
    assert "No difference." in get(viewer, f"{THERE}/compare").text
    for name in ("draft", "preview", "1.0.2", "1.0.3"):
        assert get(viewer, COMPARE, to=name).refusal == "permission.denied", name
    assert "(later) added" in get(staff("editor"), COMPARE, to="preview").text
