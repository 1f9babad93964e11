"""The clients seen."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from icontrol.kernel.actors import VIEW
from releases.api.common import AuthorView
from releases.api.openapi import BOTH, answers
from releases.api.parsing import number
from releases.delivery.adoption import MOST_HOURS
from releases.serialization.clients import show_clients

HOURS = OpenApiParameter(
    "hours", {"type": "integer", "minimum": 1, "maximum": MOST_HOURS}, description="Back from now; 24 if left out."
)


class ClientsView(AuthorView):
    """How many clients asked the gate."""

    permissions = {"GET": VIEW}

    @extend_schema(operation_id="listClients", parameters=[*BOTH, HOURS], responses=answers(show_clients, 400))
    def get(self, request: Request) -> Response:
        """Clients seen by version, platform and tenant, estimated from their polls of the gate."""
        hours = number(request.query_params.get("hours"), name="hours", default=24, least=1, most=MOST_HOURS)
        return Response(show_clients(self.environment(), self.now, hours))
