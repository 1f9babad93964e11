"""Pages of other origins may read the public client routes, refusals included, and nothing else."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tests.factories import snapshot
from tests.releases.api.helpers import Api

ROOT = Path(__file__).resolve().parents[3]
PUBLIC = [
    "/meta/release",
    "/api/config",
    "/api/config/published",
    "/preview/abcdefgh",
    "/unleash/api/frontend",
    "/unleash/api/frontend/client/metrics",
    "/ofrep/v1/evaluate/flags",
    "/ofrep/v1/evaluate/flags/x/y",
]
AUTHORS = ["/api/config/draft", "/api/config/preview", "/api/policy", "/api/releases", "/api/registry", "/metrics"]
ORIGIN = "https://app.example"
SENT = {
    *("accept", "authorization", "content-type", "if-none-match"),
    *("x-api-key", "x-client-key", "x-client-platform", "x-client-version", "x-tenant"),
    *("unleash-appname", "unleash-connection-id", "unleash-instanceid", "unleash-interval", "unleash-sdk"),
    *("x-unleash-appname", "x-unleash-connection-id", "x-unleash-sdk"),
}
READ = {
    "etag",
    "retry-after",
    "x-config-digest",
    "x-config-stale",
    "x-config-version",
    "x-release-environment",
    "x-release-serial",
}


def names(header: str) -> set[str]:
    return {name.strip().lower() for name in header.split(",")}


def preflight(api: Api, path: str, **headers: str) -> Any:
    asked = {"access_control_request_method": "GET", "access_control_request_headers": "x-client-version", **headers}
    return api("OPTIONS", path, role="anonymous", origin=ORIGIN, **asked)


@pytest.mark.parametrize("path", PUBLIC)
def test_a_preflight_is_never_gated(api: Api, path: str) -> None:
    api.world.release()
    api.world.policy(minSupported="9.0.0", latest="9.0.0", maintenance=True)
    answer = preflight(api, path)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert names(answer["Access-Control-Allow-Headers"]) == SENT
    assert names(answer["Access-Control-Allow-Methods"]) == {"get", "head", "options", "post"}
    assert "Access-Control-Allow-Credentials" not in answer
    assert "origin" in names(answer["Vary"])


TRACING = "traceparent,tracestate,baggage,sentry-trace,x-datadog-trace-id,x-datadog-origin,b3,X-Cloud-Trace-Context"


@pytest.mark.parametrize("path", PUBLIC)
def test_a_preflight_allows_what_it_asks_for(api: Api, path: str) -> None:
    answer = preflight(api, path, access_control_request_headers=TRACING)
    assert names(answer["Access-Control-Allow-Headers"]) == SENT | names(TRACING)
    assert "access-control-request-headers" in names(answer["Vary"])
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize(
    ("asked", "more"),
    [
        ("", set()),
        (",, ,", set()),
        ("x-a, X-A,x-a ", {"x-a"}),
        ("x a,x-b", {"x-b"}),  # no token
        ('x\u00e9,x\t,<script>,x-b;q=1,x:y,"x",x-b', {"x-b", "x"}),
        ("y" * 100, {"y" * 100}),
        ("y" * 101, set()),
        (",".join(f"h{n}" for n in range(10_000)), {f"h{n}" for n in range(64)}),
    ],
)
def test_what_it_may_ask_for_is_bounded(api: Api, asked: str, more: set[str]) -> None:
    answer = preflight(api, "/meta/release", access_control_request_headers=asked)
    assert names(answer["Access-Control-Allow-Headers"]) == SENT | more


@pytest.mark.parametrize("path", PUBLIC)
def test_options_without_a_preflight_is_not_gated_either(api: Api, path: str) -> None:
    api.world.release()
    api.world.policy(minSupported="9.0.0", latest="9.0.0")
    assert api("OPTIONS", path, role="anonymous", x_client_version="1.0.0").status_code == 200


def test_every_answer_of_a_public_route_can_be_read(api: Api) -> None:
    api.world.release(snapshot("home"))
    api.world.policy(minSupported="1.0.0", latest="2.0.0")
    etag = api.ask("/api/config")["ETag"]
    answers = {
        200: api.ask("/api/config", origin=ORIGIN),
        304: api.ask("/api/config", origin=ORIGIN, if_none_match=etag),
        400: api.ask("/api/config", origin=ORIGIN, x_client_version="v1"),
        401: api.ask("/api/config", origin=ORIGIN, x_client_key="pk_unknown"),
        404: api.ask("/preview/unknown", origin=ORIGIN),
        405: api("DELETE", "/meta/release", role="anonymous", origin=ORIGIN),
        426: api.ask("/meta/release", origin=ORIGIN, x_client_version="0.1.0"),
    }
    api.world.policy(maintenance=True)
    answers[503] = api.ask("/meta/release", origin=ORIGIN)
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer["Access-Control-Allow-Origin"] == "*", status
        assert names(answer["Access-Control-Expose-Headers"]) == READ


@pytest.mark.parametrize("path", AUTHORS)
def test_other_routes_are_closed(api: Api, path: str) -> None:
    answers = [
        api("GET", path, origin=ORIGIN),
        preflight(api, path),
        preflight(api, path, access_control_request_headers="traceparent"),
        api("GET", path, role="anonymous", origin=ORIGIN),
    ]
    assert not [name for answer in answers for name in answer.headers if name.startswith("Access-Control-")]


@pytest.mark.parametrize(
    ("value", "everybody", "origins"),
    [
        ("", True, []),
        ("*", True, []),
        ("https://a.example, http://b.example:81", False, ["https://a.example", "http://b.example:81"]),
    ],
)
def test_the_setting_decides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str, everybody: bool, origins: list[str]
) -> None:
    monkeypatch.setenv("ICONTROL_DATA", str(tmp_path))
    monkeypatch.setenv("ICONTROL_CORS_ORIGINS", value)
    made = runpy.run_path(str(ROOT / "icontrol" / "settings.py"))
    assert (made["CORS_ALLOW_ALL_ORIGINS"], made["CORS_ALLOWED_ORIGINS"]) == (everybody, origins)


def test_with_a_list_only_these_origins_may(api: Api, settings: Settings) -> None:
    settings.CORS_ALLOW_ALL_ORIGINS = False
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    api.world.release()
    assert api.ask("/api/config", origin=ORIGIN)["Access-Control-Allow-Origin"] == ORIGIN
    stranger = api.ask("/api/config", origin="https://evil.example")
    assert stranger.status_code == 200 and "Access-Control-Allow-Origin" not in stranger
    assert "origin" in names(stranger["Vary"])  # else a cache would hand the one's answer to the other


@pytest.mark.parametrize("origin", ["null", "", "garbage", "https://[", "https://app.example.evil.example"])
def test_a_strange_origin_is_no_error(api: Api, settings: Settings, origin: str) -> None:
    settings.CORS_ALLOW_ALL_ORIGINS = False
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    api.world.release()
    answer = api.ask("/api/config", origin=origin)
    assert answer.status_code == 200 and "Access-Control-Allow-Origin" not in answer
