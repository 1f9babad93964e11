"""Adapts ASGI to WSGI: the request is read completely, and the answer is sent completely.

Implements as much of both protocols as Django's WSGI handler needs: https://peps.python.org/pep-3333/ and
https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpResponse

from icontrol import guard
from icontrol.kernel.refusals import Refusal

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Message = dict[str, Any]
Send = Callable[[Message], Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """Header names in lower case, as ASGI requires. ``appended``: environments to whose ledger another process appended
    for this answer.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    appended: tuple[int, ...] = ()

    @classmethod
    def of(cls, response: HttpResponse) -> Answer:
        headers = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
        return cls(response.status_code, headers, response.content)

    def messages(self, *, head: bool = False) -> tuple[Message, Message]:
        """What is sent. ``head``: the answer to a HEAD request, like GET without the body."""
        headers, body = self.headers, self.body
        if self.status in (204, 304):
            headers, body = [(name, value) for name, value in headers if name != b"content-length"], b""
        elif headers[-1:] and headers[-1][0] == b"content-length":
            pass
        elif all(name != b"content-length" for name, _ in headers):
            headers = [*headers, (b"content-length", b"%d" % len(body))]
        return (
            {"type": "http.response.start", "status": self.status, "headers": headers},
            {"type": "http.response.body", "body": b"" if head else body},
        )


def headers_of(scope: Mapping[str, Any]) -> dict[bytes, bytes]:
    """One value per name. Names with ``_`` are dropped: WSGI cannot tell ``X_Client_Version`` from
    ``X-Client-Version``.

    Of several Content-Type headers the last counts, as when a command line overrides a script.
    """
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if b"_" in name:
            continue
        if name in headers and name != b"content-type":
            value = headers[name] + (b"; " if name == b"cookie" else b",") + value
        headers[name] = value
    return headers


def variables_of(scope: Mapping[str, Any], headers: Mapping[bytes, bytes], body: bytes) -> dict[str, str]:
    """The WSGI environ: text is bytes decoded as Latin-1; the body's length is the length that was read."""
    server = scope.get("server") or ("localhost", None)
    variables = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str((scope.get("client") or ("",))[0]),
        "wsgi.url_scheme": scope["scheme"],
    }
    for name, value in headers.items():
        if name == b"content-type":
            variables["CONTENT_TYPE"] = value.decode("latin-1")
        elif name not in (b"content-length", b"transfer-encoding"):
            variables["HTTP_" + name.decode("latin-1").upper().replace("-", "_")] = value.decode("latin-1")
    if body or b"content-length" in headers:
        variables["CONTENT_LENGTH"] = str(len(body))
    return variables


def environ_of(variables: Mapping[str, str], body: bytes) -> dict[str, Any]:
    return {
        **variables,
        "wsgi.version": (1, 0),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


@dataclass(frozen=True, slots=True)
class Call:
    """A complete request. Calling it runs it to its end in a thread, also for a streamed answer, so that a slow reader
    holds no thread.
    """

    application: WSGIApplication
    variables: Mapping[str, str]
    body: bytes

    def __call__(self) -> Answer:
        started: list[Any] = []
        parts: list[bytes] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., None]:
            started[:] = status, headers
            return parts.append

        result = self.application(environ_of(self.variables, self.body), start_response)
        try:
            parts.extend(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        status, headers = started
        return Answer(
            int(status[:3]),
            [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
            b"".join(parts),
        )

    def refused(self, refusal: Refusal) -> Answer:
        """A refusal without calling the application."""
        return Answer.of(guard.answer(refusal, environ_of(self.variables, self.body)))
