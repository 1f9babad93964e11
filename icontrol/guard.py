"""What is refused or put right before Django sees it, because Django would fail on it or think about it for seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from configs.refusals import Refusal
from icontrol import problem

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]
#: Characters of one header. Some are taken apart in quadratic time, and the server lets 380 000 through.
LONGEST_HEADER = 16_384
LONGEST_CONTENT_TYPE = 256
#: Others are codecs that Django would decode the query string with, and some of those decode no text.
CHARSETS = ("utf-8", "utf8", "us-ascii", "iso-8859-1", "latin-1", "windows-1252")


def guarded(application: Application) -> Application:
    """``application`` behind the guard."""

    def guard(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        for name, value in environ.items():
            if name.startswith("HTTP_") and len(value) > LONGEST_HEADER:
                answer = problem.response(Refusal("http.headers_too_large", cap=LONGEST_HEADER))
                start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
                return answer
        kind = environ.get("CONTENT_TYPE")
        if kind:
            environ["CONTENT_TYPE"] = plain(kind)
        return application(environ, start_response)

    return guard


def plain(kind: str) -> str:
    """A content type without parameters that nobody sends in earnest."""
    bare, _, parameters = kind.partition(";")
    if len(kind) > LONGEST_CONTENT_TYPE:
        return bare[:LONGEST_CONTENT_TYPE]
    lower = parameters.lower()
    if "charset" not in lower:
        return kind
    charset = lower.partition("charset")[2].partition(";")[0].strip(' ="')
    return kind if charset in CHARSETS else bare
