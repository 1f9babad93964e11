"""What lets others in asks for the password again: a browser that was left open is not enough."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client

from releases.access import throttle
from releases.models import ApiToken, AuditEvent, Session
from tests.factories import World
from tests.releases.admin_pages import Page, Staff, staff

PASSWORD = "correct-horse-1"
CREATE = "/cp/tokens/create"
TOKEN = {"name": "ci", "role": "viewer", "days": "30"}


@pytest.fixture
def root(world: World) -> Staff:
    """Logged in a while ago."""
    person = staff("admin", name="root.a")
    person.forget_the_password()
    return person


def confirm(person: Staff, password: str, page: str = CREATE) -> Page:
    return Page(person.client.post(f"/confirm?next={quote(page)}", {"password": password}))


def test_a_login_is_a_confirmation_for_ten_minutes(root: Staff) -> None:
    client = Client()
    client.post("/login", {"username": "root.a", "password": PASSWORD})
    assert client.get(CREATE).status_code == 200
    assert root.open(CREATE).status == 302


def test_one_confirms_and_goes_on(root: Staff) -> None:
    asked = root.open(f"{CREATE}?x=1").response["Location"]
    page = root.open(asked)
    assert page.status == 200 and "entered your password within the last 10 minutes" in page.text
    before = Session.objects.get().pk
    answer = root.client.post(asked, {"password": PASSWORD})
    assert answer["Location"] == f"{CREATE}?x=1"
    after = Session.objects.get()
    assert after.pk != before and after.user == root.user  # the old key opens nothing
    assert root.post(CREATE, **TOKEN).status == 200 and ApiToken.objects.exists()
    event = AuditEvent.objects.get(kind="confirmed")
    assert (event.who, event.address, event.detail) == ("user:root.a", "127.0.0.1", "")


def test_a_form_that_comes_too_late_changes_nothing_and_says_so(root: Staff) -> None:
    eve = User.objects.create_user("eve")
    place = f"/cp/people/{eve.pk}"
    for url, sent in (
        (CREATE, TOKEN),
        ("/cp/people/create", {"username": "mallory", "role": "admin"}),
        (f"{place}/role", {"role": "admin", "reason": "x"}),
        (f"{place}/password", {"reason": "x"}),
        (f"{place}/activate", {"reason": "x"}),
        (f"{place}/end", {"reason": "x", "deactivate": "on"}),
    ):
        page = root.post(url, **sent)
        assert page.status == 302, url
        (told,) = root.open(page.response["Location"]).all("div", role="status")  # heard as well as seen
        assert "was not saved" in told.text, url
    eve.refresh_from_db()
    assert eve.is_active and not eve.groups.exists() and not eve.has_usable_password()
    assert not ApiToken.objects.exists() and not User.objects.filter(username="mallory").exists()
    assert "was not saved" not in root.open(CREATE).text  # nothing was sent there


@pytest.mark.parametrize(
    "place",
    ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "", "\0"],
)
def test_one_comes_back_to_pages_of_ours_only(root: Staff, place: str) -> None:
    assert confirm(root, PASSWORD, place).response["Location"] == "/"


def test_wrong_ones_are_counted_as_at_a_login(root: Staff) -> None:
    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS):
        page = confirm(root, "wrong")
        assert page.status == 200 and "This is not your password" in page.text
    assert "Too many wrong passwords" in confirm(root, PASSWORD).text
    assert root.open(CREATE).status == 302
    fresh = Client().post("/login", {"username": "root.a", "password": PASSWORD})
    assert fresh.status_code == 200  # the same count


def test_somebody_elses_password_confirms_nothing(root: Staff) -> None:
    User.objects.create_superuser("boss", password="boss-horse-1")
    page = Page(root.client.post("/confirm", {"username": "boss", "password": "boss-horse-1"}))
    assert page.status == 200 and root.open(CREATE).status == 302


def test_a_session_from_before_has_confirmed_nothing(root: Staff) -> None:
    session = root.client.session
    del session["confirmed"]
    session.save()
    assert root.open(CREATE).status == 302


def test_taking_away_needs_no_password(root: Staff, world: World) -> None:
    world.token("viewer")
    token = ApiToken.objects.get()
    assert root.post(f"/cp/tokens/{token.pk}/revoke", reason="lost").status == 302
    token.refresh_from_db()
    assert token.revoked_at is not None
