"""The page of the Toolbox: who sees it, and what it tells its modules."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import World
from tests.releases.admin_pages import staff


def test_the_page_names_application_and_environment_and_what_one_may(world: World) -> None:
    for role, may in {"viewer": "view", "editor": "view edit", "publisher": "view edit publish"}.items():
        page = staff(role).client.get("/toolbox/icontrol/").content.decode()
        assert 'data-application="icontrol"' in page
        assert f'data-environment="{world.production.key}"' in page
        assert f'data-may="{may}"' in page
        assert "<noscript>" in page


def test_the_default_application_is_chosen(world: World) -> None:
    assert staff("viewer").client.get("/toolbox").headers["Location"] == "/toolbox/icontrol/"


@pytest.mark.parametrize("address", ["/toolbox/nowhere/", "/toolbox/icontrol/?environment=nowhere", "/toolbox/%00/"])
def test_what_is_not_there_is_told(world: World, address: str) -> None:
    assert staff("viewer").client.get(address).status_code == 404


def test_strangers_log_in_first(world: World) -> None:
    assert Client().get("/toolbox").headers["Location"] == "/login?next=/toolbox"
