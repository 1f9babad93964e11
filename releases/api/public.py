"""Public routes for clients: the gate, the published config, a preview link."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.views import APIView

from configs.models import Application
from flags.engine import resolved
from icontrol.kernel.json_types import schema_of
from icontrol.kernel.problem_json import ProblemJSON
from icontrol.kernel.responses import response_of
from releases.access import actions as access
from releases.api.common import OnlyJSON
from releases.api.openapi import ENVIRONMENT, MEANING, answer_header, problems
from releases.delivery import answers, polls
from releases.delivery.answers import Ask, Route
from releases.delivery.live import read_live
from releases.delivery.public_form import render
from releases.delivery.representations import Representation
from releases.gate.decision import GateFieldsJSON
from releases.lookup import find_environment
from releases.models import Environment
from releases.serialization.versions import Snapshot


class GateProblemJSON(ProblemJSON, GateFieldsJSON):
    """A problem with the gate's fields at top level."""


CLIENT = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description)
    for name, description in (
        ("X-Client-Key", "`pk_…`: chooses application, environment and perhaps a surface; left out: the default ones."),
        ("X-Client-Version", "SemVer of the client, such as 1.4.2; without it the gate knows nothing (`UNKNOWN`)."),
        ("X-Client-Platform", "Whose version policy counts; one that is not configured counts as `default`."),
        ("X-Tenant", "Counted among the tenants seen; it does not change this answer."),
        ("If-None-Match", "ETag of what the client has."),
    )
]
SURFACE = OpenApiParameter("surface", str, description="Only pages of this surface, with their tabs and tables.")
LIVE_HEADERS = [
    answer_header("ETag", "Strong validator of the bytes.", 200, 304),
    answer_header("X-Release-Environment", "Application and environment: `icontrol/production`.", 200, 304),
    answer_header("X-Release-Serial", "Number of the release.", 200, 304, kind=int),
    answer_header("X-Config-Version", "Version that is live; absent when nothing was published.", 200, 304),
    answer_header(
        "X-Config-Stale",
        "Seconds since the database last named this release; only while it is away, or names an older one.",
        200,
        304,
        kind=int,
    ),
]
RETRY_AFTER = answer_header("Retry-After", "Seconds.", 503, kind=int)
GATE_ANSWERS: dict[Any, Any] = {
    304: OpenApiResponse(description=MEANING[304]),
    **problems(400, 401, 404, 503),
    **problems(426, shape=GateProblemJSON),
}


class PublicView(APIView):
    """No login, no cookie, no session: the same answer for everybody who sends the same headers."""

    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = OnlyJSON
    for_clients = True
    route: Route

    def ask(self, request: Request) -> Ask:
        """The parts of a request that determine its answer."""
        meta = request.META
        return Ask(
            self.route,
            method=request.method or "GET",
            version=meta.get("HTTP_X_CLIENT_VERSION"),
            platform=meta.get("HTTP_X_CLIENT_PLATFORM"),
            accept_language=meta.get("HTTP_ACCEPT_LANGUAGE", ""),
            accept_encoding=meta.get("HTTP_ACCEPT_ENCODING", ""),
            if_none_match=meta.get("HTTP_IF_NONE_MATCH", ""),
            surface=request.query_params.get("surface", "") if meta.get("QUERY_STRING") else "",
            default_language=settings.LANGUAGE_CODE,
        )

    def answered(self, request: Request) -> HttpResponse:
        """The answer of the live release for the client's key."""
        live = read_live(request.META.get("HTTP_X_CLIENT_KEY"))
        return response_of(answers.answer(self.ask(request), live))

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.route.vary:
            response.setdefault("Vary", self.route.vary)
        return response


class MetaReleaseView(PublicView):
    """The gate."""

    route = answers.GATE

    @extend_schema(
        operation_id="askGate",
        parameters=[*CLIENT, *LIVE_HEADERS, RETRY_AFTER],
        responses={200: schema_of(GateFieldsJSON), **GATE_ANSWERS},
    )
    def get(self, request: Request) -> HttpResponse:
        """May this client go on, and what is live? Public; the gate is a courtesy, not access control."""
        live = read_live(request.META.get("HTTP_X_CLIENT_KEY"))
        ask = self.ask(request)
        answer = answers.answer(ask, live)
        if request.method == "GET":
            polls.count(
                live, answers.client_of(ask, live), request.META.get("HTTP_X_TENANT"), request.META["REMOTE_ADDR"]
            )
        return response_of(answer)


class PublishedConfigView(PublicView):
    """The published snapshot as clients get it. The gate is decided before any 304."""

    route = answers.CONFIG

    @extend_schema(
        operation_id="readPublishedConfig",
        parameters=[
            *CLIENT,
            SURFACE,
            *LIVE_HEADERS,
            answer_header("X-Config-Digest", "SHA-256 of the body, in hex.", 200, 304),
        ],
        responses={200: schema_of(Snapshot), **GATE_ANSWERS},
    )
    def get(self, request: Request) -> HttpResponse:
        """What is live, as clients get it: kill switches applied, internal and private parts left out."""
        return self.answered(request)


@extend_schema_view(get=extend_schema(operation_id="readConfig"))
class ConfigView(PublishedConfigView):
    """The same at its short URL."""


def environment_shown(application: Application, name: str | None) -> str:
    """The key of the environment in which a preview is shown; by default the default environment, if there is one."""
    if name is not None:
        return find_environment(name, application=application.key).key
    default = Environment.objects.filter(application=application, is_default=True).values_list("key", flat=True)
    return default.first() or ""


class OpenPreviewView(PublicView):
    """What a preview link opens."""

    for_clients = False  # it queries the database each time, so it must fail fast during an outage
    route = Route("Accept-Language")

    @extend_schema(
        operation_id="openPreview",
        parameters=[
            SURFACE,
            ENVIRONMENT,
            answer_header("X-Config-Version", "Version of the preview."),
            answer_header("X-Config-Digest", "SHA-256 of the body, in hex."),
        ],
        responses={200: schema_of(Snapshot), **problems(404, 410, 503)},
    )
    def get(self, request: Request, token: str) -> HttpResponse:
        """The frozen preview that a link opens, in the form that clients get. The refusal of a dead link says why."""
        version = access.open_preview_link(token, now=timezone.now()).config_version
        query = request.query_params
        environment = environment_shown(version.application, query.get("environment"))
        shown = Representation.of(render(resolved(version.document, environment), surface=query.get("surface", "")))
        response = HttpResponse(shown.body, content_type="application/json")
        response["X-Config-Version"] = version.version
        response["X-Config-Digest"] = shown.digest
        return response

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        return self.protect(super().finalize_response(request, response, *args, **kwargs))

    @staticmethod
    def protect(response: Any) -> Any:
        """The address is the secret: no cache, no referrer and no search engine keeps it."""
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response
