"""The draft, its history, the preview and links to it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from configs import actions, history
from configs.actors import EDIT
from configs.drafts import draft_of, preview_of
from configs.policies import check_version_name
from configs.refusals import Refusal
from releases import access
from releases.api.common import APPLICATION, ENVIRONMENT, IF_MATCH, AuthorView, show_draft
from releases.api.parsing import (
    LinkBody,
    MergePatchParser,
    PreviewBody,
    RenameBody,
    RevertBody,
    StrictJSONParser,
    WithdrawBody,
    body,
    number,
)
from releases.lookup import stored_text
from releases.models import PreviewLink
from releases.showing import instant, show_entry, show_version

PER_PAGE = 50


@extend_schema(parameters=[APPLICATION], responses=OpenApiTypes.OBJECT)
class DraftView(AuthorView):
    """The one draft of the application. Writes name what they read by If-Match."""

    permissions = {"GET": EDIT}
    parser_classes = (StrictJSONParser, MergePatchParser)

    def get(self, request: Request) -> Response:
        return show_draft(draft_of(self.environment().application))

    @extend_schema(request=OpenApiTypes.OBJECT, parameters=[IF_MATCH])
    def put(self, request: Request) -> Response:
        """Replace the draft by a snapshot."""
        application = self.environment().application
        return show_draft(
            actions.save_draft(application, request.data, if_match=self.if_match, actor=self.actor, now=self.now)
        )

    @extend_schema(request=OpenApiTypes.OBJECT, parameters=[IF_MATCH])
    def post(self, request: Request) -> Response:
        """The same as PUT."""
        return self.put(request)

    @extend_schema(request={"application/merge-patch+json": OpenApiTypes.OBJECT}, parameters=[IF_MATCH])
    def patch(self, request: Request) -> Response:
        """Change the draft by a JSON merge patch (RFC 7396)."""
        application = self.environment().application
        return show_draft(
            actions.patch_draft(application, request.data, if_match=self.if_match, actor=self.actor, now=self.now)
        )


class RenameView(AuthorView):
    """Give the draft another, unused version number."""

    permissions = {"POST": EDIT}

    @extend_schema(request=RenameBody, parameters=[APPLICATION, IF_MATCH], responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        data = body(request, RenameBody)
        application = self.environment().application
        return show_draft(
            actions.rename_draft(application, data["version"], if_match=self.if_match, actor=self.actor, now=self.now)
        )


class RevertView(AuthorView):
    """Bring the draft back to what is live, to a version, or to a history entry. Never publishes."""

    permissions = {"POST": EDIT}

    @extend_schema(request=RevertBody, parameters=[APPLICATION, ENVIRONMENT, IF_MATCH], responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        data = body(request, RevertBody)
        environment = self.environment(data)
        snapshot, source = _source(environment, data["to"])
        return show_draft(
            actions.revert_draft(
                environment.application,
                snapshot=snapshot,
                source=source,
                if_match=self.if_match,
                actor=self.actor,
                now=self.now,
            )
        )


def _source(environment: Any, to: Any) -> tuple[str, str]:
    if isinstance(to, dict) and list(to) == ["history"] and type(to["history"]) is int and to["history"] > 0:
        return stored_text(environment, to["history"])
    if not isinstance(to, str):
        raise serializers.ValidationError({"to": [serializers.ErrorDetail("to", code="invalid")]})
    return stored_text(environment, to)


class DraftHistoryView(AuthorView):
    """Who changed the draft when, newest first."""

    permissions = {"GET": EDIT}

    @extend_schema(
        parameters=[APPLICATION, OpenApiParameter("before", int), OpenApiParameter("limit", int)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        application = self.environment().application
        query = request.query_params
        limit = number(query.get("limit"), name="limit", default=PER_PAGE, least=1, most=200)
        before = number(query.get("before"), name="before", default=10**17, least=1, most=10**17)
        rows = history.entries(application).filter(history_id__lt=before).defer("snapshot")[:limit]
        return Response(
            {
                "application": application.key,
                "entries": [show_entry(row) for row in rows],
            }
        )


class PreviewView(AuthorView):
    """The frozen preview; POST freezes the draft as the new one."""

    permissions = {"GET": EDIT}

    @extend_schema(parameters=[APPLICATION], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        application = self.environment().application
        preview = preview_of(application)
        if preview is None:
            raise Refusal("preview.none", application=application.key)
        return Response(show_version(preview))

    @extend_schema(request=PreviewBody, parameters=[APPLICATION, IF_MATCH], responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        data = body(request, PreviewBody)
        application = self.environment().application
        version = actions.send_to_preview(
            application, if_match=self.if_match, reason=data["reason"], actor=self.actor, now=self.now
        )
        return Response(show_version(version))


class WithdrawView(AuthorView):
    """Take the preview back."""

    permissions = {"POST": EDIT}

    @extend_schema(request=WithdrawBody, parameters=[APPLICATION], responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        data = body(request, WithdrawBody)
        named = data.get("version")
        version = actions.withdraw(
            self.environment().application,
            check_version_name(named) if named else "preview",
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return Response(show_version(version, with_snapshot=False))


def show_link(link: PreviewLink, now: dt.datetime) -> dict[str, Any]:
    why = access.why_dead(link, now)
    return {
        "id": link.pk,
        "version": link.config_version.version,
        "reason": link.reason,
        "createdAt": instant(link.created_at),
        "createdBy": link.created_by,
        "expiresAt": instant(link.expires_at),
        "open": why is None,
        "why": why,
    }


class LinksView(AuthorView):
    """Links that open the preview for whoever holds them."""

    permissions = {"GET": EDIT}

    @extend_schema(parameters=[APPLICATION], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        links = PreviewLink.objects.filter(config_version__application=self.environment().application)
        shown = links.select_related("config_version").defer("config_version__snapshot")[:200]
        return Response({"links": [show_link(link, self.now) for link in shown]})

    @extend_schema(request=LinkBody, parameters=[APPLICATION], responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Make a link to the preview there is now. The URL is shown once; only its hash is kept."""
        data = body(request, LinkBody)
        ttl = dt.timedelta(seconds=data["ttl"]) if "ttl" in data else access.LINK_TTL
        link, secret = access.create_preview_link(
            self.environment().application, ttl=ttl, reason=data["reason"], actor=self.actor, now=self.now
        )
        url = urljoin(settings.PUBLIC_BASE_URL, reverse("open-preview", args=[secret]))
        return Response({**show_link(link, self.now), "url": url}, status=201)


class LinkView(AuthorView):
    """One preview link; DELETE revokes it."""

    permissions = {"DELETE": EDIT}

    @extend_schema(parameters=[APPLICATION], responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, pk: int) -> Response:
        application = self.environment().application
        link = access.revoke_preview_link(application, pk, actor=self.actor, now=self.now)
        return Response(show_link(link, self.now))
