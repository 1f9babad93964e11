"""Requests that Django would fail on, or take apart for seconds, before any middleware sees them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest

from icontrol.guard import LONGEST_HEADER, guarded, plain


def inner(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """As much of Django as comes before its error handling."""
    request = WSGIRequest(environ)
    start_response("200 OK", [])
    return [repr(request.GET).encode()]


def ask(path: str, query: str = "", **environ: str) -> tuple[str, dict[str, str], bytes]:
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
