"""Writes without a CSRF token: pages get a page, everything else a problem; both say what to do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import World
from tests.releases.api.helpers import code


@pytest.fixture
def browser(world: World) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize(("language", "sentence"), [("en", "no longer valid"), ("fr", "n'est plus valable")])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_form_of_the_admin(world: World, browser: Client, language: str, sentence: str, is_known: bool) -> None:
    """Also the login itself, which is sent by nobody yet."""
    client = browser if is_known else Client(enforce_csrf_checks=True)
    path = "/cp/environments/create" if is_known else "/login"
    answer = client.post(path, {"key": "lab"}, headers={"accept-language": language, "accept": "text/html,*/*"})
    assert answer.status_code == 403 and answer["Content-Type"].startswith("text/html")
    page = answer.content.decode().replace("&#x27;", "'")
    assert sentence in page and "http.csrf" in page
    assert not world.application.environments.filter(key="lab").exists()


def test_anything_else(browser: Client) -> None:
    assert code(browser.post("/i18n/setlang/", {"language": "fr"})) == "http.csrf"
    # The API asks REST framework, which has its own exception.
    assert code(browser.post("/api/config/rollback", {}, "application/json")) == "http.forbidden"
