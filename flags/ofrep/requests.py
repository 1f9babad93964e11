"""Reading an evaluation request: which client asks, and what it tells of itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from configs.canonical import NotStrictJSON, parse_strict
from configs.refusals import Refusal

MOST_BYTES = 64 * 1024


def client_key(request: HttpRequest) -> str | None:
    """What ``X-API-Key`` or ``Authorization: Bearer`` names; ``None`` without either."""
    key = request.headers.get("X-API-Key")
    authorization = request.headers.get("Authorization")
    if key is not None or authorization is None:
        return key
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise Refusal("client_key.unknown")
    return key.strip()


def evaluation_context(request: HttpRequest) -> dict[str, Any]:
    """The context in the body; empty when there is no body. ``targetingKey`` is the tenant unless one is named."""
    data = _body(request)
    if not data:
        return {}
    if request.content_type != "application/json":
        raise Refusal("http.unsupported_media_type")
    try:
        body = parse_strict(data, doubles=True)
    except NotStrictJSON as error:
        raise Refusal("json.refused", problems=error.problems) from None
    if not isinstance(body, dict):
        raise Refusal("evaluation.not_an_object")
    context = body.get("context")
    if context is None:
        return {}
    target = context.get("targetingKey") if isinstance(context, dict) else 0
    if target is None:
        return context
    if not isinstance(target, str):
        raise Refusal("evaluation.bad_context")
    return {**context, "tenant": target} if context.get("tenant") is None else context


def _body(request: HttpRequest) -> bytes:
    meta = request.META
    # A body in chunks has no length, and Django reads none of it: its context must not be lost silently.
    chunked = not meta.get("CONTENT_LENGTH") and meta.get("wsgi.input_terminated")
    data: bytes = (meta["wsgi.input"] if chunked else request).read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Refusal("http.too_large")
    return data
