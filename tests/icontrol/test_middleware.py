"""Trusted proxies: whose word about the client is taken."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from icontrol.middleware import TrustedProxies, address

PROXIES = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "2001:db8::/32")))


def seen(peer: str, **headers: str) -> HttpRequest:
    """The request as the layer below sees it."""
    got: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        got.append(request)
        return HttpResponse()

    request = RequestFactory().get("/", REMOTE_ADDR=peer)
    request.META.update({f"HTTP_{name}": value for name, value in headers.items()})
    TrustedProxies(view)(request)
    return got[0]


@pytest.fixture
def trusted(settings: Settings) -> None:
    settings.ICONTROL_TRUSTED_PROXIES = PROXIES


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        # a stranger says what he likes
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("203.0.113.9", "10.0.0.1", "203.0.113.9"),
        # one proxy
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db9::7]:4711", "2001:db9::7"),
        ("10.0.0.1", "2001:db9::7", "2001:db9::7"),
        ("2001:db8::1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        # what the client itself wrote stands to the left and is not believed
        ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        # two proxies
        ("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        # only proxies: the farthest
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        # nothing, or no address: the proxy that wrote it
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", ",,,", "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4.5", "10.0.0.1"),
        ("10.0.0.1", "１.２.３.４", "10.0.0.1"),
        # one spelling of an address
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
        ("10.0.0.1", "2001:DB9:0::7", "2001:db9::7"),
        # a server on a socket has no peer address
        ("", "198.51.100.1", ""),
    ],
)
def test_the_true_client(peer: str, forwarded_for: str, client: str) -> None:
    assert seen(peer, X_FORWARDED_FOR=forwarded_for).META["REMOTE_ADDR"] == client


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("peer", "forwarded", "secure"),
    [
        ("10.0.0.1", "https", True),
        ("10.0.0.1", "HTTPS ", True),
        ("10.0.0.1", "http, https", True),
        ("10.0.0.1", "https, http", False),
        ("10.0.0.1", "http", False),
        ("10.0.0.1", "wss", False),
        ("10.0.0.1", "", False),
        ("203.0.113.9", "https", False),
    ],
)
def test_the_true_scheme(peer: str, forwarded: str, secure: bool) -> None:
    assert seen(peer, X_FORWARDED_PROTO=forwarded).is_secure() is secure


def test_nobody_is_trusted_by_default() -> None:
    request = seen("127.0.0.1", X_FORWARDED_FOR="198.51.100.1", X_FORWARDED_PROTO="https")
    assert request.META["REMOTE_ADDR"] == "127.0.0.1"
    assert not request.is_secure()


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("peer", ["10.0.0.1", "203.0.113.9"])
def test_nobody_further_in_can_read_the_raw_headers(peer: str) -> None:
    request = seen(peer, X_FORWARDED_FOR="1.2.3.4", X_FORWARDED_PROTO="https", X_FORWARDED_HOST="evil.example")
    assert not [name for name in request.META if name.startswith("HTTP_X_FORWARDED")]


@pytest.mark.usefixtures("trusted")
def test_no_header_can_set_the_scheme_directly() -> None:
    assert not seen("203.0.113.9", ICONTROL_FORWARDED_SCHEME="https").is_secure()


@given(peer=st.text(), value=st.text(), scheme=st.text())
def test_garbage_never_raises(peer: str, value: str, scheme: str) -> None:
    seen(peer, X_FORWARDED_FOR=value, X_FORWARDED_PROTO=scheme)
    seen("127.0.0.1", X_FORWARDED_FOR=value, X_FORWARDED_PROTO=scheme)


@given(st.ip_addresses())
def test_an_address_is_read_with_and_without_its_port(ip: Any) -> None:
    spelled = f"[{ip}]:80" if ip.version == 6 else f"{ip}:80"
    assert address(str(ip)) == address(spelled) == (getattr(ip, "ipv4_mapped", None) or ip)


# --- the whole stack --------------------------------------------------------------------------------------------------
@pytest.mark.django_db  # closing the answer ends the request, which looks at the connections
def test_plain_requests_through_the_proxy_are_redirected_and_https_is_not(settings: Settings) -> None:
    settings.ICONTROL_TRUSTED_PROXIES = PROXIES
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_SSL_HOST = "icontrol.example"
    client = Client(REMOTE_ADDR="10.0.0.1")
    plain = client.get("/login", headers={"x-forwarded-proto": "http", "host": "localhost"})
    assert (plain.status_code, plain["Location"]) == (301, "https://icontrol.example/login")
    assert "Content-Security-Policy" in plain
    secure = client.get("/static/admin/css/base.css", headers={"x-forwarded-proto": "https"})
    assert secure.status_code == 200
    secure.close()


def test_the_policy_of_a_page_allows_nothing_inline(client: Client) -> None:
    policy = client.get("/login")["Content-Security-Policy"]
    parts = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
    assert parts == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["lit-html"],
    }


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("fr-CA,en;q=0.5", "fr"), ("en", "en"), ("de", "en"), ("fr;q=0", "en"), ("en;q=0", "fr"), ("fr;q=oops", "en")],
)
def test_pages_speak_the_readers_language(client: Client, accepted: str, language: str) -> None:
    answer = client.get("/login", headers={"accept-language": accepted})
    assert answer["Content-Language"] == language
