"""Reading versions, diffs, the ledger and the registry."""

from __future__ import annotations

import json
from typing import Any

import pytest

from releases.ledger.verify import verify
from releases.policies import CONFIRMABLE
from tests.factories import flag, snapshot, tag
from tests.releases.api.helpers import Api, ok, refused


def test_versions_are_listed_newest_first_and_viewers_see_the_published(api: Api) -> None:
    api.world.release(snapshot("a"))
    api.world.edit(snapshot("a", "b"))
    api.world.preview()
    everything = ok(api("GET", "/api/config/versions", role="editor"))["versions"]
    assert [(row["version"], row["channel"]) for row in everything] == [
        ("1.0.2", "draft"),
        ("1.0.1", "preview"),
        ("1.0.0", "published"),
    ]
    assert "snapshot" not in everything[0]
    assert [row["version"] for row in ok(api("GET", "/api/config/versions", role="viewer"))["versions"]] == ["1.0.0"]
    page = ok(api("GET", "/api/config/versions?limit=1"))["versions"]
    assert page == everything[:1]
    assert ok(api("GET", f"/api/config/versions?before={page[0]['id']}"))["versions"] == everything[1:]


def test_a_version_by_its_names(api: Api) -> None:
    api.world.release(snapshot("a"))
    api.world.edit(snapshot("a", "b"))
    api.world.preview()
    for name, version in (
        ("live", "1.0.0"),
        ("1.0.0", "1.0.0"),
        ("1", "1.0.0"),
        ("preview", "1.0.1"),
        ("draft", "1.0.2"),
    ):
        body = ok(api("GET", f"/api/config/versions/{name}"))
        assert body["version"] == version
        assert set(body) >= {"version", "channel", "createdAt", "publishedAt", "snapshot", "digest"}
    assert api("GET", "/api/config/versions/live", role="viewer").status_code == 200
    for name in ("draft", "preview", "1.0.1"):
        refused(api("GET", f"/api/config/versions/{name}", role="viewer"), 403, "permission.denied")
    refused(api("GET", "/api/config/versions/9.9.9"), 404, "version.unknown")
    refused(api("GET", "/api/config/versions/one"), 400, "version.malformed")
    refused(api("GET", "/api/config/versions/live?environment=staging"), 404, "release.none")


def test_the_diff_is_data_and_sentences(api: Api) -> None:
    api.world.release(snapshot("a", featureFlags=[flag("f")]))
    api.world.edit(snapshot("a", "b", featureFlags=[flag("f", "ON")]))
    body = ok(api("GET", "/api/config/diff"))
    assert (body["from"]["version"], body["from"]["channel"]) == ("1.0.0", "published")
    assert (body["to"]["version"], body["to"]["channel"]) == ("1.0.1", "draft")
    by_id = {change["id"]: change for change in body["changes"]}
    assert set(by_id) == {"pages/b", "featureFlags/f/state"}
    state = by_id["featureFlags/f/state"]
    assert (state["kind"], state["from"], state["to"]) == ("changed", "OFF", "ON")
    assert set(state["sentence"]) == {"en", "fr"} and all(state["sentence"].values())
    assert sorted(sum((group["changes"] for group in body["groups"]), [])) == sorted(by_id)
    assert ok(api("GET", "/api/config/diff?from=draft&to=live"))["changes"]
    assert ok(api("GET", "/api/config/diff?from=1.0.0&to=1.0.0"))["changes"] == []
    refused(api("GET", "/api/config/diff", role="viewer"), 403, "permission.denied")
    assert ok(api("GET", "/api/config/diff?from=live&to=1.0.0", role="viewer"))["changes"] == []
    refused(api("GET", "/api/config/diff?from=9.9.9"), 404, "version.unknown")
    refused(api("GET", "/api/config/diff?from=x"), 400, "version.malformed")


def test_the_ledger(api: Api) -> None:
    api.world.release(snapshot("a"))
    api.world.policy(latest="2.0.0")
    api.world.release(snapshot("a", "b"))
    api.world.rollback()
    rows = ok(api("GET", "/api/releases", role="viewer"))["releases"]
    assert [(row["serial"], row["kind"], row["version"]) for row in rows] == [
        (4, "rollback", "1.0.0"),
        (3, "publish", "1.0.1"),
        (2, "policy", "1.0.0"),
        (1, "publish", "1.0.0"),
    ]
    assert [row["previousHash"] for row in rows[:-1]] == [row["hash"] for row in rows[1:]]
    assert ok(api("GET", "/api/releases?limit=2"))["releases"] == rows[:2]
    assert ok(api("GET", "/api/releases?before=3"))["releases"] == rows[2:]
    assert ok(api("GET", "/api/releases/2")) == rows[2]
    assert ok(api("GET", "/api/releases?environment=staging"))["releases"] == []
    refused(api("GET", "/api/releases/5"), 404, "release.unknown")
    refused(api("GET", f"/api/releases/{10**17}"), 404, "release.unknown")
    refused(api("GET", "/api/releases/1?environment=staging"), 404, "release.unknown")


@pytest.mark.parametrize(
    ("at", "serial"),
    [
        ("2026-11-22T11:59:59Z", None),
        ("2026-11-22T12:00:01.999Z", None),  # the draft was saved at :01, published at :02
        ("2026-11-22T12:00:02Z", 1),
        ("2026-11-22T12:00:03Z", 2),
        ("2026-11-22T13:00:03%2B01:00", 2),
        ("2026-11-22T13:00:03+01:00", 2),  # a plus sign that nobody encoded arrives as a blank
        ("2026-11-22T12:00:04.5Z", 2),
        ("2026-11-22T12:00:05Z", 3),
        ("2099-01-01", 3),
    ],
)
def test_what_did_clients_get_then(api: Api, at: str, serial: int | None) -> None:
    api.world.release(snapshot("a"))
    api.world.policy(latest="2.0.0")
    api.world.release(snapshot("a", "b"))
    found = [row["serial"] for row in ok(api("GET", f"/api/releases?at={at}"))["releases"]]
    assert found == ([serial] if serial else [])


