"""Releases, plans of one, and policies as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, TypedDict

from configs.snapshot.diff import ChangeJSON
from flags.engine import Effects
from icontrol.kernel.json_types import Keywords, Moment
from icontrol.kernel.problems import FindingJSON, as_json, errors
from icontrol.kernel.texts import Text
from releases.confirmation import ConfirmationJSON
from releases.gate.decision import Policy
from releases.gate.policy_fields import PolicyJSON
from releases.ledger.kinds import RELEASE_KINDS
from releases.ledger.summary import summary
from releases.models import Environment, Release
from releases.offers import Offer, OffersJSON, show_offers
from releases.publishing import Published, PublishPlan
from releases.serialization import WhereJSON, instant, named


class ReleaseJSON(WhereJSON):
    """One row of the ledger."""

    serial: int
    kind: Annotated[str, Keywords(enum=list(RELEASE_KINDS))]
    summary: Annotated[Text, "What it did, against the release before it."]
    version: str | None
    digest: str | None
    policies: dict[str, PolicyJSON]
    killSwitches: list[str]
    actor: str
    reason: str
    createdAt: Moment
    format: int
    previousHash: str
    hash: str


class ReleasesJSON(WhereJSON):
    releases: list[ReleaseJSON]


def show_release(release: Release) -> ReleaseJSON:
    version = release.config_version
    return {
        **named(release.environment),
        "serial": release.serial,
        "kind": release.kind,
        "summary": summary(release),
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


def show_releases(releases: Iterable[Release], environment: Environment) -> ReleasesJSON:
    return {**named(environment), "releases": [show_release(release) for release in releases]}


class PublishedReleaseJSON(ReleaseJSON):
    warnings: list[FindingJSON]


def show_published(done: Published) -> PublishedReleaseJSON:
    return {**show_release(done.release), "warnings": as_json(done.warnings)}


class RolledBackJSON(ReleaseJSON):
    carriedOver: Annotated[list[str], "What came over from the release before."]


def show_rollback(release: Release) -> RolledBackJSON:
    return {**show_release(release), "carriedOver": ["policies", "killSwitches"]}


class AffectedJSON(TypedDict):
    """Flags whose answer changes for some context, also through prerequisites."""

    on: Annotated[list[str], "Go on: they need one that goes off to be off."]
    off: Annotated[list[str], "Go off."]


class SwitchedReleaseJSON(ReleaseJSON, OffersJSON):
    """The newest release, with the switch in the requested state."""

    flag: str
    changed: Annotated[bool, "False: the switch stood so already, and nothing was appended."]
    affects: AffectedJSON
    dryRun: Annotated[bool, "Nothing was appended; `changed` says whether it would be."]


def show_switched(
    release: Release,
    key: str,
    affects: Effects,
    *,
    changed: bool,
    dry_run: bool,
    offers: Iterable[Offer] | None = None,
) -> SwitchedReleaseJSON:
    return {
        **show_release(release),
        "flag": key,
        "changed": changed,
        "affects": {"on": list(affects.on), "off": list(affects.off)},
        "dryRun": dry_run,
        **show_offers(offers),
    }


class PlanJSON(WhereJSON):
    """The answer to ``dryRun``: every check at once, nothing written."""

    dryRun: bool
    version: str
    digest: str
    liveVersion: str | None
    serial: int
    publishable: bool
    proposal: Annotated[
        str | None,
        "Names what would be appended: another one as soon as content, policy, a kill switch or the newest "
        "release differs. null: not publishable.",
    ]
    problems: list[FindingJSON]
    policies: dict[str, PolicyJSON]
    policyProblems: list[FindingJSON]
    confirmations: list[ConfirmationJSON]
    missingChanges: list[str]
    changes: list[ChangeJSON]


def show_plan(plan: PublishPlan, environment: Environment) -> PlanJSON:
    live = plan.head.config_version
    publishable = not errors(plan.problems) and not plan.policy_problems
    return {
        **named(environment),
        "dryRun": True,
        "version": plan.candidate.version,
        "digest": plan.candidate.digest,
        "liveVersion": live.version if live else None,
        "serial": plan.head.serial,
        "publishable": publishable,
        "proposal": plan.proposal.digest if publishable else None,
        "problems": as_json(plan.problems),
        "policies": plan.policies,
        "policyProblems": as_json(plan.policy_problems),
        "confirmations": [confirmation.as_json() for confirmation in plan.confirmations],
        "missingChanges": plan.unpicked,
        "changes": [change.as_json() for change in plan.changes],
    }


class PoliciesJSON(WhereJSON, OffersJSON):
    """The version policy of every platform."""

    serial: int
    policies: dict[str, PolicyJSON]


def show_policy(environment: Environment, head: Release, offers: Iterable[Offer] | None = None) -> PoliciesJSON:
    """The policy of the newest release, and the offers in its environment."""
    return {**named(environment), "serial": head.serial, "policies": head.policy_set, **show_offers(offers)}


class ChannelsJSON(TypedDict):
    draft: str
    preview: str | None
    published: str | None


class RegistryJSON(TypedDict):
    """The versions currently in force, in the shape that existing clients of this document expect."""

    latest_version: str
    min_supported_version: str
    published_config_version: str | None
    draft_config_version: str
    channels: ChannelsJSON


def show_registry(head: Release, draft: str, preview: str | None) -> RegistryJSON:
    """Computed from ledger and versions, not stored."""
    default = Policy.from_json(head.policy_set["default"])
    live = head.config_version.version if head.config_version else None
    return {
        "latest_version": default.latest,
        "min_supported_version": default.min_supported,
        "published_config_version": live,
        "draft_config_version": draft,
        "channels": {"draft": draft, "preview": preview, "published": live},
    }
