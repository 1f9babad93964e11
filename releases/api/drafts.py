"""The draft, its history, the preview and links to it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from configs import actions, history
from configs.drafts import draft_of, version_of
from configs.policies import check_version_name
from configs.states import PREVIEW
from icontrol.kernel.actors import EDIT
from icontrol.kernel.json_types import schema_of
from releases.access import actions as access
from releases.api.common import AuthorView, show_draft
from releases.api.openapi import BEFORE, BODY, BOTH, ETAG, IF_MATCH, LIMIT, answers
from releases.api.parsing import (
    LinkBody,
    MergePatchParser,
    PreviewBody,
    RenameBody,
    RevertBody,
    RevokeBody,
    StrictJSONParser,
    WithdrawBody,
    document,
    number,
)
from releases.lookup import find_stored
from releases.models import PreviewLink
from releases.serialization.versions import (
    DraftJSON,
    Snapshot,
    show_content,
    show_history,
    show_links,
    show_named,
    show_named_link,
    show_new_link,
)

PER_PAGE = 50
MOST_LINKS = 200
#: The OpenAPI description of all writes of the draft.
DRAFT_WRITE: dict[str, Any] = {
    "parameters": [*BOTH, IF_MATCH, ETAG],
    "responses": answers(DraftJSON, *BODY, 409, 412, 428),
}


class DraftWriteView(AuthorView):
    """Writes name in If-Match the draft that was read."""

    permissions = {"GET": EDIT, "POST": EDIT}


class DocumentView(DraftWriteView):
    """The base of resources that PUT replaces and PATCH patches."""

    parser_classes = (MergePatchParser, StrictJSONParser)

    def get_parsers(self) -> list[Any]:
        """PUT accepts no merge patch: it would replace the draft. (The OpenAPI generator has no request.)"""
        patching = self.request is None or self.request.method in ("PATCH", "OPTIONS")
        return [parser() for parser in self.parser_classes if patching or parser is not MergePatchParser]


class DraftView(DocumentView):
    """The application's draft."""

    @extend_schema(operation_id="readDraft", parameters=[*BOTH, ETAG], responses=answers(DraftJSON))
    def get(self, request: Request) -> Response:
        """The draft, with its problems and the ETag for the next write."""
        environment = self.environment()
        return show_draft(draft_of(environment.application), environment, self.actor)

    @extend_schema(operation_id="replaceDraft", request={"application/json": schema_of(Snapshot)}, **DRAFT_WRITE)
    def put(self, request: Request) -> Response:
        """Replace the draft by a snapshot. A snapshot with problems is saved and the problems reported; a wrong shape
        is refused.
        """
        content = document(request)
        environment = self.environment()
        draft = actions.save_draft(environment.application, content, read=self.has_read, actor=self.actor, now=self.now)
        return show_draft(draft, environment, self.actor)

    @extend_schema(operation_id="replaceDraftByPost", request={"application/json": schema_of(Snapshot)}, **DRAFT_WRITE)
    def post(self, request: Request) -> Response:
        """The same as PUT."""
        return self.put(request)

    @extend_schema(
        operation_id="patchDraft",
        request=dict.fromkeys(("application/merge-patch+json", "application/json"), schema_of(Snapshot)),
        **DRAFT_WRITE,
    )
    def patch(self, request: Request) -> Response:
        """Change the draft by a JSON merge patch (RFC 7396)."""
        patch = document(request)
        environment = self.environment()
        draft = actions.patch_draft(environment.application, patch, read=self.has_read, actor=self.actor, now=self.now)
        return show_draft(draft, environment, self.actor)


