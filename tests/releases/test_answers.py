"""The views and the pure answers beside them: byte for byte the same, whatever is asked in whatever state."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flags.client_keys import client_key
from flags.ofrep import answers as ofrep
from flags.unleash import answers as unleash
from icontrol.kernel.answers import Answer
from icontrol.kernel.outages import Outage, rest
from icontrol.kernel.refusals import Refusal
from releases.access import actions as access
from releases.delivery.answers import CONFIG, GATE, KEPT_DECISIONS, LONGEST_KEPT, Ask, answer, before_the_first, refused
from releases.delivery.live import read_live
from releases.delivery.representations import Live, flags_of
from tests.factories import ADA, NOON, World, flag, make_world, snapshot
from tests.releases.api.helpers import ADDED_BY_PROXIES, Api

PATHS = {"/meta/release": GATE, "/api/config/published": CONFIG, "/api/config": CONFIG}
#: What the server puts on every answer, whoever made it.
OF_THE_SERVER = {
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Content-Length",
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
}
#: Places among the keys.
WAITING, NOTHING = -3, -1
POLICY: dict[str, Any] = {
    "minSupported": "1.5.0",
    "latest": "2.0.0",
    "message": {"en": "Please update", "fr": "Mettez à jour", "pt-BR": "Atualize", "zh-Hans": "请更新"},
    "maintenanceMessage": "Back at noon",
}
header = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=300)
versions = st.sampled_from(["1.4.9", "1.5.0", "1.5.0-rc.1", "2", "2.0.0", "9.9.9", "v1.0", "", "1!1.0", "01.2.3"])
platforms = st.sampled_from(["ios", "IOS", "android", "default", ""])
languages = st.sampled_from(["fr", "fr-CA", "en", "de, fr;q=0.5", "fr;q=0", "*", "pt-BR", "zh-Hans-CN", "fr;q=oops"])
methods = st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE"])
surfaces = st.sampled_from([None, "", "APP", "CP", "nowhere"])


#: TAG: of what this client would get.
tags = st.sampled_from(
    ["*", '"other"', '"other", TAG', *(f"{weak}TAG{added}" for weak in ("", "W/") for added in ("", *ADDED_BY_PROXIES))]
)


def with_tag(header: str | None, fresh: Answer) -> str | None:
    tag = dict(fresh.headers).get("ETag", '"none"')
    return header and re.sub(r"TAG([-;]+\w+)?", lambda added: f'{tag[:-1]}{added[1] or ""}"', header)


def key_of(world: World, surface: str = "") -> str:
    return access.create_client_key(world.production, name="web", surface=surface, actor=ADA, now=NOON).key


@pytest.fixture
def keys(world: World) -> list[str | None]:
    """Client keys into every state that an environment can be in; ``None`` leads to the default one."""
    content = snapshot("home", "orders", featureFlags=[flag("pay", "ON", owner="ada"), flag("quiet")])
    content["pages"][1]["surface"] = "CP"
    world.release(content)
    world.policy(**POLICY)
    world.kill("pay")
    found = [None, key_of(world), key_of(world, "CP"), "pk_unknown", "", "x" * 65, "pk_\xe9"]
    policies: dict[str, Any] = {"soft": {"enforcement": "soft"}, "waiting": {"maintenance": True, "retryAfter": 77}}
    for name, policy in policies.items():
        other = make_world(key=name, is_default=False)
        other.release(content)
        other.policy(**POLICY, **policy)
        found.append(key_of(other))
    only_policy, nothing = (make_world(key=name, is_default=False) for name in ("only-policy", "nothing"))
    only_policy.policy(**POLICY)
    return [*found, key_of(only_policy), key_of(nothing)]


def leading_to(key: str | None) -> Live | Refusal:
    try:
        return read_live(key)
    except Refusal as refusal:
        return refusal


def no_such(live: Live) -> Refusal:
    return Refusal("evaluation.no_such_flag", environment=live.environment, key="pay")


def away(is_away: bool) -> None:
    """As after a question that failed: nobody asks the database for a while."""
    if is_away:
        rest.begin(Outage.AWAY)
        rest.until = time.monotonic() + 3600
    else:
        rest.over()


def assert_same(response: Any, told: Answer, method: str) -> None:
    """Of the view's answer only what the server adds to every answer is left aside."""
    headers = {name: value for name, value in response.headers.items() if name not in OF_THE_SERVER}
    headers["Vary"] = headers["Vary"].removesuffix(", origin")
    wanted = dict(told.headers)
    if "X-Config-Stale" in wanted:
        age = int(headers["X-Config-Stale"])
        assert 0 <= age - int(wanted["X-Config-Stale"]) < 60
        wanted["X-Config-Stale"] = headers["X-Config-Stale"]  # a moment has passed
    assert (response.status_code, headers) == (told.status, wanted)
    assert len(told.headers) == len(dict(told.headers))
    assert response.content == (b"" if method == "HEAD" else told.body)
    assert "Upgrade" not in headers


