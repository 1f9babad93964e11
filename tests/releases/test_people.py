"""The end of everything of a person, when tokens and sessions were last used, and how sessions end."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from icontrol.kernel.background import background
from releases.access import actions as access
from releases.access.authentication import actor_of_user
from releases.access.last_use import EVERY
from releases.models import ApiToken, PreviewLink, Session
from tests.factories import World
from tests.releases.admin_pages import Staff, staff
from tests.releases.commands import done, manage


@pytest.fixture
def root(world: World) -> Staff:
    return staff("admin", name="root.a")


@pytest.fixture
def ada(world: World) -> Staff:
    """With a second browser, two tokens and a link."""
    ada = staff("admin", name="ada")
    Client().force_login(ada.user)
    actor = actor_of_user(ada.user)
    for role in ("viewer", "publisher"):
        access.create_token(name=role, role=role, actor=actor, now=timezone.now())
    world.edit()
    world.preview()
    access.create_preview_link(world.application, reason="look", actor=actor, now=timezone.now())
    return ada


def held_by(user: User) -> tuple[int, int, int]:
    """Sessions, tokens and links that are open."""
    return (
        Session.objects.filter(user=user).count(),
        ApiToken.objects.filter(owner=user, revoked_at=None).count(),
        PreviewLink.objects.filter(owner=user, revoked_at=None).count(),
    )


def test_everything_ends_by_one_command(ada: Staff, root: Staff) -> None:
    assert held_by(ada.user) == (2, 2, 1)
    assert manage("end_access", "ada").code == 2  # no reason
    assert held_by(ada.user) == (2, 2, 1)
    answer = done("end_access", "ada", "--deactivate", "--reason", "left", "--json").json
    assert answer == {"name": "ada", "sessions": 2, "tokens": 2, "links": 1}
    assert held_by(ada.user) == (0, 0, 0) and held_by(root.user)[0] == 1
    ada.user.refresh_from_db()
    assert not ada.user.is_active
    row = ApiToken.objects.get(name="viewer")
    assert row.revoked_by.startswith("cli") and row.history.latest().history_change_reason == "left"
    assert manage("end_access", "nobody", "--reason", "x").code == 2


# Last use -------------------------------------------------------------------------------------------------------------


def test_a_tokens_last_use_is_noted_without_a_write_on_the_request(
    world: World, root: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = world.token("viewer")

    def used() -> Any:
        Client().get("/api/registry", headers={"authorization": f"Bearer {secret}"})
        return ApiToken.objects.get().last_used_at

    monkeypatch.setattr(background, "serving", True)
    monkeypatch.setattr(background, "wake", lambda: None)  # the thread of a server comes later
    assert used() is None
    background.flush()
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    assert first.strftime("%Y-%m-%d %H:%M") in root.open("/cp/tokens").text
    used()
    background.flush()  # not again within some minutes
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - EVERY)
    used()
    background.flush()
    last = ApiToken.objects.get().last_used_at
    assert last is not None and last > first
    assert ApiToken.objects.get().history.count() == 1


def test_a_token_that_is_refused_was_not_used(world: World) -> None:
    secret = world.token("viewer")
    ApiToken.objects.update(expires_at=timezone.now())
    assert Client().get("/api/registry", headers={"authorization": f"Bearer {secret}"}).status_code == 401
    background.flush()
    assert ApiToken.objects.get().last_used_at is None


# Sessions -------------------------------------------------------------------------------------------------------------


def age(hours: float, *, seen: float | None = None) -> None:
    """As if the login had been so long ago, and the last use too unless ``seen`` says otherwise."""
    now = timezone.now()
    started = now - dt.timedelta(hours=hours)
    for session in Session.objects.all():
        data = {**session.get_decoded(), "started": int(started.timestamp())}
        session.session_data = Session.get_session_store_class()().encode(data)
        session.started_at = started
        session.last_seen_at = now - dt.timedelta(hours=hours if seen is None else seen)
        session.save()


@pytest.fixture
def browser(db: None) -> Client:
    User.objects.create_superuser("eve", password="correct-horse-1")
    client = Client(headers={"user-agent": "Firefox <b>"})
    client.post("/login", {"username": "eve", "password": "correct-horse-1"}, REMOTE_ADDR="192.0.2.7")
    return client


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_a_session_knows_its_person_and_its_place(browser: Client) -> None:
    session = Session.objects.get()
    assert (session.user and session.user.username, session.address) == ("eve", "192.0.2.7")
    assert session.browser == "Firefox <b>"
    assert is_in(browser)
    assert not browser.cookies["sessionid"]["max-age"]  # ends with the browser


def test_use_puts_the_end_off_and_age_does_not(browser: Client, settings: Any) -> None:
    idle, life = dt.timedelta(seconds=settings.SESSION_COOKIE_AGE), settings.ICONTROL_SESSION_LIFETIME
    age(1)
    assert is_in(browser)
    background.flush()
    session = Session.objects.get()
    assert abs(session.expire_date - timezone.now() - idle) < dt.timedelta(minutes=1)
    age(10.5, seen=0.5)
    assert is_in(browser)
    background.flush()
    session = Session.objects.get()
    assert abs(session.expire_date - session.started_at - life) < dt.timedelta(minutes=1)
    # Saving the session does not make it younger either.
    browser.post("/account", {})
    store = browser.session
    store["x"] = 1
    store.save()
    assert abs(Session.objects.get().expire_date - session.started_at - life) < dt.timedelta(minutes=1)


def test_a_session_that_is_over_is_over(browser: Client) -> None:
    Session.objects.update(expire_date=timezone.now())
    assert not is_in(browser)


def test_ones_sessions_can_be_seen_and_ended_and_no_others(browser: Client) -> None:
    eve = Staff(User.objects.get(username="eve"))
    eve.client.force_login(eve.user)
    bob = staff("viewer", name="bob")
    page = eve.open("/account")
    assert "192.0.2.7" in page.text and "Firefox <b>" in page.text and "this one" in page.text
    assert not any(session.pk in page.html for session in Session.objects.all())
    (button,) = page.all("button", name="end")
    assert bob.client.post("/account/sessions/end", {"end": button.attributes["value"]}).status_code == 302
    assert is_in(browser)
    eve.client.post("/account/sessions/end", {"end": button.attributes["value"]})
    assert not is_in(browser) and eve.open("/account").status == 200
