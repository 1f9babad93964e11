"""Answers clients' reads in the event loop, from memory, by the same pure functions as Django's views.

What it is not sure of it leaves to Django: a client key that this process has not seen, a database that is away, a
request that is out of the ordinary. Which headers Django's middleware adds to such an answer is taken from it once. So
both ways give the same bytes. An answer is made once for equal requests, until something changes in what is known.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple

from corsheaders.conf import conf as cors
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.request import split_domain_port, validate_host
from django.utils import translation
from django.utils.module_loading import import_string

from icontrol import guard
from icontrol.front_door.pools import Pool
from icontrol.front_door.wsgi import Answer, Message, environ_of, variables_of
from icontrol.kernel import answers as kernel
from icontrol.middleware import forwarded_scheme, is_proxy, sender
from releases.delivery import answers, polls
from releases.delivery.answers import Ask, Route
from releases.delivery.following import Follower
from releases.delivery.live import known, seen
from releases.delivery.representations import Live

Header = tuple[bytes, bytes]
ROUTES: dict[str, Route] = {
    "/meta/release": answers.GATE,
    "/api/config": answers.CONFIG,
    "/api/config/published": answers.CONFIG,
}
LONGEST_QUERY = 200
#: Headers on which an answer depends, in the order of :class:`Asked`.
COUNTING = (
    b"host",
    b"x-forwarded-proto",
    b"x-client-key",
    b"x-client-version",
    b"x-client-platform",
    b"accept-language",
    b"accept-encoding",
    b"if-none-match",
    b"origin",
    b"content-type",
)
OTHERS = (b"x-tenant", b"x-forwarded-for", b"content-length", b"transfer-encoding")
PLACES = {name: place for place, name in enumerate((*COUNTING, *OTHERS))}
SCHEME = PLACES[b"x-forwarded-proto"]
EMPTY: list[bytes | None] = [None] * len(PLACES)
#: Answers kept, the oldest makes room, and the bytes of the headers of those that are. What strangers make up is
#: answered anew each time, and fills nothing.
KEPT = 4096
LONGEST_KEPT = 400
#: Seconds until polls are counted, and different ones that wait for it.
COUNTED_AFTER, MOST_POLLS = 0.5, 1000
#: Django's middleware outside the shortcut for clients.
OUTER = settings.MIDDLEWARE[: settings.MIDDLEWARE.index("icontrol.middleware.ClientFastPath")]
#: Kinds of requests whose headers are kept.
KINDS = 512


class Asked(NamedTuple):
    """All that an answer depends on; ``None``: the header is missing. ``peer``: only if a proxy speaks."""

    method: str
    path: str
    query: bytes
    scheme: str
    peer: str
    host: bytes | None
    forwarded: bytes | None
    key: bytes | None
    version: bytes | None
    platform: bytes | None
    language: bytes | None
    coding: bytes | None
    etag: bytes | None
    origin: bytes | None
    content_type: bytes | None


@dataclass(frozen=True, slots=True)
class _Told:
    """``client``: who asked the gate, and is counted."""

    live: Live
    messages: tuple[Message, Message]
    client: answers.Client | None


#: The release, who asked, its tenant, its peer's address, and what that says of the address before.
Poll = tuple[Live, answers.Client, bytes | None, str, bytes | None]


class Public:
    def __init__(self, follower: Follower, pool: Pool) -> None:
        self.follower = follower
        self.pool = pool
        self.kept: dict[Asked, _Told] = {}
        self.change = seen.change  # when they were made
        self.polls: Counter[Poll] = Counter()

    async def answer(self, scope: Mapping[str, Any]) -> tuple[Message, Message] | None:
        """None: Django answers."""
        route = ROUTES.get(scope["path"])
        if route is None or scope["method"] not in route.methods:
            return None
        found = EMPTY.copy()
        for name, value in scope["headers"]:
            if len(value) > guard.LONGEST_HEADER:
                return None
            place = PLACES.get(name)
            if place is not None:
                earlier = found[place]
                found[place] = value if earlier is None else earlier + b"," + value
        tenant, forwarded_for, length, coded = found[len(COUNTING) :]
        if coded is not None or (length is not None and length != b"0"):
            return None
        peer = (scope.get("client") or ("",))[0]
        query = scope["query_string"] if route is answers.CONFIG else b""
        proxy = "" if found[SCHEME] is None else peer
        asked = Asked(scope["method"], scope["path"], query, scope["scheme"], proxy, *found[: len(COUNTING)])
        if not await self.follower.is_current():
            return None
        change = seen.change
        if change != self.change:
            self.kept.clear()
            self.change = change
        told = self.kept.get(asked)
        if told is None:
            told = await self._told(asked)
            if told is None:
                return None
            if change == seen.change and sum(map(len, filter(None, asked))) <= LONGEST_KEPT:
                if len(self.kept) >= KEPT:
                    del self.kept[next(iter(self.kept))]
                self.kept[asked] = told
        seen.confirm(told.live)
        if told.client is not None:
            self._count((told.live, told.client, tenant, peer, forwarded_for))
        return told.messages

    async def _told(self, asked: Asked) -> _Told | None:
        if not _host_is_ours(asked.host or b"") or len(asked.query) > LONGEST_QUERY:
            return None
        if guard.refused(asked.path, (), _text(asked.content_type) or "", ""):
            return None
        secure = _is_secure(asked.scheme, asked.peer, asked.forwarded or b"")
        if not secure and settings.SECURE_SSL_REDIRECT:
            return None
        live = known(_text(asked.key))
        if live is None:
            return None
        make = partial(_make, asked, live, secure)
        is_config = ROUTES[asked.path] is answers.CONFIG
        if is_config and not answers.is_prepared(live, _surface(asked.query), _text(asked.coding) or ""):
            return await self.pool.run(make)
        return make()

    def _count(self, poll: Poll) -> None:
        if not self.polls:
            asyncio.get_running_loop().call_later(COUNTED_AFTER, self.count)
        self.polls[poll] += 1
        if len(self.polls) >= MOST_POLLS:
            self.count()

    def count(self) -> None:
        """Pass the polls on."""
        counted, self.polls = self.polls, Counter()
        for (live, client, tenant, peer, forwarded_for), times in counted.items():
            polls.count(live, client, _text(tenant), sender(peer, _text(forwarded_for) or ""), times)


def _make(asked: Asked, live: Live, secure: bool) -> _Told:
    ask = Ask(
        ROUTES[asked.path],
        version=_text(asked.version),
        platform=_text(asked.platform),
        accept_language=_text(asked.language) or "",
        accept_encoding=_text(asked.coding) or "",
        if_none_match=_text(asked.etag) or "",
        surface=_surface(asked.query),
        default_language=settings.LANGUAGE_CODE,
    )
    told = _framed(answers.answer(ask, live), _frame(asked.path, _origin(asked.origin or b""), secure))
    is_poll = ask.route is answers.GATE and asked.method == "GET"
    return _Told(live, told.messages(head=asked.method == "HEAD"), answers.client_of(ask, live) if is_poll else None)


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
    if is_proxy(peer):
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
