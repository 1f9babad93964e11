"""The kill switches of the control plane: the list of flags, one short question, and the form that is sent twice."""

from __future__ import annotations

from typing import Any

import pytest

from releases.models import Release
from tests.factories import World, flag, snapshot
from tests.frontend.control.pages import HERE, ControlPage, act, get, send
from tests.releases.admin_pages import Staff, staff

FLAGS = f"{HERE}/flags"


@pytest.fixture
def live(world: World) -> World:
    world.release(snapshot("home", featureFlags=[flag("a.b:c_d-1", "ON"), flag("checkout", "ON"), flag("search")]))
    return world


@pytest.fixture
def ada(live: World) -> Staff:
    return staff("publisher", name="ada.p")


def newest() -> Release:
    return Release.objects.filter(environment__key="production").order_by("-serial")[0]


def url(key: str, door: str) -> str:
    return f"{FLAGS}/{key}/{door}"


def test_the_way_to_the_switch_and_back(live: World, ada: Staff) -> None:
    assert FLAGS in get(ada, "/cp").links
    page = get(ada, FLAGS)
    for key in ("checkout", "a.b:c_d-1"):
        assert url(key, "kill") in page.places and url(key, "lift") not in page.places
    assert url("search", "kill") not in page.places  # it is off
    page = get(ada, url("checkout", "kill"))
    assert "Kill checkout in production?" in page.text and page.filled()["reason"] == "Kill switch: checkout"
    page = act(ada, url("checkout", "kill"))
    assert "“checkout” is forced off in production (release 2)." in page.text
    release = newest()
    assert (release.kind, release.killed, release.actor) == ("kill", ["checkout"], "user:ada.p")
    assert release.reason == "Kill switch: checkout"
    page = get(ada, FLAGS)
    assert url("checkout", "lift") in page.places and url("checkout", "kill") not in page.places
    names = [heading.text.strip() for heading in page.all("h2")]
    assert names == ["checkout", "a.b:c_d-1", "search"]  # what is killed stands first
    page = act(ada, url("checkout", "lift"), reason="repaired")
    assert "The kill switch of “checkout” is lifted in production (release 3)." in page.text
    assert (newest().kind, newest().killed, newest().reason) == ("lift", [], "repaired")


def test_the_question_names_the_flags_that_go_on_or_off_with_it(world: World) -> None:
    flags = [
        flag("checkout", "ON"),
        flag("coupon", "ON", prerequisites=[{"flag": "checkout"}]),
        flag("old", "ON", prerequisites=[{"flag": "checkout", "variant": "off"}]),
    ]
    world.release(snapshot("home", featureFlags=flags))
    notes = [note.text for note in get(staff("publisher", name="ada.p"), url("checkout", "kill")).all("li")]
    on, off = notes.index("Also goes ON: old."), notes.index("Also goes off: coupon.")
    assert on < off


def test_the_page_of_a_flag_has_its_switch(live: World, ada: Staff) -> None:
    page = get(ada, f"{FLAGS}/checkout")
    assert url("checkout", "kill") in page.places and url("checkout", "lift") not in page.places
    assert not [place for place in get(ada, f"{FLAGS}/search").places if place.endswith(("/kill", "/lift"))]
    live.kill("checkout")
    page = get(ada, f"{FLAGS}/checkout")
    assert url("checkout", "lift") in page.places and url("checkout", "kill") not in page.places


def test_every_key_can_be_clicked(live: World, ada: Staff) -> None:
    assert "is forced off" in act(ada, url("a.b:c_d-1", "kill")).text
    assert newest().killed == ["a.b:c_d-1"]


def test_in_french(live: World) -> None:
    person = staff("publisher", language="fr", name="bob")
    page = act(person, url("checkout", "kill"))
    assert "« checkout » est coupé dans production (publication n° 2)." in page.text
    assert newest().reason == "Coupe-circuit : checkout"
    assert "Lever" in get(person, FLAGS).text


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_who_may_not_sees_the_list_without_buttons(live: World, role: str) -> None:
    live.kill("checkout")
    viewer = staff(role)
    listed, killed, other = (
        get(viewer, FLAGS),
        get(viewer, f"{FLAGS}/checkout"),
        get(viewer, f"{FLAGS}/search"),
    )
    assert "forced off" in listed.text and "Kill switch engaged" in killed.text
    for page in (listed, killed, other):
        assert page.status == 200 and not [link for link in page.places if link.endswith(("/kill", "/lift"))]
    person = staff(role, name="other")
    for name in ("kill", "lift"):
        assert get(person, url("checkout", name)).refusal == "permission.denied"
        sent = send(person, url("search", name), reason="x", serial="2")
        assert sent.refusal == "permission.denied"
    assert newest().serial == 2


def test_a_flag_that_has_left_the_config_can_be_lifted(live: World, ada: Staff) -> None:
    live.kill("checkout")
    live.release(snapshot("home", featureFlags=[flag("search")]), confirm=["release.shrinks"])
    page = get(ada, FLAGS)
    assert "Not in the config any more" in page.text and url("checkout", "lift") in page.places
    assert f"{FLAGS}/checkout" not in page.links  # it has no page of its own
    assert "checkout" not in get(staff("viewer"), FLAGS, stale="1").text
    assert "clients will notice nothing" in get(ada, url("checkout", "lift")).text
    act(ada, url("checkout", "lift"))
    assert newest().killed == []


def test_nothing_live_and_no_flags(world: World) -> None:
    person = staff("publisher")
    assert get(person, FLAGS).refusal == "release.none"
    assert get(person, url("a", "kill")).refusal == "release.none"
    world.release(snapshot("home"))
    assert "The live config has no flags." in get(person, FLAGS).text
    page = get(person, url("a", "kill"))
    assert page.refusal == "kill.unknown_flag" and not page.has_form
    assert send(person, url("a", "kill"), reason="x", serial="1").status == 404


def test_what_is_done_already_offers_no_button(live: World, ada: Staff) -> None:
    live.kill("checkout")
    page = get(ada, url("checkout", "kill"))
    assert "“checkout” is already forced off." in page.text and not page.has_form
    assert not get(ada, url("search", "lift")).has_form


def again(person: Staff, name: str, form: dict[str, Any]) -> ControlPage:
    return ControlPage(person.client.post(url("checkout", name), form, follow=True))


def test_the_same_form_sent_twice_kills_once(live: World, ada: Staff) -> None:
    form = get(ada, url("checkout", "kill")).filled()
    again(ada, "kill", form)
    assert "“checkout” is already forced off." in again(ada, "kill", form).text
    assert newest().serial == 2
    # Somebody lifts it, and the browser sends the old form once more.
    live.lift("checkout")
    page = again(ada, "kill", form)
    assert (page.status, page.refusal, newest().serial) == (409, "kill.moved", 3)
    # The page shows the question anew; a second click means it.
    assert page.filled()["serial"] == "3"
    again(ada, "kill", page.filled())
    assert (newest().serial, newest().killed) == (4, ["checkout"])


def test_what_others_release_meanwhile_is_no_reason_to_refuse(live: World, ada: Staff) -> None:
    form = get(ada, url("checkout", "kill")).filled()
    live.release()
    live.kill("search")
    assert "is forced off in production (release 4)" in again(ada, "kill", form).text


def test_a_reason_is_needed_also_where_one_was_proposed(live: World, ada: Staff) -> None:
    for typed in ({"serial": "1"}, {"serial": "1", "reason": " "}, {}):
        page = send(ada, url("checkout", "kill"), **typed)
        assert (page.status, page.refusal) == (422, "reason.required")
    assert newest().serial == 1
