"""One object of the draft: a flag, a page, a segment. The draft's preconditions apply, and its ETag changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from configs import actions
from configs.drafts import draft_of
from configs.models import ConfigVersion
from configs.snapshot import objects
from configs.snapshot.traversal import NAMED_BY
from icontrol.kernel.actors import EDIT
from icontrol.kernel.entity_tags import entity_tag
from icontrol.kernel.json_types import schema_of
from releases.api.drafts import DocumentView
from releases.api.openapi import BODY, BOTH, ETAG, IF_MATCH, answers
from releases.api.parsing import document
from releases.models import Environment
from releases.serialization.versions import NamedObject, show_object

WHERE = [
    OpenApiParameter("section", str, OpenApiParameter.PATH, enum=list(NAMED_BY)),
    OpenApiParameter("name", str, OpenApiParameter.PATH, description="The object's `id`, or `key`."),
    *BOTH,
]
WRITE: dict[str, Any] = {"parameters": [*WHERE, IF_MATCH, ETAG]}
REFUSALS = (409, 412, 428)


class ObjectView(DocumentView):
    """One object of the draft, by its section and its id (or key)."""

    permissions = {"GET": EDIT}  # for every method

    @extend_schema(operation_id="readDraftObject", parameters=[*WHERE, ETAG], responses=answers(show_object, 409))
    def get(self, request: Request, section: str, name: str) -> Response:
        """One object of the draft, with the draft's problems and its ETag for the next write."""
        environment = self.environment()
        draft = draft_of(environment.application)
        objects.find(draft.document, section, name)
        return self.show(draft, environment)

    @extend_schema(
        operation_id="putDraftObject",
        request={"application/json": schema_of(NamedObject)},
        responses=answers(show_object, *BODY, *REFUSALS),
        **WRITE,
    )
    def put(self, request: Request, section: str, name: str) -> Response:
        """Create or replace the object. Problems in it are saved and reported."""
        objects.check_section(section)
        return self.write(partial(objects.put, section=section, name=name, value=document(request)))

    @extend_schema(
        operation_id="patchDraftObject",
        request=dict.fromkeys(("application/merge-patch+json", "application/json"), schema_of(NamedObject)),
        responses=answers(show_object, *BODY, *REFUSALS),
        **WRITE,
    )
    def patch(self, request: Request, section: str, name: str) -> Response:
        """Change the object by a JSON merge patch (RFC 7396).

        `{"state": "ROLLOUT", "rollout": 1000}` rolls a flag out to 10 % and leaves the rest unchanged.
        """
        self.look()
        return self.write(partial(objects.patch, section=section, name=name, change=document(request)))

    @extend_schema(operation_id="deleteDraftObject", responses=answers(show_object, *REFUSALS), **WRITE)
    def delete(self, request: Request, section: str, name: str) -> Response:
        """Remove the object from the draft. References to it are reported as problems."""
        self.look()
        return self.write(partial(objects.remove, section=section, name=name))

    def look(self) -> None:
        """A missing object (404) is reported before a changed draft (412)."""
        objects.find(draft_of(self.environment().application).document, self.kwargs["section"], self.kwargs["name"])

    def write(self, change: Callable[[Any], Any]) -> Response:
        environment = self.environment()
        draft = actions.edit_draft(environment.application, change, read=self.has_read, actor=self.actor, now=self.now)
        return self.show(draft, environment)

    def show(self, draft: ConfigVersion, environment: Environment) -> Response:
        section, name = self.kwargs["section"], self.kwargs["name"]
        response = Response(show_object(draft, environment, section, name, self.now, self.actor))
        response["ETag"] = entity_tag(draft.revision)
        return response
