"""Preview links: open one frozen preview and nothing else, for a while, and say in words why they no longer do."""

from __future__ import annotations

import datetime as dt
import io
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from icontrol.kernel.outages import rest
from icontrol.logs import OneLine
from releases.access import actions as access
from releases.models import PreviewLink
from tests.factories import ADA, snapshot
from tests.releases.api.helpers import Api, ok, refused

LINKS = "/api/config/preview/links"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def previewed(api: Api) -> Api:
    api.world.release(snapshot("home"))
    api.world.edit(snapshot("home", "next"))
    api.world.preview()
    return api


def make(api: Api, **body: Any) -> dict[str, Any]:
    made: dict[str, Any] = ok(api("POST", LINKS, {"reason": "for QA", **body}, role="editor"), 201)
    return made


def revoke(api: Api, link: dict[str, Any], role: str) -> Any:
    return api("POST", f"{LINKS}/{link['id']}/revoke", {"reason": "wrong list"}, role=role)


def path_of(link: dict[str, Any]) -> str:
    found = re.fullmatch(r"http://127\.0\.0\.1:8000(/preview/[A-Za-z0-9_-]{43})", link["url"])
    assert found, link["url"]
    return found[1]


def test_a_link_opens_the_preview_without_a_login(previewed: Api) -> None:
    link = make(previewed)
    assert (link["version"], link["open"], link["why"], link["reason"]) == ("1.0.1", True, None, "for QA")
    answer = previewed.ask(path_of(link))
    assert [page["id"] for page in ok(answer)["pages"]] == ["home", "next"]
    assert answer["X-Config-Version"] == "1.0.1"
    assert (answer["Cache-Control"], answer["Referrer-Policy"], answer["X-Robots-Tag"]) == (
        "no-store",
        "no-referrer",
        "noindex",
    )
    assert "ETag" not in answer


def test_it_is_the_form_that_clients_get(previewed: Api) -> None:
    content = snapshot("home", "cp")
    content["pages"][1]["surface"] = "CP"
    content["featureFlags"] = [{"key": "f", "state": "ON", "type": "boolean", "owner": "ada"}]
    previewed.world.edit(content)
    previewed.world.preview()
    path = path_of(make(previewed))
    body = ok(previewed.ask(path))
    assert "owner" not in body["featureFlags"][0] and len(body["pages"]) == 2
    assert [page["id"] for page in ok(previewed.ask(f"{path}?surface=APP"))["pages"]] == ["home"]


def test_it_stays_on_its_version_while_editing_goes_on(previewed: Api) -> None:
    path = path_of(make(previewed))
    previewed.world.edit(snapshot("home", "next", "later"))
    assert [page["id"] for page in ok(previewed.ask(path))["pages"]] == ["home", "next"]


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1:1"])
def test_the_address_is_never_made_of_the_host_header(previewed: Api, settings: Settings, host: str) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.PUBLIC_BASE_URL = "https://icontrol.example"
    answer = previewed("POST", LINKS, {"reason": "x"}, host=host, x_forwarded_host=host)
    assert ok(answer, 201)["url"].startswith("https://icontrol.example/preview/")


def test_the_token_is_long_random_and_kept_as_a_hash_only(previewed: Api) -> None:
    tokens = [path_of(make(previewed)).rpartition("/")[2] for _ in range(3)]
    assert len(set(tokens)) == 3  # 43 characters of base64 are 256 bits
    for table in (PreviewLink, PreviewLink.history.model):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table._meta.db_table}")
            stored = str(cursor.fetchall())
        assert not [token for token in tokens if token in stored]
    assert {row.token_hash for row in PreviewLink.objects.all()} == {access.token_hash(token) for token in tokens}


def test_neither_list_nor_revocation_shows_the_address_again(previewed: Api) -> None:
    link = make(previewed)
    token = path_of(link).rpartition("/")[2]
    listed = previewed("GET", LINKS, role="editor")
    elsewhere = ("url", "qr", "application", "environment")
    assert ok(listed)["links"] == [{name: value for name, value in link.items() if name not in elsewhere}]
    revoked = revoke(previewed, link, role="editor")
    assert token not in (listed.content + revoked.content).decode()


DEAD = [
    ("revoked", "The link was revoked", "Le lien a été révoqué"),
    ("expired", "The link expired on ", "Le lien a expiré le "),
    ("published", "1.0.1 was published on 2026-11-22 12:00, so it is no preview any more.", "1.0.1 a été publiée le "),
    ("withdrawn", "1.0.1 was withdrawn on 20", "1.0.1 a été retirée le 20"),
    ("replaced", "1.0.1 was withdrawn on 20", "1.0.1 a été retirée le 20"),
]


def test_a_phone_reads_the_address(previewed: Api) -> None:
    """An SVG that needs nothing but itself: black on white, as many modules as version 5 has, and the quiet zone."""
    picture = make(previewed)["qr"]
    kind, _, drawn = picture.partition(",")
    assert kind == "data:image/svg+xml;charset=utf-8"
    svg = ElementTree.fromstring(unquote(drawn))
    assert svg.attrib == {"viewBox": "0 0 45 45"}
    ground, modules = svg
    assert (ground.tag, ground.attrib["fill"], modules.attrib["stroke"]) == (f"{SVG}path", "#fff", "#000")


