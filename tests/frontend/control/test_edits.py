"""Edit history and the audit of logins in the control plane."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from configs.models import ConfigVersion
from frontend.control import edits
from releases.access import actions as access
from releases.access import audit
from releases.access.authentication import actor_of_user
from releases.access.people import set_role
from releases.models import AuditEvent
from tests.factories import ADA, World, snapshot
from tests.releases.admin_pages import Staff, staff


@pytest.fixture
def root(world: World) -> Staff:
    return staff("admin", name="root.a")


def test_who_edited_what_from_what_to_what(world: World, root: Staff) -> None:
    actor, eve = actor_of_user(root.user), staff("viewer", name="eve")
    set_role(eve.user, role="editor", reason="joins", actor=actor, now=world.tick())
    access.create_token(name="ci", role="viewer", actor=ADA, now=world.tick())
    access.revoke_token("ci", reason="leaked", actor=actor, now=world.tick())
    listed = root.open("/cp/edits").text
    for words in ("Account eve", "groups: none → editor", "API token ci", "leaked", "revoked by: none → user:root.a"):
        assert words in listed, words
    assert "Account eve" not in root.open("/cp/edits?kind=token").text
    assert "API token ci created" not in root.open("/cp/edits?q=root.a").text
    french = staff("admin", name="fr", language="fr").open("/cp/edits").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "groupes : aucun → editor" in french


def test_the_page_of_an_edit_of_a_draft_has_the_whole_difference(world: World, root: Staff) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "shop"))
    entry = ConfigVersion.history.filter(state="draft").latest("history_id")
    place = f"/cp/edits/version/{entry.history_id}"
    assert place in root.open("/cp/edits").places
    assert "shop" in root.open(place).text
    viewer = staff("viewer")
    assert viewer.open(place).refusal == "history.unknown"
    assert "1.0.1" not in viewer.open("/cp/edits").text and "1.0.0" in viewer.open("/cp/edits").text
    assert viewer.open("/cp/edits/person/1").refusal == "history.unknown"
    for wrong in ("/cp/edits/nothing/1", "/cp/edits/version/999999"):
        assert root.open(wrong).refusal == "history.unknown"


def test_pages_of_edits_follow_each_other(world: World, root: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edits, "PER_PAGE", 4)
    for number in range(6):
        access.create_token(name=f"t{number}", role="viewer", actor=ADA, now=world.tick())
        world.edit(snapshot("home", f"p{number}"))
    seen, url = [], "/cp/edits"
    while url:
        shown = root.open(url)
        entries = [link for link in shown.links if link.startswith("/cp/edits/")]
        assert 0 < len(entries) <= 4
        seen += entries
        (url,) = [f"/cp/edits{link.attributes['href']}" for link in shown.all("a") if link.text == "Older"] or [""]
    assert len(seen) == len(set(seen)) == sum(kind.rows.count() for kind in edits.KINDS.values())


def test_a_page_of_edits_costs_the_same_for_few_and_for_many(world: World, root: Staff) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert root.open("/cp/edits?kind=token").status == 200
        return len(captured)

    access.create_token(name="first", role="viewer", actor=ADA, now=world.tick())
    queries()
    few = queries()
    for number in range(9):
        access.create_token(name=f"t{number}", role="viewer", actor=ADA, now=world.tick())
    assert queries() == few


def test_admins_read_the_audit_and_filter_it_in_both_languages(world: World, root: Staff) -> None:
    audit.record("logout", who="user:<i>", address="192.0.2.7")
    event = AuditEvent.objects.latest("pk")
    AuditEvent.objects.create(at=event.at - dt.timedelta(seconds=30), kind="csrf", who="user:late", count=1234)
    french = staff("admin", name="fr", language="fr")
    shown = french.open("/cp/audit?kind=logout").text
    assert "déconnexion" in shown and "user:<i>" in shown and "user:late" not in shown
    listed = root.open("/cp/audit").text
    assert listed.index("user:<i>") < listed.index("user:late")  # by time, not by row
    refused = root.open("/cp/audit?kind=refused").text
    assert "user:late" in refused and "user:<i>" not in refused and "× 1 234" in refused
    assert "192.0.2.7" in root.open("/cp/audit?q=192.0.2").text
    assert "Nothing fits" in root.open("/cp/audit?q=nothing").text
    assert staff("publisher").open("/cp/audit").refusal == "permission.denied"
    assert User.objects.count() == 3
