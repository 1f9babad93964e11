"""Finds what to publish and checks it, before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery

from configs import states
from configs.drafts import draft_of, free_patch, store, version_of
from configs.models import Application, ConfigVersion
from configs.policies import check_read, check_valid, check_version_name
from configs.snapshot.diff import Change, Path, apply, change_id, diff, named_path
from icontrol.kernel.problems import Problem, errors
from icontrol.kernel.refusals import Refusal
from releases.confirmation import Confirmation
from releases.flag_life import FlagChanges
from releases.gate import policy_fields
from releases.models import Environment, Release
from releases.policies import check_confirmed, check_policies, stored_policies
from releases.proposals import Proposal, propose


@dataclass(frozen=True, slots=True)
class Selection:
    """What the caller has read and wants live. One of: ``version``, ``digest`` or ``read`` (revisions of the draft);
    ``changes`` (ids from the draft's diff against live) narrows the draft down.
    """

    version: str | None = None
    digest: str | None = None
    read: Set[str] = frozenset()
    changes: tuple[str, ...] = ()


class Basis(NamedTuple):
    """The inputs of a plan. The plan is valid while none of them changes."""

    #: The newest release that is not a kill or lift: those do not affect a plan.
    release: int | None
    draft: tuple[str, int, int | None]
    preview: int | None
    newest_version: int
    #: The application's settings for naming and checking versions.
    settings: tuple[str, str, str]


def basis(environment: Environment) -> Basis:
    """The current inputs in the database. One query."""
    releases = Release.objects.filter(environment=environment).exclude(kind__in=("kill", "lift"))
    versions = ConfigVersion.objects.filter(application=OuterRef("pk")).order_by("-pk")
    drafts = versions.filter(state=states.DRAFT)
    row = (
        Application.objects.filter(pk=environment.application_id)
        .annotate(
            release=Subquery(releases.order_by("-serial").values("pk")[:1]),
            draft_version=Subquery(drafts.values("version")[:1]),
            draft_edits=Subquery(drafts.values("edits")[:1]),
            draft_base=Subquery(drafts.values("based_on")[:1]),
            preview=Subquery(versions.filter(state=states.PREVIEW).values("pk")[:1]),
            newest_version=Subquery(versions.values("pk")[:1]),
        )
        .get()
    )
    return Basis(
        row.release,
        (row.draft_version, row.draft_edits, row.draft_base),
        row.preview,
        row.newest_version,
        (row.extra_schema, row.default_locale, row.highest_version),
    )


class Published(NamedTuple):
    """A completed publish with the warnings of its checks."""

    release: Release
    warnings: list[Problem]


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """A planned publish. ``candidate`` is unsaved if changes were picked."""

    basis: Basis
    candidate: ConfigVersion
    head: Release
    snapshot: Any
    problems: list[Problem]
    confirmations: list[Confirmation]
    policies: dict[str, Any]
    #: Its changes of live flags.
    flags: FlagChanges
    picked_from: ConfigVersion | None = None
    unpicked: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        """The changes from what is live. Computed only on access: publishing itself does not need them."""
        live = self.head.config_version
        return diff(live.readable if live else {}, self.snapshot)

    @property
    def policy_problems(self) -> list[Problem]:
        return policy_fields.policy_problems(self.policies)

    @property
    def proposal(self) -> Proposal:
        """What a publish appends if nothing changes meanwhile; refused if a policy is invalid."""
        return propose(self.head, "publish", config_version=self.candidate, policies=stored_policies(self.policies))


def select(application: Application, head: Release, selection: Selection) -> tuple[ConfigVersion, ConfigVersion | None]:
    """(candidate, draft that it was picked from, or None)."""
    if selection.changes or (selection.version is None):
        draft = _named_draft(application, head, selection)
        return (_pick(application, head, draft, selection.changes), draft) if selection.changes else (draft, None)
    found = version_of(application, check_version_name(selection.version))
    if found.state == states.DRAFT:  # its name does not identify its content
        return _named_draft(application, head, selection), None
    # The version may have been the draft when the caller read it: its edit counter still identifies that content.
    if selection.read and found.revision not in selection.read:
        raise Refusal("publish.version_differs", version=found.version, extra={"digest": found.digest})
    if selection.digest is not None and selection.digest != found.digest:
        raise Refusal("publish.version_differs", version=found.version, extra={"digest": found.digest})
    if found.state == states.WITHDRAWN:
        raise Refusal("version.withdrawn", version=found.version, who=found.withdrawn_by)
    return found, None


def _named_draft(application: Application, head: Release, selection: Selection) -> ConfigVersion:
    """The draft, if the caller names its content by revision or digest."""
    draft = draft_of(application)
    if not selection.read and selection.digest is None:
        raise Refusal("publish.unread", extra={"revision": draft.revision, "digest": draft.digest})
    live = head.config_version
    if live is not None and _names(selection, live):
        return live  # this draft has just been published: the refusal says that it is live
    if selection.version is not None and selection.version != draft.version:
        raise Refusal("publish.draft_moved", version=draft.version, extra={"revision": draft.revision})
    if selection.read:
        check_read(draft, selection.read)
    if selection.digest is not None and selection.digest != draft.digest:
        raise Refusal(
            "publish.digest_unknown",
            digest=draft.digest[:12],
            extra={"revision": draft.revision, "digest": draft.digest},
        )
    return draft


def _names(selection: Selection, live: ConfigVersion) -> bool:
    if selection.changes or selection.version not in (None, live.version):
        return False
    if selection.read:
        return live.revision in selection.read
    return selection.digest == live.digest


def _pick(application: Application, head: Release, draft: ConfigVersion, wanted: Sequence[str]) -> ConfigVersion:
    """An unsaved version: the live snapshot with the chosen changes of the draft."""
    if head.config_version is None:
        raise Refusal("publish.changes_need_live", environment=head.environment.key)
    live = head.config_version
    changes = {change.id: change for change in diff(live.document, draft.document)}
    unknown = [name for name in wanted if name not in changes]
    if unknown:
        raise Refusal("publish.unknown_changes", changes=", ".join(unknown[:20]), extra={"unknown": unknown})
    candidate = ConfigVersion(
        application=application, version=free_patch(application, live.version), based_on=live, created_by=""
    )
    store(candidate, apply([changes[name] for name in wanted], live.document))
    return candidate


def missing_changes(
    changes: Sequence[Change], problems: Sequence[Problem], wanted: Sequence[str], snapshot: Any
) -> list[str]:
    """Ids of unpicked changes that the pick needs, derived from the ``problems`` of its ``snapshot``.

    They add what the picked ones refer to, or remove references to what the picked ones remove.
    """
    picked = set(wanted)
    at = {change.path: change.id for change in changes}
    inside: defaultdict[Path, set[str]] = defaultdict(set)
    for change in changes:
        for length in range(len(change.path) + 1):
            inside[change.path[:length]].add(change.id)
    missing: set[str] = set()
    places: set[Path] = set()
    for target, pointer in {(problem.target, problem.pointer) for problem in problems if problem.target is not None}:
        if change_id(target) in picked:
            places.add(named_path(snapshot, pointer))
        elif target in at:
            missing.add(at[target])
    for place in places:
        missing |= inside.get(place, set())
        missing |= {at[place[:length]] for length in range(len(place)) if place[:length] in at}
    return sorted(missing - picked)


def check_ready(plan: PublishPlan, confirm: Sequence[str]) -> None:
    """Refuse a plan that is not ready: open confirmations first, then missing picks, problems, and policy problems."""
    check_confirmed(plan.head.environment.key, plan.candidate.version, plan.confirmations, list(confirm), plan.problems)
    found = errors(plan.problems)
    if plan.unpicked:
        raise Refusal(
            "publish.missing_dependencies",
            changes=", ".join(plan.unpicked),
            problems=found,
            extra={"missingChanges": plan.unpicked},
        )
    check_valid(plan.candidate.version, found)
    check_policies(plan.policies)
