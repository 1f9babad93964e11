"""Publish, roll back, undo, the version policy, and ledger reads."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from configs import states
from configs.drafts import draft_of, preview_of
from configs.models import ConfigVersion
from configs.policies import check_permission
from icontrol.kernel.actors import EDIT, PUBLISH, VIEW, Actor
from icontrol.kernel.entity_tags import entity_tag
from icontrol.kernel.refusals import Refusal
from releases import actions
from releases.api.common import AuthorView
from releases.api.openapi import BEFORE, BODY, BOTH, ETAG, IF_MATCH, LIMIT, answers
from releases.api.parsing import PolicyBody, PublishBody, RollbackBody, UndoBody, number
from releases.ledger.chain import head_of, release_of, served_at
from releases.ledger.summary import precede
from releases.lookup import find_version, moment
from releases.models import Environment, Release
from releases.offers import of_environments
from releases.policies import policy_revision
from releases.publishing import Selection
from releases.serialization.releases import (
    PlanJSON,
    PublishedReleaseJSON,
    show_plan,
    show_policy,
    show_published,
    show_registry,
    show_release,
    show_releases,
    show_rollback,
)
from releases.serialization.versions import show_content, show_diff, show_versions

PER_PAGE = 50
#: Above every serial and primary key, but within a column's range.
HIGHEST = 10**17


class PublishView(AuthorView):
    """Make one version, or picked changes, live."""

    permissions = {"POST": PUBLISH}

    @extend_schema(
        operation_id="publish",
        request=PublishBody,
        parameters=[*BOTH, IF_MATCH],
        responses=answers(PublishedReleaseJSON | PlanJSON, *BODY, 409, 412, 428),
    )
    def post(self, request: Request) -> Response:
        """Publish what was read: a `version`, or the draft named by If-Match or `digest`; `changes` picks from its
        diff.

        `dryRun` answers every check at once and writes nothing.
        """
        environment, data = self.read(PublishBody)
        selection = Selection(
            version=data.get("version"),
            digest=data.get("digest"),
            read=self.has_read,
            changes=tuple(data.get("changes", ())),
        )
        policy = {
            key: data[field]
            for key, field in (("latest", "latestVersion"), ("minSupported", "minSupportedVersion"))
            if field in data
        }
        wanted: dict[str, Any] = {
            "policy": policy,
            "bump_latest": data["bumpLatest"],
            "expected_serial": data.get("expectedSerial"),
            "actor": self.actor,
            "now": self.now,
        }
        if data["dryRun"]:
            plan = actions.plan_publish(environment, selection, **wanted)
            return Response(show_plan(plan, environment))
        done = actions.publish(environment, selection, confirm=data["confirm"], reason=data["reason"], **wanted)
        return Response(show_published(done))


class RollbackView(AuthorView):
    """Release an older version again."""

    permissions = {"POST": PUBLISH}

    @extend_schema(
        operation_id="rollBack",
        request=RollbackBody,
        parameters=BOTH,
        responses=answers(show_rollback, *BODY, 409),
    )
    def post(self, request: Request) -> Response:
        """Release an older version again; by default the one before the live one. Policies and kill switches stay."""
        environment, data = self.read(RollbackBody)
        release = actions.rollback(
            environment,
            to_version=data.get("toVersion"),
            to_serial=data.get("toSerial"),
            expected_serial=data.get("expectedSerial"),
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return Response(show_rollback(release))


class UndoView(AuthorView):
    """Append the inverse of the newest release."""

    permissions = {"POST": PUBLISH}

    @extend_schema(
        operation_id="undoRelease", request=UndoBody, parameters=BOTH, responses=answers(show_release, *BODY, 409)
    )
    def post(self, request: Request) -> Response:
        """Append the inverse of the newest release, of any kind; `serial` names it."""
        environment, data = self.read(UndoBody)
        release = actions.undo(
            environment, serial=data["serial"], reason=data["reason"], actor=self.actor, now=self.now
        )
        return Response(show_release(release))


class PolicyView(AuthorView):
    """The version policy of every platform."""

    permissions = {"GET": VIEW, "PUT": PUBLISH}

    @extend_schema(operation_id="readPolicy", parameters=[*BOTH, ETAG], responses=answers(show_policy))
    def get(self, request: Request) -> Response:
        """The version policy of every platform, with the ETag for the next write."""
        environment = self.environment()
        return _show_policy(environment, head_of(environment), self.actor)

    @extend_schema(
        operation_id="replacePolicy",
        request=PolicyBody,
        parameters=[*BOTH, IF_MATCH, ETAG],
        responses=answers(show_policy, *BODY, 409, 412, 428),
    )
    def put(self, request: Request) -> Response:
        """Replace the version policies of all platforms. Clients see it at once: this appends a release."""
        environment, data = self.read(PolicyBody)
        release = actions.set_policy(
            environment,
            data["policies"],
            read=self.has_read,
            confirm=data["confirm"],
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return _show_policy(environment, release, self.actor)


def _show_policy(environment: Environment, head: Release, actor: Actor) -> Response:
    """The policy, and the offers in its environment."""
    response = Response(show_policy(environment, head, of_environments(actor, [head])[0]))
    response["ETag"] = entity_tag(policy_revision(head.policies))
    return response


class VersionsView(AuthorView):
    """Config versions. Drafts, previews and withdrawn ones are for editors."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="listVersions", parameters=[*BOTH, BEFORE, LIMIT], responses=answers(show_versions, 400)
    )
    def get(self, request: Request) -> Response:
        """Config versions, newest first. Viewers see the published ones."""
        environment = self.environment()
        application = environment.application
        query = request.query_params
        limit = number(query.get("limit"), name="limit", default=PER_PAGE, least=1, most=200)
        before = number(query.get("before"), name="before", default=HIGHEST, least=1, most=HIGHEST)
        versions = ConfigVersion.objects.filter(application=application, pk__lt=before)
        if not self.actor.may(EDIT):
            versions = versions.filter(state=states.PUBLISHED)
        shown = list(versions.order_by("-pk")[:limit])
        for version in shown:
            version.application = application
        return Response(show_versions(shown, environment))


