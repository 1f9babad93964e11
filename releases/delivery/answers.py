"""Answers to clients: the gate, the published config, and their refusals. Pure.

From plain values only: no request object, no thread language, no database query, so that API views and an event loop
can both use it. The sender adds CORS, the server's common headers and Content-Length, and omits the body for HEAD.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

import releases.codes  # noqa: F401  (defines the refusals)
from icontrol.kernel import problem_json
from icontrol.kernel.answers import Answer
from icontrol.kernel.codings import IDENTITY
from icontrol.kernel.entity_tags import named
from icontrol.kernel.languages import MAX_HEADER, choose
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import LANGUAGES
from releases.delivery.representations import Live, Representation, is_made, representation
from releases.gate.decision import Decision, Policy, decide, for_platform, meta_fields
from releases.gate.policy_fields import PLATFORM

JSON = ("Content-Type", "application/json")
NO_CACHE = "no-cache"  # store it, but revalidate each time
#: Cached gate answers per release, and the longest client headers for which one is cached. Beyond that each request is
#: decided anew, so strangers cannot fill the memory.
KEPT_DECISIONS = 512
LONGEST_KEPT = 200


@dataclass(frozen=True)
class Route:
    """A client route. ``vary`` names every header that can change an answer, so that caches keep answers apart;
    ``coded``: answers that are kept come in the content coding that the client prefers.
    """

    vary: str
    methods: tuple[str, ...] = ("GET", "HEAD")
    coded: bool = False

    @cached_property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Headers of every answer, refusals too."""
        return ("Allow", ", ".join((*self.methods, "OPTIONS"))), ("Vary", self.vary)


_GATED = "X-Client-Key, X-Client-Version, X-Client-Platform, Accept-Language"
GATE = Route(_GATED)
CONFIG = Route(f"{_GATED}, Accept-Encoding", coded=True)


@dataclass(frozen=True, slots=True)
class Ask:
    """A request's headers as sent; ``None``: missing. The client key is already resolved to a release.
    ``default_language``: the server's, for problems.
    """

    route: Route
    method: str = "GET"
    version: str | None = None
    platform: str | None = None
    accept_language: str = ""
    accept_encoding: str = ""
    if_none_match: str = ""
    surface: str = ""
    default_language: str = "en"

    @property
    def language(self) -> str:
        """The language of problems, one of ours."""
        return _language(self.accept_language[: MAX_HEADER + 1], self.default_language)


@lru_cache(maxsize=1024)
def _language(accepted: str, default: str) -> str:
    return choose(accepted, LANGUAGES, default)


def answer(ask: Ask, live: Live | Refusal) -> Answer:
    """The answer of ``GATE`` or ``CONFIG``; ``live``: the release for the client key, or why there is none."""
    if ask.method not in ask.route.methods:
        return refused(ask, Refusal("http.method_not_allowed", method=ask.method))
    if isinstance(live, Refusal):
        return refused(ask, live)
    try:
        return _gate(ask, live) if ask.route is GATE else _config(ask, live)
    except Refusal as refusal:
        return refused(ask, refusal)


def is_prepared(live: Live, surface: str, accept_encoding: str) -> bool:
    """Whether the config for this surface and coding has been made, so that :func:`answer` takes a moment only."""
    return live.version is None or is_made(live, live.surface or surface, accept_encoding)


def refused(
    ask: Ask,
    refusal: Refusal,
    extra: Mapping[str, Any] | None = None,
    content_type: str = problem_json.CONTENT_TYPE,
) -> Answer:
    """As problem+json, with ``extra`` members at top level. Never with an Upgrade header."""
    told = problem_json.answer(refusal, ask.language, extra=extra, content_type=content_type)
    return told.adding(*ask.route.headers)


def conditional(
    ask: Ask, live: Live, shown: Representation, *more: tuple[str, str], cache_control: str = NO_CACHE
) -> Answer:
    """200 or 304, with validators and the release's headers on both."""
    coding = shown.coding(ask.accept_encoding) if ask.route.coded else IDENTITY
    headers = (("ETag", shown.tag(coding)), *_of_release(ask, live, cache_control), *more)
    has = ask.if_none_match
    if has and (has == shown.etag or not named(has).isdisjoint((shown.etag, "*"))):
        return Answer(304, headers)
    if coding != IDENTITY:
        headers = (("Content-Encoding", coding), *headers)
    return Answer(200, (JSON, *headers), shown.coded(coding))


def unconditional(ask: Ask, live: Live, body: bytes) -> Answer:
    """200 with the release's headers."""
    return Answer(200, (JSON, *_of_release(ask, live, NO_CACHE)), body)


