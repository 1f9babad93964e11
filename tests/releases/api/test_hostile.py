"""Nothing that a client can send is a 500: hostile bodies, headers, numbers, addresses, on every route."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from icontrol.kernel.caps import CLIENT_BODY
from icontrol.kernel.refusals import CATALOGUE
from tests.factories import flag, snapshot
from tests.house.routes import METHODS, is_page, methods, path, routes
from tests.releases.api import hostile
from tests.releases.api.helpers import PROBLEM, Api

pytestmark = pytest.mark.slow

WITH_BODY = ("POST", "PUT", "PATCH")
#: Routes that read contexts and reports of clients.
CONTEXTS = ("unleash/", "api/flags/<str:key>/explain")


def api_routes() -> dict[str, Any]:
    """OFREP's answers have another form: tests/flags/ofrep/test_hostile.py."""
    return {route: view for route, view in routes().items() if not is_page(route) and not route.startswith("ofrep/")}


def who(route: str) -> str:
    """Somebody who may: to routes for clients a token of the staff is an unknown client key."""
    return "anonymous" if route.startswith("unleash/") else "admin"


def calls(*wanted: str) -> list[tuple[str, str]]:
    return [(method, route) for route, view in api_routes().items() for method in methods(view) if method in wanted]


@pytest.fixture
def live(api: Api) -> Api:
    """Something of everything, so that requests get past the first refusal."""
    api.world.release(snapshot("home", featureFlags=[flag("search", "ON")]))
    api.world.release(snapshot("home", "next", featureFlags=[flag("search", "ON")]))
    api.world.edit(snapshot("home", "next", "more", featureFlags=[flag("search", "ON")]))
    api.world.preview()
    return api


VALUES = {"preview": "x" * 43, "links": 1, "releases": 1, "versions": "1.0.0", "flags": "search"}
VALUES |= {"draft": "featureFlags", "name": "search", "applications": "icontrol"}


def check(answer: Any) -> None:
    """An answer, or a problem in the one form that refusals have."""
    if answer.status_code < 400:
        return
    assert answer.status_code < 500, answer.content[:300]
    assert answer["Content-Type"] == PROBLEM
    body = json.loads(answer.content)
    assert body["code"] in CATALOGUE and CATALOGUE[body["code"]].status == body["status"] == answer.status_code
    for problem in body.get("problems", ()):
        assert set(problem) >= {"pointer", "code", "message"} and set(problem["message"]) == {"en", "fr"}


@pytest.mark.parametrize(("method", "route"), calls(*WITH_BODY))
def test_bodies_that_are_no_json(live: Api, method: str, route: str) -> None:
    before = snapshot_of_everything(live)
    for name, data in hostile.NOT_JSON:
        answer = live(method, path(route, VALUES), data, role=who(route), if_match=live_etag(live, route))
        check(answer)
        if name in hostile.LARGE_NUMBERS and route.startswith(CONTEXTS):
            continue
        if route.startswith("unleash/") and len(data) > CLIENT_BODY:
            assert answer.json()["code"] == "http.too_large", name
            continue
        assert (answer.status_code, answer.json()["code"]) == (400, "json.refused"), name
        assert answer.json()["problems"]
    assert snapshot_of_everything(live) == before


@pytest.mark.parametrize(("method", "route"), calls(*WITH_BODY))
def test_json_that_is_no_request(live: Api, method: str, route: str) -> None:
    for data in hostile.ODD_JSON:
        for language in ("en", "fr"):
            etag = live_etag(live, route)
            sent = {"if_match": etag, "accept_language": language}
            check(live(method, path(route, VALUES), data, role=who(route), **sent))


@pytest.mark.parametrize(("method", "route"), calls(*WITH_BODY))
def test_content_types(live: Api, method: str, route: str) -> None:
    for kind in hostile.CONTENT_TYPES:
        for data in (b"", b"{}", b"reason=x", b"--x\r\n"):
            sent = {"if-match": live_etag(live, route)}
            if who(route) == "admin":
                sent["authorization"] = f"Bearer {live.secret('admin')}"
            check(live.client.generic(method, path(route, VALUES), data, kind, headers=sent))


def snapshot_of_everything(api: Api) -> Any:
    return [
        api("GET", at).content for at in ("/api/config/draft", "/api/releases", "/api/policy", "/api/config/versions")
    ]


def live_etag(api: Api, route: str) -> str:
    return api.etag("/api/policy" if route == "api/policy" else "/api/config/draft")


