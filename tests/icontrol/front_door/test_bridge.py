"""A request goes to WSGI and an answer comes back as both protocols say, whatever they carry."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from wsgiref.validate import validator

import pytest
from django.core.handlers.wsgi import WSGIRequest
from hypothesis import given
from hypothesis import strategies as st

from icontrol.front_door import FrontDoor
from tests.icontrol.front_door.helpers import ask, ask_async, header


class Application:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self, status: str = "200 OK", headers: Any = (), body: Any = (b"body",)) -> None:
        self.status, self.headers, self.body = status, [("Content-Type", "text/plain"), *headers], body
        self.environ: dict[str, Any] = {}
        self.sent = b""
        self.closed = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.environ = environ
        self.sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH", 0)))
        start_response(self.status, self.headers)
        return self

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.body)

    def close(self) -> None:
        self.closed += 1


def test_a_request_is_what_django_makes_of_it() -> None:
    seen: list[WSGIRequest] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(WSGIRequest(environ))
        seen[0].body  # noqa: B018  (reads it)
        start_response("200 OK", [])
        return []

    headers = [
        (b"x-client-version", b"1.2.3"),
        (b"accept", b"a"),
        (b"accept", b"b"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"content-type", b"text/plain"),  # a body has one type: the last counts
        (b"content-type", b"application/json; charset=hex"),
    ]
    ask(FrontDoor(application), "POST", "/a%2Fb/%C3%A9?x=%C3%A9&x=2", headers, b'{"a": 1}')
    request = seen[0]
    assert (request.method, request.path, request.scheme) == ("POST", "/a/b/é", "http")
    assert request.GET.getlist("x") == ["é", "2"]
    assert request.body == b'{"a": 1}' and request.content_type == "application/json"
    assert request.headers["X-Client-Version"] == "1.2.3" and request.headers["Accept"] == "a,b"
    assert request.COOKIES == {"a": "1", "b": "2"}
    assert request.META["REMOTE_ADDR"] == "192.0.2.1" and request.META["SERVER_PORT"] == "8000"


def test_a_name_with_an_underscore_is_not_the_name_with_a_dash() -> None:
    application = Application()
    ask(FrontDoor(application), "GET", "/", [(b"x_client_version", b"9"), (b"x_forwarded_for", b"192.0.2.9")])
    assert not [name for name in application.environ if name.startswith("HTTP_X_")]


def test_wsgi_is_spoken_as_its_validator_wants_it() -> None:
    for method, body in (("GET", None), ("POST", b"abc"), ("HEAD", None)):
        plain = Application(body=(b"a", b"", b"b"))

        def strict(environ: dict[str, Any], start_response: Any, plain: Application = plain) -> Any:
            start_response("200 OK", plain.headers)
            return iter(plain.body)

        answer = ask(FrontDoor(validator(strict)), method, "/x?y", body=body)
        assert answer.status == 200, answer


@pytest.mark.parametrize(("parts", "whole"), [([b""], b""), ([b"a", b"", b"bc"], b"abc")])
def test_a_body_without_a_length_is_measured(parts: list[bytes], whole: bytes) -> None:
    application = Application()
    chunked = [(b"transfer-encoding", b"chunked")]
    answer = asyncio.run(ask_async(FrontDoor(application), "POST", "/", chunked, parts))
    assert answer is not None and answer.status == 200
    assert application.sent == whole
    assert "HTTP_TRANSFER_ENCODING" not in application.environ


@pytest.mark.parametrize("streamed", [(b"",), (b"a", b"b", b"c"), ()])
def test_an_answer_arrives_whole_and_is_closed(streamed: tuple[bytes, ...]) -> None:
    application = Application(headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=é")], body=streamed)
    answer = ask(FrontDoor(application), "GET", "/")
    assert answer.body == b"".join(streamed)
    assert header(answer, b"content-length") == str(len(answer.body)).encode()
    assert [value for name, value in answer.headers if name == b"set-cookie"] == [b"a=1", b"b=\xe9"]
    assert application.closed == 1


@pytest.mark.parametrize("length", [[("Content-Length", "4")], []])
def test_head_is_told_the_length_and_gets_no_body(length: list[tuple[str, str]]) -> None:
    answer = ask(FrontDoor(Application(headers=length)), "HEAD", "/")
    assert (answer.body, header(answer, b"content-length")) == (b"", b"4")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_that_has_no_body_says_no_length(status: str) -> None:
    answer = ask(FrontDoor(Application(status, [("Content-Length", "4"), ("ETag", '"x"')])), "GET", "/")
    assert (answer.status, answer.body, header(answer, b"content-length")) == (int(status[:3]), b"", None)
    assert header(answer, b"etag") == b'"x"'


def test_what_nobody_caught_is_a_problem_and_closed(caplog: pytest.LogCaptureFixture) -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> Any:
        raise RuntimeError("on purpose")

    def half() -> Iterator[bytes]:
        yield b"a"
        raise RuntimeError("on purpose")

    late = Application(body=half())
    for application in (broken, late):
        answer = ask(FrontDoor(application), "GET", "/x")
        assert answer.status == 500 and b"http.internal" in answer.body
        assert "on purpose" in caplog.text and b"on purpose" not in answer.body
        caplog.clear()
    assert late.closed == 1


@given(st.binary(max_size=60), st.binary(max_size=30).map(lambda value: value.replace(b"\n", b"")))
def test_any_bytes_arrive_as_they_were(body: bytes, value: bytes) -> None:
    application = Application()
    ask(FrontDoor(application), "POST", "/", [(b"x-y", value)], body)
    assert application.sent == body and application.environ["HTTP_X_Y"].encode("latin-1") == value
