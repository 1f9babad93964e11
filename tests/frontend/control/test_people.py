"""People and their roles in the control plane: explained, given, taken away."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from releases.access import actions as access
from releases.access.authentication import actor_of_user
from releases.access.passwords import is_temporary
from releases.access.roles import MAY, ROLES
from releases.models import ApiToken, AuditEvent
from tests.factories import World
from tests.releases.admin_pages import Page, Staff, staff
from tests.releases.test_people import held_by

NEW = "battery-staple-2"


@pytest.fixture
def root(world: World) -> Staff:
    return staff("admin", name="root.a")


@pytest.fixture
def ada(world: World) -> Staff:
    """With two tokens and a link."""
    ada = staff("admin", name="ada")
    actor = actor_of_user(ada.user)
    for role in ("viewer", "publisher"):
        access.create_token(name=role, role=role, actor=actor, now=timezone.now())
    world.edit()
    world.preview()
    access.create_preview_link(world.application, reason="look", actor=actor, now=timezone.now())
    return ada


def of(person: User, page: str = "") -> str:
    return f"/cp/people/{person.pk}{f'/{page}' if page else ''}"


def secret_on(page: Page) -> str:
    (shown,) = page.all("pre", id="secret")
    return shown.text


def history_of(username: str) -> list[tuple[str, str | None]]:
    rows = User.objects.get(username=username).history.order_by("history_id")  # type: ignore[attr-defined]
    return [(row.history_user_id, row.history_change_reason) for row in rows]


def test_each_role_is_explained_in_both_languages(root: Staff) -> None:
    english, french = root.open("/cp/people").text, staff("admin", name="fr", language="fr").open("/cp/people").text
    assert MAY.keys() == ROLES.keys()
    for sentence in (may for role in MAY.values() for may in role):
        assert sentence["en"] in english and sentence["fr"] in french


def test_an_account_is_made_with_a_role_and_a_password_shown_once(root: Staff) -> None:
    page = root.submit("/cp/people/create", username=" new.one ", role="editor")
    password = secret_on(page)
    made = User.objects.get(username="new.one")
    assert made.is_staff and [group.name for group in made.groups.all()] == ["editor"] and is_temporary(made)
    assert "no-store" in page.response["Cache-Control"] and history_of("new.one")[0] == ("user:root.a", "created")
    browser = Client()
    assert browser.post("/login", {"username": "new.one", "password": password}).status_code == 302
    assert browser.get("/cp").headers["Location"] == "/account"
    typed = {"old_password": password, "new_password1": NEW, "new_password2": NEW}
    assert browser.post("/account", typed).status_code == 302 and browser.get("/cp").status_code == 200
    assert password not in root.open(of(made)).html


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"username": "root.a"}, "name.taken"),
        ({"username": "a b"}, "person.malformed"),
        ({"username": "<b>"}, "person.malformed"),
        ({"username": ""}, None),
        ({"username": "x" * 151}, None),
        ({"role": "root"}, None),
    ],
)
def test_an_account_that_is_not_made(root: Staff, typed: dict[str, str], refusal: str | None) -> None:
    page = root.submit("/cp/people/create", **{"username": "eve", "role": "viewer", **typed})
    assert page.status >= 400 and page.refusal == refusal and page.has_form
    assert User.objects.count() == 1


def test_a_role_is_changed_with_a_reason_and_the_actors_name(root: Staff, ada: Staff) -> None:
    assert root.submit(of(ada.user, "role"), role="publisher", reason=" ").refusal == "reason.required"
    page = root.submit(of(ada.user, "role"), role="publisher", reason="moves to releases")
    assert "ada is publisher now." in page.text
    assert [group.name for group in ada.user.groups.all()] == ["publisher"]
    assert history_of("ada")[-1] == ("user:root.a", "moves to releases")
    assert held_by(ada.user) == (1, 2, 1)  # a right that stays ends nothing
    assert ada.open("/cp/people").status == 403
    event = AuditEvent.objects.filter(kind="rights_changed").latest("pk")
    assert (event.who, event.detail) == ("user:root.a", "user:ada: groups: – → publisher")


def test_who_has_no_role_any_more_holds_nothing_any_more(root: Staff, ada: Staff) -> None:
    """Also when a role comes back: what ended stays ended."""
    assert "ada has no role any more." in root.submit(of(ada.user, "role"), role="", reason="left the team").text
    assert held_by(ada.user) == (0, 0, 0)
    root.submit(of(ada.user, "role"), role="admin", reason="came back")
    assert held_by(ada.user) == (0, 0, 0)
    assert ApiToken.objects.filter(owner=ada.user).earliest("pk").history.latest().history_change_reason


def test_a_new_password_is_shown_once_is_temporary_and_ends_sessions(root: Staff, ada: Staff) -> None:
    password = secret_on(root.submit(of(ada.user, "password"), reason="forgot it"))
    assert User.objects.get(pk=ada.user.pk).check_password(password) and is_temporary(ada.user)
    assert held_by(ada.user) == (0, 2, 1) and ada.open("/cp").status == 302
    assert history_of("ada")[-1] == ("user:root.a", "forgot it")


def test_everything_of_a_person_ends_by_one_page(root: Staff, ada: Staff) -> None:
    assert of(ada.user, "end") in root.open(of(ada.user)).places
    page = root.submit(of(ada.user, "end"), reason="lost laptop")
    assert "1 session(s), 2 token(s), 1 preview link(s)" in page.text and "deactivated" in page.text
    ada.user.refresh_from_db()
    assert held_by(ada.user) == (0, 0, 0) and not ada.user.is_active
    page = root.submit(of(ada.user, "activate"), reason="found it")
    assert "may log in again" in page.text and held_by(ada.user) == (0, 0, 0)
    assert User.objects.filter(username="ada", is_active=True).exists()


def test_somebody_who_stays_keeps_the_account(root: Staff, ada: Staff) -> None:
    root.post(of(ada.user, "end"), reason="lost laptop")  # the box is not ticked
    ada.user.refresh_from_db()
    assert ada.user.is_active and held_by(ada.user) == (0, 0, 0)


def test_only_a_superuser_changes_a_superuser(root: Staff) -> None:
    boss = User.objects.create_superuser("boss", password="correct-horse-1")
    Client().force_login(boss)
    for page in ("role", "password", "end", "activate"):
        assert root.post(of(boss, page), role="viewer", reason="coup").refusal == "person.superuser"
    boss.refresh_from_db()
    assert held_by(boss)[0] == 1 and boss.check_password("correct-horse-1") and not boss.groups.exists()
    assert "only superusers change" in root.open(of(boss)).text


def test_nobody_takes_the_own_rights_away_by_mistake(root: Staff) -> None:
    for page, typed in (("role", {"role": "viewer"}), ("password", {}), ("end", {"deactivate": "on"})):
        assert root.post(of(root.user, page), reason="oops", **typed).refusal == "person.yourself", page
    assert "This is your own account" not in root.open(of(root.user, "end")).text  # the own sessions may end
    assert root.post(of(root.user, "end"), reason="left the laptop in a train").status == 302
    assert held_by(root.user)[0] == 0


def test_the_list_finds_by_name_role_and_state(root: Staff, ada: Staff) -> None:
    staff("viewer", name="vera")
    User.objects.filter(username="vera").update(is_active=False)
    for query, found in (
        ("q=ver", {"vera"}),
        ("role=admin", {"root.a", "ada"}),
        ("state=ended", {"vera"}),
        ("state=active&role=viewer", set()),
        ("role=nobody&state=x", {"root.a", "ada", "vera"}),
        ("q=%00%27&p=99999999999999999999", {"root.a", "ada", "vera"} - {"root.a", "ada", "vera"}),
    ):
        page = root.open(f"/cp/people?{query}")
        assert {link.text.strip() for link in page.all("a") if link.attributes["href"].startswith("/cp/people/")} - {
            "Create an account"
        } == found, query
    assert "Ask for less" in root.open("/cp/people?q=nobody").text


@pytest.mark.parametrize("role", ["viewer", "editor", "publisher"])
def test_who_may_not_sees_no_people_and_no_tab_of_them(world: World, role: str) -> None:
    person = staff(role)
    assert person.open("/cp/people").refusal == "permission.denied"
    first = person.open(person.open("/cp/access").response["Location"])
    assert first.status == 200 and "/cp/people" not in first.places and "/cp/audit" not in first.places
