"""Pages with passwords, as ears and keyboards find them: names, rules and errors are tied to their fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from releases.access import throttle
from tests.factories import World
from tests.releases.admin_pages import Element, Page, Staff, staff

CURRENT, NEW = "current-password", "new-password"
#: Page → what its password fields are for.
PAGES = {
    "/login": [CURRENT],
    "/confirm": [CURRENT],
    "/account": [CURRENT, NEW, NEW],
    "/cp/people/create": [],
    "/cp/tokens/create": [],
}
WRONG = {
    "username": "ada b",
    "password": "wrong",
    "old_password": "wrong",
    "usable_password": "true",
    **dict.fromkeys(("new_password1", "password1"), "12345"),
    **dict.fromkeys(("new_password2", "password2"), "12345"),
}


@pytest.fixture(params=["en", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def root(world: World, language: str) -> Staff:
    return staff("admin", language=language)


def address(page: str) -> str:
    return page.format(User.objects.get(username="admin").pk)


def client_for(page: str, root: Staff, language: str) -> Client:
    if page != "/login":
        return root.client
    client = Client()
    client.cookies["django_language"] = language
    return client


def fields(page: Page) -> Iterator[Element]:
    """What a person fills in."""
    for element in page.elements:
        given = element.attributes
        shown = (
            given.get("type") not in ("hidden", "submit", "search")
            and given.get("class") != "hidden"
            and "hidden" not in given
        )
        if element.tag in ("input", "select") and shown and given.get("id", "").startswith("id_"):
            yield element


def check(page: Page, language: str, purposes: list[str]) -> None:
    """What holds of every such page."""
    assert next(page.all("html")).attributes["lang"] == language
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    named = {label.attributes.get("for") for label in page.all("label") if label.text.strip()}
    found = list(fields(page))
    assert found and {field.attributes["id"] for field in found} <= named
    passwords = [field for field in found if field.attributes.get("type") == "password"]
    assert [field.attributes["autocomplete"] for field in passwords] == purposes
    for element in page.elements:
        assert set(element.attributes.get("aria-describedby", "").split()) <= set(ids), element
    assert sum("autofocus" in element.attributes for element in page.elements) <= 1


def by_id(page: Page, name: str) -> Element:
    return next(element for element in page.elements if element.attributes.get("id") == name)


@pytest.mark.parametrize("place", PAGES)
def test_a_page_without_errors(root: Staff, place: str, language: str) -> None:
    page = Page(client_for(place, root, language).get(address(place)))
    check(page, language, PAGES[place])
    assert not next(page.all("title")).text.startswith("Err")
    assert not [element for element in page.elements if "aria-invalid" in element.attributes]


@pytest.mark.parametrize("place", PAGES)
def test_what_is_wrong_comes_first_and_is_tied_to_the_fields(root: Staff, place: str, language: str) -> None:
    page = Page(client_for(place, root, language).post(address(place), WRONG))
    check(page, language, PAGES[place])
    assert next(page.all("title")).text.split()[0].rstrip(":") == ("Error" if language == "en" else "Erreur")
    summary = by_id(page, "errors")
    assert summary.attributes["role"] == "alert" and summary.attributes["tabindex"] == "-1"
    assert "autofocus" in summary.attributes
    wrong = [field for field in fields(page) if field.attributes.get("aria-invalid") == "true"]
    assert wrong
    for field in wrong:
        told = [by_id(page, name) for name in field.attributes["aria-describedby"].split()]
        mine = [element for element in told if not element.attributes["id"].endswith("_helptext")]
        assert mine and all(element.text.strip() for element in mine)
        assert f"#{field.attributes['id']}" in page.links or mine == [summary]
    assert "12345" not in page.html and 'value="wrong"' not in page.html


@pytest.mark.parametrize("place", [place for place, purposes in PAGES.items() if NEW in purposes])
def test_the_rules_of_a_new_password_are_read_with_its_field(root: Staff, place: str, language: str) -> None:
    page = Page(root.client.get(address(place)))
    first = next(field for field in fields(page) if field.attributes.get("autocomplete") == NEW)
    rules = " ".join(by_id(page, name).text for name in first.attributes["aria-describedby"].split())
    assert ("8 characters" if language == "en" else "8 caractères") in rules


def test_a_login_does_not_tell_which_accounts_there_are(root: Staff, language: str) -> None:
    """Nor whether the password of somebody who may not come here is right."""
    User.objects.create_user("guest", password="correct-horse-1")
    User.objects.create_user("gone", password="correct-horse-1", is_staff=True, is_active=False)

    def answer(name: str, password: str = "correct-horse-1", times: int = 1) -> Any:
        for _ in range(times):
            client = client_for("/login", root, language)
            page = Page(client.post("/login", {"username": name, "password": password}, REMOTE_ADDR="192.0.2.9"))
        return page.status, page.text, by_id(page, "errors").text

    told = answer("nobody")
    assert told == answer("guest") == answer("gone") == answer("admin", "wrong")
    waits = answer("nobody2", times=throttle.PER_ACCOUNT_AND_ADDRESS + 1)
    assert waits == answer("admin", "wrong", times=throttle.PER_ACCOUNT_AND_ADDRESS) != told


@pytest.mark.parametrize("place", ["/confirm", "/account"])
def test_who_must_wait_hears_so(root: Staff, place: str, language: str) -> None:
    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS):
        root.client.post(place, WRONG)
    page = Page(root.client.post(place, WRONG))
    check(page, language, PAGES[place])
    assert ("Too many wrong" if language == "en" else "Trop de mots") in by_id(page, "errors").text


@pytest.mark.parametrize("place", ["/confirm", "/account"])
def test_password_managers_find_the_account(root: Staff, place: str) -> None:
    (name,) = Page(root.client.get(place)).all("input", autocomplete="username")
    assert name.attributes["value"] == "admin"