@pytest.mark.parametrize(
    "at",
    [
        "",
        "now",
        "0",
        "2026-13-01T00:00:00Z",
        "2026-02-30",
        "1969-12-31T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "%00",
        "１２",
        "x" * 99,
        "2026-11-22T12:00:00-99:99",
    ],
)
def test_a_time_that_is_none(api: Api, at: str) -> None:
    body = refused(api("GET", f"/api/releases?at={at}"), 400, "body.invalid")
    assert [problem["pointer"] for problem in body["problems"]] == ["/at"]


@pytest.mark.parametrize("name", ["limit", "before"])
@pytest.mark.parametrize(
    "value", ["0", "-1", "+1", "1.0", "1e3", "0x10", "1_0", "１", "²", "true", " 1", "%00", "%ff", "9" * 400]
)
@pytest.mark.parametrize("path", ["/api/releases", "/api/config/versions", "/api/config/draft/history"])
def test_a_number_that_is_none(api: Api, path: str, name: str, value: str) -> None:
    body = refused(api("GET", f"{path}?{name}={value}"), 400, "body.invalid")
    assert [problem["pointer"] for problem in body["problems"]] == [f"/{name}"]


def test_the_registry_keeps_its_shape(api: Api) -> None:
    """The seed shape: exactly these members, in this order, with these types."""
    assert json.dumps(ok(api("GET", "/api/registry", role="viewer"))) == (
        '{"latest_version": "0.0.0", "min_supported_version": "0.0.0", "published_config_version": null, '
        '"draft_config_version": "1.0.0", "channels": {"draft": "1.0.0", "preview": null, "published": null}}'
    )
    api.world.release(snapshot("a"))
    api.world.policy(latest="3.1", minSupported="2.0.0")
    api.world.edit(snapshot("a", "b"))
    api.world.preview()
    expected: dict[str, Any] = {
        "latest_version": "3.1.0",
        "min_supported_version": "2.0.0",
        "published_config_version": "1.0.0",
        "draft_config_version": "1.0.2",
        "channels": {"draft": "1.0.2", "preview": "1.0.1", "published": "1.0.0"},
    }
    assert ok(api("GET", "/api/registry")) == expected
    staging = ok(api("GET", "/api/registry?environment=staging"))
    assert (staging["published_config_version"], staging["latest_version"]) == (None, "0.0.0")


def test_what_the_api_did_verifies(api: Api) -> None:
    draft = api.world.edit(snapshot("a"))
    ok(api("POST", "/api/config/publish", {"reason": "go"}, if_match=tag(draft)))
    ok(
        api(
            "PUT",
            "/api/policy",
            {"policies": {"default": {"latest": "2.0.0"}}, "reason": "é"},
            if_match=api.etag("/api/policy"),
        )
    )
    ok(api("POST", "/api/releases/undo", {"serial": 2, "reason": "x"}))
    assert list(verify([api.world.production], against=[])) == []


def test_every_answer_names_application_and_environment(api: Api) -> None:
    api.world.release(snapshot("home"))
    api.world.edit(snapshot("home", "next"))
    api.world.preview()
    link = api("POST", "/api/config/preview/links", {"reason": "QA"})
    draft = "/api/config/draft"
    answers = {
        "link": link,
        "patch": api("PATCH", draft, {"theme": {"mode": "dark"}}, if_match=api.etag()),
        "revert": api("POST", f"{draft}/revert", {"to": "live"}, if_match=api.etag()),
        "put": api("PUT", draft, snapshot("home", "more"), if_match=api.etag()),
        "rename": api("POST", f"{draft}/rename", {"version": "3.0.0"}, if_match=api.etag()),
        "plan": api("POST", "/api/config/publish", {"version": "1.0.1", "dryRun": True}),
        "revoked": api("POST", f"/api/config/preview/links/{link.json()['id']}/revoke", {"reason": "done"}),
        "withdrawn": api("POST", "/api/config/preview/withdraw", {"reason": "no"}),
        "sent": api("POST", "/api/config/preview", {"reason": "look"}, if_match=api.etag()),
        "published": api("POST", "/api/config/publish", {"version": "3.0.0", "reason": "go", "confirm": CONFIRMABLE}),
        "rolled back": api("POST", "/api/config/rollback", {"reason": "oops"}),
        "undone": api("POST", "/api/releases/undo", {"serial": 3, "reason": "no"}),
    }
    answers |= {path: api("GET", path) for path in READ}
    places = {
        name: (answer.status_code, answer.json().get("application"), answer.json().get("environment"))
        for name, answer in answers.items()
    }
    wrong = {
        name: place
        for name, place in places.items()
        if place[0] not in (200, 201) or place[1:] != ("icontrol", "production")
    }
    assert wrong == {}
    elsewhere = api("GET", "/api/config/versions/1.0.0?environment=staging")
    assert ok(elsewhere)["environment"] == "staging"


READ = [
    "/api/config/draft",
    "/api/config/draft/history",
    "/api/config/preview/links",
    "/api/config/versions",
    "/api/config/versions/live",
    "/api/config/diff",
    "/api/releases",
    "/api/releases/1",
    "/api/policy",
]
