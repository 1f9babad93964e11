"""The base of all author views: authentication, environment, rendering."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from configs.models import ConfigVersion
from configs.policies import check_permission
from icontrol.kernel.actors import VIEW, Actor
from icontrol.kernel.entity_tags import entity_tag, revisions
from icontrol.kernel.responses import media_types
from releases.access.authentication import actor_of
from releases.api.parsing import Body, body
from releases.lookup import find_environment
from releases.models import Environment
from releases.serialization import versions


class OnlyJSON(BaseContentNegotiation):
    """Every answer is JSON, whatever Accept or ``?format=`` request: probes ask for text, browsers for HTML."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class HasPermission(BasePermission):
    """Checks the permission of the view's method before anything is looked up. Actions check again."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        check_permission(actor_of(request), needed(view, request.method or "GET"))
        return True


def needed(view: Any, method: str) -> str:
    """The permission for a method of an author view (HEAD counts as GET)."""
    permissions: Mapping[str, str] = view.permissions
    return permissions.get("GET" if method in ("HEAD", "OPTIONS") else method, permissions.get("GET", VIEW))


class AuthorView(APIView):
    """For people and programs with a role. ``permissions``: method → required permission."""

    permission_classes = (HasPermission,)
    content_negotiation_class = OnlyJSON
    permissions: Mapping[str, str] = {}

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    @property
    def now(self) -> dt.datetime:
        return timezone.now()

    def environment(self, name: Any = None) -> Environment:
        """The named environment, else the one in the query string, else the default."""
        query = self.request.query_params
        return find_environment(
            name if isinstance(name, str) else query.get("environment"), application=query.get("application")
        )

    def read(self, form: type[Body]) -> tuple[Environment, dict[str, Any]]:
        """Environment and validated body. Refuses unreadable input (400); the action checks the rest."""
        data = body(self.request, form)
        return self.environment(data.get("environment")), data

    @property
    def has_read(self) -> frozenset[str]:
        """The revisions that the request names in If-Match."""
        return revisions(self.request.headers.get("If-Match"))

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """``Allow``, and for PATCH the accepted media types (RFC 5789, section 3.1)."""
        answer: Response = super().options(request, *args, **kwargs)
        if "PATCH" in self.allowed_methods:
            answer["Accept-Patch"] = ", ".join(media_types(self))
        return answer

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.setdefault("Cache-Control", "no-store")
        return response


def show_draft(draft: ConfigVersion, environment: Environment, actor: Actor) -> Response:
    """The draft with its problems and offers and, as a header, the ETag for the next write."""
    response = Response(versions.show_draft(draft, environment, timezone.now(), actor))
    response["ETag"] = entity_tag(draft.revision)
    return response
