"""Refuses or repairs requests on which Django would fail or spend seconds.

Its refusals look like Django's: see :func:`answer`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.utils import translation

from icontrol.kernel import responses
from icontrol.kernel.caps import CLIENT_BODY
from icontrol.kernel.refusals import Refusal
from icontrol.middleware import Cors, Language

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Any]
#: Characters of one header. Some are parsed in quadratic time, and the server accepts 380 000.
LONGEST_HEADER = 16_384
LONGEST_CONTENT_TYPE = 256


def guarded(application: WSGIApplication) -> WSGIApplication:
    """``application`` behind the guard."""

    def guard(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        refusal = refused(
            environ.get("PATH_INFO", ""),
            (len(value) for name, value in environ.items() if name.startswith("HTTP_")),
            environ.get("CONTENT_TYPE", ""),
            environ.get("CONTENT_LENGTH", ""),
        )
        if refusal is not None:
            told = answer(refusal, environ)
            start_response(f"{told.status_code} {told.reason_phrase}", list(told.items()))
            return told
        kind = environ.get("CONTENT_TYPE")
        if kind:
            environ["CONTENT_TYPE"] = plain(kind)
        return application(environ, start_response)

    return guard


def refused(path: str, lengths: Iterable[int], kind: str, length: str) -> Refusal | None:
    """Why headers of these lengths, or a body of this type and length, are refused."""
    if max(lengths, default=0) > LONGEST_HEADER:
        return Refusal("http.headers_too_large", cap=LONGEST_HEADER)
    # No form here sends files, and Django's multipart parser writes to the disk.
    if kind.lstrip().lower().startswith("multipart/"):
        return Refusal("http.multipart")
    if length.isdecimal() and (len(length) > 18 or int(length) > largest_body(path)):
        return Refusal("http.too_large")
    return None


def answer(refusal: Refusal, environ: Mapping[str, Any]) -> HttpResponse:
    """The refusal with what Django's middleware would add: CORS headers, and the reader's language.

    Without these headers a page's script sees "network error" instead of a 413, or of a 503 with its Retry-After.
    """
    told = {
        name: value
        for name, value in environ.items()
        if not (name.startswith("HTTP_") and len(value) > LONGEST_HEADER) and name != "CONTENT_TYPE"
    }
    with translation.override(None):  # undo what the middleware activates
        inner: Any = Language(lambda request: responses.response(refusal))
        outer: Any = Cors(inner)
        response: HttpResponse = outer(WSGIRequest(told))
    return response


def largest_body(path: str) -> int:
    """In bytes, by path: editors send whole snapshots, and form encoding makes these longer."""
    if path.startswith("/api/"):
        return 2 * settings.ICONTROL_SNAPSHOT_MAX_BYTES
    if path.startswith("/admin/"):
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return CLIENT_BODY


def plain(kind: str) -> str:
    """Drop the charset: everything is UTF-8, and Django would decode the query string with any named codec."""
    bare = kind.partition(";")[0]
    return bare[:LONGEST_CONTENT_TYPE] if len(kind) > LONGEST_CONTENT_TYPE or "charset" in kind.lower() else kind
