"""People in front of Django's admin: they log in, read pages, fill in the forms they see, and send them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from releases.access.sessions import CONFIRMED, CONFIRMED_FOR

VOID = {"input", "br", "link", "meta", "img", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""


class _Reader(HTMLParser):
    """A flat list of elements with the text directly and indirectly inside them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        self.handle_data(" ")  # a person sees words apart, whatever lies between
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


class Page:
    """An answer as a person sees it. Whatever page it is, nothing in it needs an inline style or script."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.status: int = response.status_code
        self.html = response.content.decode() if "html" in response.headers.get("Content-Type", "") else ""
        reader = _Reader()
        reader.feed(self.html)
        self.elements = reader.elements
        self.check_policy()

    def check_policy(self) -> None:
        """What ``style-src 'self'; script-src 'self'`` would refuse."""
        for element in self.elements:
            assert element.tag != "style", element
            assert "style" not in element.attributes, element
            assert not any(name.startswith("on") for name in element.attributes), element
            assert element.tag != "script" or (element.attributes.get("src") and not element.text.strip()), element

    def all(self, tag: str, **attributes: str) -> Iterator[Element]:
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        for element in self.elements:
            if element.tag == tag and all(element.attributes.get(name) == value for name, value in wanted.items()):
                yield element

    @property
    def text(self) -> str:
        body = next(self.all("body"), None)  # a redirect has none
        return " ".join(body.text.split()) if body else f"({self.status}, no page)"

    @property
    def links(self) -> set[str]:
        return {element.attributes.get("href", "") for element in self.all("a")}

    @property
    def places(self) -> set[str]:
        """Where the links lead, whatever they ask there."""
        return {link.partition("?")[0] for link in self.links}

    @property
    def trail(self) -> str:
        """Where the page stands: ``Home › Flags › …``."""
        return " ".join(next(self.all("div", class_="breadcrumbs")).text.split())

    @property
    def refusal(self) -> str | None:
        """The code of the refusal that the page shows."""
        for element in self.elements:
            if element.attributes.get("id") == "refusal":
                return element.attributes["data-code"]
        return None

    @property
    def has_form(self) -> bool:
        return any("confirm" in form.attributes.get("class", "").split() for form in self.all("form"))

    def filled(self) -> dict[str, Any]:
        """What a browser would send of the confirmation form, as it stands."""
        values: dict[str, list[str]] = {}
        inside, select = False, ""
        for element in self.elements:
            given = element.attributes
            if element.tag == "form":
                inside = "confirm" in given.get("class", "").split()
            if not inside:
                continue
            name = given.get("name", "")
            if element.tag == "input" and name:
                is_box = given.get("type") == "checkbox"
                if not is_box or "checked" in given:
                    values.setdefault(name, []).append(given.get("value", "on" if is_box else ""))
            elif element.tag == "textarea":
                values.setdefault(name, []).append(element.text.removeprefix("\n"))
            elif element.tag == "select":
                select = name
            elif element.tag == "option" and "selected" in given:
                values.setdefault(select, []).append(given["value"])
        values.pop("csrfmiddlewaretoken", None)
        return {name: value if len(value) > 1 else value[0] for name, value in values.items()}


@dataclass
class Staff:
    """Somebody with a role, logged in."""

    user: User
    client: Client = field(default_factory=Client)

    def get(self, name: str, /, *args: Any, **query: Any) -> Page:
        return Page(self.client.get(reverse(f"admin:{name}", args=args), query))

    def open(self, url: str) -> Page:
        return Page(self.client.get(url))

    def send(self, name: str, /, *args: Any, **typed: Any) -> Page:
        return self.post(reverse(f"admin:{name}", args=args), **typed)

    def post(self, url: str, **typed: Any) -> Page:
        return Page(self.client.post(url, typed))

    def submit(self, url: str, **typed: Any) -> Page:
        """Open a page of a face, fill in its form, send it; the page one is led to, or the same with a refusal."""
        page = self.open(url)
        assert page.has_form, page.text
        return Page(self.client.post(url, {**page.filled(), **typed}, follow=True))

    def forget_the_password(self) -> None:
        """As if it had been typed a little too long ago."""
        session = self.client.session
        session[CONFIRMED] = int((timezone.now() - CONFIRMED_FOR).timestamp()) - 1
        session.save()

    def fill(self, name: str, /, *args: Any, query: Any = None, **typed: Any) -> Page:
        """Open the page, fill in the form, send it; the page one is led to, or the same one with a refusal."""
        page = self.get(name, *args, **(query or {}))
        assert page.has_form, page.text
        return Page(self.client.post(reverse(f"admin:{name}", args=args), {**page.filled(), **typed}, follow=True))


def staff(role: str | None, *, language: str = "en", name: str = "") -> Staff:
    user = User.objects.create_user(name or role or "nobody", password="correct-horse-1", is_staff=True)
    if role is not None:
        user.groups.add(Group.objects.get(name=role))
    person = Staff(user)
    person.client.force_login(user)
    person.client.cookies["django_language"] = language
    return person
