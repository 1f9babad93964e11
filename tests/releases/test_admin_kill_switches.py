"""The kill switches of Django's admin: the list of flags, one short question, and the form that is sent twice."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from releases.models import Release
from tests.factories import World, flag, snapshot
from tests.releases.admin_pages import Page, Staff, staff

KILL, LIFT = "releases_environment_kill", "releases_environment_lift"
FLAGS = "flags_flags_environment"


@pytest.fixture
def live(world: World) -> World:
    world.release(snapshot("home", featureFlags=[flag("a.b:c_d-1", "ON"), flag("checkout", "ON"), flag("search")]))
    return world


@pytest.fixture
def ada(live: World) -> Staff:
    return staff("publisher", name="ada.p")


def newest() -> Release:
    return Release.objects.filter(environment__key="production").order_by("-serial")[0]


def url(world: World, key: str, door: str) -> str:
    return f"/admin/releases/environment/{world.production.pk}/flags/{key}/{door}/"


def test_the_way_from_the_first_page_to_the_switch_and_back(live: World, ada: Staff) -> None:
    flags = f"/admin/flags/flags/environment/{live.production.pk}/"
    assert flags in ada.get("index").links
    assert flags in ada.get("releases_environment_change", live.production.pk).links
    page = ada.open(flags)
    assert "Flags of production" in page.text
    for key in ("checkout", "search", "a.b:c_d-1"):
        assert url(live, key, "kill") in page.places and url(live, key, "lift") not in page.places
    page = ada.open(url(live, "checkout", "kill"))
    assert "Kill checkout in production?" in page.text and page.filled()["reason"] == "Kill switch: checkout"
    page = ada.fill(KILL, live.production.pk, "checkout")
    assert "“checkout” is forced off in production (release 2)." in page.text
    release = newest()
    assert (release.kind, release.killed, release.actor) == ("kill", ["checkout"], "user:ada.p")
    assert release.reason == "Kill switch: checkout"
    assert url(live, "checkout", "lift") in page.places and url(live, "checkout", "kill") not in page.places
    rows = [row.text.strip() for row in page.all("th", scope="row")][-3:]  # those before are the menu's
    assert rows == ["checkout", "a.b:c_d-1", "search"]  # what is killed stands first
    for name, *given in (("index",), ("releases_environment_change", live.production.pk)):
        assert [(tag.text, tag.attributes["href"]) for tag in ada.get(name, *given).all("a", class_="chip danger")] == [
            ("checkout", flags)
        ]
    assert "Kill switches checkout" in ada.get("releases_release_change", release.pk).text
    page = ada.fill(LIFT, live.production.pk, "checkout", reason="repaired")
    assert "The kill switch of “checkout” is lifted in production (release 3)." in page.text
    assert (newest().kind, newest().killed, newest().reason) == ("lift", [], "repaired")


def test_the_question_names_the_flags_that_go_on_or_off_with_it(world: World) -> None:
    flags = [
        flag("checkout", "ON"),
        flag("coupon", "ON", prerequisites=[{"flag": "checkout"}]),
        flag("old", "ON", prerequisites=[{"flag": "checkout", "variant": "off"}]),
    ]
    world.release(snapshot("home", featureFlags=flags))
    notes = [
        note.text for note in staff("publisher", name="ada.p").get(KILL, world.production.pk, "checkout").all("li")
    ]
    on, off = notes.index("Also goes ON: old."), notes.index("Also goes off: coupon.")
    assert on < off


def test_the_page_of_a_flag_has_its_switch(live: World, ada: Staff) -> None:
    for key, door, other in (("search", "kill", "lift"), ("checkout", "lift", "kill")):
        if door == "lift":
            live.kill(key)
        page = ada.get("flags_flags_flag", live.production.pk, key)
        assert url(live, key, door) in page.places and url(live, key, other) not in page.places


def test_one_lands_where_one_came_from(live: World, ada: Staff) -> None:
    one = f"/admin/flags/flags/environment/{live.production.pk}/flag/checkout/"
    listed = f"/admin/flags/flags/environment/{live.production.pk}/"
    for start in (one, listed, f"{listed}?stale="):
        for door in ("kill", "lift"):
            (way,) = (link for link in ada.open(start).links if link.startswith(url(live, "checkout", door)))
            asked = ada.open(way)
            assert start in asked.links  # "Back, change nothing"
            assert ada.client.post(way, asked.filled()).headers["Location"] == start


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/admin/", "//evil.example", "/meta/release", "/admin\\.x", ""]
)
def test_one_lands_on_our_own_pages_only(live: World, ada: Staff, elsewhere: str) -> None:
    asked = ada.get(KILL, live.production.pk, "checkout", next=elsewhere)
    assert elsewhere not in asked.links
    done = ada.client.post(f"{url(live, 'checkout', 'kill')}?{urlencode({'next': elsewhere})}", asked.filled())
    assert done.headers["Location"] == f"/admin/flags/flags/environment/{live.production.pk}/"


def test_every_environment_with_something_live_leads_to_its_flags(live: World, ada: Staff) -> None:
    def offered() -> list[int]:
        return [
            environment.pk
            for environment in (live.production, live.staging)
            if f"/admin/flags/flags/environment/{environment.pk}/" in ada.get("index").links
        ]

    assert offered() == [live.production.pk]
    live.publish(live.live, environment=live.staging)
    assert offered() == [live.production.pk, live.staging.pk]


def test_many_are_told_as_a_number(live: World, ada: Staff) -> None:
    live.release(snapshot("home", featureFlags=[flag(key) for key in "abcde"]), confirm=["release.shrinks"])
    for key in "abcde":
        live.kill(key)
    assert [tag.text for tag in ada.get("index").all("a", class_="chip danger")] == ["a, b, c and 2 more"]


def test_every_key_can_be_clicked(live: World, ada: Staff) -> None:
    assert "is forced off" in ada.fill(KILL, live.production.pk, "a.b:c_d-1").text
    assert newest().killed == ["a.b:c_d-1"]


def test_in_french(live: World) -> None:
    person = staff("publisher", language="fr", name="bob")
    page = person.fill(KILL, live.production.pk, "checkout")
    assert "« checkout » est coupé dans production (publication n° 2)." in page.text
    assert newest().reason == "Coupe-circuit : checkout"
    assert "Lever" in page.text and "Drapeaux de production" in page.text


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_who_may_not_sees_the_list_without_buttons(live: World, role: str) -> None:
    live.kill("checkout")
    viewer = staff(role)
    listed, killed, other = (
        viewer.get(FLAGS, live.production.pk),
        viewer.get("flags_flags_flag", live.production.pk, "checkout"),
        viewer.get("flags_flags_flag", live.production.pk, "search"),
    )
    assert "forced off" in listed.text and "engaged: off for everybody" in killed.text
    for page in (listed, killed, other):
        assert page.status == 200 and not [link for link in page.places if link.endswith(("/kill/", "/lift/"))]
    person = staff(role, name="other")
    for name in (KILL, LIFT):
        assert person.get(name, live.production.pk, "checkout").refusal == "permission.denied"
        sent = person.send(name, live.production.pk, "search", reason="x", serial="2")
        assert sent.refusal == "permission.denied"
    assert newest().serial == 2


def test_a_flag_that_has_left_the_config_can_be_lifted(live: World, ada: Staff) -> None:
    live.kill("checkout")
    live.release(snapshot("home", featureFlags=[flag("search")]), confirm=["release.shrinks"])
    page = ada.get(FLAGS, live.production.pk)
    assert "Not in the config any more" in page.text and url(live, "checkout", "lift") in page.places
    assert "/flag/checkout/" not in page.html  # it has no page of its own
    assert "checkout" not in staff("viewer").get(FLAGS, live.production.pk, stale="1").text
    assert "clients will notice nothing" in ada.get(LIFT, live.production.pk, "checkout").text
    ada.fill(LIFT, live.production.pk, "checkout")
    assert newest().killed == []


def test_nothing_live_and_no_flags(world: World) -> None:
    person = staff("publisher")
    assert person.get(FLAGS, world.production.pk).refusal == "release.none"
    assert person.get(KILL, world.production.pk, "a").refusal == "release.none"
    page = person.get("releases_environment_change", world.production.pk)
    assert f"/admin/flags/flags/environment/{world.production.pk}/" not in page.links
    world.release(snapshot("home"))
    assert "The live config has no flags." in person.get(FLAGS, world.production.pk).text
    page = person.get(KILL, world.production.pk, "a")
    assert page.refusal == "kill.unknown_flag" and not page.has_form
    assert person.send(KILL, world.production.pk, "a", reason="x", serial="1").status == 404


def test_what_is_done_already_offers_no_button(live: World, ada: Staff) -> None:
    live.kill("checkout")
    page = ada.get(KILL, live.production.pk, "checkout")
    assert "“checkout” is already forced off." in page.text and not page.has_form
    assert not ada.get(LIFT, live.production.pk, "search").has_form


def again(person: Staff, world: World, name: str, form: dict[str, Any]) -> Page:
    return Page(person.client.post(f"{url(world, 'checkout', name)}", form, follow=True))


def test_the_same_form_sent_twice_kills_once(live: World, ada: Staff) -> None:
    form = ada.get(KILL, live.production.pk, "checkout").filled()
    again(ada, live, "kill", form)
    assert "“checkout” is already forced off." in again(ada, live, "kill", form).text
    assert newest().serial == 2
    # Somebody lifts it, and the browser sends the old form once more.
    live.lift("checkout")
    page = again(ada, live, "kill", form)
    assert (page.status, page.refusal, newest().serial) == (409, "kill.moved", 3)
    # The page shows the question anew; a second click means it.
    assert page.filled()["serial"] == "3"
    again(ada, live, "kill", page.filled())
    assert (newest().serial, newest().killed) == (4, ["checkout"])


def test_what_others_release_meanwhile_is_no_reason_to_refuse(live: World, ada: Staff) -> None:
    form = ada.get(KILL, live.production.pk, "checkout").filled()
    live.release()
    live.kill("search")
    assert "is forced off in production (release 4)" in again(ada, live, "kill", form).text


def test_a_reason_is_needed_also_where_one_was_proposed(live: World, ada: Staff) -> None:
    for typed in ({"serial": "1"}, {"serial": "1", "reason": " "}, {}):
        page = ada.send(KILL, live.production.pk, "checkout", **typed)
        assert (page.status, page.refusal) == (422, "reason.required")
    assert newest().serial == 1
