"""Applications are made and set through every door by the same actions, and clients notice at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from configs import actions
from configs.models import Application
from icontrol.kernel.actors import Actor
from icontrol.kernel.refusals import Refusal
from releases.access import actions as access
from tests.factories import ADA, World, snapshot
from tests.releases.api.helpers import Api, ok, refused
from tests.releases.commands import done, manage


def boss() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


PAGES = "/cp/applications"


def by_command(api: Api) -> None:
    done("create_application", "shop", "--name", "Shop", "--default-language", "fr", "--reason", "new")


def by_api(api: Api) -> None:
    body = {"key": "shop", "name": "Shop", "defaultLanguage": "fr", "reason": "new"}
    assert ok(api("POST", "/api/applications", body), 201)["environments"] == []


def by_page(api: Api) -> None:
    client = boss()
    typed = {"key": "shop", "name": "Shop", "default_locale": "fr"}
    assert client.post(f"{PAGES}/create", typed).status_code == 302


@pytest.mark.parametrize("door", [by_command, by_api, by_page])
def test_it_is_made_through_every_door(api: Api, door: Callable[[Api], None]) -> None:
    door(api)
    made = Application.objects.get(key="shop")
    assert (made.name, made.default_locale, made.is_default) == ("Shop", "fr", False)
    assert made.versions.get().version == "1.0.0"
    assert made.history.get().history_user_id
    done("create_environment", "production", "--application", "shop")
    assert ok(api("GET", "/api/config/draft?application=shop"))["application"] == "shop"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"key": "icontrol"}, "name.taken"),
        ({"key": "A b"}, "name.malformed"),
        ({"name": " "}, "label.malformed"),
        ({"name": "a\u0007"}, "label.malformed"),
        ({"name": "x" * 201}, "label.malformed"),
        ({"default_locale": "français"}, "locale.malformed"),
        ({"default_locale": ""}, "locale.malformed"),
        ({"reason": "\u0007"}, "reason.required"),
        ({"actor": Actor("user:eve", frozenset({"releases.publish_release"}))}, "permission.denied"),
    ],
)
def test_what_cannot_be_is_refused_and_makes_nothing(world: World, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        actions.create_application(**{"key": "shop", "name": "Shop", "actor": ADA, "now": world.tick(), **wrong})
    assert refusal.value.code == code
    assert Application.objects.count() == 1
    if wrong.keys() & {"name", "default_locale", "reason", "actor"}:
        how = {"reason": "why", "actor": ADA, "now": world.tick(), **wrong}
        with pytest.raises(Refusal) as refusal:
            actions.change_application(world.application, **how)
        assert refusal.value.code == code


def test_the_default_is_taken_over_and_never_given_up(api: Api) -> None:
    """Clients without a key follow at their next request, and there is one default at every moment."""
    api.world.release(snapshot("old"))
    done("create_application", "shop")
    other = Application.objects.get(key="shop")
    place = access.create_environment(other, key="production", actor=ADA, now=api.world.tick())
    world = World(other, place, place, api.world.tick())
    world.release(snapshot("new"))
    pages = lambda: [page["id"] for page in api.ask("/api/config/published").json()["pages"]]  # noqa: E731
    assert pages() == ["old"]
    done("application", "--application", "shop", "--default", "--reason", "the new shop")
    assert pages() == ["new"]
    assert [one.key for one in Application.objects.filter(is_default=True)] == ["shop"]
    assert {row.history_change_reason for row in api.world.application.history.all()} >= {"shop is the default now"}
    give_up = {"isDefault": False, "reason": "x"}
    refused(api("PATCH", "/api/applications/shop", give_up), 409, "application.last_default")
    ok(api("PATCH", "/api/applications/icontrol", {"isDefault": True, "reason": "back"}))
    assert pages() == ["old"]
    assert manage("application", "--application", "shop", "--default").code == 2  # no reason


def test_the_default_language_counts_at_the_next_request(api: Api) -> None:
    api.world.policy(minSupported="2.0.0", latest="2.0.0", message={"en": "Update", "fr": "Mettez à jour"})
    key = access.create_client_key(api.world.production, name="web", actor=ADA, now=api.world.tick()).key
    for sent in ({}, {"x_client_key": key}):
        ok(api("PATCH", "/api/applications/icontrol", {"defaultLanguage": "en", "reason": "readers"}))
        asked = {"x_client_version": "1.0.0", "accept_language": "ja", **sent}
        assert api.ask(**asked).json()["message"] == "Update"
        ok(api("PATCH", "/api/applications/icontrol", {"defaultLanguage": "fr", "reason": "readers"}))
        assert api.ask(**asked).json()["message"] == "Mettez à jour"


def test_settings_are_kept_with_who_and_why(api: Api, tmp_path: Path) -> None:
    client = boss()
    page = f"{PAGES}/icontrol/settings"
    assert b"icontrol" in client.get(page).content
    typed = {"name": "Controls", "default_locale": "fr", "is_default": "on", "reason": "renamed"}
    assert client.post(page, typed).status_code == 302
    newest = api.world.application.history.latest("history_id")
    assert (newest.name, newest.history_user_id, newest.history_change_reason) == ("Controls", "user:root", "renamed")
    count = api.world.application.history.count()
    assert client.post(page, typed).status_code == 302  # the same again is no change
    assert api.world.application.history.count() == count
    file = tmp_path / "schema.json"
    file.write_text(json.dumps({"type": "object", "properties": {"plugins": {"type": "array"}}}))
    assert "Extra sections: plugins" in done("application", "--schema", file, "--reason", "plugins").out
    assert manage("application", "--schema", file, "--name", "x", "--reason", "y").code == 2
    assert manage("application", "--reason", "y").code == 2


def test_the_schema_over_http_names_what_was_read(api: Api) -> None:
    path, schema = "/api/applications/icontrol", {"type": "object", "properties": {"plugins": {}}}
    body = {"schema": schema, "reason": "plugins"}
    refused(api("PUT", f"{path}/schema", body), 428, "schema.unread")
    refused(api("PUT", f"{path}/schema", body, if_match='"old"'), 412, "schema.stale")
    etag = api.etag(path)
    refused(api("PUT", f"{path}/schema", {}, if_match=etag), 400, "body.invalid")
    refused(api("PUT", f"{path}/schema", {**body, "schema": []}, if_match=etag), 422, "schema.invalid")
    assert ok(api("PUT", f"{path}/schema", body, if_match=etag))["extraSchema"] == schema
    assert ok(api("GET", "/api/applications", role="viewer"))["applications"] == [ok(api("GET", path))]
    refused(api("GET", "/api/applications/nowhere"), 404, "application.unknown")
