"""Makes the ``application/problem+json`` (RFC 9457) of every refusal over HTTP. Pure: the language is an argument.

:mod:`icontrol.kernel.responses` makes Django responses from it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, TypedDict

from icontrol.kernel.answers import Answer
from icontrol.kernel.entity_tags import entity_tag
from icontrol.kernel.problems import FindingJSON, as_json
from icontrol.kernel.refusals import Refusal, define
from icontrol.kernel.texts import Text, pick

CONTENT_TYPE = "application/problem+json"
#: code → next step over HTTP, where the catalogue's is for all interfaces. The API fills it.
NEXT: dict[str, Text] = {}


define(
    "http.not_authenticated",
    401,
    title="Authentication required",
    detail="This needs a login or a valid API token.",
    next="Send Authorization: Bearer …, or log in at /login.",
)
define(
    "http.forbidden",
    403,
    title="Refused",
    detail="This request is not accepted (session without CSRF token, or not allowed).",
    next="Programs use an API token; pages send X-CSRFToken.",
)
define(
    "http.csrf",
    403,
    title="The form is no longer valid",
    detail="It was open for too long, you logged in or out meanwhile, or cookies are off. Nothing was changed.",
    next="Load the page again and repeat the step.",
)
define(
    "http.not_found",
    404,
    title="Not found",
    detail="There is no page at this address.",
    next="/api/docs lists what there is.",
)
define(
    "http.method_not_allowed",
    405,
    title="Method not allowed",
    detail="This address does not accept {method}.",
    next="The Allow header lists the methods.",
)
define(
    "http.too_large",
    413,
    title="Too large",
    detail="The request body is too large.",
    next="Send less.",
)
define(
    "http.headers_too_large",
    431,
    title="A header is too large",
    detail="A header has more than {cap} characters.",
    next="Send shorter headers.",
)
define(
    "http.unsupported_media_type",
    415,
    title="Unsupported media type",
    detail="The body must be {types}.",
    next="Set Content-Type to what the body is.",
)
define(
    "http.multipart",
    415,
    title="Files are not accepted",
    detail="multipart bodies are not accepted here.",
    next="Send application/json to the API; pages send application/x-www-form-urlencoded.",
)
define(
    "http.bad_request",
    400,
    title="Malformed request",
    detail="The request could not be read.",
    next="Check the request against /api/docs.",
)
define(
    "body.invalid",
    400,
    title="The request has problems",
    detail="{count} problem(s) in the request; nothing was changed.",
    next="See the problems; each one has its location.",
)
define(
    "http.too_slow",
    408,
    title="Too slow",
    detail="The request body did not arrive within {seconds} seconds.",
    next="Send it again.",
)
define(
    "http.busy",
    503,
    title="Busy",
    detail="Too many requests of this kind are already waiting.",
    next="Send it again in a moment.",
)
define(
    "http.interrupted",
    503,
    title="Interrupted",
    detail="The server stopped working on this request before it was finished. It may or may not have been "
    "carried out.",
    next="Look at the current state before you repeat it.",
)
define(
    "http.internal",
    500,
    title="Internal error",
    detail="Something went wrong; it is in the log.",
    next="No partial change was saved. Tell the operator.",
)


class ProblemJSON(TypedDict):
    """RFC 9457. Some codes carry more members, such as ``etag`` or ``serial``; see the reference of errors."""

    type: Annotated[str, "urn:icontrol:problem:<code>; stable."]
    title: str
    status: int
    code: Annotated[str, "Stable; what programs look at."]
    detail: Annotated[str, "What and why, in the reader's language."]
    next: Annotated[str, "What to do now."]
    messages: Annotated[Text, "The detail in both languages."]
    problems: NotRequired[list[FindingJSON]]


def body_of(refusal: Refusal, language: str, step: Text | None = None) -> dict[str, Any]:
    """The problem's members: RFC 9457's, the code, the next step (``step`` replaces HTTP's), both languages, and
    machine-readable values.
    """
    body: ProblemJSON = {
        "type": f"urn:icontrol:problem:{refusal.code}",
        "title": pick(refusal.title, language),
        "status": refusal.status,
        "code": refusal.code,
        "detail": pick(refusal.detail, language),
        "next": pick(step or NEXT.get(refusal.code, refusal.next), language),
        "messages": refusal.detail,
    }
    if refusal.problems:
        body["problems"] = as_json(refusal.problems)
    return {**_facts(refusal), **body}


def _facts(refusal: Refusal) -> dict[str, Any]:
    """``extra`` for HTTP: the current revision becomes an entity tag."""
    named = refusal.extra.items()
    return dict(("etag", entity_tag(fact)) if name == "revision" else (name, fact) for name, fact in named)


def answer(
    refusal: Refusal, language: str, *, extra: Mapping[str, Any] | None = None, content_type: str = CONTENT_TYPE
) -> Answer:
    """``extra``: more members at top level. They never replace the problem's own."""
    headers = [("Content-Type", content_type), ("Cache-Control", "no-store"), ("Content-Language", language)]
    if revision := refusal.extra.get("revision"):
        headers.append(("ETag", entity_tag(revision)))
    if retry := refusal.extra.get("retryAfter"):
        headers.append(("Retry-After", str(retry)))
    if refusal.status == 401:
        headers.append(("WWW-Authenticate", 'Bearer realm="icontrol"'))
    body = json.dumps({**(extra or {}), **body_of(refusal, language)}, ensure_ascii=False)
    return Answer(refusal.status, tuple(headers), body.encode())
