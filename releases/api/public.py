"""What clients ask, without a login: the gate, the published config, a preview link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.views import APIView

from configs.etags import named
from configs.models import Application
from configs.snapshot.canonical import canonical, etag_of
from flags.engine import resolved
from icontrol.kernel import responses
from icontrol.kernel.refusals import Refusal
from releases.access import actions as access
from releases.api import shapes
from releases.api.common import OnlyJSON
from releases.api.openapi import ENVIRONMENT, MEANING, answer_header, problems
from releases.delivery.live import Live, Representation, read_live, representation
from releases.delivery.public_form import render
from releases.gate import decision as gate
from releases.lookup import find_environment
from releases.models import Environment

#: Every header that can change an answer; caches must keep the answers apart.
VARY = ("X-Client-Key", "X-Client-Version", "X-Client-Platform", "Accept-Language")
LONGEST_KEY = 64
CLIENT = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description)
    for name, description in (
        ("X-Client-Key", "`pk_…`: chooses application, environment and perhaps a surface; left out: the default ones."),
        ("X-Client-Version", "SemVer of the client, such as 1.4.2; without it the gate knows nothing (`UNKNOWN`)."),
        ("X-Client-Platform", "Whose version policy counts; one that is not configured counts as `default`."),
        ("X-Tenant", "Accepted; it does not change this answer."),
        ("If-None-Match", "ETag of what the client has."),
    )
]
SURFACE = OpenApiParameter("surface", str, description="Only pages of this surface, and what hangs on them.")
LIVE_HEADERS = [
    answer_header("ETag", "Strong validator of the bytes.", 200, 304),
    answer_header("X-Release-Serial", "Number of the release.", 200, 304, kind=int),
    answer_header("X-Config-Version", "Version that is live; absent when nothing was published.", 200, 304),
    answer_header("X-Config-Stale", "`true`: the database is away, this is the last release seen.", 200, 304),
]
RETRY_AFTER = answer_header("Retry-After", "Seconds.", 503, kind=int)
GATE_ANSWERS: dict[Any, Any] = {
    304: OpenApiResponse(description=MEANING[304]),
    **problems(400, 401, 404, 503),
    **problems(426, shape=shapes.GateProblem),
}


class PublicView(APIView):
    """No login, no cookie, no session: the same answer for everybody who sends the same headers."""

    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = OnlyJSON
    for_clients = True
    vary: Sequence[str] = VARY

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, self.vary)
        return response


def live_for(key: str | None) -> Live:
    """The live release for a client key as it was sent; ``None``: the default application and environment."""
    if key is not None and not (key.isascii() and key.isprintable() and 0 < len(key) <= LONGEST_KEY):
        raise Refusal("client_key.unknown")
    return read_live(key)


def _decided(request: HttpRequest, live: Live) -> tuple[gate.Policy, gate.Decision, dict[str, Any]]:
    platform, policy = gate.for_platform(live.policies, request.headers.get("X-Client-Platform"))
    decision = gate.decide(policy, request.headers.get("X-Client-Version"))
    fields = gate.meta_fields(
        policy,
        decision,
        platform=platform,
        accepted=request.headers.get("Accept-Language", ""),
        locale=live.locale,
        serial=live.serial,
        published_config_version=live.version,
    )
    return policy, decision, fields


def _refused(status: int, policy: gate.Policy, fields: dict[str, Any]) -> HttpResponse:
    """426, 503 or 400 as problem+json, with the gate's fields at top level. Never with an Upgrade header."""
    match status:
        case 426:
            values = {
                "version": fields["clientVersion"],
                "minimum": fields["minSupported"],
                "latest": fields["latest"],
            }
            refusal = Refusal("gate.update_required", **values)
        case 503:
            refusal = Refusal("gate.maintenance", extra={"retryAfter": policy.retry_after})
        case _:
            refusal = Refusal("gate.malformed_version")
    return responses.response(refusal, extra=fields)


