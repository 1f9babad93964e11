"""What all author views share: who asks, which environment, how answers look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from configs.actors import VIEW, Actor
from configs.models import ConfigVersion
from configs.policies import check_permission, problems_of
from configs.problems import as_json
from releases.authentication import actor_of
from releases.lookup import find_environment
from releases.models import Environment, Release

ENVIRONMENT = OpenApiParameter("environment", str, description="Environment key; left out: the default one.")
APPLICATION = OpenApiParameter("application", str, description="Application key; left out: the default one.")
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="ETag that was read.")


class MayDo(BasePermission):
    """Asks the view what its method needs. Actions ask again: this only answers before anything is looked up."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        check_permission(actor_of(request), needed(view, request.method or "GET"))
        return True


def needed(view: Any, method: str) -> str:
    """The permission for a method of an author view (HEAD is GET)."""
    permissions: Mapping[str, str] = view.permissions
    return permissions.get("GET" if method in ("HEAD", "OPTIONS") else method, permissions.get("GET", VIEW))


class AuthorView(APIView):
    """For people and programs with a role. ``permissions`` maps methods to what they need."""

    permission_classes = (MayDo,)
    permissions: Mapping[str, str] = {}

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    @property
    def now(self) -> dt.datetime:
        return timezone.now()

    def environment(self, data: Mapping[str, Any] | None = None) -> Environment:
        """Named in the body or in the query string; else the default."""
        query = self.request.query_params
        return find_environment(
            (data or {}).get("environment") or query.get("environment"), application=query.get("application")
        )

    @property
    def if_match(self) -> str | None:
        value: str | None = self.request.headers.get("If-Match")
        return value

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.setdefault("Cache-Control", "no-store")
        return response


def instant(at: dt.datetime | None) -> str | None:
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if at else None


def show_draft(draft: ConfigVersion) -> Response:
    """The draft with its problems and, as a header, the ETag that the next write names."""
    document = draft.document
    response = Response(
        {
            "application": draft.application.key,
            "version": draft.version,
            "channel": "draft",
            "createdAt": instant(draft.created_at),
            "editedAt": instant(draft.edited_at),
            "editedBy": draft.edited_by,
            "snapshot": document,
            "digest": draft.digest,
            "basedOn": draft.based_on.version if draft.based_on else None,
            "problems": as_json(problems_of(draft.application, document, draft.schema)),
        }
    )
    response["ETag"] = draft.etag
    return response


def show_version(version: ConfigVersion, *, with_snapshot: bool = True) -> dict[str, Any]:
    shown = {
        "application": version.application.key,
        "version": version.version,
        "channel": version.state,
        "createdAt": instant(version.created_at),
        "createdBy": version.created_by,
        "previewedAt": instant(version.previewed_at),
        "publishedAt": instant(version.published_at),
        "publishedBy": version.published_by,
        "withdrawnAt": instant(version.withdrawn_at),
        "digest": version.digest,
    }
    return {**shown, "snapshot": version.document} if with_snapshot else shown


def show_release(release: Release) -> dict[str, Any]:
    version = release.config_version
    return {
        "application": release.environment.application.key,
        "environment": release.environment.key,
        "serial": release.serial,
        "kind": release.kind,
        "version": version.version if version else None,
        "digest": version.digest if version else None,
        "policies": release.policy_set,
        "killSwitches": release.killed,
        "actor": release.actor,
        "reason": release.reason,
        "createdAt": instant(release.created_at),
        "format": release.format,
        "previousHash": release.previous_hash,
        "hash": release.hash,
    }
