"""Requests that Django would fail on, or take apart for seconds, before any middleware sees them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.utils import translation

from icontrol.guard import LONGEST_HEADER, guarded, largest_body, plain


class Unreadable(io.RawIOBase):
    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")


UNREADABLE: Any = {"wsgi.input": Unreadable()}


def inner(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """As much of Django as comes before its error handling."""
    request = WSGIRequest(environ)
    start_response("200 OK", [])
    return [repr(request.GET).encode()]


def ask(path: str, query: str = "", **environ: Any) -> tuple[str, dict[str, str], bytes]:
    told: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        told.update(status=status, headers=dict(headers))

    given = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
        **environ,
    }
    body = b"".join(guarded(inner)(given, start_response))
    return told["status"], told["headers"], body


@pytest.mark.parametrize("charset", ["hex", "base64", "zlib", "idna", "undefined", "unicode_escape", '"hex"', ""])
def test_a_charset_that_decodes_no_text_is_no_failure(charset: str) -> None:
    for content_type in (
        f"application/json; charset={charset}",
        f"text/plain;Charset = {charset};x=y",
        f"a/b; charset=utf-8; charset={charset}",
        f"a/b; x=charset=utf-8; charset={charset}",
        f"a/b; charset*=utf-8''{charset}",
    ):
        status, _, body = ask("/meta/release", "x=1", CONTENT_TYPE=content_type)
        assert status == "200 OK" and b"'x': ['1']" in body


def test_a_long_header_is_refused_as_a_problem() -> None:
    assert ask("/livez", HTTP_IF_NONE_MATCH="a" * LONGEST_HEADER)[0] == "200 OK"
    status, headers, body = ask("/livez", HTTP_IF_NONE_MATCH="a" * (LONGEST_HEADER + 1))
    assert status.startswith("431 ") and headers["Content-Type"] == "application/problem+json"
    assert b"http.headers_too_large" in body


def test_a_refusal_says_what_djangos_own_would_say() -> None:
    headers = {"HTTP_X": "a" * (LONGEST_HEADER + 1), "HTTP_ACCEPT_LANGUAGE": "fr", "HTTP_ORIGIN": "https://app.example"}
    with translation.override("de"):
        _, told, body = ask("/ofrep/v1/evaluate/flags", **headers)
        assert translation.get_language() == "de"
    assert (told["Content-Language"], told["access-control-allow-origin"]) == ("fr", "*")
    assert "trop long" in body.decode()


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        ("application/json", "application/json"),
        ("application/json; charset=UTF-8", "application/json"),
        ("text/html; charset=iso-8859-1; x=y", "text/html"),
        ("text/html; x=charset=utf-8; charset=hex", "text/html"),
        ("text/plain; format=flowed", "text/plain; format=flowed"),
        ("multipart/form-data; boundary=abc", "multipart/form-data; boundary=abc"),
        ("text/plain; charset=rot13", "text/plain"),
        ("application/json" + ";" * 380_000, "application/json"),
        ("x" * 1000, "x" * 256),
    ],
)
def test_content_types(kind: str, left: str) -> None:
    assert plain(kind) == left


@pytest.mark.parametrize("path", ["/login", "/api/config/draft", "/ofrep/v1/evaluate/flags", "/nowhere"])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", " Multipart/Mixed", "multipart/form-data"])
def test_multipart_is_refused_before_any_of_it_is_read(path: str, kind: str) -> None:
    status, headers, body = ask(path, CONTENT_TYPE=kind, CONTENT_LENGTH="9", **UNREADABLE)
    assert status.startswith("415 ") and headers["Content-Type"] == "application/problem+json"
    assert b"http.multipart" in body


def test_nothing_reads_uploads() -> None:
    assert settings.FILE_UPLOAD_HANDLERS == []


@pytest.mark.parametrize(
    "path", ["/meta/release", "/ofrep/v1/evaluate/flags", "/unleash/api/client/metrics", "/", "/api/x", "/admin/x"]
)
def test_every_address_has_a_cap_for_bodies(path: str) -> None:
    cap = largest_body(path)
    assert ask(path, CONTENT_LENGTH=str(cap))[0] == "200 OK"
    for length in (str(cap + 1), "9" * 400):
        status, _, body = ask(path, CONTENT_LENGTH=length, **UNREADABLE)
        assert status.startswith("413 ") and b"http.too_large" in body


def test_who_may_send_how_much() -> None:
    whole = settings.ICONTROL_SNAPSHOT_MAX_BYTES
    assert largest_body("/unleash/api/client/metrics") < largest_body("/api/config/draft") == 2 * whole
    # A form is as long as three times its text, if all of it must be quoted.
    assert largest_body("/admin/") >= 3 * whole


@pytest.mark.parametrize("length", ["", "abc", "-1", "1e3", "²"])
def test_a_length_that_is_no_number_is_left_to_the_server(length: str) -> None:
    assert ask("/", CONTENT_LENGTH=length)[0] == "200 OK"
