"""Middleware: client address behind proxies, CORS preflights, language, a fast path for clients, compression."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from typing import Any

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.middleware.locale import LocaleMiddleware
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers

from icontrol.environ import Network
from icontrol.kernel import responses
from icontrol.kernel.languages import choose
from icontrol.kernel.outages import rest
from icontrol.kernel.refusals import Refusal

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

ALLOW_HEADERS = "Access-Control-Allow-Headers"
#: Headers that a preflight may name: so many, each a token (RFC 9110) of bounded length.
MOST_NAMES = 64
HEADER_NAME = re.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,100}")

# "192.0.2.1:4711" and "[2001:db8::1]:4711": some proxies add the port.
WITH_PORT = re.compile(r"(?:\[(?P<six>[^\[\]]*)\]|(?P<four>[0-9.]+))(?::[0-9]{1,5})?")


class TrustedProxies:
    """Sets ``REMOTE_ADDR`` and the scheme to the client's own.

    ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed only when the peer is in ``ICONTROL_TRUSTED_PROXIES``.
    All ``X-Forwarded-*`` headers are then removed, so that no later code uses them by mistake. An invalid header is
    ignored, never an error.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        peer = str(meta.get("REMOTE_ADDR", ""))
        meta["REMOTE_ADDR"] = sender(peer, meta.get("HTTP_X_FORWARDED_FOR", ""))
        if (scheme := forwarded_scheme(meta.get("HTTP_X_FORWARDED_PROTO", ""))) and is_proxy(peer):
            meta["icontrol.forwarded_scheme"] = scheme
        for name in [name for name in meta if name.startswith("HTTP_X_FORWARDED_")]:
            del meta[name]
        return self.get_response(request)


class Cors(CorsMiddleware):
    """Preflights of public routes allow every request header that they name.

    Tracing scripts add headers to every request (``traceparent``, ``baggage``, ``sentry-trace``), and a page whose
    preflight is refused has no flags at all. These routes read no cookies, and unknown headers have no effect.
    """

    def add_response_headers(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response = super().add_response_headers(request, response)
        if ALLOW_HEADERS in response:
            names = (
                request.headers.get("Access-Control-Request-Headers", "").lower().split(",", MOST_NAMES)[:MOST_NAMES]
            )
            asked = [name for name in map(str.strip, names) if HEADER_NAME.fullmatch(name)]
            response[ALLOW_HEADERS] = ", ".join(dict.fromkeys([*settings.CORS_ALLOW_HEADERS, *asked]))
            patch_vary_headers(response, ("Access-Control-Request-Headers",))
        return response


class Language(LocaleMiddleware):
    """The language of the answer. The language cookie counts on pages, not on routes for any origin."""

    def process_request(self, request: HttpRequest) -> None:
        languages = dict(settings.LANGUAGES)
        for_any_origin = re.match(settings.CORS_URLS_REGEX, request.path_info)
        kept = "" if for_any_origin else request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        accepted = kept if kept in languages else request.headers.get("Accept-Language", "")
        translation.activate(choose(accepted, languages, settings.LANGUAGE_CODE))
        request.LANGUAGE_CODE = translation.get_language()


class ClientFastPath:
    """Calls views with ``for_clients`` directly: the later middleware for sessions, accounts and messages is for
    people.

    These API views read no cookies and handle their own exceptions, and get a thousand times as many requests as all
    others.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        if not getattr(getattr(match.func, "cls", None), "for_clients", False):
            return self.get_response(request)
        request.resolver_match = match
        answer: Any = match.func(request, *match.args, **match.kwargs)
        return answer.render() if hasattr(answer, "render") else answer


class WhileAway:
    """During a database outage people get an answer at once; every few seconds one request tries the database again."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not rest.may_ask():
            return responses.response(Refusal(rest.outage.value, extra={"retryAfter": rest.SECONDS}))
        answer = self.get_response(request)
        if answer.status_code != 503:
            rest.over()
        return answer


class Compress(GZipMiddleware):
    """Compresses large API answers to reads. Not pages, which carry CSRF tokens, and not answers to writes, which may
    contain a secret: the length would reveal it (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.method == "GET" and request.path_info.startswith("/api/"):
            return super().process_response(request, response)
        return response


def address(value: str) -> Address | None:
    """The IP address in ``value``, without port and with IPv4-mapped IPv6 unwrapped; ``None`` if invalid."""
    value = value.strip()
    if found := WITH_PORT.fullmatch(value):
        value = found["six"] or found["four"] or ""
    try:
        parsed = ipaddress.ip_address(value)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def within(who: Address, networks: Sequence[Network]) -> bool:
    return any(who in network for network in networks)


def is_proxy(peer: str) -> bool:
    """Whether this is the address of one of our proxies, whose headers are believed."""
    who = address(peer)
    return who is not None and within(who, settings.ICONTROL_TRUSTED_PROXIES)


def sender(peer: str, forwarded_for: str) -> str:
    """The client's own address, normalised, also for an IPv4 peer on an IPv6 socket; ``peer`` if that is none."""
    who = address(peer)
    return peer if who is None else str(client(who, forwarded_for, settings.ICONTROL_TRUSTED_PROXIES))


def forwarded_scheme(forwarded_proto: str) -> str | None:
    """In a chain each proxy may add a scheme; the last is from the proxy that we trust."""
    scheme = forwarded_proto.rpartition(",")[2].strip().lower()
    return scheme if scheme in ("http", "https") else None


def client(peer: Address, forwarded_for: str, trusted: Sequence[Network]) -> Address:
    """The nearest address that is not one of our proxies, walking back from ``peer``.

    Every proxy appends the peer it saw, so the list is reliable from the right as far as we trust the writers. An
    invalid entry ends the walk at the proxy that wrote it.
    """
    nearest = peer
    for entry in reversed(forwarded_for.split(",")):
        if not within(nearest, trusted):
            break
        who = address(entry)
        if who is None:
            break
        nearest = who
    return nearest