@pytest.mark.parametrize("is_away", [False, True])
def test_the_gate_and_the_config(world: World, keys: list[str | None], is_away: bool) -> None:
    api = Api(world)
    for key in keys:
        api.ask(x_client_key=key)  # seen before the database went away
    met = set()
    away(is_away)

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        path=st.sampled_from(sorted(PATHS)),
        key=st.sampled_from(keys),
        method=methods,
        version=st.none() | versions | header,
        platform=st.none() | platforms | header,
        accept_language=st.none() | languages | header,
        if_none_match=st.none() | tags | header,
        surface=surfaces,
    )
    @example("/meta/release", None, "GET", "1.0.0", None, None, None, None)  # 426
    @example("/api/config", None, "GET", None, None, "fr", "TAG", None)  # 304
    @example("/meta/release", keys[WAITING], "GET", None, None, None, None, None)  # 503
    @example("/api/config", None, "GET", "v1", None, "fr", "TAG", None)  # 400
    @example("/api/config", keys[NOTHING], "HEAD", None, None, "fr", None, None)  # 404
    @example("/api/config", "pk_unknown", "GET", None, None, None, "*", None)  # 401
    @example("/meta/release", None, "POST", None, None, "fr", None, None)  # 405
    def same(
        path: str,
        key: str | None,
        method: str,
        version: str | None,
        platform: str | None,
        accept_language: str | None,
        if_none_match: str | None,
        surface: str | None,
    ) -> None:
        asked = Ask(
            PATHS[path],
            method=method,
            version=version,
            platform=platform,
            accept_language=accept_language or "",
            surface=surface or "",
        )
        live = leading_to(key)
        if_none_match = with_tag(if_none_match, answer(asked, live))
        told = answer(replace(asked, if_none_match=if_none_match or ""), live)
        response = api(
            method,
            path if surface is None else f"{path}?surface={surface}",
            role="anonymous",
            x_client_key=key,
            x_client_version=version,
            x_client_platform=platform,
            accept_language=accept_language,
            if_none_match=if_none_match,
        )
        assert_same(response, told, method)
        met.add(told.status)

    same()
    assert met >= {200, 304, 400, 401, 404, 405, 426, 503} - ({401, 404} if is_away else set())


