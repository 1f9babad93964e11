"""What a preview link opens for people: the page, what it says of the change, and what it keeps to itself."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client

from releases.access import actions as access
from tests.factories import ADA, World, flag, snapshot

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
PRIVATE = {
    "id": "vip",
    "private": True,
    "conditions": [{"attribute": "tenant", "operator": "in", "values": ["secret-customer"]}],
}


def link(world: World, **given: Any) -> str:
    given = {"reason": "for QA", "actor": ADA, "now": dt.datetime.now(dt.UTC), **given}
    return f"/preview/{access.create_preview_link(world.application, **given)[1]}"


def opened(path: str, **headers: str) -> Any:
    return Client().get(path, headers={"Accept": BROWSER, **headers})


def words(answer: Any) -> str:
    html = re.sub(r"(?s)<script.*?</script>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def config_of(answer: Any) -> Any:
    html = answer.content.decode()
    found = re.search(r'(?s)<script id="preview-config" type="application/json">(.*?)</script>', html)
    assert found
    return json.loads(found[1])


@pytest.fixture
def previewed(world: World) -> World:
    rule = {"id": "r", "conditions": [{"segment": "vip"}], "variant": "on"}
    flags = [flag("f", "ON", defaultVariant="off", rules=[rule], owner="Ada", description="internal words")]
    world.release(snapshot("home", featureFlags=flags, segments=[PRIVATE]))
    changed = {**PRIVATE, "conditions": [{"attribute": "tenant", "operator": "in", "values": ["other-secret"]}]}
    flags = [{**flags[0], "owner": "Grace", "description": "other internal words"}]
    world.edit(snapshot("home", "orders", featureFlags=flags, segments=[changed]))
    world.preview()
    return world


def test_people_get_a_page_and_programs_get_json(previewed: World) -> None:
    path = link(previewed)
    page_ = opened(path)
    assert page_.status_code == 200 and page_["Content-Type"].startswith("text/html")
    text = words(page_)
    assert "Preview of 1.0.1" in text and "Not published: no client shows this yet." in text
    assert "The link works until " in text and "orders" in text and "Against 1.0.0" in text
    for accept in ("application/json", "*/*", "", "text/plain", "application/*, text/html;q=0.5", "x;q=z"):
        answer = Client().get(path, headers={"Accept": accept} if accept else {})
        assert answer["Content-Type"] == "application/json", accept
        assert answer.json() == config_of(page_)
    assert opened(f"{path}?format=json")["Content-Type"] == "application/json"
    assert Client().post(path, headers={"Accept": BROWSER}).status_code == 405


def test_nobody_keeps_it(previewed: World) -> None:
    for answer in (opened(link(previewed)), opened("/preview/unknown")):
        assert answer["Cache-Control"] == "no-store" and answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex" and "Accept" in answer["Vary"]
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert " style=" not in answer.content.decode()


def test_it_tells_no_more_than_the_json(previewed: World) -> None:
    """Neither what is private or internal, nor that it changed, nor who made the link and why."""
    answer = opened(link(previewed, reason="for nobody else"))
    assert config_of(answer)["featureFlags"][0]["remote"] is True
    for kept in ("secret", "internal", "Grace", "nobody else", ADA.name):
        assert kept not in answer.content.decode()


def test_other_environments_are_not_compared(previewed: World) -> None:
    """Whoever has the link need not have the key of staging."""
    assert "the default environment only" in words(opened(f"{link(previewed)}?environment=staging"))
    assert opened(f"{link(previewed)}?environment=nowhere").status_code == 404


def test_what_changes_is_said_in_the_readers_language(previewed: World) -> None:
    text = words(opened(link(previewed), **{"Accept-Language": "fr"}))
    assert "Aperçu de 1.0.1" in text and "Ce qui change" in text and "Par rapport à 1.0.0" in text


def test_text_of_the_config_is_text(world: World) -> None:
    bad = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    world.release(snapshot("home"))
    changed = snapshot("home", "orders")
    changed["pages"][1]["title"] = bad
    world.edit(changed)
    world.preview()
    html = opened(link(world)).content.decode()
    assert "<script>alert" not in html and "<img src=x" not in html and "</script><script>" not in html


def test_nothing_is_live_yet(world: World) -> None:
    world.edit(snapshot("home"))
    world.preview()
    assert "Nothing is live in production yet: everything is new." in words(opened(link(world)))


def test_a_dead_link_is_a_page_that_says_why_and_what_next(previewed: World) -> None:
    path = link(previewed)
    assert opened("/preview/unknown").status_code == 404
    old = link(previewed, now=dt.datetime.now(dt.UTC) - dt.timedelta(days=2))
    expired = opened(old)
    assert expired.status_code == 410 and "The link expired on " in words(expired)
    assert "Ask whoever sent you the link for a new one." in words(expired)
    previewed.publish("1.0.1")
    gone = opened(path, **{"Accept-Language": "fr"})
    assert gone.status_code == 410 and "Demandez un nouveau lien" in words(gone)
