"""Read the live flags with their use, and explain an evaluation."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from flags.explaining import CHANNELS, Explained, explain
from flags.overview import Overview, overview, show_flag
from icontrol.kernel.actors import VIEW
from releases.api.common import AuthorView
from releases.api.openapi import BODY, BOTH, answers
from releases.api.parsing import Body, ContextParser, TextField
from releases.lookup import LIVE
from releases.offers import of_flag

STALE = OpenApiParameter("stale", {"type": "string", "enum": ["1"]}, description="Only stale flags.")


@extend_schema_field(OpenApiTypes.OBJECT)
class Context(serializers.JSONField):
    """Attribute name → any JSON value."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("invalid")
        return data


class ExplainBody(Body):
    environment = TextField(required=False, max_length=63, help_text="Environment key; left out: the default one.")
    channel = serializers.ChoiceField(CHANNELS, required=False, default=LIVE, help_text="Others than live: editors.")
    context = Context(  # type: ignore[assignment]  # the class has a member of that name
        help_text="Whoever would ask: tenant, role, plan, …; `targetingKey` is the tenant unless `tenant` is there."
    )


class FlagsView(AuthorView):
    """The live flags of an environment."""

    permissions = {"GET": VIEW}

    @extend_schema(operation_id="listFlags", parameters=[*BOTH, STALE], responses=answers(Overview.as_json))
    def get(self, request: Request) -> Response:
        """The live flags with age, use, and why it may be time to remove one."""
        found = overview(self.environment(), self.now)
        return Response(found.as_json(stale=request.query_params.get("stale") == "1"))


class FlagView(AuthorView):
    """One live flag."""

    permissions = {"GET": VIEW}

    @extend_schema(operation_id="readFlag", parameters=BOTH, responses=answers(show_flag))
    def get(self, request: Request, key: str) -> Response:
        """One live flag with its evaluations per variant, day and hour."""
        found = overview(self.environment(), self.now, key)
        return Response(show_flag(found, key, self.now, [of_flag(self.actor, found.head, key, {key})]))


class ExplainView(AuthorView):
    """Explains an evaluation."""

    permissions = {"POST": VIEW}
    parser_classes = (ContextParser,)

    @extend_schema(
        operation_id="explainFlag", request=ExplainBody, parameters=BOTH, responses=answers(Explained.as_json, *BODY)
    )
    def post(self, request: Request, key: str) -> Response:
        """Evaluate a flag for a context and explain every step. Nothing is counted or changed."""
        environment, data = self.read(ExplainBody)
        explained = explain(environment, key, data["context"], channel=data["channel"], actor=self.actor, now=self.now)
        return Response(explained.as_json())
