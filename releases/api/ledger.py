"""Publish, roll back, undo, the version policy, and reading the ledger."""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from configs.actors import EDIT, PUBLISH, VIEW
from configs.drafts import draft_of, preview_of
from configs.models import ConfigVersion
from configs.policies import check_permission
from configs.refusals import Refusal
from releases import actions
from releases.api.common import APPLICATION, ENVIRONMENT, IF_MATCH, AuthorView
from releases.api.parsing import PolicyBody, PublishBody, RollbackBody, UndoBody, body, number
from releases.gate import Policy
from releases.ledger import NO_POLICY, head_of, release_of
from releases.lookup import find_version
from releases.models import Release
from releases.policies import policy_etag
from releases.publishing import Plan, Selection
from releases.showing import show_diff, show_policy, show_published, show_release, show_rollback, show_version

PER_PAGE = 50
BOTH = [APPLICATION, ENVIRONMENT]


class PublishView(AuthorView):
    """Make one version, or picked changes, what clients get."""

    permissions = {"POST": PUBLISH}

    @extend_schema(request=PublishBody, parameters=[*BOTH, IF_MATCH], responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        data = body(request, PublishBody)
        policy = {
            key: data[field]
            for key, field in (("latest", "latestVersion"), ("minSupported", "minSupportedVersion"))
            if field in data
        }
        done = actions.publish(
            self.environment(data),
            Selection(
                version=data.get("version"),
                digest=data.get("digest"),
                if_match=self.if_match,
                changes=tuple(data.get("changes", ())),
            ),
            policy=policy,
            bump_latest=data["bumpLatest"],
            confirm=data["confirm"],
            expected_serial=data.get("expectedSerial"),
            dry_run=data["dryRun"],
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        if isinstance(done, Plan):
            return Response(done.as_json())
        return Response(show_published(done))


class RollbackView(AuthorView):
    """Release an older version again. Policies and kill switches carry over."""

    permissions = {"POST": PUBLISH}

    @extend_schema(request=RollbackBody, parameters=BOTH, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        data = body(request, RollbackBody)
        release = actions.rollback(
            self.environment(data),
            to_version=data.get("toVersion"),
            to_serial=data.get("toSerial"),
            expected_serial=data.get("expectedSerial"),
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return Response(show_rollback(release))


class UndoView(AuthorView):
    """Append the inverse of the newest release, whatever it did."""

    permissions = {"POST": PUBLISH}

    @extend_schema(request=UndoBody, parameters=BOTH, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        data = body(request, UndoBody)
        release = actions.undo(
            self.environment(data), serial=data["serial"], reason=data["reason"], actor=self.actor, now=self.now
        )
        return Response(show_release(release))


class PolicyView(AuthorView):
    """The version policy of every platform."""

    permissions = {"GET": VIEW, "PUT": PUBLISH}

    @extend_schema(parameters=BOTH, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        environment = self.environment()
        return _show_policy(environment, head_of(environment))

    @extend_schema(request=PolicyBody, parameters=[*BOTH, IF_MATCH], responses=OpenApiTypes.OBJECT)
    def put(self, request: Request) -> Response:
        data = body(request, PolicyBody)
        environment = self.environment(data)
        release = actions.set_policy(
            environment,
            data["policies"],
            if_match=self.if_match,
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return _show_policy(environment, release)


def _show_policy(environment: Any, head: Release | None) -> Response:
    response = Response(show_policy(environment, head))
    response["ETag"] = policy_etag(head.policies if head else NO_POLICY)
    return response


class VersionsView(AuthorView):
    """Config versions, newest first. Drafts, previews and withdrawn ones are for editors."""

    permissions = {"GET": VIEW}

    @extend_schema(
        parameters=[APPLICATION, OpenApiParameter("before", int), OpenApiParameter("limit", int)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        application = self.environment().application
        query = request.query_params
        limit = number(query.get("limit"), name="limit", default=PER_PAGE, least=1, most=200)
        before = number(query.get("before"), name="before", default=10**17, least=1, most=10**17)
        versions = ConfigVersion.objects.filter(application=application, pk__lt=before).defer("snapshot")
        if not self.actor.may(EDIT):
            versions = versions.filter(state="published")
        shown = list(versions.order_by("-pk")[:limit])
        for version in shown:
            version.application = application
        return Response(
            {
                "application": application.key,
                "versions": [{"id": version.pk, **show_version(version, with_snapshot=False)} for version in shown],
            }
        )


class VersionView(AuthorView):
    """One version with its snapshot; ``draft``, ``preview`` and ``live`` are names too."""

    permissions = {"GET": VIEW}

    @extend_schema(parameters=BOTH, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, version: str) -> Response:
        return Response(show_version(self.readable(find_version(self.environment(), version))))

    def readable(self, version: ConfigVersion) -> ConfigVersion:
        if version.state != "published":
            check_permission(self.actor, EDIT)
        return version


class DiffView(VersionView):
    """The semantic diff of two versions."""

    @extend_schema(
        operation_id="api_config_diff_retrieve",
        parameters=[*BOTH, OpenApiParameter("from", str), OpenApiParameter("to", str)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, version: str = "") -> Response:
        environment = self.environment()
        query = request.query_params
        a = self.readable(find_version(environment, query.get("from", "live")))
        b = self.readable(find_version(environment, query.get("to", "draft")))
        return Response(show_diff(environment, a, b))


class ReleasesView(AuthorView):
    """The ledger, newest first; ``at`` asks which release clients got at a time."""

    permissions = {"GET": VIEW}

    @extend_schema(
        parameters=[
            *BOTH,
            OpenApiParameter("at", str, description="RFC 3339 time"),
            OpenApiParameter("before", int),
            OpenApiParameter("limit", int),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        environment = self.environment()
        query = request.query_params
        limit = number(query.get("limit"), name="limit", default=PER_PAGE, least=1, most=200)
        before = number(query.get("before"), name="before", default=10**17, least=1, most=10**17)
        releases = Release.objects.filter(environment=environment, serial__lt=before)
        if "at" in query:
            # Only the last one: that is what clients got. Times never go down along the serials.
            releases, limit = releases.filter(created_at__lte=_time(query["at"])), 1
        rows = list(
            releases.select_related("config_version").defer("config_version__snapshot").order_by("-serial")[:limit]
        )
        for row in rows:
            row.environment = environment
        return Response(
            {
                "application": environment.application.key,
                "environment": environment.key,
                "releases": [show_release(row) for row in rows],
            }
        )


def _time(text: str) -> Any:
    try:
        at = parse_datetime(text.replace(" ", "+")) if len(text) <= 40 and text.isascii() else None
    except ValueError:
        at = None
    if at is None or not 1970 <= at.year <= 9000:
        raise serializers.ValidationError({"at": [serializers.ErrorDetail("time", code="invalid")]})
    return make_aware(at) if is_naive(at) else at


class ReleaseView(AuthorView):
    """One release by its serial."""

    permissions = {"GET": VIEW}

    @extend_schema(parameters=BOTH, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, serial: int) -> Response:
        environment = self.environment()
        release = release_of(environment, serial) if serial < 10**17 else None
        if release is None:
            raise Refusal("release.unknown", environment=environment.key, serial=serial)
        return Response(show_release(release))


class RegistryView(AuthorView):
    """The registry: which versions count now, in the shape that existing clients of this answer know."""

    permissions = {"GET": VIEW}

    @extend_schema(parameters=BOTH, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        environment = self.environment()
        return Response(registry(environment))


def registry(environment: Any) -> dict[str, Any]:
    """Computed from ledger and versions; nothing of it is stored."""
    head = head_of(environment)
    default = Policy.from_json((head.policy_set if head else {}).get("default", {}))
    live = head.config_version.version if head and head.config_version else None
    draft = draft_of(environment.application).version
    preview = preview_of(environment.application)
    return {
        "latest_version": default.latest,
        "min_supported_version": default.min_supported,
        "published_config_version": live,
        "draft_config_version": draft,
        "channels": {"draft": draft, "preview": preview.version if preview else None, "published": live},
    }
