"""X-Client-Key chooses application, environment and perhaps a surface; a surface chooses pages."""

from __future__ import annotations

from typing import Any

import pytest

from releases.access import actions as access
from releases.delivery.live import read_live
from releases.delivery.representations import representation
from releases.models import Environment
from tests.factories import ADA, NOON, World, make_world, snapshot
from tests.releases.api.helpers import Api, ok, refused

CONFIG = "/api/config/published"


def key(environment: Environment, surface: str = "") -> str:
    return access.create_client_key(environment, name="web", surface=surface, actor=ADA, now=NOON).key


def two_surfaces() -> dict[str, Any]:
    content = snapshot("home", "shop", "orders")
    content["pages"][1]["surface"] = "APP"
    content["pages"][2]["surface"] = "CP"
    content["tabs"] = [
        {"id": f"{page}-tab", "pageId": page, "label": page, "visible": True, "order": 1} for page in ("shop", "orders")
    ]
    return content


def pages(response: Any) -> list[str]:
    return [page["id"] for page in ok(response)["pages"]]


def test_a_key_chooses_the_environment(api: Api) -> None:
    api.world.release(snapshot("home"))
    api.world.edit(snapshot("home", "next"))
    api.world.publish(environment=api.world.staging)
    staging = key(api.world.staging)
    assert pages(api.ask(CONFIG)) == ["home"]
    assert pages(api.ask(CONFIG, x_client_key=staging)) == ["home", "next"]
    assert pages(api.ask(CONFIG, x_client_key=key(api.world.production))) == ["home"]


def test_a_key_chooses_the_application(api: Api) -> None:
    api.world.release(snapshot("home"))
    other: World = make_world(key="other", is_default=False)
    other.release(snapshot("elsewhere"))
    answer = api.ask(CONFIG, x_client_key=key(other.production))
    assert pages(answer) == ["elsewhere"]
    assert answer["X-Config-Version"] == "1.0.0"


def test_the_gate_is_that_of_the_keys_environment(api: Api) -> None:
    api.world.release()
    api.world.publish("1.0.0", environment=api.world.staging)
    api.world.policy(api.world.staging, minSupported="2.0.0", latest="2.0.0")
    staging = key(api.world.staging)
    assert api.ask(x_client_version="1.0.0").status_code == 200
    assert api.ask(x_client_version="1.0.0", x_client_key=staging).status_code == 426
    assert api.ask(CONFIG, x_client_version="1.0.0", x_client_key=staging).status_code == 426


@pytest.mark.parametrize(
    "wrong",
    ["pk_unknown", "", " ", "pk_" + "x" * 400, "pk_é", "pk_\x7f", "pk_%00", "' OR 1=1 --", "PK_{good}", "{good}x"],
)
def test_an_unknown_key_is_refused_and_never_taken_for_the_default(api: Api, wrong: str) -> None:
    api.world.release()
    good = key(api.world.production)
    for path in ("/meta/release", CONFIG):
        refused(api.ask(path, x_client_key=wrong.format(good=good)), 401, "client_key.unknown")


def test_a_revoked_key_is_refused_at_once(api: Api) -> None:
    api.world.release()
    row = access.create_client_key(api.world.production, name="web", actor=ADA, now=NOON)
    assert api.ask(CONFIG, x_client_key=row.key).status_code == 200
    access.revoke_client_key(row, reason="gone", actor=ADA, now=NOON)
    refused(api.ask(CONFIG, x_client_key=row.key), 401, "client_key.unknown")
    refused(api.ask("/meta/release", x_client_key=row.key), 401, "client_key.unknown")


def test_a_key_of_an_environment_without_releases(api: Api) -> None:
    api.world.release()
    body = refused(api.ask(CONFIG, x_client_key=key(api.world.staging)), 404, "release.none")
    assert "staging" in body["detail"]


def test_a_surface_limits_pages_and_what_hangs_on_them(api: Api) -> None:
    api.world.release(two_surfaces())
    assert pages(api.ask(CONFIG)) == ["home", "shop", "orders"]
    app = api.ask(f"{CONFIG}?surface=APP")
    assert pages(app) == ["home", "shop"]
    assert [tab["id"] for tab in app.json()["tabs"]] == ["shop-tab"]


def test_a_bound_key_decides_whatever_the_query_says(api: Api) -> None:
    api.world.release(two_surfaces())
    bound = key(api.world.production, "CP")
    for query in ("", "?surface=APP", "?surface="):
        assert pages(api.ask(CONFIG + query, x_client_key=bound)) == ["home", "orders"]
    free = key(api.world.production)
    assert pages(api.ask(f"{CONFIG}?surface=APP", x_client_key=free)) == ["home", "shop"]


@pytest.mark.parametrize(
    "name",
    ["cp", "CP%20", "%00", "%ff", "x" * 5000, "__proto__", "%F0%9F%98%80", "CP&surface=APP%00", "%ED%A0%80", "*"],
)
def test_a_strange_surface_sees_the_pages_without_one(api: Api, name: str) -> None:
    api.world.release(two_surfaces())
    assert pages(api.ask(f"{CONFIG}?surface={name}")) == ["home"]


def test_strange_surfaces_cost_no_memory(api: Api) -> None:
    api.world.release(two_surfaces())
    live, made = read_live(None), []
    for number in range(50):
        api.ask(f"{CONFIG}?surface=s{number}")
        made.append(representation(live, f"s{number}"))
    assert all(one is made[0] for one in made)


def test_internal_and_private_parts_stay_here(api: Api) -> None:
    condition = {"attribute": "email", "operator": "endsWith", "values": ["@secret.example"]}
    flags = [
        {"key": "plain", "state": "ON", "type": "boolean", "owner": "ada", "description": "a plan"},
        {
            "key": "aimed",
            "state": "ON",
            "type": "boolean",
            "rules": [{"id": "r", "conditions": [{"segment": "staff"}]}],
        },
    ]
    api.world.release(
        snapshot("home", featureFlags=flags, segments=[{"id": "staff", "private": True, "conditions": [condition]}])
    )
    shown = ok(api.ask(CONFIG))
    assert shown["segments"] == [{"id": "staff", "private": True}]
    plain, aimed = sorted(shown["featureFlags"], key=lambda flag: flag["key"], reverse=True)
    assert plain == {"key": "plain", "state": "ON", "type": "boolean"}
    assert aimed["remote"] is True
