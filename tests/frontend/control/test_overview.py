"""The first page of the control plane: what is live where, what waits, and what can be done about it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from releases.access import actions as access
from tests.factories import ADA, World, damage, flag, snapshot
from tests.frontend.control.pages import HERE, THERE, get
from tests.releases.admin_pages import Staff, staff

DAMAGED = "1.0.0 no longer has the digest it was released with."


@pytest.fixture
def ada(world: World) -> Staff:
    return staff("publisher", name="ada.p")


def test_staff_comes_here_from_the_first_page(world: World, ada: Staff) -> None:
    assert ada.client.get("/").headers["Location"] == "/cp"


def test_what_is_live_since_when_by_whom_and_why(world: World, ada: Staff) -> None:
    world.release(snapshot("home", featureFlags=[flag("search", "ON")]), reason="first light")
    world.policy(latest="2.0.0", minSupported="1.5.0")
    world.kill("search")
    page = get(ada, "/cp")
    for words in (
        "production default live 1.0.0 “first light”",
        "· ada · published no. 1",
        "Oldest app allowed 1.5.0 Newest app 2.0.0 Forced off search",
        "Last change no. 3 ada killed search",
        "staging nothing live Nothing is live yet",
    ):
        assert words in page.text, page.text[250:900]
    assert f"{HERE}/undo" in page.links and f"{HERE}/versions/1.0.0" in page.links
    assert "Ledger 2026-11-22 12:00 kill switch engaged ada killed search production no. 3" in page.text


def test_a_newer_version_elsewhere_is_offered_for_promotion(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "shop"))
    world.publish(environment=world.staging)
    page = get(ada, "/cp")
    assert "Promote 1.0.1 from staging" in page.buttons and f"{HERE}/versions/1.0.1/publish" in page.links
    assert "Promote 1.0.0 from production" not in page.buttons  # older than what staging has
    world.publish("1.0.1")
    assert not [label for label in get(ada, "/cp").buttons if label.startswith("Promote")]


def test_a_draft_says_what_it_changes_and_what_it_lacks(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.edit({"pages": [{"id": "home"}, {"id": "shop"}]})
    page = get(ada, "/cp")
    assert "against what is live in production" in page.text and "problems" in page.text
    assert any(words.startswith("Publish in production: ") for words in page.off)
    assert any(words.startswith("Send to preview: ") for words in page.off)
    world.edit(snapshot("home", "shop"))
    page = get(ada, "/cp")
    assert "1 added against what is live in production" in page.text
    assert f"{HERE}/versions/1.0.1/publish" in page.links and f"{HERE}/versions/1.0.1/preview" in page.links


def test_a_draft_goes_to_any_environment_from_the_first_page(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "shop"))
    page = get(ada, "/cp")
    assert {"Publish in production", "Publish in staging"} <= set(page.buttons)
    assert f"{THERE}/versions/1.0.1/publish" in page.links


def test_with_nothing_before_the_buttons_say_so(world: World, ada: Staff) -> None:
    assert get(ada, "/cp").off == []
    world.release(snapshot("home"))
    assert get(ada, "/cp").off == [
        "Roll back: 1.0.0 is the first version that went live in production: there is none before it to go back to.",
        "Undo release 1: No version was live in production before release 1; without it clients would get nothing.",
    ]


def test_a_damaged_target_is_told_before_anything_is_sent(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    assert {f"{HERE}/undo", f"{HERE}/versions/1.0.0/rollback"} <= get(ada, "/cp").links
    damage("1.0.0")
    page = get(ada, "/cp")
    assert not any("/undo" in link or "/rollback" in link for link in page.links)
    assert f"Roll back to 1.0.0: {DAMAGED}" in page.off
    assert get(ada, f"{HERE}/versions/1.0.0").refusal == "content.damaged"


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_what_a_role_may_not_do_is_not_shown_at_all(world: World, role: str) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    world.edit()
    page = get(staff(role), "/cp")
    assert page.off == []
    assert not any(f"/{act}" in link for link in page.links for act in ("undo", "rollback", "publish"))
    assert ("/preview" in " ".join(page.links)) == (role == "editor")


def test_an_open_page_learns_that_something_changed(world: World, ada: Staff) -> None:
    def state(who: Staff) -> str:
        found: str = who.client.get("/cp/state").json()["state"]
        return found

    viewer = staff("viewer")
    first, seen = state(ada), state(viewer)
    assert f'data-state="{first}"' in get(ada, "/cp").html
    world.edit()
    assert state(ada) != first and state(viewer) == seen  # who sees no draft is not disturbed by it
    world.publish(environment=world.staging)
    assert state(viewer) != seen


def test_the_page_costs_the_same_for_two_and_for_six_environments(world: World, ada: Staff) -> None:
    world.release(snapshot("home"))
    world.publish("1.0.0", environment=world.staging)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert get(ada, "/cp").status == 200
        return len(captured)

    queries()
    few = queries()
    for number in range(4):
        new = access.create_environment(world.application, key=f"e{number}", actor=ADA, now=world.tick())
        world.publish("1.0.0", environment=new)
    queries()  # contents are checked against the new environments once
    assert queries() == few


def test_where_one_is_and_where_else_one_may_be(world: World, ada: Staff) -> None:
    page = get(ada, f"{THERE}/versions")
    assert {f"{HERE}/versions", f"{THERE}/releases", "/cp"} <= page.links
    assert next(page.all("summary", class_="where")).attributes["data-default"] == "0"
    assert "is-default" in next(get(ada, f"{HERE}/versions").all("body")).attributes["class"]
    assert get(ada, "/cp/moon/production/versions").refusal == "application.unknown"
    assert get(ada, "/cp/icontrol/moon/versions").refusal == "environment.unknown"
