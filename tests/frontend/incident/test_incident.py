"""The incident page, as somebody sees it at 3 a.m.: what is live, each act and each refusal, and how little it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from frontend.incident import pages
from frontend.incident.board import matching
from releases.access import actions as access
from releases.access import audit
from releases.access.passwords import mark_temporary
from releases.delivery.adoption import slot_of
from releases.ledger.chain import live_since
from releases.models import AuditEvent, Release, VersionPolls
from tests.factories import ADA, World, damage, flag, snapshot
from tests.releases.admin_pages import Page, Staff, staff

BOARD = "/cp/incident"
BIG = ("release.grows", "release.shrinks")
FLAGS = [flag("pay.card", "ON"), flag("pay.transfer", "ON"), flag("search", "ON"), flag("a.b:c_d-1'*", "ON")]


def stylesheet() -> bytes:
    found = finders.find("frontend/incident.css")
    assert isinstance(found, str)
    return Path(found).read_bytes()


class Incident(Page):
    def check_policy(self) -> None:
        """Not one script, and nothing that needs one; a label for each field, one heading; little to load."""
        super().check_policy()
        if not self.html:
            return
        assert not list(self.all("script")) and "javascript:" not in self.html
        assert "script-src 'none'" in self.response.headers["Content-Security-Policy"]
        assert len(list(self.all("h1"))) == 1
        labelled = {label.attributes["for"] for label in self.all("label")}
        assert labelled == {
            field.attributes.get("id") for field in self.all("input") if field.attributes.get("type") != "hidden"
        }
        assert len(self.response.content) + len(stylesheet()) < 30_000

    def at(self, *names: str) -> set[str]:
        """The links whose address has one of these in it."""
        return {link for link in self.links if any(name in link for name in names)}


def get(who: Staff | Client, url: str) -> Incident:
    client = who.client if isinstance(who, Staff) else who
    return Incident(client.get(url))


def act(who: Staff, url: str, **typed: Any) -> Incident:
    """Open the question, answer it as it stands but for what is ``typed``, and follow."""
    page = get(who, url)
    assert page.has_form, page.text
    return Incident(who.client.post(url, {**page.filled(), **typed}, follow=True))


def address(world: World, door: str, **query: str) -> str:
    return f"{BOARD}/{world.production.pk}/{door}" + (f"?{urlencode(query)}" if query else "")


def audited() -> set[str]:
    audit.counted.write()
    return set(AuditEvent.objects.values_list("kind", flat=True))


@pytest.fixture
def live(world: World) -> World:
    world.release(snapshot("home", featureFlags=FLAGS), reason="first")
    world.release(snapshot("home", "orders", featureFlags=FLAGS), reason="orders are there")
    world.policy(latest="2.0.0", minSupported="1.5.0")
    return world


@pytest.fixture
def ada(live: World) -> Staff:
    return staff("publisher", name="ada.p")


def test_what_is_live_since_when_by_whom_and_why(live: World, ada: Staff) -> None:
    live.kill("search")
    page = get(ada, BOARD)
    for words in (
        "1.0.1 live since 2026-11-22 12:00 UTC" if "UTC" in page.text else "1.0.1 live since 2026-11-22 12:00",
        "ada “orders are there”",
        "Oldest app allowed 1.5.0 Newest app 2.0.0 Forced off search Lift search",
        "Last change no. 4, kill switch engaged",
        "staging icontrol Nothing is live yet",
    ):
        assert words in page.text.replace("\N{NO-BREAK SPACE}", " "), page.text
    assert "<option>a.b:c_d-1&#x27;*<option>pay.card<option>pay.transfer</datalist>" in page.html


def test_since_when_a_version_is_live(live: World) -> None:
    """Kills and policies do not begin anything; going back does."""
    live.kill("search")
    assert live_since([live.head(), live.head(live.staging)])[live.production.pk].serial == 2
    live.rollback()
    live.policy(latest="3.0.0")
    assert {pk: release.serial for pk, release in live_since([live.head()]).items()} == {live.production.pk: 5}


def test_a_flag_is_killed_with_a_few_keys_and_lifted(live: World, ada: Staff) -> None:
    """Type three letters, Enter, Enter: the field has the focus, then the button has it, and the reason is there."""
    page = get(ada, BOARD)
    focus = [element for element in page.elements if "autofocus" in element.attributes]
    assert [(element.tag, element.attributes["name"]) for element in focus] == [("input", "flag")]
    question = get(ada, address(live, "kill", flag="sea"))
    assert "Kill search in production?" in question.text
    assert "It is the only flag with “sea” in its key." in question.text
    assert "Off for everybody at once." in question.text
    assert [e.text for e in question.elements if "autofocus" in e.attributes] == ["Kill search in production"]
    assert question.filled()["reason"] == "Kill switch: search"
    done = act(ada, address(live, "kill", flag="sea"))
    assert "“search” is forced off in production (release 4)." in done.text
    lift = address(live, "lift", flag="search")
    assert {lift, address(live, "undo")} <= done.links
    release = live.head()
    assert (release.kind, release.killed, release.actor) == ("kill", ["search"], "user:ada.p")
    assert release.reason == "Kill switch: search"
    done = act(ada, lift, reason="repaired")
    assert "The kill switch of “search” is lifted in production (release 5)." in done.text
    assert (live.head().kind, live.head().killed, live.head().reason) == ("lift", [], "repaired")


def test_a_key_may_have_any_letters(live: World, ada: Staff) -> None:
    act(ada, address(live, "kill", flag="a.b:c_d-1'*"))
    assert live.head().killed == ["a.b:c_d-1'*"]
    page = get(ada, BOARD)
    [lift] = page.at("/lift?")
    act(ada, lift)
    assert live.head().killed == []


def test_what_a_part_of_a_key_may_mean(live: World, ada: Staff) -> None:
    assert matching("a", {"a", "ab", "A"}) == ["a"] and matching("B", {"ab", "abc", "x"}) == ["ab", "abc"]
    page = get(ada, address(live, "kill", flag="PAY"))
    assert "Kill which flag in production?" in page.text
    assert page.at("?flag=") == {"?flag=pay.card", "?flag=pay.transfer"}
    assert len(get(ada, address(live, "kill")).at("?flag=")) == 4
    page = get(ada, address(live, "kill", flag="nowhere"))
    assert (page.status, page.refusal) == (404, "kill.unknown_flag") and len(page.at("?flag=")) == 4
    live.kill("search")
    assert get(ada, address(live, "lift")).at("?flag=") == {"?flag=search"}


def test_a_form_names_its_flag_whatever_it_was_found_by(live: World, ada: Staff) -> None:
    """Between the question and the answer another flag may come that fits as well: nothing is looked for twice."""
    url = address(live, "kill", flag="card")
    filled = get(ada, url).filled()
    live.release(snapshot("home", "orders", featureFlags=[*FLAGS, flag("card", "ON")]))
    Incident(ada.client.post(url, filled))
    assert live.head().killed == ["pay.card"]
    assert Incident(ada.client.post(url, {"reason": "no flag"})).refusal == "http.bad_request"


def test_what_goes_on_with_a_kill_is_said_before(live: World, ada: Staff) -> None:
    needs = [{"flag": "search", "variant": "off"}]
    live.release(snapshot("home", featureFlags=[*FLAGS, flag("fallback", "ON", prerequisites=needs)]))
    assert "Also goes ON: fallback." in get(ada, address(live, "kill", flag="search")).text


def test_undo_and_undo_of_the_undo(live: World, ada: Staff) -> None:
    url = address(live, "undo")
    page = get(ada, url)
    assert "Undo release 3 of production?" in page.text
    assert "minimum version: “1.5.0” → “0.0.0”" in page.text
    assert page.filled()["reason"] == "Incident: release 3 undone"
    done = act(ada, url)
    assert "Release 3 of production is undone by release 4." in done.text and url in done.links
    assert live.head().policy_set["default"]["minSupported"] == "0.0.0"
    act(ada, url)
    assert live.head().policy_set["default"]["minSupported"] == "1.5.0"


def test_back_to_what_was_live_before(live: World, ada: Staff) -> None:
    [url] = get(ada, BOARD).at("/rollback/")
    assert url == address(live, "rollback/1.0.0")
    page = get(ada, url)
    assert "Roll back to 1.0.0 in production?" in page.text
    assert "1 removed" in page.text and "Removed" in page.text and "orders" in page.text.lower()
    assert page.filled()["reason"] == "Incident: back to 1.0.0"
    done = act(ada, url)
    assert "1.0.0 is live in production (release 4)." in done.text
    assert "there is none before it to go back to" in done.text  # why there is no button
    assert live.live == "1.0.0" and live.head().policy_set["default"]["minSupported"] == "1.5.0"
    assert get(ada, url).refusal == "rollback.already_live"


def test_maintenance_says_how_many_clients_it_stops(live: World, ada: Staff) -> None:
    now = timezone.now()
    for back in range(12):
        VersionPolls.objects.create(
            environment=live.production,
            slot=slot_of(now) - back,
            version="2.0.0",
            platform="",
            serial=1,
            every=60,
            polls=5 * 40,
        )
    page = get(ada, address(live, "maintenance/on"))
    assert "Maintenance begins for about 40 of 40 clients seen in 24 hours (100.0 %)." in page.text
    assert act(ada, address(live, "maintenance/on")).status == 200
    assert live.head().policy_set["default"]["maintenance"]


def test_maintenance_of_all_platforms_and_its_end(live: World, ada: Staff) -> None:
    begin, end = address(live, "maintenance/on"), address(live, "maintenance/off")
    assert get(ada, BOARD).at("maintenance") == {begin, begin.replace(str(live.production.pk), str(live.staging.pk))}
    page = get(ada, begin)
    assert "is told to wait when it next asks (503)" in page.text and "No text for maintenance is set" in page.text
    done = act(ada, begin)
    assert "Maintenance has begun in production (release 4)." in done.text and "Maintenance on" in done.text
    before = Release.objects.get(environment=live.production, serial=3).policy_set["default"]
    assert live.head().policy_set["default"] == {**before, "maintenance": True}
    assert live.head().reason == "Incident: maintenance begins"
    assert end in done.links and begin not in done.links
    assert not get(ada, begin).has_form and "Maintenance is on already." in get(ada, begin).text
    assert "Maintenance has ended in production (release 5)." in act(ada, end).text
    assert live.head().policy_set["default"] == before


def test_what_moved_since_it_was_read_is_refused_and_shown(live: World, ada: Staff) -> None:
    undo, back, begin = (address(live, door) for door in ("undo", "rollback/1.0.0", "maintenance/on"))
    read = {url: get(ada, url).filled() for url in (undo, back, begin)}
    live.policy(latest="9.0.0")
    for url, code in ((undo, "undo.not_newest"), (back, "publish.conflict"), (begin, "policy.stale")):
        page = Incident(ada.client.post(url, read[url]))
        assert (page.refusal, page.status) == (code, 409 if code != "policy.stale" else 412)
        assert page.has_form and "What next:" in page.text
    assert live.head().serial == 4
    kill = address(live, "kill", flag="search")
    sent = get(ada, kill).filled()
    live.policy(latest="9.1.0")  # nobody else's release is in the way of a kill
    assert Incident(ada.client.post(kill, sent)).status == 302 and live.head().killed == ["search"]


@pytest.mark.parametrize("door", ["kill", "undo", "rollback/1.0.0", "maintenance/on"])
def test_without_a_reason_nothing_happens(live: World, ada: Staff, door: str) -> None:
    url = address(live, door, **({"flag": "search"} if door == "kill" else {}))
    page = act(ada, url, reason=" ")
    assert page.refusal == "reason.required" and live.head().serial == 3
    [field] = page.all("input", name="reason")
    assert field.attributes["aria-invalid"] == "true" and field.attributes["aria-describedby"] == "refusal"
    assert page.html.index('id="refusal"') < page.html.index('<form method="post" class')


def test_nothing_live_and_damaged_content_have_words(live: World, ada: Staff) -> None:
    assert get(ada, f"{BOARD}/{live.staging.pk}/kill?flag=x").refusal == "release.none"
    damage("1.0.0")
    page = get(ada, BOARD)
    assert not page.at("/rollback/") and "Roll back:" in page.text
    assert get(ada, address(live, "rollback/1.0.0")).refusal == "rollback.damaged"
    damage("1.0.1")  # what is live: its flags cannot be named, all else can be seen and done
    page = get(ada, BOARD)
    assert "1.0.1 live" in page.text
    act(ada, next(iter(page.at(f"/{live.production.pk}/maintenance/on"))))


def test_viewers_look_and_are_told_why_they_may_no_more(live: World) -> None:
    eve = staff("viewer", name="eve")
    page = get(eve, BOARD)
    assert "1.0.1 live" in page.text and "This page shows what is live." in page.text
    assert not page.at("/kill", "/undo", "/rollback", "/maintenance") and not list(page.all("input", name="flag"))
    for door in ("kill", "lift", "undo", "rollback/1.0.0", "maintenance/on", "maintenance/off"):
        for answer in (eve.client.get(address(live, door)), eve.client.post(address(live, door), {"reason": "x"})):
            assert (answer.status_code, Incident(answer).refusal) == (403, "permission.denied")
    assert live.head().serial == 3
    assert "forbidden" in audited()
    assert Incident(staff(None).client.get(BOARD)).refusal == "permission.denied"


def test_who_is_not_logged_in_comes_back_to_where_it_was(live: World) -> None:
    access_of = staff("publisher", name="bob")
    client, url = Client(), address(live, "kill", flag="search")
    login = client.get(url).headers["Location"]
    assert login.startswith(f"{BOARD}/login?next=/cp/incident/")
    page = get(client, login)
    assert "Log in" in page.text
    wrong = Incident(client.post(login, {"username": "bob", "password": "no"}))
    assert "Not accepted" in wrong.text and "login_failed" in audited()
    sent = {"username": "bob", "password": "correct-horse-1", "next": url}
    assert client.post(login, sent).headers["Location"] == url
    assert Client().post(f"{BOARD}/login", {**sent, "next": "https://evil.example/"}).headers["Location"] == BOARD
    mark_temporary(access_of.user)
    assert client.get(BOARD).headers["Location"] == "/account"


def test_too_many_wrong_passwords_are_told_here_too(live: World) -> None:
    staff("publisher", name="bob")
    client = Client()
    for _ in range(11):
        page = Incident(client.post(f"{BOARD}/login", {"username": "bob", "password": "no"}))
    assert "Too many wrong passwords from this address." in page.text


def test_an_account_that_is_no_staff_is_told_so(live: World) -> None:
    client = Client()
    client.force_login(User.objects.create_user("guest"))
    assert "guest has no access to this page." in get(client, client.get(BOARD).headers["Location"]).text


def test_a_form_of_another_site_changes_nothing(live: World, ada: Staff) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada.user)
    answer = strict.post(address(live, "kill", flag="search"), {"flag": "search", "reason": "x"})
    page = Page(answer)
    assert (page.status, page.refusal) == (403, "http.csrf") and live.head().serial == 3
    assert "csrf" in audited()


def test_what_is_not_there(live: World, ada: Staff) -> None:
    for url in (f"{BOARD}/999/undo", f"{BOARD}/{10**30}/undo"):
        page = get(ada, url)
        assert (page.status, page.refusal) in ((404, "http.not_found"), (400, "http.bad_request"))
    assert get(ada, address(live, "rollback/9.9.9")).refusal == "version.unknown"
    assert ada.client.post(BOARD).status_code == 405 == ada.client.put(address(live, "undo")).status_code
    assert get(ada, f"{BOARD}?environment=no&flag=%00").status == 200


def test_in_french(live: World) -> None:
    marie = staff("publisher", language="fr", name="marie")
    page = get(marie, BOARD)
    assert next(page.all("html")).attributes["lang"] == "fr"
    for words in ("1.0.1 en ligne depuis", "Application la plus ancienne admise 1.5.0", "Revenir à 1.0.0…"):
        assert words in page.text, page.text
    assert "Off for" not in page.text and "Undo" not in page.text
    done = act(marie, address(live, "kill", flag="search"))
    assert "est coupé dans production (publication n° 4)" in done.text.replace("\N{NO-BREAK SPACE}", " ")
    assert live.head().reason == "Coupe-circuit : search"


def test_configs_that_are_too_large_are_compared_elsewhere(
    live: World, ada: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_COMPARED", 100)
    page = get(ada, address(live, "rollback/1.0.0"))
    assert "too large to be compared here" in page.text and page.has_form
    act(ada, address(live, "rollback/1.0.0"))
    assert live.live == "1.0.0"
    assert "too large to be compared here" in get(ada, address(live, "undo")).text


def test_the_worst_case_is_less_than_30_kb(world: World) -> None:
    """The pages check that themselves: here is as much of everything as somebody may have."""
    long = "'\"<&>" * 90
    flags = [flag(f"f{n}-{'x' * 55}", "ON") for n in range(150)]
    world.release(snapshot("home"), reason=long)
    world.release(snapshot(*(f"page-{n}-{'x' * 50}" for n in range(300)), featureFlags=flags), reason=long, confirm=BIG)
    for one in flags[:12]:
        world.kill(one["key"], reason=long)
    for n in range(12):
        where = access.create_environment(world.application, key=f"{'e' * 50}-{n}", actor=ADA, now=world.tick())
        world.publish("1.0.1", environment=where, reason=long)
        world.kill(flags[n]["key"], environment=where, reason=long)
    name = "x" * 140
    who = staff("publisher", name=name, language="fr")
    page = get(who, BOARD)
    assert "{n}" not in page.text and len(list(page.all("section"))) == 6
    assert len(list(page.all("option"))) > 20
    assert len(page.at("?environment=")) == 8
    for door in ("kill", "lift", "undo", "rollback/1.0.0", "maintenance/on"):
        assert get(who, address(world, door)).status == 200
    page = act(who, address(world, "rollback/1.0.0"))
    assert world.live == "1.0.0"


def test_the_number_of_queries_does_not_depend_on_how_many_there_are(live: World, ada: Staff) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            get(ada, BOARD)
        return len(captured)

    get(ada, BOARD)
    live.publish("1.0.1", environment=live.staging)
    two = queries()
    for n in range(3):
        where = access.create_environment(live.application, key=f"e{n}", actor=ADA, now=live.tick())
        live.publish("1.0.1", environment=where)
    assert queries() == two


def test_the_way_there_is_on_the_first_page(live: World, ada: Staff) -> None:
    assert BOARD in ada.get("index").links