class RenameView(DraftWriteView):
    """Give the draft another, unused version number."""

    @extend_schema(operation_id="renameDraft", request=RenameBody, **DRAFT_WRITE)
    def post(self, request: Request) -> Response:
        """Give the draft another, unused version number."""
        environment, data = self.read(RenameBody)
        draft = actions.rename_draft(
            environment.application,
            data["version"],
            read=self.has_read,
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return show_draft(draft, environment, self.actor)


class RevertView(DraftWriteView):
    """Bring the draft back to what is live, to a version, or to a history entry. Never publishes."""

    @extend_schema(operation_id="revertDraft", request=RevertBody, **DRAFT_WRITE)
    def post(self, request: Request) -> Response:
        """Bring the draft back to what is live, to a version, or to a history entry. Never publishes."""
        environment, data = self.read(RevertBody)
        to = find_stored(environment, data["to"])
        draft = actions.revert_draft(
            environment.application,
            to,
            read=self.has_read,
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return show_draft(draft, environment, self.actor)


class DraftHistoryView(AuthorView):
    """Who changed the draft when, newest first."""

    permissions = {"GET": EDIT}

    @extend_schema(
        operation_id="listDraftHistory", parameters=[*BOTH, BEFORE, LIMIT], responses=answers(show_history, 400)
    )
    def get(self, request: Request) -> Response:
        """Who changed the draft when, newest first."""
        environment = self.environment()
        query = request.query_params
        limit = number(query.get("limit"), name="limit", default=PER_PAGE, least=1, most=200)
        before = number(query.get("before"), name="before", default=10**17, least=1, most=10**17)
        rows = history.entries(environment.application).filter(history_id__lt=before)[:limit]
        return Response(show_history(rows, environment))


class PreviewView(DraftWriteView):
    """The frozen preview; POST freezes the draft as the new one."""

    @extend_schema(operation_id="readPreview", parameters=BOTH, responses=answers(show_content))
    def get(self, request: Request) -> Response:
        """The frozen preview."""
        environment = self.environment()
        return Response(show_content(version_of(environment.application, PREVIEW), environment, self.now, self.actor))

    @extend_schema(
        operation_id="sendToPreview",
        request=PreviewBody,
        parameters=[*BOTH, IF_MATCH],
        responses=answers(show_content, *BODY, 412, 428),
    )
    def post(self, request: Request) -> Response:
        """Freeze the draft as the preview. The older preview is withdrawn and the next draft is opened."""
        environment, data = self.read(PreviewBody)
        version = actions.send_to_preview(
            environment.application, read=self.has_read, reason=data["reason"], actor=self.actor, now=self.now
        )
        return Response(show_content(version, environment, self.now, self.actor))


class PreviewLinkView(AuthorView):
    """Without a preview there is nothing to do."""

    permissions = {"GET": EDIT, "POST": EDIT}


class WithdrawView(PreviewLinkView):
    """Take the preview back."""

    @extend_schema(
        operation_id="withdrawPreview",
        request=WithdrawBody,
        parameters=BOTH,
        responses=answers(show_named, *BODY, 409),
    )
    def post(self, request: Request) -> Response:
        """Take the preview back; its number is never used again."""
        environment, data = self.read(WithdrawBody)
        name = check_version_name(data["version"]) if data.get("version") else PREVIEW
        version = actions.withdraw(
            environment.application,
            name,
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return Response(show_named(version, environment))


class LinksView(PreviewLinkView):
    """Links that open the preview for their holders."""

    @extend_schema(operation_id="listPreviewLinks", parameters=BOTH, responses=answers(show_links))
    def get(self, request: Request) -> Response:
        """Links to previews, newest first; each says whether it still works, and if not, why."""
        environment = self.environment()
        links = PreviewLink.objects.filter(config_version__application=environment.application)
        shown = links.select_related("config_version")[:MOST_LINKS]
        return Response(show_links(shown, environment, self.now))

    @extend_schema(
        operation_id="createPreviewLink",
        request=LinkBody,
        parameters=BOTH,
        responses=answers(show_new_link, *BODY, status=201),
    )
    def post(self, request: Request) -> Response:
        """Create a link to the current preview. The URL is shown once; only its hash is stored."""
        environment, data = self.read(LinkBody)
        ttl = dt.timedelta(seconds=data["ttl"]) if "ttl" in data else access.LINK_TTL
        link, secret = access.create_preview_link(
            environment.application, ttl=ttl, reason=data["reason"], actor=self.actor, now=self.now
        )
        url = urljoin(settings.PUBLIC_BASE_URL, reverse("open-preview", args=[secret]))
        return Response(show_new_link(link, url, environment, self.now), status=201)


class RevokeLinkView(AuthorView):
    """End one preview link."""

    permissions = {"POST": EDIT}

    @extend_schema(
        operation_id="revokePreviewLink",
        request=RevokeBody,
        parameters=BOTH,
        responses=answers(show_named_link, *BODY),
    )
    def post(self, request: Request, pk: int) -> Response:
        """Revoke the link. It stays in the list with who revoked it; the history says why."""
        environment, data = self.read(RevokeBody)
        link = access.revoke_preview_link(
            environment.application, pk, reason=data["reason"], actor=self.actor, now=self.now
        )
        return Response(show_named_link(link, environment, self.now))
