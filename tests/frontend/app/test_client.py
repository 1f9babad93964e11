"""The app that everybody may open: the page; what it does in a browser is beside, in ``test_story``."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from tests.factories import World

pytestmark = pytest.mark.django_db


def test_the_page_is_public_and_holds_nothing_of_the_config(world: World) -> None:
    answer = Client().get("/app")
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    html = answer.content.decode()
    assert "<title>App | iCONTROL</title>" in html and "<app-client>" in html
    assert "frontend/app/client.js" in html and " style=" not in html
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_it_speaks_french() -> None:
    html = Client().get("/app", headers={"Accept-Language": "fr"}).content.decode()
    assert '<html lang="fr"' in html and "L'application se charge." in unescape(html)


def test_it_only_reads() -> None:
    assert Client().post("/app").status_code == 405
