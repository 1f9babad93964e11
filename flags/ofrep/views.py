"""``POST /ofrep/v1/evaluate/flags/{key}`` and ``POST /ofrep/v1/evaluate/flags``. Not gated: a kill switch must reach
old clients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request

from flags import usage
from flags.client_views import RETRY_AFTER, FlagClientView, read_body
from flags.contexts import context_of
from flags.engine import Evaluation, FlagNotFound
from flags.engine.sentences import shown
from flags.ofrep import answers
from icontrol.kernel import responses
from icontrol.kernel.json_types import schema_of
from icontrol.kernel.problem_json import ProblemJSON
from icontrol.kernel.refusals import Refusal
from releases.api.openapi import MEANING, problems
from releases.api.public import LIVE_HEADERS
from releases.delivery.answers import before_the_first
from releases.delivery.representations import Live, flags_of

JSON = "application/json"
MOST_BYTES = 64 * 1024
#: What a client may send. Unknown members are ignored: the protocol may grow.
REQUEST = {
    "type": "object",
    "properties": {
        "context": {
            "type": ["object", "null"],
            "properties": {"targetingKey": {"type": ["string", "null"]}},
            "description": "Attributes of whoever asks; `targetingKey` is the tenant unless `tenant` is there.",
            "examples": [{"targetingKey": "acme", "plan": "pro"}],
        }
    },
}


class EvaluationProblemJSON(ProblemJSON):
    """A problem with OFREP's members."""

    #: The protocol's codes except TARGETING_KEY_MISSING: a context without the hashed attribute gets the off variant
    #: and UNKNOWN.
    errorCode: Literal["PARSE_ERROR", "INVALID_CONTEXT", "FLAG_NOT_FOUND", "GENERAL"]
    errorDetails: Annotated[str, "The detail, and the first problem."]


class OneEvaluationProblemJSON(EvaluationProblemJSON):
    """A problem with OFREP's members."""

    key: str


KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="The flag; `/` in it is written `%2F`.")
API_KEY = OpenApiParameter(
    "X-API-Key",
    str,
    OpenApiParameter.HEADER,
    description="Client key (`pk_…`): chooses application and environment; left out: the default ones. "
    "`Authorization`, with `Bearer` or without, is the same.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="ETag of the answer that the client has."
)
ONE_HEADERS = [header for header in LIVE_HEADERS if header.name != "ETag"]


def _refusals(shape: Any, *plain: int) -> dict[Any, Any]:
    described = {(status, JSON): OpenApiResponse(schema_of(shape), description=MEANING[status]) for status in plain}
    return {**described, **problems(401, 413, 415, 429, 503, shape=shape)}


def refused(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """A problem as everywhere, plus the members that OFREP clients read."""
    refusal = None if isinstance(error, MethodNotAllowed) else responses.to_refusal(error)
    if refusal is None:
        return responses.handler(error, context)
    ask = context["view"].ask(context["request"])
    return responses.response_of(answers.refused(ask, refusal, context["kwargs"]))


def evaluate(live: Live, context: Mapping[str, Any], key: str | None = None) -> Mapping[str, Evaluation]:
    """Every flag of the release for this context, or the one named; counted."""
    flags, now = flags_of(live), timezone.now()
    try:
        found = flags.evaluate_all(context, now) if key is None else {key: flags.evaluate(key, context, now=now)}
    except FlagNotFound:
        raise Refusal("evaluation.no_such_flag", environment=live.environment, key=shown(key)) from None
    usage.record_all(live, found)
    return found


def sent_context(request: HttpRequest) -> dict[str, Any]:
    """The context in the body; empty when there is no body."""
    body = read_body(request, most=MOST_BYTES)
    if not isinstance(body, dict):
        raise Refusal("evaluation.not_an_object")
    return context_of(body.get("context"))


class EvaluationView(FlagClientView):
    """The base of both views: refusals in OFREP's form."""

    route = answers.FLAGS
    evaluates = True

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], HttpResponse | None]:
        return refused


class OneFlagView(EvaluationView):
    """One flag."""

    @extend_schema(
        operation_id="evaluateFlag",
        parameters=[KEY, API_KEY, *ONE_HEADERS, RETRY_AFTER],
        request={JSON: REQUEST},
        responses={200: schema_of(answers.OneEvaluationJSON), **_refusals(OneEvaluationProblemJSON, 400, 404)},
    )
    def post(self, request: Request, key: str) -> HttpResponse:
        """What one flag serves to this context (OFREP). Public, not gated."""
        live = self.live(request._request)
        context = sent_context(request._request)
        evaluation = evaluate(live, context, key)[key]
        return responses.response_of(answers.one(self.ask(request), live, key, evaluation))


class AllFlagsView(EvaluationView):
    """All flags."""

    @extend_schema(
        operation_id="evaluateAllFlags",
        parameters=[API_KEY, IF_NONE_MATCH, *LIVE_HEADERS, RETRY_AFTER],
        request={JSON: REQUEST},
        responses={
            200: schema_of(answers.BulkEvaluationsJSON),
            304: OpenApiResponse(description=MEANING[304]),
            **_refusals(EvaluationProblemJSON, 400),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """What every flag serves to this context (OFREP). The ETag covers the answer: context and release."""
        try:
            live = self.live(request._request)
        except Refusal as refusal:
            if refusal.code != "release.none":
                raise
            sent_context(request._request)
            # Stock clients treat an error as a failed start and never ask again.
            return responses.response_of(before_the_first(self.ask(request), answers.NOTHING))
        context = sent_context(request._request)
        return responses.response_of(answers.all_of(self.ask(request), live, evaluate(live, context)))
