"""The audit of access: what is told, that nothing secret is, and that a flood stays small."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from django.contrib.auth.models import Group, User
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from configs.models import Immutable
from icontrol.kernel.background import background
from releases import housekeeping
from releases.access import actions as access
from releases.access import audit, throttle
from releases.bootstrap import first_start
from releases.models import ApiToken, AuditEvent, Timestamp
from tests.factories import ADA, World
from tests.releases.admin_pages import Staff, staff
from tests.releases.commands import done

Told = tuple[str, str, str, str, int]
PLACE = "192.0.2.7"


def told() -> list[Told]:
    """Oldest first, what waits in memory last."""
    background.flush()
    rows = AuditEvent.objects.order_by("pk").values_list("kind", "who", "address", "detail", "count")
    return [tuple(row) for row in rows]  # type: ignore[misc]


@pytest.fixture
def eve(world: World) -> Staff:
    return staff("viewer", name="eve")


def log_in(client: Client, password: str, *, name: str = "eve") -> None:
    client.post("/login?next=/admin/", {"username": name, "password": password}, REMOTE_ADDR=PLACE)


def since(before: list[Told]) -> list[Told]:
    return told()[len(before) :]


def test_coming_and_going(eve: Staff) -> None:
    before, client = told(), Client()
    log_in(client, "correct-horse-1")
    client.post("/admin/logout/", REMOTE_ADDR=PLACE)
    assert since(before) == [("login", "user:eve", PLACE, "", 1), ("logout", "user:eve", PLACE, "", 1)]


def test_wrong_passwords_are_counted_and_what_was_typed_is_not_told(
    eve: Staff, caplog: pytest.LogCaptureFixture
) -> None:
    before = told()
    caplog.set_level(logging.INFO, logger="icontrol.audit")
    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS + 2):
        log_in(Client(), "my-Secret-1")
    log_in(Client(), "x", name="my-Secret-1")
    assert since(before) == [
        ("login_failed", "user:eve", PLACE, "", throttle.PER_ACCOUNT_AND_ADDRESS),
        ("login_throttled", "user:eve", PLACE, "", 2),
        ("login_failed", "", PLACE, "no such account", 1),
    ]
    assert "my-Secret" not in caplog.text
    assert len(caplog.records) == 3 + 2  # the first of each, and how many there were


def test_a_token_that_is_refused(world: World) -> None:
    before, secret = told(), world.token("viewer")
    token = ApiToken.objects.get()
    access.revoke_token(token.name, reason="lost", actor=ADA, now=timezone.now())
    for bearer in (secret, "ict_unknown", secret):
        Client().get("/api/registry", headers={"authorization": f"Bearer {bearer}"}, REMOTE_ADDR=PLACE)
    assert since(before) == [
        ("token_refused", f"token:{token.name}", PLACE, "", 2),
        ("token_refused", "", PLACE, "", 1),
    ]


def test_what_is_not_allowed_by_token_session_and_page(world: World, eve: Staff) -> None:
    before, secret = told(), world.token("viewer")
    name = ApiToken.objects.get().name
    Client().put("/api/policy", {}, "application/json", headers={"authorization": f"Bearer {secret}"})
    eve.client.put("/api/policy", {}, "application/json")
    eve.client.get("/admin/releases/apitoken/")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(eve.user)
    strict.post("/admin/logout/")
    assert [event[:2] + event[3:4] for event in since(before) if event[0] != "login"] == [
        ("forbidden", f"token:{name}", "PUT api/policy"),
        ("forbidden", "user:eve", "PUT api/policy"),
        ("forbidden", "user:eve", "GET admin/releases/apitoken/"),
        ("csrf", "user:eve", "POST admin/logout/"),
    ]


def test_an_answer_that_is_no_403_is_no_event(world: World, eve: Staff) -> None:
    before = told()
    for path in ("/admin/", "/nowhere", "/api/registry", "/meta/release"):
        eve.client.get(path)
        Client().get(path)
    assert since(before) == []


def test_passwords_by_every_door(world: World, eve: Staff) -> None:
    root = staff("admin", name="root.a")
    before = told()
    typed = {
        "old_password": "correct-horse-1",
        "new_password1": "battery-staple-2",
        "new_password2": "battery-staple-2",
    }
    assert eve.post("/account", **typed).status == 302
    assert root.post(f"/cp/people/{eve.user.pk}/password", reason="forgot it").status == 200
    user = User.objects.get(username="eve")
    user.set_password("battery-staple-4")
    user.save()
    assert [event[1:4:2] for event in since(before) if event[0] == "password_changed"] == [
        ("user:eve", "user:eve"),
        ("user:root.a", "user:eve"),
        ("console", "user:eve"),
    ]
    assert not AuditEvent.objects.filter(detail__contains="staple").exists()


def test_rights_by_every_door(world: World, eve: Staff) -> None:
    root = staff("admin", name="root.a")
    before, publisher = told(), Group.objects.get(name="publisher")
    root.post(f"/cp/people/{eve.user.pk}/role", role="publisher", reason="moves to releases")
    User.objects.get(username="eve").groups.clear()
    done("end_access", "eve", "--deactivate", "--reason", "left")
    could = list(publisher.permissions.values_list("codename", flat=True))
    publisher.permissions.clear()
    User.objects.create_superuser("boss")
    found = since(before)
    assert [(event[0], event[3]) for event in found if event[0] != "login"] == [
        ("rights_changed", "user:eve: groups: viewer → –"),
        ("rights_changed", "user:eve: groups: – → publisher"),
        ("rights_changed", "user:eve: groups: publisher → –"),
        ("rights_changed", "user:eve: is_active: yes → no"),
        ("access_ended", "user:eve: left"),
        ("rights_changed", f"group:publisher: permissions: {', '.join(sorted(could))} → –"),
        ("rights_changed", "user:boss: is_staff: yes; is_superuser: yes"),
    ]
    assert found[0][1] == "user:root.a"


@pytest.mark.slow
def test_a_flood_is_a_bounded_number_of_rows_and_lines(eve: Staff, caplog: pytest.LogCaptureFixture) -> None:
    before = told()
    caplog.set_level(logging.INFO, logger="icontrol.audit")
    times = 400
    for number in range(times):
        Client().get("/api/registry", headers={"authorization": "Bearer ict_x"}, REMOTE_ADDR=f"192.0.2.{number % 200}")
    for number in range(times):
        request = type("Request", (), {"META": {"REMOTE_ADDR": PLACE}})
        audit.count("forbidden", request, who=f"user:u{number}", detail="GET x")
    assert len(audit.counted._counts) <= audit.MOST + 1
    found = since(before)
    assert len(found) <= audit.MOST + 1 and sum(event[4] for event in found) == 2 * times
    assert len(caplog.records) <= 2 * (audit.MOST + 1)


def test_rows_of_one_address_do_not_take_the_place_of_another_kind(eve: Staff) -> None:
    before = told()
    request = type("Request", (), {"META": {"REMOTE_ADDR": PLACE}})
    for number in range(audit.MOST_OF_ONE + 3):
        audit.count("forbidden", request, detail=f"GET {number}")
    audit.count("token_refused", request)
    found = since(before)
    assert ("forbidden", "", PLACE, "others", 3) in found and ("token_refused", "", PLACE, "", 1) in found


def test_what_the_database_does_not_take_waits(eve: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    before = told()
    request = type("Request", (), {"META": {"REMOTE_ADDR": PLACE}})
    audit.count("token_refused", request)

    def gone(*_: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as patch, pytest.raises(DatabaseError):
        patch.setattr(QuerySet, "bulk_create", gone)
        audit.counted.write()
    assert since(before) == [("token_refused", "", PLACE, "", 1)]


def test_an_event_stays_as_it_is_for_a_year(eve: Staff) -> None:
    audit.record("login", who="user:ada")
    event = AuditEvent.objects.latest("pk")
    with pytest.raises(Immutable):
        event.save()
    for attempt in (lambda rows: rows.update(who="user:bob"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt(AuditEvent.objects.filter(pk=event.pk))
    old = AuditEvent.objects.create(at=timezone.now() - audit.KEPT - dt.timedelta(days=1), kind="login")
    young = AuditEvent.objects.create(at=timezone.now() - audit.KEPT + dt.timedelta(days=1), kind="login")
    Timestamp.objects.create(name=housekeeping.BELIEVED, at=timezone.now())
    swept = housekeeping.sweep(timezone.now())
    assert swept is not None and swept["audit events"] == 1
    assert AuditEvent.objects.filter(pk=young.pk).exists()
    assert not AuditEvent.objects.filter(pk=old.pk).exists() and AuditEvent.objects.filter(pk=event.pk).exists()


def test_admins_read_it_and_filter_it_in_both_languages(world: World, eve: Staff) -> None:
    audit.record("logout", who="user:<i>", address=PLACE)
    event = AuditEvent.objects.latest("pk")
    french = staff("admin", name="fr", language="fr")
    page = french.get("releases_auditevent_changelist", kind="logout")
    assert "déconnexion" in page.text and "user:<i>" in page.text
    assert "déconnexion" in french.get("releases_auditevent_change", event.pk).text
    assert "user:<i>" not in french.get("releases_auditevent_changelist", kind="csrf").text
    late = AuditEvent.objects.create(at=event.at - dt.timedelta(seconds=30), kind="csrf", who="user:late")
    listed = french.get("releases_auditevent_changelist").text
    assert late.pk > event.pk and listed.index("user:<i>") < listed.index("user:late")
    assert "access events" in staff("admin").get("index").text.lower()
    assert eve.get("releases_auditevent_changelist").status == 403


def test_what_is_too_long_says_that_it_was_cut(db: None) -> None:
    audit.record("rights_changed", detail="a" * 500)
    audit.record("rights_changed", detail="b" * 501)
    told = AuditEvent.objects.order_by("pk").values_list("detail", flat=True)
    assert [*told][-2:] == ["a" * 500, "b" * 499 + "…"]


def test_a_first_start_tells_of_its_account(db: None) -> None:
    first_start(now=timezone.now(), announce=lambda line: None)
    assert AuditEvent.objects.filter(kind="rights_changed", who="system", detail__contains="admin").exists()
