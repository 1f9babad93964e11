"""OPTIONS tells of every address what there is: the methods, and what a PATCH may be written in."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from tests.factories import snapshot
from tests.house.routes import is_page, methods, path, routes
from tests.releases.api.helpers import Api

#: What stands for every parameter of an address: OPTIONS looks nothing up.
ONES: dict[str, Any] = defaultdict(lambda: 1)


def test_options_names_the_methods_that_there_are(api: Api) -> None:
    asked = {route: methods(view) for route, view in routes().items() if not is_page(route)}
    assert len(asked) > 40
    for route, there in asked.items():
        role = "anonymous" if route.startswith(("ofrep/", "unleash/")) else "admin"
        answer = api("OPTIONS", path(route, ONES), role=role)
        assert answer.status_code == 200, route
        wanted = {*there, "OPTIONS"} | ({"HEAD"} if "GET" in there else set())
        assert set(answer["Allow"].split(", ")) == wanted, route
        assert ("Accept-Patch" in answer) == ("PATCH" in there), route


def test_accept_patch_is_what_is_read(api: Api) -> None:
    api.world.edit(snapshot("home"))
    patched = {
        "/api/config/draft": "/api/config/draft",
        "/api/config/draft/{section}/{name}": "/api/config/draft/pages/home",
        "/api/applications/{key}": f"/api/applications/{api.world.application.key}",
    }
    told: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    assert set(patched) == {route for route, item in told.items() if "patch" in item}
    for route, address in patched.items():
        types = api("OPTIONS", address)["Accept-Patch"].split(", ")
        assert types == list(told[route]["patch"]["requestBody"]["content"])
        statuses = {kind: api("PATCH", address, {}, content_type=kind).status_code for kind in (*types, "text/plain")}
        assert [kind for kind, status in statuses.items() if status == 415] == ["text/plain"], route
