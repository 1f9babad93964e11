"""The table of version policies (DESIGN §6), as a client sees it over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import snapshot
from tests.releases.api.helpers import Api, ok, refused

META, CONFIG, SHORT = "/meta/release", "/api/config/published", "/api/config"
FIELDS = {
    "latest",
    "minSupported",
    "message",
    "url",
    "publishedConfigVersion",
    "requiresUpdate",
    "policyStatus",
    "updateAvailable",
    "serial",
    "platform",
    "clientVersion",
    "safeMode",
    "capabilities",
    "pollAfter",
}
POLICY: dict[str, Any] = {"minSupported": "1.5.0", "latest": "2.0.0"}
OK, UNKNOWN, SOFT, HARD, WAIT = "OK", "UNKNOWN", "SOFT_BLOCK", "HARD_BLOCK", "MAINTENANCE"
#: (policy on top of POLICY, version header) → (status of /meta/release, policyStatus, status of the config)
TABLE: list[tuple[dict[str, Any], str | None, int, str, int]] = [
    ({}, None, 200, UNKNOWN, 200),
    ({}, "v1.0", 400, "MALFORMED", 400),
    ({}, "", 400, "MALFORMED", 400),
    ({}, "2.0.0", 200, OK, 200),
    ({}, "3.0.0", 200, OK, 200),
    ({}, "1.5.0", 200, OK, 200),
    ({}, "1.5", 200, OK, 200),
    ({}, "1.5.0-rc.1", 426, HARD, 426),
    ({}, "1.4.9", 426, HARD, 426),
    ({}, "1", 426, HARD, 426),
    ({"enforcement": "soft"}, "1.4.9", 200, SOFT, 200),
    ({"enforcement": "soft"}, "v1", 400, "MALFORMED", 400),
    ({"maintenance": True}, None, 503, WAIT, 200),
    ({"maintenance": True}, "2.0.0", 503, WAIT, 200),
    ({"maintenance": True}, "1.4.9", 503, WAIT, 200),
    ({"maintenance": True}, "v1", 400, "MALFORMED", 400),
    ({"maintenance": True, "enforcement": "soft"}, "1.4.9", 503, WAIT, 200),
]


@pytest.mark.parametrize(("policy", "version", "meta", "status", "config"), TABLE)
def test_the_table(api: Api, policy: dict[str, Any], version: str | None, meta: int, status: str, config: int) -> None:
    api.world.release(snapshot("home"))
    api.world.policy(**POLICY, **policy)
    answer = api.ask(META, x_client_version=version)
    body = answer.json()
    assert (answer.status_code, body["policyStatus"]) == (meta, status)
    assert set(body) >= FIELDS  # at top level of a problem as well
    assert body["requiresUpdate"] is (meta == 426)
    assert (body["serial"], body["publishedConfigVersion"]) == (2, "1.0.0")
    for path in (CONFIG, SHORT):
        published = api.ask(path, x_client_version=version)
        assert published.status_code == config
        if config == 200:
            assert [page["id"] for page in published.json()["pages"]] == ["home"]
        else:
            assert set(published.json()) >= FIELDS


def test_a_200_has_the_fields_and_nothing_else(api: Api) -> None:
    api.world.release()
    assert set(ok(api.ask(META))) == FIELDS


@pytest.mark.parametrize(
    ("version", "available"), [("1.9.9", True), ("2.0.0", False), ("2.0.1", False), ("2.0.0-rc.1", True)]
)
def test_below_the_latest_an_update_is_available(api: Api, version: str, available: bool) -> None:
    api.world.policy(**POLICY)
    assert ok(api.ask(META, x_client_version=version))["updateAvailable"] is available


def test_the_refusals_in_words(api: Api) -> None:
    api.world.release()
    api.world.policy(**POLICY, message={"en": "Please update", "fr": "Mettez à jour"}, url="https://get.example/")
    body = refused(api.ask(META, x_client_version="1.0.0"), 426, "gate.update_required")
    assert body["messages"]["en"] == "Version 1.0.0 is below the minimum 1.5.0."
    assert (body["message"], body["url"]) == ("Please update", "https://get.example/")
    french = refused(api.ask(META, x_client_version="1.0.0", accept_language="fr"), 426, "gate.update_required")
    assert (french["message"], french["detail"]) == ("Mettez à jour", french["messages"]["fr"])
    refused(api.ask(META, x_client_version="nope"), 400, "gate.malformed_version")
    api.world.policy(maintenance=True, retryAfter=77)
    answer = api.ask(META, x_client_version="1.0.0")
    refused(answer, 503, "gate.maintenance")
    assert answer["Retry-After"] == "77"
    assert "Retry-After" not in api.ask(CONFIG)


def test_the_policy_of_the_platform_counts(api: Api) -> None:
    api.world.release()
    etag = api.etag("/api/policy")
    policies = {"default": {"latest": "1.0.0"}, "ios": {"latest": "3.0.0", "minSupported": "2.0.0"}}
    ok(api("PUT", "/api/policy", {"policies": policies, "reason": "ios"}, if_match=etag))
    assert ok(api.ask(META, x_client_version="1.0.0", x_client_platform="android"))["platform"] == "default"
    for name in ("ios", "IOS"):
        body = api.ask(META, x_client_version="1.0.0", x_client_platform=name).json()
        assert (body["platform"], body["policyStatus"]) == ("ios", "HARD_BLOCK")


@pytest.mark.parametrize(
    ("accepted", "message"),
    [
        (None, "english"),
        ("fr", "français"),
        ("fr-CA", "français"),
        ("de", "english"),
        ("de, fr;q=0.5", "français"),
        ("pt-BR", "português"),
        ("pt", "english"),
        ("*", "english"),
        ("fr;q=oops", "english"),
        ("zh-Hans-CN", "中文"),
        ("zh-Hans-CN-u-nu-hanidec, fr;q=0.9", "中文"),
        ("zh", "english"),
        ("fr;q=0", "english"),
        ("en;q=0, fr;q=0", "português"),
    ],
)
def test_the_message_is_in_the_clients_language(api: Api, accepted: str | None, message: str) -> None:
    api.world.policy(
        enforcement="soft",
        minSupported="1.0.0",
        latest="1.0.0",
        message={"en": "english", "fr": "français", "pt-BR": "português", "zh-Hans": "中文"},
    )
    assert ok(api.ask(META, x_client_version="0.9", accept_language=accepted))["message"] == message


def test_before_anything_was_released(api: Api) -> None:
    refused(api.ask(META), 404, "release.none")
    refused(api.ask(CONFIG), 404, "release.none")


def test_a_policy_alone_opens_the_gate_and_not_the_config(api: Api) -> None:
    api.world.policy(**POLICY)
    assert ok(api.ask(META))["publishedConfigVersion"] is None
    assert api.ask(META, x_client_version="1.0.0").status_code == 426
    answer = api.ask(META)
    assert "X-Config-Version" not in answer and answer["X-Release-Serial"] == "1"
    refused(api.ask(CONFIG), 404, "release.none")


def test_what_is_published_is_what_clients_get(api: Api) -> None:
    api.world.release(snapshot("home", "shop"))
    assert [page["id"] for page in ok(api.ask(CONFIG))["pages"]] == ["home", "shop"]
    assert ok(api.ask(SHORT)) == ok(api.ask(CONFIG))
    api.world.release(snapshot("home", "shop", "news"))
    assert [page["id"] for page in ok(api.ask(CONFIG))["pages"]] == ["home", "shop", "news"]
    api.world.rollback()
    assert [page["id"] for page in ok(api.ask(CONFIG))["pages"]] == ["home", "shop"]
