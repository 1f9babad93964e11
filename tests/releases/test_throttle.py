"""Wrong passwords: who has to wait, and that nobody can make somebody else wait."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from releases.access import throttle
from releases.models import LoginFailure
from tests.factories import World

STRANGER, OFFICE = "203.0.113.9", "198.51.100.4"


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser("admin", password="right")


def login(client: Client, password: str, *, address: str = OFFICE, account: str = "admin") -> bool:
    response = client.post("/login?next=/admin/", {"username": account, "password": password}, REMOTE_ADDR=address)
    return response.status_code == 302


def fail(times: int, *, address: str, account: str = "admin") -> None:
    for _ in range(times):
        assert not login(Client(), "wrong", address=address, account=account)


def test_after_too_many_wrong_passwords_even_the_right_one_waits(admin: User) -> None:
    fail(throttle.PER_ACCOUNT_AND_ADDRESS, address=STRANGER)
    assert not login(Client(), "right", address=STRANGER)
    page = Client().post("/login", {"username": "admin", "password": "right"}, REMOTE_ADDR=STRANGER)
    assert "Too many wrong passwords" in page.content.decode()
    french = Client().post(
        "/login", {"username": "admin", "password": "x"}, REMOTE_ADDR=STRANGER, headers={"Accept-Language": "fr"}
    )
    assert "Trop de mots de passe" in french.content.decode()


def test_one_try_fewer_is_no_wait(admin: User) -> None:
    fail(throttle.PER_ACCOUNT_AND_ADDRESS - 1, address=STRANGER)
    assert login(Client(), "right", address=STRANGER)


def test_a_stranger_elsewhere_cannot_lock_the_owner_out(admin: User) -> None:
    fail(throttle.PER_ACCOUNT_AND_ADDRESS + 5, address=STRANGER)
    assert login(Client(), "right", address=OFFICE)


def test_a_stranger_behind_the_same_address_cannot_lock_a_known_browser_out(admin: User) -> None:
    browser = Client()
    assert login(browser, "right")
    browser.logout()
    browser.cookies.load({throttle.COOKIE: _cookie_after_login()})
    fail(throttle.PER_ACCOUNT_AND_ADDRESS, address=OFFICE)
    assert not login(Client(), "right")
    assert login(browser, "right")


def _cookie_after_login() -> str:
    client = Client()
    assert login(client, "right")
    return client.cookies[throttle.COOKIE].value


def test_a_known_browser_is_counted_too(admin: User) -> None:
    cookie = _cookie_after_login()
    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS):
        client = Client()
        client.cookies.load({throttle.COOKIE: cookie})
        assert not login(client, "wrong")
    client = Client()
    client.cookies.load({throttle.COOKIE: cookie})
    assert not login(client, "right")


def test_a_forged_or_foreign_cookie_makes_no_known_browser(admin: User) -> None:
    User.objects.create_user("eve", password="eve", is_staff=True)
    client = Client()
    assert login(client, "eve", account="eve")
    foreign = client.cookies[throttle.COOKIE].value
    fail(throttle.PER_ACCOUNT_AND_ADDRESS, address=OFFICE)
    for cookie in (foreign, "x", ""):
        other = Client()
        other.cookies.load({throttle.COOKIE: cookie})
        assert not login(other, "right")


def spray(times: int, *, address: str) -> None:
    """As many wrong passwords, each for another account; the passwords themselves need not be compared for this."""
    scope = throttle._scope("address", address)
    LoginFailure.objects.bulk_create([LoginFailure(scope=scope) for _ in range(times)])


@pytest.mark.parametrize("times", [100, 500, throttle.PER_ADDRESS - 1])
def test_many_wrong_passwords_do_not_lock_an_office_out(admin: User, times: int) -> None:
    """Nor all who come through a proxy that is not configured."""
    spray(times, address=OFFICE)
    assert login(Client(), "right")


def test_from_a_suspect_address_an_account_has_fewer_tries(admin: User) -> None:
    spray(throttle.SUSPECT, address=OFFICE)
    known = Client()
    known.cookies.load({throttle.COOKIE: _cookie_after_login()})
    fail(throttle.PER_ACCOUNT_AND_SUSPECT, address=OFFICE)
    assert not login(Client(), "right")
    assert login(known, "right")
    assert login(Client(), "right", address=STRANGER)


def test_an_address_has_a_budget_and_known_browsers_are_not_concerned(admin: User) -> None:
    cookie = _cookie_after_login()
    spray(throttle.PER_ADDRESS, address=OFFICE)
    assert not login(Client(), "right")
    known = Client()
    known.cookies.load({throttle.COOKIE: cookie})
    assert login(known, "right")
    assert login(Client(), "right", address=STRANGER)


def test_the_scope_that_is_sprayed_is_the_one_that_is_counted(admin: User) -> None:
    fail(1, address=OFFICE, account="nobody")
    assert LoginFailure.objects.filter(scope=throttle._scope("address", OFFICE)).count() == 1


def test_ones_own_password_is_not_to_be_guessed_either(admin: User) -> None:
    """By somebody at a browser that was left open."""
    client = Client()
    client.force_login(admin)
    typed = {"new_password1": "battery-staple-2", "new_password2": "battery-staple-2"}

    def change(old: str) -> str:
        answer = client.post("/account", {**typed, "old_password": old}, REMOTE_ADDR=STRANGER)
        return "done" if answer.status_code == 302 else answer.content.decode()

    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS):
        assert "not your password" in change("wrong")
    assert "Too many wrong passwords" in change("right")
    assert User.objects.get(pk=admin.pk).check_password("right")
    LoginFailure.objects.all().delete()
    assert change("right") == "done"


def test_a_try_that_was_not_looked_at_does_not_prolong_the_wait(admin: User) -> None:
    fail(throttle.PER_ACCOUNT_AND_ADDRESS, address=STRANGER)
    count = LoginFailure.objects.count()
    fail(3, address=STRANGER)
    assert LoginFailure.objects.count() == count


def test_failures_leave_the_window(admin: User) -> None:
    fail(throttle.PER_ACCOUNT_AND_ADDRESS, address=STRANGER)
    LoginFailure.objects.update(at=LoginFailure.objects.earliest("at").at - throttle.WINDOW)
    assert login(Client(), "right", address=STRANGER)


def test_tokens_are_not_throttled(world: World) -> None:
    secret = world.token("viewer")
    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS + 1):
        Client().get("/api/registry", headers={"Authorization": "Bearer ict_wrong"}, REMOTE_ADDR=STRANGER)
    response = Client().get("/api/registry", headers={"Authorization": f"Bearer {secret}"}, REMOTE_ADDR=STRANGER)
    assert response.status_code == 200


def test_no_password_and_no_name_is_stored(admin: User) -> None:
    fail(1, address=STRANGER)
    assert all(len(scope) == 64 for scope in LoginFailure.objects.values_list("scope", flat=True))