def before_the_first(ask: Ask, body: bytes) -> Answer:
    """200 before the first release, for clients that stop at a refusal."""
    return Answer(200, (JSON, *_of_every(ask, NO_CACHE)), body)


def _of_every(ask: Ask, cache_control: str) -> list[tuple[str, str]]:
    return [("Cache-Control", cache_control), ("Content-Language", ask.language), *ask.route.headers]


def _of_release(ask: Ask, live: Live, cache_control: str) -> list[tuple[str, str]]:
    headers = [
        *_of_every(ask, cache_control),
        ("X-Release-Environment", f"{live.application}/{live.environment}"),
        ("X-Release-Serial", str(live.serial)),
    ]
    if live.version is not None:
        headers.append(("X-Config-Version", live.version))
    if live.stale is not None:
        headers.append(("X-Config-Stale", str(live.stale)))
    return headers


def _gate(ask: Ask, live: Live) -> Answer:
    shown = _decided(ask, live).shown
    return shown if isinstance(shown, Answer) else conditional(ask, live, shown)


def _config(ask: Ask, live: Live) -> Answer:
    refusal = _decided(ask, live).refusal
    if refusal is not None:
        return refusal  # even if the client has the content: the gate comes before any 304
    if live.version is None or live.digest is None:
        raise Refusal("release.none", environment=live.environment)
    shown = representation(live, live.surface or ask.surface)
    return conditional(ask, live, shown, ("X-Config-Digest", shown.digest))


@dataclass(frozen=True, slots=True)
class Client:
    """What a poll says of its client: ``version`` normalised, or :data:`NO_VERSION` or :data:`UNREADABLE`;
    ``platform`` in lower case, empty where none can be read. ``every``: the seconds after which it was told to ask
    again.
    """

    version: str
    platform: str
    every: int


NO_VERSION, UNREADABLE = "", "?"


def client_of(ask: Ask, live: Live) -> Client:
    """Who asks, for the count of polls."""
    return _decided(ask, live).client


def _client(policy: Policy, decision: Decision, platform: str | None) -> Client:
    version = decision.client_version
    if version is None:
        version = UNREADABLE if decision.policy_status == "MALFORMED" else NO_VERSION
    name = (platform or "").lower()
    waits = decision.policy_status == "MAINTENANCE"
    return Client(version, name if PLATFORM.fullmatch(name) else "", policy.retry_after if waits else policy.poll_after)


@dataclass(frozen=True, slots=True)
class _Decided:
    """``shown``: the answer of the gate's URL; ``refusal``: the config's, if the client gets none."""

    client: Client
    shown: Representation | Answer
    refusal: Answer | None = None


def _decided(ask: Ask, live: Live) -> _Decided:
    """The gate's decision for this client, cached per release for equal headers."""
    table = live.once(
        "gate", lambda: lru_cache(KEPT_DECISIONS)(partial(_decide, live.policies, live.serial, live.version))
    )
    kept = len(ask.version or "") + len(ask.platform or "") + len(ask.accept_language) <= LONGEST_KEPT
    decide_now = table if kept else table.__wrapped__
    return decide_now(ask.version, ask.platform, ask.accept_language, live.locale, ask.default_language)


def _decide(
    policies: Mapping[str, Any],
    serial: int,
    config_version: str | None,
    version: str | None,
    platform: str | None,
    accept_language: str,
    locale: str,
    default_language: str,
) -> _Decided:
    name, policy = for_platform(policies, platform)
    decision = decide(policy, version)
    fields = meta_fields(
        policy,
        decision,
        platform=name,
        accepted=accept_language,
        locale=locale,
        serial=serial,
        published_config_version=config_version,
    )
    client = _client(policy, decision, platform)
    if decision.status == 200:
        return _Decided(client, Representation.of(fields))
    refusal = _refusal(policy, decision.status, fields)
    gate, config = (
        refused(Ask(route, accept_language=accept_language, default_language=default_language), refusal, fields)
        for route in (GATE, CONFIG)
    )
    return _Decided(client, gate, None if decision.config_status == 200 else config)


def _refusal(policy: Policy, status: int, fields: Mapping[str, Any]) -> Refusal:
    match status:
        case 426:
            values = {
                "version": fields["clientVersion"],
                "minimum": fields["minSupported"],
                "latest": fields["latest"],
            }
            return Refusal("gate.update_required", **values)
        case 503:
            return Refusal("gate.maintenance", extra={"retryAfter": policy.retry_after})
    return Refusal("gate.malformed_version")
