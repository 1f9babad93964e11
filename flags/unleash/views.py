"""``/unleash/api``: the calls that Unleash's stock SDKs make. Not gated: a kill switch must reach old clients."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request

from flags import usage
from flags.client_views import RETRY_AFTER, FlagClientView, read_body
from flags.unleash import answers, requests
from icontrol.kernel.addresses import network
from icontrol.kernel.caps import CLIENT_BODY
from icontrol.kernel.json_types import schema_of
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.responses import response_of
from releases.api.openapi import BODY, MEANING, problems
from releases.api.parsing import an_object
from releases.api.public import LIVE_HEADERS
from releases.delivery import clients_seen
from releases.delivery.answers import before_the_first
from releases.delivery.representations import Live, flags_of

JSON = "application/json"
ANY_OBJECT = {"type": "object", "additionalProperties": True}
AUTHORIZATION = OpenApiParameter(
    "Authorization",
    str,
    OpenApiParameter.HEADER,
    description="Client key (`pk_…`), alone or after `Bearer`: chooses application and environment; left out: the "
    "default ones.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="ETag of what the client has."
)
SPECIFICATION = OpenApiParameter(
    "Unleash-Client-Spec", str, OpenApiParameter.HEADER, description="From 4.2 on, segments are listed separately."
)
NOT_MODIFIED: dict[Any, Any] = {304: OpenApiResponse(description=MEANING[304])}
ACCEPTED: dict[Any, Any] = {
    202: OpenApiResponse(description="Accepted; entries that make no sense are ignored."),
    **problems(401, 404, *BODY, 503),
}


def address_of(request: Request) -> str:
    return network(str(request.META.get("REMOTE_ADDR", "")))


def body(request: Request) -> dict[str, Any]:
    return an_object(read_body(request._request, most=CLIENT_BODY))


class UnleashView(FlagClientView):
    """Before the first release the answer is empty. After a refusal SDKs poll less and less often, so the first publish
    would reach them late.
    """

    empty: bytes | None = None

    def handle_exception(self, exc: Exception) -> Any:
        if not (isinstance(exc, Refusal) and exc.code == "release.none"):
            return super().handle_exception(exc)
        if self.empty is None:
            return HttpResponse(status=202)
        return response_of(before_the_first(self.ask(self.request), self.empty))


class FeaturesView(UnleashView):
    """Features for SDKs that evaluate locally."""

    empty = answers.NO_FEATURES
    route = answers.FEATURES

    @extend_schema(
        operation_id="unleashFeatures",
        parameters=[AUTHORIZATION, IF_NONE_MATCH, SPECIFICATION, *LIVE_HEADERS],
        responses={200: schema_of(answers.FeaturesJSON), **NOT_MODIFIED, **problems(400, 401, 404, 503)},
    )
    def get(self, request: Request) -> HttpResponse:
        """All flags as Unleash features. Those that cannot be expressed are off and say so. Public, not gated."""
        live = self.live(request._request)
        told = answers.features(self.ask(request), live, inline=not requests.knows_segments(request))
        clients_seen.saw(
            live, clients_seen.UNLEASH, requests.client_name(request), address=address_of(request), now=timezone.now()
        )
        return response_of(told)


class ReportView(UnleashView):
    """Reports from SDKs."""

    @extend_schema(parameters=[AUTHORIZATION], request={JSON: ANY_OBJECT}, responses=ACCEPTED)
    def post(self, request: Request) -> HttpResponse:
        live = self.live(request._request)
        self.take(request, live, body(request))
        return HttpResponse(status=202)

    def take(self, request: Request, live: Live, report: dict[str, Any]) -> None:
        """Does nothing unless a view overrides it."""


@extend_schema_view(
    post=extend_schema(
        operation_id="unleashRegister",
        description="An SDK has started; kept for thirty days, for those who publish. Public, not gated.",
    )
)
class RegisterView(ReportView):
    """An SDK that evaluates locally has started."""

    def take(self, request: Request, live: Live, report: dict[str, Any]) -> None:
        clients_seen.saw(
            live, clients_seen.UNLEASH, requests.client_name(request), address=address_of(request), now=timezone.now()
        )


@extend_schema_view(
    post=extend_schema(
        operation_id="unleashMetrics",
        description="How often an SDK evaluated which flag. Public, not gated.",
    )
)
class MetricsView(ReportView):
    """Counts of evaluations."""

    def take(self, request: Request, live: Live, report: dict[str, Any]) -> None:
        usage.record_many(live, requests.counts(report, live.own), address=address_of(request))


@extend_schema_view(
    post=extend_schema(
        operation_id="unleashFrontendRegister",
        description="A browser's SDK has started; the server evaluates for it, and stores nothing. Public, not gated.",
    )
)
class FrontendRegisterView(ReportView):
    """An SDK that gets evaluated flags has started."""


@extend_schema_view(
    post=extend_schema(
        operation_id="unleashFrontendMetrics",
        description="How often a browser's app asked for which flag. Public, not gated.",
    )
)
class FrontendMetricsView(MetricsView):
    """The same from browsers."""


class FrontendView(UnleashView):
    """What is on for a context, evaluated here.

    Nothing is counted: every poll asks for all flags, and the SDK reports which ones the app used.
    """

    route = answers.FRONTEND
    evaluates = True
    empty = answers.NO_TOGGLES

    @extend_schema(
        operation_id="unleashFrontend",
        parameters=[
            AUTHORIZATION,
            IF_NONE_MATCH,
            *(OpenApiParameter(name, str) for name in ("userId", "sessionId", "remoteAddress", "appName")),
            OpenApiParameter("properties[tenant]", str, description="Any attribute is named in brackets."),
            *LIVE_HEADERS,
            RETRY_AFTER,
        ],
        responses={200: schema_of(answers.TogglesJSON), **NOT_MODIFIED, **problems(400, 401, 404, 429, 503)},
    )
    def get(self, request: Request) -> HttpResponse:
        """The flags that are on for the context in the query string. Every flag is evaluated exactly. Public, not
        gated.
        """
        return self.evaluated(request, self.live(request._request), requests.query_context(request.query_params.dict()))

    @extend_schema(
        operation_id="unleashFrontendPost",
        parameters=[AUTHORIZATION, IF_NONE_MATCH, *LIVE_HEADERS, RETRY_AFTER],
        request={JSON: {"type": "object", "properties": {"context": ANY_OBJECT}}},
        responses={200: schema_of(answers.TogglesJSON), **NOT_MODIFIED, **problems(401, 404, *BODY, 429, 503)},
    )
    def post(self, request: Request) -> HttpResponse:
        """The same with the context in the body."""
        live = self.live(request._request)
        values = body(request).get("context")
        return self.evaluated(request, live, values if isinstance(values, dict) else {})

    def evaluated(self, request: Request, live: Live, values: dict[str, Any]) -> HttpResponse:
        context = requests.context(values, request.META.get("REMOTE_ADDR", ""))
        evaluations = flags_of(live).evaluate_all(context, timezone.now())
        return response_of(answers.toggles(self.ask(request), live, evaluations))
