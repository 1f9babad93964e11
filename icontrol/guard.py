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
    """Without a charset: all is UTF-8 here, and Django would decode the query string with any codec that is named."""
    bare = kind.partition(";")[0]
    return bare[:LONGEST_CONTENT_TYPE] if len(kind) > LONGEST_CONTENT_TYPE or "charset" in kind.lower() else kind
