"""``POST /ofrep/v1/evaluate/flags/{key}`` and ``POST /ofrep/v1/evaluate/flags``. Not gated: a kill switch must reach
old clients."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request

from configs.canonical import digest
from configs.reading import shown
from configs.refusals import Refusal
from configs.texts import pick
from flags import usage
from flags.engine import Evaluation, FlagNotFound
from flags.ofrep import requests, shapes, writing
from flags.ofrep.limiting import limiter
from icontrol import problem
from releases.api.openapi import MEANING, answer_header, problems
from releases.api.public import LIVE_HEADERS, LONGEST_KEY, PublicView, conditional, live_for, with_release
from releases.delivery import Live, flags_of
from releases.throttle import network

JSON = "application/json"
#: Refusals with a word of their own in the protocol; all others are GENERAL.
ERROR_CODES = {
    "json.refused": "PARSE_ERROR",
    "evaluation.not_an_object": "PARSE_ERROR",
    "evaluation.bad_context": "INVALID_CONTEXT",
    "evaluation.no_such_flag": "FLAG_NOT_FOUND",
    "release.none": "FLAG_NOT_FOUND",
}
#: The protocol describes these answers, and as plain JSON; some clients read no other type.
PLAIN = (400, 404)

KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="The flag; `/` in it is written `%2F`.")
API_KEY = OpenApiParameter(
    "X-API-Key",
    str,
    OpenApiParameter.HEADER,
    description="Client key (`pk_…`): chooses application and environment; left out: the default ones. "
    "`Authorization: Bearer pk_…` is the same.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="ETag of the answer that the client has."
)
ONE_HEADERS = [header for header in LIVE_HEADERS if header.name != "ETag"]
RETRY_AFTER = answer_header("Retry-After", "Seconds.", 429, 503, kind=int)


def _refusals(shape: Any, *plain: int) -> dict[Any, Any]:
    described = {(status, JSON): OpenApiResponse(shape, description=MEANING[status]) for status in plain}
    return {**described, **problems(401, 413, 415, 429, 503, shape=shape)}


def refused(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """A problem like everywhere, with the members that OFREP's clients look at."""
    refusal = None if isinstance(error, MethodNotAllowed) else problem.to_refusal(error)
    if refusal is None:
        return problem.handler(error, context)
    language = problem.language()
    sentences = [refusal.detail, *(found.message for found in refusal.problems[:1])]
    members = {
        **context["kwargs"],  # the key of a single evaluation
        "errorCode": ERROR_CODES.get(refusal.code, "GENERAL"),
        "errorDetails": " ".join(pick(sentence, language) for sentence in sentences),
    }
    answer = problem.response(refusal, extra=members)
    if refusal.status in PLAIN:
        answer["Content-Type"] = JSON
    return answer


def evaluate(live: Live, context: Mapping[str, Any], key: str | None = None) -> Mapping[str, Evaluation]:
    """Every flag of the release for this context, or the one named; counted."""
    flags, now = flags_of(live), timezone.now()
    try:
        found = flags.evaluate_all(context, now) if key is None else {key: flags.evaluate(key, context, now=now)}
    except FlagNotFound:
        raise Refusal("evaluation.no_such_flag", environment=live.environment, key=shown(key)) from None
    usage.record_all(live, found)
    return found


class EvaluationView(PublicView):
    """What both have in common: who asks, and how often."""

    vary = ("X-API-Key", "Authorization")

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], HttpResponse | None]:
        return refused

    def live(self, request: HttpRequest) -> Live:
        """The release that the client's key names. Counted first, so that who asks too often costs nothing more."""
        key = requests.client_key(request)
        limit: int = settings.ICONTROL_EVALUATIONS_PER_MINUTE
        if limit:
            client = (key or "")[:LONGEST_KEY], network(request.META.get("REMOTE_ADDR", ""))
            wait = limiter.seconds_to_wait(client, limit, time.monotonic())
            if wait:
                raise Refusal("evaluation.too_many", extra={"retryAfter": wait}, limit=limit)
        return live_for(key)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, self.vary)
        return response


class OneFlagView(EvaluationView):
    """One flag."""

    @extend_schema(
        operation_id="evaluateFlag",
        parameters=[KEY, API_KEY, *ONE_HEADERS, RETRY_AFTER],
        request={JSON: shapes.REQUEST},
        responses={200: shapes.OneEvaluation, **_refusals(shapes.OneEvaluationProblem, 400, 404)},
    )
    def post(self, request: Request, key: str) -> HttpResponse:
        """What one flag serves to this context (OFREP). Public, not gated."""
        live = self.live(request._request)
        context = requests.evaluation_context(request._request)
        evaluation = evaluate(live, context, key)[key]
        return with_release(HttpResponse(writing.one(live, key, evaluation), content_type=JSON), live)


class AllFlagsView(EvaluationView):
    """All flags."""

    @extend_schema(
        operation_id="evaluateAllFlags",
        parameters=[API_KEY, IF_NONE_MATCH, *LIVE_HEADERS, RETRY_AFTER],
        request={JSON: shapes.REQUEST},
        responses={
            200: shapes.BulkEvaluations,
            304: OpenApiResponse(description=MEANING[304]),
            **_refusals(shapes.EvaluationProblem, 400),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """What every flag serves to this context (OFREP). The ETag is of the answer, so of context and release."""
        try:
            live = self.live(request._request)
        except Refusal as refusal:
            if refusal.code != "release.none":
                raise
            # To stock clients an error is a failed start, after which they never ask again.
            return HttpResponse(writing.NOTHING, content_type=JSON, headers={"Cache-Control": "no-cache"})
        context = requests.evaluation_context(request._request)
        body = writing.all_of(live, evaluate(live, context), problem.language())
        return conditional(request, body.encode(), f'"{digest(body)[:32]}"', live)