@pytest.mark.parametrize(("how", "english", "french"), DEAD)
def test_a_dead_link_says_why(previewed: Api, how: str, english: str, french: str) -> None:
    link = make(previewed)
    path = path_of(link)
    world = previewed.world
    match how:
        case "revoked":
            assert ok(revoke(previewed, link, role="editor"))["open"] is False
        case "expired":
            long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
            _, secret = access.create_preview_link(world.application, reason="old", actor=ADA, now=long_ago)
            path = f"/preview/{secret}"
        case "published":
            world.publish("1.0.1")
        case "withdrawn":
            ok(previewed("POST", "/api/config/preview/withdraw", {"reason": "no"}))
        case "replaced":
            world.edit()
            world.preview()
    for language, sentence in (("en", english), ("fr", french), ("fr-CA,fr;q=0.9", french)):
        answer = previewed.ask(path, accept_language=language)
        body = refused(answer, 410, "preview_link.dead")
        assert body["detail"].startswith(sentence)
        assert "token:" not in body["detail"] and "user:" not in body["detail"]  # strangers learn no names
        assert answer["Referrer-Policy"] == "no-referrer" and answer["X-Robots-Tag"] == "noindex"
    dead = [entry for entry in ok(previewed("GET", LINKS))["links"] if not entry["open"]]
    assert [entry["why"]["en"].startswith(english) for entry in dead] == [True]
    assert how != "revoked" or "token:editor-" in dead[0]["why"]["en"]


def test_a_preview_that_was_published_and_rolled_back_does_not_open_again(previewed: Api) -> None:
    path = path_of(make(previewed))
    previewed.world.publish("1.0.1")
    previewed.world.rollback()
    refused(previewed.ask(path), 410, "preview_link.dead")


@pytest.mark.parametrize(
    "token", ["x", "x" * 43, "%00", "%ff", "..", "%2e%2e", "a" * 5000, "__proto__", "draft", "1.0.1", "%F0%9F%98%80"]
)
def test_an_unknown_token(previewed: Api, token: str) -> None:
    make(previewed)
    answer = previewed.ask(f"/preview/{token}")
    assert answer.status_code == 404
    if token not in ("..", "%2e%2e"):
        refused(answer, 404, "preview_link.unknown")
        assert answer["Cache-Control"] == "no-store" and answer["Referrer-Policy"] == "no-referrer"


def test_revoking(previewed: Api) -> None:
    link = make(previewed)
    one, why = f"{LINKS}/{link['id']}/revoke", {"reason": "sent to the wrong list"}
    for nothing in ({"reason": ""}, why):
        refused(previewed("POST", f"{LINKS}/999999/revoke", nothing), 404, "preview_link.unknown")
        refused(previewed("POST", f"{LINKS}/{10**30}/revoke", nothing), 404, "preview_link.unknown")
        refused(previewed("POST", f"{one}?application=nope", nothing), 404, "application.unknown")
    refused(previewed("POST", one, {}), 400, "body.invalid")
    refused(previewed("POST", one, {"reason": " "}), 422, "reason.required")
    first = ok(previewed("POST", one, why, role="editor"))
    assert ok(previewed("POST", one, why, role="admin")) == first  # once is enough, and the first one stands
    row = PreviewLink.objects.get()
    assert [entry.history_change_reason for entry in row.history.all()] == ["sent to the wrong list", "for QA"]


def test_how_long_a_link_lives(previewed: Api) -> None:
    def days(link: dict[str, Any]) -> float:
        made, ends = (dt.datetime.fromisoformat(link[name]) for name in ("createdAt", "expiresAt"))
        return (ends - made) / dt.timedelta(days=1)

    assert days(make(previewed)) == 1
    assert days(make(previewed, ttl=604_800)) == 7
    for ttl in (59, 604_801, 0, -1, 2**53 - 1, "60", 60.5, True, None):
        body = refused(previewed("POST", LINKS, {"reason": "x", "ttl": ttl}), 400, "body.invalid")
        assert [problem["pointer"] for problem in body["problems"]] == ["/ttl"]


def test_without_a_preview_there_is_nothing_to_link_to(api: Api) -> None:
    refused(api("POST", LINKS, {"reason": "x"}), 404, "preview.none")
    assert ok(api("GET", LINKS))["links"] == []


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the server would write, by the formatter and the levels that it has."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def test_the_token_is_in_no_log(previewed: Api, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    path = path_of(make(previewed))
    token = path.rpartition("/")[2]

    def gone(*args: Any) -> Any:
        raise OperationalError("the connection is lost")

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise ValueError("our mistake")

    previewed.ask(path)
    previewed.ask(path + "x")
    with connection.execute_wrapper(gone):
        assert previewed.ask(path).status_code == 503
    rest.over()
    previewed.client.raise_request_exception = False
    monkeypatch.setattr(access, "open_preview_link", broken)
    assert previewed.ask(path).status_code == 500
    written = log.getvalue()
    assert "our mistake" in written and "/preview/…" in written  # the error is there, and the address without its token
    assert "db.unavailable" in written
    assert token not in written