@pytest.mark.parametrize("is_away", [False, True])
def test_the_flags_of_ofrep_and_unleash(world: World, keys: list[str | None], is_away: bool) -> None:
    api = Api(world)
    paths = {"/ofrep/v1/evaluate/flags": ofrep.FLAGS, "/unleash/api/client/features": unleash.FEATURES}
    paths |= {"/ofrep/v1/evaluate/flags/pay": ofrep.FLAGS, "/unleash/api/frontend": unleash.FRONTEND}
    empty = {"flags": ofrep.NOTHING, "features": unleash.NO_FEATURES, "frontend": unleash.NO_TOGGLES}
    methods = {path: route.methods[0] for path, route in paths.items()}
    for key in keys:
        api.ask("/unleash/api/client/features", x_api_key=key)  # seen before the database went away
    met = set()
    away(is_away)

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        path=st.sampled_from(sorted(paths)),
        key=st.sampled_from(keys),
        accept_language=st.none() | languages | header,
        if_none_match=st.none() | tags | header,
    )
    @example("/ofrep/v1/evaluate/flags", None, "fr", "TAG")
    @example("/unleash/api/client/features", "pk_unknown", "fr", None)
    @example("/ofrep/v1/evaluate/flags/pay", "pk_unknown", None, None)
    @example("/unleash/api/frontend", keys[NOTHING], None, None)
    @example("/ofrep/v1/evaluate/flags", keys[NOTHING], None, "*")
    def same(path: str, key: str | None, accept_language: str | None, if_none_match: str | None) -> None:
        live = leading_to(client_key(key, None))

        def told(if_none_match: str | None) -> Answer:
            ask = Ask(paths[path], accept_language=accept_language or "", if_none_match=if_none_match or "")
            last = path.rpartition("/")[2]
            if isinstance(live, Refusal):
                if live.code == "release.none" and last in empty:
                    return before_the_first(ask, empty[last])
                one = {"key": "pay"} if last == "pay" else {}
                return ofrep.refused(ask, live, one) if "ofrep" in path else refused(ask, live)
            if last == "features":
                return unleash.features(ask, live, inline=True)
            found = flags_of(live).evaluate_all({}, NOON)
            if last == "frontend":
                return unleash.toggles(ask, live, found)
            if last == "pay":
                if "pay" not in found:
                    return ofrep.refused(ask, no_such(live), {"key": "pay"})
                return ofrep.one(ask, live, "pay", found["pay"])
            return ofrep.all_of(ask, live, found)

        if_none_match = with_tag(if_none_match, told(None))
        sent: dict[str, Any] = {"accept_language": accept_language, "if_none_match": if_none_match}
        response = api(methods[path], path, role="anonymous", x_api_key=key, **sent)
        assert_same(response, told(if_none_match), methods[path])
        met.add(response.status_code)

    same()
    assert met >= {200, 304, 503 if is_away else 401}


@pytest.fixture
def live() -> Live:
    policies = {"default": {"minSupported": "1.5.0", "latest": "2.0.0", "message": {"en": "Update", "fr": "À jour"}}}
    return Live("app", "production", 1, "en", 1, "1.0.0", "d", policies, (), "h", {})


def test_what_strangers_send_fills_no_memory(live: Live) -> None:
    for number in range(KEPT_DECISIONS + 50):
        assert answer(Ask(GATE, version=f"1.{number}.0"), live).status == (426 if number < 5 else 200)
    table: Any = live.once("gate", object)  # it is there
    before = table.cache_info()
    assert before.currsize == KEPT_DECISIONS
    for long in ({"version": "1" * 201}, {"platform": "p" * 201}, {"accept_language": "fr," * 67}):
        assert answer(Ask(GATE, **long), live).status in (200, 400)
    assert table.cache_info() == before and LONGEST_KEPT <= 200


def test_a_kept_decision_is_not_stale_and_of_no_other_language(live: Live) -> None:
    blocked, passed = Ask(GATE, version="1.0.0"), Ask(GATE, version="1.5.0")
    fresh = answer(passed, live)
    marked = answer(passed, replace(live, stale=7))
    assert ("X-Config-Stale", "7") in marked.headers and marked.body == fresh.body
    assert answer(passed, live) == fresh
    assert b'"message": "Update"' in answer(blocked, live).body
    assert "À jour".encode() in answer(blocked, replace(live, locale="fr")).body
    assert ("Content-Language", "fr") in answer(replace(blocked, default_language="fr"), live).headers
