"""Whatever is put into the address of a page or into its form: never our mistake. Every page, from the URLconf."""

from __future__ import annotations

import itertools
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from tests.house.routes import is_page, path, routes
from tests.house.test_roles import PARAMETERS, values

pytestmark = pytest.mark.slow

__all__ = ["values"]

#: Each where a number, a key, a date, a name or a choice belongs.
WRONG = (
    *("", "abc", "0", "-1", "1.5", "1e400", "NaN", "9" * 17, "9" * 30, "9" * 5000, "\uff11", "1_0", " 1", "1,2", "%"),
    *("\0", "'\"<>", "../..", "2026-13-45", "0" * 32, "00000000-0000-0000-0000-00000000000g", "é\u202e", "x" * 3000),
    *("{}", "[1]", "true", "null", "__proto__", "a " * 1100),
)
#: What Django's lists and our pages read from the address; a list's own filters are added.
QUERY = (
    *("q", "o", "p", "all", "e", "_facets", "_popup", "_to_field", "_changelist_filters", "next", "environment"),
    *(
        "application",
        "from",
        "to",
        "stale",
        "version",
        "id",
        "pk",
        "pk__in",
        "term",
        "app_label",
        "model_name",
        "field_name",
    ),
)
#: What they read from a form; the form's own fields are added.
TYPED = (
    *("action", "_selected_action", "select_across", "index", "_save", "_popup", "_continue", "next", "language"),
    *("serial", "etag", "digest", "confirm", "reason", "platform", "new_platform", "add", "environment", "version"),
    *("form-TOTAL_FORMS", "form-INITIAL_FORMS", "form-0-id", "p-default-retryAfter", "p-default-latest", "groups"),
)
PAGES = sorted(route for route in routes() if is_page(route))


@pytest.fixture
def admin(db: None) -> Client:
    """Shows what went wrong as people would see it: a status."""
    person = User.objects.create_user("fuzz.admin", is_staff=True, is_superuser=True)
    person.groups.add(Group.objects.get(name="admin"))
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


@pytest.mark.parametrize("route", PAGES)
def test_no_parameter_of_a_page_is_our_mistake(route: str, values: dict[str, Any], admin: Client) -> None:  # noqa: F811
    if "logout" in route or route.endswith("/end/"):
        pytest.skip("it ends the session of who asks")
    address = path(PARAMETERS.get(route, route), {**values, "admin": "configs"})
    page = admin.get(address)
    found = page.content.decode(errors="replace") if page.status_code == 200 and not page.streaming else ""
    fields = set(re.findall(r'name="([^"]+)"', found)) - {"csrfmiddlewaretoken"}
    filters = set(re.findall(r'href="\?(?:[^"]*&amp;)?([a-z_]+)=', found))
    failed = []
    for names, ask in (
        ([*QUERY, *sorted(filters)], lambda given: admin.get(address, given)),
        ([*TYPED, *sorted(fields)], lambda given: admin.post(address, given)),
    ):
        wrong = itertools.cycle(WRONG)
        tries = [{name: value} for name, value in zip(names, wrong, strict=False)]
        usable = [name for name in names if name not in ("_popup", "_to_field")]  # refused before all others
        tries += [dict.fromkeys(usable, value) for value in WRONG[::4]]
        for given in tries:
            answer = ask(given)
            if answer.status_code >= 500:
                failed.append((answer.request["REQUEST_METHOD"], given))
    assert failed == []


LISTS = [route for route in PAGES if re.fullmatch(r"admin/\w+/\w+/", route)]


@pytest.mark.parametrize("route", LISTS)
def test_what_is_ticked_in_a_list_may_be_anything(route: str, values: dict[str, Any], admin: Client) -> None:  # noqa: F811
    page = admin.get("/" + route).content.decode()
    actions = re.findall(r'<option value="(\w+)"', page.partition('name="action"')[2].partition("</select>")[0])
    for action, ticked in itertools.product([*actions, "nothing"], WRONG):
        typed = {"action": action, "_selected_action": [ticked, "1"], "index": "0", "select_across": "0"}
        assert admin.post("/" + route, typed).status_code < 500, typed


@pytest.mark.parametrize("value", [value for value in WRONG if value and "/" not in value])
def test_what_stands_in_an_address_may_be_anything(value: str, values: dict[str, Any], admin: Client) -> None:  # noqa: F811
    for route in PAGES:
        if "<path:" in route or "<str:" in route or "<id>" in route:
            address = "/" + re.sub(r"<[^>]*>", lambda match: quote(value), PARAMETERS.get(route, route))
            assert admin.get(address).status_code < 500, route
            assert admin.post(address, {"reason": "x"}).status_code < 500, route