class VersionView(AuthorView):
    """One version with its snapshot."""

    permissions = {"GET": VIEW}

    @extend_schema(operation_id="readVersion", parameters=BOTH, responses=answers(show_content, 400))
    def get(self, request: Request, version: str) -> Response:
        """One version with its snapshot; `draft`, `preview` and `live` are names too."""
        environment = self.environment()
        found = readable(self, find_version(environment, version))
        return Response(show_content(found, environment, self.now, self.actor))


def readable(view: AuthorView, version: ConfigVersion) -> ConfigVersion:
    """Refuse unpublished versions to people who are not editors."""
    if version.state != states.PUBLISHED:
        check_permission(view.actor, EDIT)
    return version


class DiffView(AuthorView):
    """The semantic diff of two versions."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="diffVersions",
        parameters=[
            *BOTH,
            OpenApiParameter("from", str, description="`live` if left out."),
            OpenApiParameter("to", str, description="`draft` if left out."),
        ],
        responses=answers(show_diff, 400),
    )
    def get(self, request: Request) -> Response:
        """The changes from one version to another, as data and as sentences. A publish can pick their ids."""
        environment = self.environment()
        query = request.query_params
        sides, refusals = [], []
        for name in (query.get("from", "live"), query.get("to", "draft")):
            try:
                sides.append(readable(self, find_version(environment, name)))
            except Refusal as refusal:
                refusals.append(refusal)
        if refusals:
            raise min(refusals, key=lambda refusal: (refusal.status == 400, refusal.status))  # 403, 404, 400
        return Response(show_diff(environment, *sides))


class ReleasesView(AuthorView):
    """The ledger."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="listReleases",
        parameters=[
            *BOTH,
            OpenApiParameter("at", str, description="RFC 3339 time: only the release that clients got then."),
            BEFORE,
            LIMIT,
        ],
        responses=answers(show_releases, 400),
    )
    def get(self, request: Request) -> Response:
        """The ledger, newest first; `at` asks which release clients got at a time."""
        environment = self.environment()
        query = request.query_params
        limit = number(query.get("limit"), name="limit", default=PER_PAGE, least=1, most=200)
        before = number(query.get("before"), name="before", default=HIGHEST, least=1, most=HIGHEST)
        releases = Release.objects.filter(environment=environment, serial__lt=before)
        if "at" in query:
            at = moment(query["at"])
            if at is None:
                raise serializers.ValidationError({"at": [serializers.ErrorDetail("time", code="invalid")]})
            releases, limit = served_at(releases, at), 1
        rows = list(releases.select_related("config_version").order_by("-serial")[:limit])
        for row in rows:
            row.environment = environment
        return Response(show_releases(precede(rows), environment))


class ReleaseView(AuthorView):
    """One release."""

    permissions = {"GET": VIEW}

    @extend_schema(operation_id="readRelease", parameters=BOTH, responses=answers(show_release))
    def get(self, request: Request, serial: int) -> Response:
        """One release by its serial."""
        environment = self.environment()
        release = release_of(environment, serial) if serial < HIGHEST else None
        if release is None:
            raise Refusal("release.unknown", environment=environment.key, serial=serial)
        return Response(show_release(release))


class RegistryView(AuthorView):
    """The versions currently in force."""

    permissions = {"GET": VIEW}

    @extend_schema(operation_id="readRegistry", parameters=BOTH, responses=answers(show_registry))
    def get(self, request: Request) -> Response:
        """The versions currently in force, in the shape that existing clients of this document expect."""
        environment = self.environment()
        preview = preview_of(environment.application)
        draft = draft_of(environment.application).version
        return Response(show_registry(head_of(environment), draft, preview.version if preview else None))