def conditional(request: HttpRequest, body: bytes, etag: str, live: Live) -> HttpResponse:
    """200 or 304, with validators and the release's headers on both."""
    has = named(request.headers.get("If-None-Match", ""))
    response = (
        HttpResponseNotModified() if "*" in has or etag in has else HttpResponse(body, content_type="application/json")
    )
    response["ETag"] = etag
    return with_release(response, live)


def with_release(response: HttpResponse, live: Live) -> HttpResponse:
    """The response with the headers that tell of the release it was made from."""
    response["Cache-Control"] = "no-cache"
    response["X-Release-Serial"] = str(live.serial)
    if live.version is not None:
        response["X-Config-Version"] = live.version
    if live.stale:
        response["X-Config-Stale"] = "true"
    return response


class MetaReleaseView(PublicView):
    """The gate."""

    @extend_schema(
        operation_id="askGate",
        parameters=[*CLIENT, *LIVE_HEADERS, RETRY_AFTER],
        responses={200: shapes.GateFields, **GATE_ANSWERS},
    )
    def get(self, request: Request) -> HttpResponse:
        """May this client go on, and what is live? Public; the gate is a courtesy, not access control."""
        live = live_for(request.headers.get("X-Client-Key"))
        policy, decision, fields = _decided(request, live)
        if decision.status != 200:
            return _refused(decision.status, policy, fields)
        body = canonical(fields)
        return conditional(request, body.encode(), etag_of(body), live)


class PublishedConfigView(PublicView):
    """The published snapshot as clients get it. The gate is decided before any 304."""

    @extend_schema(
        operation_id="readPublishedConfig",
        parameters=[
            *CLIENT,
            SURFACE,
            *LIVE_HEADERS,
            answer_header("X-Config-Digest", "SHA-256 of the body, in hex.", 200, 304),
        ],
        responses={200: shapes.SNAPSHOT, **GATE_ANSWERS},
    )
    def get(self, request: Request) -> HttpResponse:
        """What is live, as clients get it: kill switches applied, internal and private parts left out."""
        live = live_for(request.headers.get("X-Client-Key"))
        policy, decision, fields = _decided(request, live)
        if decision.config_status != 200:
            return _refused(decision.config_status, policy, fields)
        if live.version is None or live.digest is None:
            raise Refusal("release.none", environment=live.environment)
        shown = representation(live, live.surface or request.query_params.get("surface", ""))
        response = conditional(request, shown.body, shown.etag, live)
        response["X-Config-Digest"] = shown.digest
        return response


@extend_schema_view(get=extend_schema(operation_id="readConfig"))
class ConfigView(PublishedConfigView):
    """The same at its short address."""


def environment_shown(application: Application, name: str | None) -> str:
    """The key of the environment whose form of a preview is asked for; left out: the default one, if there is any."""
    if name is not None:
        return find_environment(name, application=application.key).key
    default = Environment.objects.filter(application=application, is_default=True).values_list("key", flat=True)
    return default.first() or ""


class OpenPreviewView(PublicView):
    """What a preview link opens."""

    for_clients = False  # it asks the database each time, so it must hear when that is away
    vary = ("Accept-Language",)

    @extend_schema(
        operation_id="openPreview",
        parameters=[
            SURFACE,
            ENVIRONMENT,
            answer_header("X-Config-Version", "Version of the preview."),
            answer_header("X-Config-Digest", "SHA-256 of the body, in hex."),
        ],
        responses={200: shapes.SNAPSHOT, **problems(404, 410, 503)},
    )
    def get(self, request: Request, token: str) -> HttpResponse:
        """The frozen preview that a link opens, in the form that clients get. A dead link says why."""
        version = access.open_preview_link(token, now=timezone.now())
        query = request.query_params
        environment = environment_shown(version.application, query.get("environment"))
        shown = Representation.of(render(resolved(version.document, environment), surface=query.get("surface", "")))
        response = HttpResponse(shown.body, content_type="application/json")
        response["X-Config-Version"] = version.version
        response["X-Config-Digest"] = shown.digest
        return response

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response
