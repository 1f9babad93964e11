"""Answers clients' reads in the event loop, from memory, by the same pure functions as Django's views.

What it is not sure of it leaves to Django: a client key that this process has not seen, a database that is away, a
request that is out of the ordinary. Which headers Django's middleware adds to such an answer is taken from it once. So
both ways give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from corsheaders.conf import conf as cors
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.request import split_domain_port, validate_host
from django.utils import translation
from django.utils.module_loading import import_string

from icontrol.front_door.pools import Pool
from icontrol.front_door.wsgi import Answer, environ_of, variables_of
from icontrol.kernel import answers as kernel
from icontrol.middleware import address, forwarded_scheme, within
from releases.delivery import answers, live, polls
from releases.delivery.answers import Ask, Route
from releases.delivery.following import Follower
from releases.delivery.representations import Live

Header = tuple[bytes, bytes]
Headers = Mapping[bytes, bytes]
ROUTES: dict[str, Route] = {
    "/meta/release": answers.GATE,
    "/api/config": answers.CONFIG,
    "/api/config/published": answers.CONFIG,
}
LONGEST_QUERY = 200
#: Headers on which an answer depends.
COUNTING = (
    b"x-client-version",
    b"x-client-platform",
    b"accept-language",
    b"accept-encoding",
    b"if-none-match",
    b"origin",
)
#: Answers kept per release, the last used ones, and the bytes of the headers of those that are. What strangers make up
#: is answered anew each time, and fills nothing.
KEPT = 1024
LONGEST_KEPT = 300
#: Django's middleware outside the shortcut for clients.
OUTER = settings.MIDDLEWARE[: settings.MIDDLEWARE.index("icontrol.middleware.ClientFastPath")]
#: Kinds of requests whose headers are kept.
KINDS = 512


class Public:
    def __init__(self, follower: Follower, pool: Pool) -> None:
        self.follower = follower
        self.pool = pool

    async def answer(self, scope: Mapping[str, Any], headers: Headers) -> Answer | None:
        """None: Django answers."""
        route = ROUTES.get(scope["path"])
        if route is None or scope["method"] not in route.methods or b"transfer-encoding" in headers:
            return None
        if headers.get(b"content-length", b"0") != b"0" or not _host_is_ours(headers.get(b"host", b"")):
            return None
        secure = _is_secure(scope["scheme"], (scope.get("client") or ("",))[0], headers.get(b"x-forwarded-proto", b""))
        if not secure and settings.SECURE_SSL_REDIRECT:
            return None
        query = scope["query_string"] if route is answers.CONFIG else b""
        if len(query) > LONGEST_QUERY:
            return None
        if not await self.follower.is_current():
            return None
        key = headers.get(b"x-client-key")
        found = live.known(None if key is None else key.decode("latin-1"))
        if found is None:
            return None
        asked = (scope["path"], query, secure, *map(headers.get, COUNTING), found.surface, found.locale)
        kept = found.once("door", lambda: lru_cache(KEPT)(partial(_make, found)))
        is_short = sum(map(len, filter(None, map(headers.get, COUNTING)))) <= LONGEST_KEPT
        table: Callable[..., _Told] = kept if is_short else kept.__wrapped__
        coding = headers.get(b"accept-encoding", b"").decode("latin-1")
        if route is answers.CONFIG and not answers.is_prepared(found, _surface(query), coding):
            return (await self.pool.run(partial(table, *asked))).answer
        told = table(*asked)
        if told.client is not None and scope["method"] == "GET":
            tenant = headers.get(b"x-tenant")
            polls.count(found, told.client, _text(tenant))
        return told.answer


@dataclass(frozen=True, slots=True)
class _Told:
    """``client``: who asked the gate, and is counted."""

    answer: Answer
    client: answers.Client | None


def _make(
    release: Live,
    path: str,
    query: bytes,
    secure: bool,
    version: bytes | None,
    platform: bytes | None,
    language: bytes | None,
    coding: bytes | None,
    etag: bytes | None,
    origin: bytes | None,
    surface: str,
    locale: str,
) -> _Told:
    """What a client is answered that sends these headers, in the order of ``COUNTING``."""
    ask = Ask(
        ROUTES[path],
        version=_text(version),
        platform=_text(platform),
        accept_language=_text(language) or "",
        accept_encoding=_text(coding) or "",
        if_none_match=_text(etag) or "",
        surface=_surface(query),
        default_language=settings.LANGUAGE_CODE,
    )
    release = replace(release, surface=surface, locale=locale)
    told = _framed(answers.answer(ask, release), _frame(path, _origin(origin or b""), secure))
    return _Told(told, answers.client_of(ask, release) if ask.route is answers.GATE else None)


def _text(sent: bytes | None) -> str | None:
    return None if sent is None else sent.decode("latin-1")


@lru_cache(maxsize=KINDS)
def _surface(query: bytes) -> str:
    found = QueryDict(query, encoding="utf-8").get("surface", "") if query else ""
    return str(found)


@lru_cache(maxsize=KINDS)
def _host_is_ours(host: bytes) -> bool:
    domain, _ = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


@lru_cache(maxsize=KINDS)
def _is_secure(scheme: str, peer: str, forwarded: bytes) -> bool:
    """As ``TrustedProxies`` and Django see it."""
    who = address(peer)
    if who is not None and within(who, settings.ICONTROL_TRUSTED_PROXIES):
        scheme = forwarded_scheme(forwarded.decode("latin-1")) or scheme
    return scheme == "https"


def _origin(sent: bytes) -> bytes:
    """One for all, where all are answered alike."""
    plain = cors.CORS_ALLOW_ALL_ORIGINS and sent.startswith((b"https://", b"http://")) and b"[" not in sent
    return b"https://any.example" if plain else sent


def _plain(headers: Mapping[str, str], request: HttpRequest) -> HttpResponse:
    return HttpResponse(headers=headers)


@lru_cache(maxsize=KINDS)
def _frame(path: str, origin: bytes, secure: bool) -> tuple[Header, ...]:
    """The headers that Django's own middleware adds to an answer, and its ``Vary``."""
    route = ROUTES[path]
    plain = {"Content-Type": "application/json", "Content-Language": "en", "Content-Length": "0", "Vary": route.vary}
    handler: Callable[[HttpRequest], Any] = partial(_plain, plain)
    for name in reversed(OUTER):
        handler = import_string(name)(handler)
    sent = {b"origin": origin} if origin else {}
    host = next((name for name in settings.ALLOWED_HOSTS if name[:1] not in ".*["), "localhost")
    scope = {
        "method": "GET",
        "raw_path": path.encode(),
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "https" if secure else "http",
        "headers": [],
    }
    variables = variables_of(scope, {**sent, b"host": host.encode()}, b"")
    with translation.override(None):
        response = handler(WSGIRequest(environ_of({**variables, "REMOTE_ADDR": ""}, b"")))
    return tuple(
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.items()
        if name == "Vary" or name not in plain
    )


def _framed(told: kernel.Answer, frame: tuple[Header, ...]) -> Answer:
    mine = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in told.headers if name != "Vary"]
    length = [] if told.status == 304 else [(b"content-length", b"%d" % len(told.body))]
    return Answer(told.status, [*mine, *frame, *length], told.body)
