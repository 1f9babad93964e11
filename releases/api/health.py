"""Liveness, readiness and Prometheus metrics."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from prometheus_client import CONTENT_TYPE_LATEST
from rest_framework.request import Request

from icontrol.kernel.actors import VIEW
from icontrol.kernel.outages import Outage
from releases import readiness
from releases.api.common import AuthorView
from releases.api.openapi import problems
from releases.api.public import PublicView
from releases.delivery.answers import Route
from releases.metrics import exposition

TEXT = "text/plain"
READINESS_TEXTS = {
    Outage.AWAY: "database away",
    Outage.READ_ONLY: "database read-only",
    Outage.REPLACED: "database file removed or replaced",
    Outage.BUSY: "database busy",
    Outage.DAMAGED: "database damaged or being restored",
}


class LivezView(PublicView):
    """The process answers. Checks nothing else: a database outage must not restart the servers."""

    route = Route("Accept-Language")

    @extend_schema(operation_id="livez", responses={(200, TEXT): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """The process answers."""
        return HttpResponse("ok\n", content_type="text/plain")


class ReadyzView(PublicView):
    """Reading and writing work. 503 otherwise."""

    route = Route("Accept-Language")

    @extend_schema(
        operation_id="readyz",
        responses={
            (200, TEXT): OpenApiTypes.STR,
            (503, TEXT): OpenApiResponse(OpenApiTypes.STR, description="The database is away, read-only, or damaged."),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Reading and writing work: both are tried, within a second or two."""
        outage = readiness.outage()
        if outage is not None:
            return HttpResponse(f"{READINESS_TEXTS[outage]}\n", status=503, content_type="text/plain")
        return HttpResponse("ok\n", content_type="text/plain")


class MetricsView(AuthorView):
    """Prometheus exposition; a viewer's token is needed."""

    permissions = {"GET": VIEW}

    @extend_schema(operation_id="metrics", responses={(200, TEXT): OpenApiTypes.STR, **problems(401, 403, 503)})
    def get(self, request: Request) -> HttpResponse:
        """Prometheus exposition; a viewer's token is needed."""
        return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
