"""A password that somebody else knows opens nothing but the page that changes it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from releases.access import actions as access
from releases.access.authentication import actor_of_user
from releases.access.passwords import is_temporary, mark_temporary
from releases.bootstrap import first_start
from releases.models import TemporaryPassword
from tests.factories import World
from tests.releases.admin_pages import Page, Staff, staff
from tests.releases.api.helpers import code

NEW = "battery-staple-2"


def log_in(name: str, password: str) -> Client:
    client = Client()
    assert client.post("/login", {"username": name, "password": password}).status_code == 302
    return client


def place(answer: Any) -> str:
    return str(answer["Location"]) if answer.status_code == 302 else str(answer.status_code)


def change(client: Client, old: str, new: str = NEW) -> str:
    typed = {"old_password": old, "new_password1": new, "new_password2": new}
    return place(client.post("/account", typed))


def test_the_generated_password_opens_its_change_and_then_everything(db: None) -> None:
    said: list[str] = []
    first_start(now=timezone.now(), announce=said.append)
    (password,) = [line.rpartition(": ")[2] for line in said if "shown this once" in line]
    client = log_in("admin", password)
    assert place(client.get("/admin/")) == "/account"
    assert code(client.get("/api/registry")) == "password.temporary"
    page = Page(client.get("/account"))
    assert (page.status, page.refusal) == (200, "password.temporary") and "somebody else may know it" in page.text
    assert change(client, password, password) == "200"  # the same again is no change
    assert change(client, password) == "/"
    assert "Your password was changed." in Page(client.get("/account")).text
    assert not TemporaryPassword.objects.exists()
    assert Page(client.get("/account")).refusal is None
    assert client.get("/admin/").status_code == client.get("/api/registry").status_code == 200


def test_a_chosen_first_password_stays(db: None, settings: Any) -> None:
    settings.ICONTROL_ADMIN_PASSWORD = "correct-horse-1"
    first_start(now=timezone.now(), announce=lambda line: None)
    assert log_in("admin", "correct-horse-1").get("/admin/").status_code == 200


@pytest.fixture
def root(world: World) -> Staff:
    return staff("admin", name="root.a")


def test_a_password_that_an_admin_made_for_somebody_is_temporary(root: Staff) -> None:
    (shown,) = root.post("/cp/people/create", username="eve", role="viewer").all("pre", id="secret")
    eve = User.objects.get(username="eve")
    assert place(log_in("eve", shown.text).get("/admin/")) == "/account"
    assert change(log_in("eve", shown.text), shown.text, "correct-horse-2") == "/"
    assert not is_temporary(eve)
    (shown,) = root.post(f"/cp/people/{eve.pk}/password", reason="forgot it").all("pre", id="secret")
    assert place(log_in("eve", shown.text).get("/admin/")) == "/account"


def test_ones_own_password_is_never_temporary(root: Staff) -> None:
    assert change(root.client, "correct-horse-1") == "/account"
    assert log_in("root.a", NEW).get("/admin/").status_code == 200


def test_the_command_ends_it(root: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    mark_temporary(root.user)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "admin")
    with pytest.raises(CommandError):
        call_command("changepassword", "root.a")
    assert is_temporary(root.user)
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)
    call_command("changepassword", "root.a")
    assert not is_temporary(root.user)


def test_tokens_of_that_person_and_other_people_go_on(root: Staff) -> None:
    _, secret = access.create_token(name="ci", role="viewer", actor=actor_of_user(root.user), now=timezone.now())
    mark_temporary(root.user)
    assert Client().get("/api/registry", headers={"authorization": f"Bearer {secret}"}).status_code == 200
    assert staff("viewer").get("index").status == 200
    assert root.get("index").status == 302


def test_the_sentence_is_in_the_readers_language(world: World) -> None:
    french = staff("admin", language="fr")
    mark_temporary(french.user)
    assert "quelqu'un d'autre le connaît peut-être" in french.open("/account").text


def test_who_must_change_the_password_can_log_out_and_change_the_language(root: Staff) -> None:
    mark_temporary(root.user)
    page = root.open("/account")
    actions = {form.attributes.get("action") for form in page.all("form")}
    assert {"/logout", "/i18n/setlang/"} <= actions
    assert root.client.post("/i18n/setlang/", {"language": "fr", "next": "/account"}).status_code == 302
    assert root.client.post("/logout").status_code == 302
