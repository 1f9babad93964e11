"""The base of all flag routes for clients: key, rate limit, body."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from configs.snapshot.canonical import NotStrictJSON, parse_strict
from flags.client_keys import VARY, client_key
from flags.limiting import limiter
from icontrol.kernel.addresses import network
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.responses import not_read
from releases.api.openapi import answer_header
from releases.api.public import PublicView
from releases.delivery.answers import Route
from releases.delivery.live import read_live
from releases.delivery.representations import Live

RETRY_AFTER = answer_header("Retry-After", "Seconds.", 429, 503, kind=int)


class FlagClientView(PublicView):
    """``evaluates``: a request costs an evaluation, so it counts against the limit."""

    route: Route = Route(VARY)
    evaluates = False

    def live(self, request: HttpRequest) -> Live:
        """The live release for the client's key. The limit comes first, so excess requests cost nothing more."""
        if self.evaluates:
            _count(request)
        meta = request.META
        return read_live(client_key(meta.get("HTTP_X_API_KEY"), meta.get("HTTP_AUTHORIZATION")))


def _count(request: HttpRequest) -> None:
    limit: int = settings.ICONTROL_EVALUATIONS_PER_MINUTE
    if limit:
        wait = limiter.seconds_to_wait(network(request.META.get("REMOTE_ADDR", "")), limit, time.monotonic())
        if wait:
            raise Refusal("evaluation.too_many", extra={"retryAfter": wait}, limit=limit)


def read_body(request: HttpRequest, *, most: int) -> Any:
    """The body as strict JSON, at most ``most`` bytes of it; ``{}`` without one.

    Large integers are read as doubles: what clients send is compared and never stored.
    """
    meta = request.META
    # Django does not read a chunked body without a length: its context must not be lost silently.
    chunked = not meta.get("CONTENT_LENGTH") and meta.get("wsgi.input_terminated")
    try:
        data: bytes = (meta["wsgi.input"] if chunked else request).read(most + 1)
    except OSError:  # broken chunks, or a client that went away
        raise Refusal("http.bad_request") from None
    if len(data) > most:
        raise Refusal("http.too_large")
    if not data:
        return {}
    if request.content_type != "application/json":
        raise not_read(("application/json",))
    try:
        return parse_strict(data, doubles=True)
    except NotStrictJSON as error:
        raise Refusal("json.refused", problems=error.problems) from None