#: Reading the document of the API reads none of these headers, and costs a second each time.
DOCUMENTS = ("api/schema", "api/docs")


def values_of_headers() -> Iterator[str]:
    """As a WSGI server hands them on: bytes in the guise of Latin-1."""
    for value in hostile.VALUES:
        yield value.encode().decode("latin-1")


CLIENTS = ("unleash/api/client/features", "unleash/api/frontend")


@pytest.mark.parametrize("header", hostile.CLIENT_HEADERS)
def test_headers_of_clients(live: Api, header: str) -> None:
    """One at a time, because the first one that is refused hides the others."""
    name = header.lower().replace("-", "_")
    for route in (
        "meta/release",
        "api/config",
        "api/config/published",
        "preview/<str:token>",
        "livez",
        "readyz",
        *CLIENTS,
    ):
        for value in values_of_headers():
            for method in ("GET", "OPTIONS"):
                check(live(method, path(route, VALUES), role="anonymous", **{name: value}))


@pytest.mark.parametrize("together", hostile.OTHER_HEADERS)
def test_other_headers(live: Api, together: list[str]) -> None:
    names = [header.lower().replace("-", "_") for header in together]
    for method, route in calls(*METHODS):
        if route not in DOCUMENTS:
            data = b'{"reason": "x"}' if method in WITH_BODY else b""
            for value in values_of_headers():
                check(live(method, path(route, VALUES), data, role=who(route), **dict.fromkeys(names, value)))


def test_the_document_of_the_api_under_strange_headers(live: Api) -> None:
    for route in ("/api/schema", "/api/docs"):
        for name in ("accept", "accept_language", "origin", "cookie"):
            check(live("GET", route, role="anonymous", **{name: "é;q=1e999, " + "x" * 2000}))
    for query in ("lang=%00", "lang=../../x", "format=x", "format=%00", "version=%ff"):
        check(live("GET", f"/api/schema?{query}", role="anonymous"))


@pytest.mark.parametrize("cookie", hostile.COOKIES)
def test_cookies(live: Api, cookie: str) -> None:
    for method, route in calls("GET", "POST"):
        if route not in DOCUMENTS:
            check(live(method, path(route, VALUES), role="anonymous", cookie=cookie))
    live.client.raise_request_exception = False
    assert live("GET", "/admin/", role="anonymous", cookie=cookie).status_code in (302, 400)


@pytest.mark.parametrize("name", hostile.PARAMETERS)
def test_query_strings(live: Api, name: str) -> None:
    for _, route in calls("GET"):
        if route not in DOCUMENTS:
            for value in hostile.QUERY_VALUES:
                check(live("GET", f"{path(route, VALUES)}?{name}={value}", role=who(route)))


def test_query_strings_that_are_none(live: Api) -> None:
    many = "&".join(f"a{number}=1" for number in range(2000))
    for route in api_routes():
        for query in (
            "&&&",
            "=",
            "%",
            "%zz",
            "a&a&a",
            "environment=production&environment=nowhere",
            many,
            "x" * 60_000,
        ):
            if route not in DOCUMENTS:
                check(live("GET", f"{path(route, VALUES)}?{query}", role=who(route)))


def addresses(segment: str) -> Iterator[str]:
    for route in api_routes():
        if "<" in route:
            yield path(route, dict.fromkeys(VALUES, segment))
        yield f"/{route}/{segment}"
        yield f"/{route.rpartition('/')[0]}/{segment}"


@pytest.mark.parametrize("segment", hostile.SEGMENTS)
def test_addresses(live: Api, segment: str) -> None:
    for address in addresses(segment):
        for method in ("GET", "DELETE"):
            check(live(method, address))


def test_strange_methods(live: Api) -> None:
    for method in ("TRACE", "CONNECT", "PROPFIND", "get", "G\xcbT", "X" * 500, 'A"B'):
        for route in api_routes():
            answer = live(method, path(route, VALUES))
            check(answer)
            assert answer.status_code >= 400 or method == "get"


@pytest.mark.parametrize("host", ["evil.example", "", "localhost:x", "[::1", "a b", "é", "x" * 5000, "localhost\x00"])
def test_hosts(live: Api, host: str) -> None:
    for route in ("/meta/release", "/api/config/draft", "/livez", "/admin/"):
        live.client.raise_request_exception = False
        check(live("GET", route, host=host))
