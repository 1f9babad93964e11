"""Applications: list, create, settings."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from configs import actions
from configs.models import Application
from configs.policies import schema_revision
from icontrol.kernel.actors import ADMINISTER, VIEW
from icontrol.kernel.entity_tags import entity_tag
from releases.api.common import AuthorView
from releases.api.openapi import BODY, IF_MATCH, answer_header, answers
from releases.api.parsing import ApplicationBody, ApplicationSettingsBody, ExtraSchemaBody, body
from releases.lookup import find_application
from releases.serialization.versions import show_application, show_applications

KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="The application.")
ETAG = answer_header("ETag", "Of the schema of the extra sections: what its next write names in If-Match.")


def answer(application: Application, status: int = 200) -> Response:
    response = Response(show_application(application), status=status)
    response["ETag"] = entity_tag(schema_revision(application))
    return response


class ApplicationsView(AuthorView):
    """All applications of this server."""

    permissions = {"GET": VIEW, "POST": ADMINISTER}

    @extend_schema(operation_id="listApplications", responses=answers(show_applications))
    def get(self, request: Request) -> Response:
        """The applications with their settings and environments."""
        applications = Application.objects.prefetch_related("environments").order_by("pk")
        return Response(show_applications(applications))

    @extend_schema(
        operation_id="createApplication",
        request=ApplicationBody,
        responses=answers(show_application, *BODY, 409, status=201),
    )
    def post(self, request: Request) -> Response:
        """Create an application with an empty draft. Its key can never change; it has no environment yet."""
        data = body(request, ApplicationBody)
        application = actions.create_application(
            key=data["key"],
            name=data.get("name") or data["key"],
            default_locale=data["defaultLanguage"],
            is_default=data["isDefault"],
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return answer(application, status=201)


class ApplicationView(AuthorView):
    """One application."""

    permissions = {"GET": VIEW, "PATCH": ADMINISTER}

    @extend_schema(operation_id="readApplication", parameters=[KEY, ETAG], responses=answers(show_application))
    def get(self, request: Request, key: str) -> Response:
        """An application with its settings and environments."""
        return answer(find_application(key))

    @extend_schema(
        operation_id="changeApplication",
        request=ApplicationSettingsBody,
        parameters=[KEY, ETAG],
        responses=answers(show_application, *BODY, 409),
    )
    def patch(self, request: Request, key: str) -> Response:
        """Change settings. `isDefault: true` moves the clients without a key to this application at once."""
        data = body(request, ApplicationSettingsBody)
        changed = actions.change_application(
            find_application(key),
            name=data.get("name"),
            default_locale=data.get("defaultLanguage"),
            is_default=data.get("isDefault"),
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return answer(changed)


class ExtraSchemaView(AuthorView):
    """The JSON Schema of an application's extra sections."""

    permissions = {"PUT": ADMINISTER}

    @extend_schema(
        operation_id="setExtraSchema",
        request=ExtraSchemaBody,
        parameters=[KEY, IF_MATCH, ETAG],
        responses=answers(show_application, *BODY, 412, 428),
    )
    def put(self, request: Request, key: str) -> Response:
        """Declare the config's extra sections by a JSON Schema (2020-12) of type object.

        It applies to the draft and all later versions; versions that are no longer drafts keep theirs.
        """
        data = body(request, ExtraSchemaBody)
        changed = actions.set_extra_schema(
            find_application(key),
            data["schema"],
            read=self.has_read,
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return answer(changed)
