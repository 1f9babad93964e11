"""The actions that release and take back. Each is one function and one transaction; API, admin and commands call it.

No action computes while it holds a lock: each reads, checks and computes first, then takes the lock, compares what it
read with the database, and appends. A kill, a lift, a rollback, an undo and a policy lock their environment only; a
publish, which also writes versions, the application before it. ``now`` is an aware datetime from the caller. All
actions refuse in the same order: not allowed (403), not found (404), changed meanwhile (409, 412, 428), and only then
invalid content (422).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from functools import cache
from typing import Any

from django.db import transaction

from configs import states
from configs.actions import ATTEMPTS
from configs.drafts import draft_of, lock_application, number_above, open_next_draft, raise_highest, version_of
from configs.models import Application, ConfigVersion
from configs.policies import check_permission, check_reason, check_version_name, problems_of
from configs.snapshot.canonical import canonical
from configs.snapshot.diff import diff
from configs.versions import parse
from icontrol.kernel.actors import PUBLISH, Actor
from icontrol.kernel.problems import errors
from icontrol.kernel.refusals import Refusal
from releases import proposals
from releases.delivery import clients_seen
from releases.flag_life import NO_CHANGES, changes_between, flag_changes, flag_findings, kinds_of
from releases.gate import decision as gate
from releases.gate import policy_fields
from releases.ledger.chain import head_of, pasts, release_of
from releases.ledger.lineage import ancestry, lineage
from releases.models import Environment, Release
from releases.policies import (
    check_not_live,
    check_policy_changes,
    check_policy_confirmed,
    check_policy_read,
    check_rollback,
    check_serial,
    check_something_live,
    check_switch,
    check_switch_not_moved,
    check_undo,
    check_was_live,
    confirmations,
    live_flags,
    policy_confirmations,
    stands,
    stored_policies,
)
from releases.proposals import Proposal, Released, propose
from releases.publishing import Basis, Published, PublishPlan, Selection, basis, check_ready, missing_changes, select


def _lock(environment: Environment) -> Release:
    """Lock the environment and return its newest release; from now on nobody else appends here."""
    locked = Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
    locked.application = environment.application
    return head_of(locked)


def _release(
    environment: Environment, decide: Callable[[Release], Proposal], *, reason: str, actor: Actor, now: dt.datetime
) -> Released:
    """Append what ``decide`` proposes after the newest release. ``decide`` is called twice and may refuse: first
    without a lock, for the slow work, and again under the lock. Its reads without a lock are not of one moment, so a
    refusal there counts only if nothing was released meanwhile.
    """
    check_permission(actor, PUBLISH)
    step, head = None, head_of(environment)
    try:
        read = decide(head)
        step, flags = read.step, flag_changes(read.head, read.version)
    except Refusal:
        if head_of(environment).serial == head.serial:
            raise
    with transaction.atomic(durable=True):
        proposal = decide(_lock(environment))
        if proposal.step != step:  # a concurrent release: no reason to refuse an emergency
            flags = flag_changes(proposal.head, proposal.version)
        return proposals.release(proposal, flags=flags, reason=reason, actor=actor, now=now)


def plan_publish(
    environment: Environment,
    selection: Selection,
    *,
    policy: Mapping[str, str] | None = None,
    bump_latest: bool = False,
    expected_serial: int | None = None,
    actor: Actor,
    now: dt.datetime,
) -> PublishPlan:
    """What :func:`publish` would do, with every check. Locks and writes nothing.

    The reads are not one snapshot of the database. So a refusal is raised only if nothing changed meanwhile: otherwise
    it might mix a draft and a release from before and after a publish.
    """
    check_permission(actor, PUBLISH)
    for attempt in range(1, ATTEMPTS + 1):
        read_from = basis(environment)  # first, so that later changes are noticed
        try:
            head = head_of(environment)
            check_serial(environment, head, expected_serial)
            return _plan(environment, head, selection, dict(policy or {}), bump_latest, read_from, now)
        except Refusal:
            if attempt == ATTEMPTS or basis(environment) == read_from:
                raise
    raise AssertionError("unreachable")


def _plan(
    environment: Environment,
    head: Release,
    selection: Selection,
    policy: dict[str, str],
    bump_latest: bool,
    read_from: Basis,
    now: dt.datetime,
) -> PublishPlan:
    application = Application.objects.get(pk=environment.application_id)
    candidate, draft = select(application, head, selection)
    check_not_live(environment, head, candidate.version, candidate.digest)
    snapshot = candidate.document
    live = head.config_version
    live_document = live.readable if live else {}
    before, after = kinds_of(live_document), kinds_of(snapshot)
    changed, confirmation = flag_findings(environment, snapshot, before, after)
    problems = problems_of(application, snapshot, candidate.schema, now) + changed
    found = errors(problems)
    if not found:
        problems += clients_seen.warnings(environment, snapshot, live_document, now=now)
    if found:
        flags = NO_CHANGES
    elif live and not live_document:  # its text may be damaged: use the table
        flags = flag_changes(head, candidate)
    else:
        flags = changes_between(before, after)
    policies = _policies(head, policy, candidate.version if bump_latest else None)
    if not policy_fields.policy_problems(policies):
        confirmation = [*confirmation, *policy_confirmations(environment, head.policy_set, policies, now)]
    return PublishPlan(
        basis=read_from,
        candidate=candidate,
        head=head,
        snapshot=snapshot,
        problems=problems,
        confirmations=confirmations(environment, candidate, snapshot, live) + confirmation,
        flags=flags,
        policies=policies,
        picked_from=draft,
        unpicked=missing_changes(diff(live_document, draft.document), found, selection.changes, snapshot)
        if draft and live and found
        else [],
    )


def publish(
    environment: Environment,
    selection: Selection,
    *,
    policy: Mapping[str, str] | None = None,
    bump_latest: bool = False,
    confirm: Sequence[str] = (),
    expected_serial: int | None = None,
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> Published:
    """Make one version live in the environment: append a release.

    ``policy`` may set ``latest`` and ``minSupported`` of the default policy in the same release; ``bump_latest`` raises
    ``latest`` to the published version if that is higher.
    """
    for _ in range(ATTEMPTS):
        plan = plan_publish(
            environment,
            selection,
            policy=policy,
            bump_latest=bump_latest,
            expected_serial=expected_serial,
            actor=actor,
            now=now,
        )
        check_ready(plan, confirm)
        reason = check_reason(reason)
        policies = stored_policies(plan.policies)
        with transaction.atomic(durable=True):
            application = lock_application(environment.application)
            head = _lock(environment)
            check_serial(environment, head, expected_serial)
            if basis(environment) == plan.basis:
                version = _freeze(application, environment, plan, actor=actor, reason=reason, now=now)
                proposal = propose(head, "publish", config_version=version, policies=policies)
                done = proposals.release(proposal, flags=plan.flags, reason=reason, actor=actor, now=now)
                return Published(done.release, plan.problems)
    raise Refusal("write.conflict")


def _policies(head: Release, policy: dict[str, str], bumped: str | None) -> dict[str, Any]:
    """The policies of the new release, not yet checked."""
    policies = head.policy_set
    default = policies["default"]
    if bumped is not None and "latest" not in policy and gate.newer(default["scheme"], bumped, default["latest"]):
        default["latest"] = bumped
    default.update(policy)
    return policies


def _freeze(
    application: Application,
    environment: Environment,
    plan: PublishPlan,
    *,
    actor: Actor,
    reason: str,
    now: dt.datetime,
) -> ConfigVersion:
    """Move the candidate to ``published`` and make sure that the application has a draft based on it.

    The caller holds the locks, and nothing that the plan read has changed.
    """
    version = plan.candidate
    version.application = application
    if version.state == states.PUBLISHED:
        return version
    was_picked = plan.picked_from is not None
    was_draft = version.state == states.DRAFT and not was_picked
    if was_picked:
        version.created_by, version.created_at = actor.name, now  # a pick is created when it is published
    version.publish(by=actor.name, at=now)
    version.save_as(actor.name, now, reason)
    if was_draft:
        open_next_draft(application, version, by=actor.name, now=now)
    elif was_picked:
        _rebase(application, environment, draft_of(application), plan, actor=actor, now=now)
    return version


def _rebase(
    application: Application,
    environment: Environment,
    draft: ConfigVersion,
    plan: PublishPlan,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """The draft contains the picked changes, so the version made from them becomes its base, and its number follows.

    The base stays if publishing the whole draft would have needed a confirmation here or, because of its ancestry, in
    another environment: that confirmation must not get lost. A number that a person chose stays.
    """
    was_next = parse(draft.version) > parse(application.highest_version)
    if raise_highest(application, plan.candidate.version):
        application.save_as(actor.name, now, f"highest version {plan.candidate.version}")
    assert plan.head.config_version is not None  # picks are based on what is live
    live = plan.head.config_version
    lost = ancestry(draft) - ancestry(live) - {draft.pk}
    if (
        lineage(environment, draft, live) == (False, [])
        and not Release.objects.filter(config_version__in=lost).exists()
    ):
        draft.based_on = plan.candidate
        draft.save_as(actor.name, now, f"rebased on {plan.candidate.version}")
    if was_next and parse(draft.version) < parse(application.highest_version):
        number_above(application, draft, by=actor.name, now=now)


def rollback(
    environment: Environment,
    *,
    to_version: str | None = None,
    to_serial: int | None = None,
    expected_serial: int | None = None,
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> Release:
    """Release an older version again: by default the one live just before the current one first went live.

    Policies and kill switches carry over from the newest release. There is no schema or size check: in an emergency
    only a damaged or unknown target is refused.
    """

    def decide(head: Release) -> Proposal:
        if head.config_version is not None:
            check_serial(environment, head, expected_serial)
        target = rollback_target(environment, head, to_version=to_version, to_serial=to_serial)
        return propose(head, "rollback", config_version=target)

    return _release(environment, decide, reason=reason, actor=actor, now=now).release


def rollback_target(
    environment: Environment, head: Release, *, to_version: str | None = None, to_serial: int | None = None
) -> ConfigVersion:
    """What a rollback would release now; refused where the rollback would be."""
    check_something_live(environment, head)
    return check_rollback(environment, head, _target(environment, head, to_version, to_serial))


def _target(
    environment: Environment, head: Release, to_version: str | None, to_serial: int | None
) -> ConfigVersion | None:
    if to_serial is not None:
        release = release_of(environment, to_serial)
        if release is None or release.config_version is None:
            raise Refusal("release.unknown", environment=environment.key, serial=to_serial)
        if to_version is not None and release.config_version.version != check_version_name(to_version):
            raise Refusal("release.unknown", environment=environment.key, serial=f"{to_serial} ({to_version[:80]})")
        return release.config_version
    if to_version is not None:
        target = version_of(environment.application, check_version_name(to_version))
        check_was_live(
            environment, target, Release.objects.filter(environment=environment, config_version=target).exists()
        )
        return target
    return pasts([head])[environment.pk].version


def undo(environment: Environment, *, serial: int, reason: str, actor: Actor, now: dt.datetime) -> Release:
    """Append the inverse of the newest release, of any kind. ``serial`` must name it, so nobody undoes blindly."""

    def decide(head: Release) -> Proposal:
        before = undo_target(environment, head, serial)
        return propose(
            head,
            "undo",
            config_version=before.config_version,
            policies=before.policies,
            kill_switches=before.kill_switches,
        )

    return _release(environment, decide, reason=reason, actor=actor, now=now).release


def undo_target(environment: Environment, head: Release, serial: int | None) -> Release:
    """The release whose state an undo of ``serial`` (default: the newest) would restore; refused where the undo would
    be.
    """
    return check_undo(environment, head, serial, release_of(environment, head.serial - 1))


def set_policy(
    environment: Environment,
    policies: Any,
    *,
    read: Set[str],
    confirm: Collection[str] = (),
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> Release:
    """Replace the version policies of all platforms (``{"default": {…}, "ios": {…}}``)."""
    stored = cache(lambda: stored_policies(policies))
    needed = cache(lambda current: policy_confirmations(environment, json.loads(current), json.loads(stored()), now))

    def decide(head: Release) -> Proposal:
        check_policy_read(head, read, lambda: last_policy_change(environment, head.policies))
        check_policy_changes(environment, head.policies, stored())
        check_policy_confirmed(environment, needed(head.policies), confirm)
        return propose(head, "policy", policies=stored())

    return _release(environment, decide, reason=reason, actor=actor, now=now).release


def last_policy_change(environment: Environment, current: str) -> Release | None:
    """The release that set the current policy."""
    releases = Release.objects.filter(environment=environment)
    other = releases.exclude(policies=current).order_by("-serial").values_list("serial", flat=True).first() or 0
    return releases.filter(serial__gt=other).order_by("serial").first()


def kill(
    environment: Environment, *, key: str, read: int | None = None, reason: str, actor: Actor, now: dt.datetime
) -> Released:
    """Force a flag off for everybody until it is lifted: across publishes, rollbacks and promotions, and even if the
    flag has left the config.

    It waits for the lock and acts on the state at that time, so a concurrent release does not refuse it. ``read``, the
    serial that a form showed, guards against sending the form twice: it refuses only a flag that was killed *and lifted
    again* since.
    """
    return _switch(environment, "kill", key, read, reason=reason, actor=actor, now=now)


def lift(
    environment: Environment, *, key: str, read: int | None = None, reason: str, actor: Actor, now: dt.datetime
) -> Released:
    """End a :func:`kill`: the flag follows its config again."""
    return _switch(environment, "lift", key, read, reason=reason, actor=actor, now=now)


def _switch(
    environment: Environment, kind: str, key: str, read: int | None, *, reason: str, actor: Actor, now: dt.datetime
) -> Released:
    flags = cache(live_flags)

    def decide(head: Release) -> Proposal:
        check_switch(environment, head, kind, key, flags(head.config_version))
        if stands(head.killed, kind, key):
            return propose(head, kind)
        check_switch_not_moved(environment, kind, key, read)
        return propose(head, kind, kill_switches=canonical(sorted({*head.killed} ^ {key})))

    return _release(environment, decide, reason=reason, actor=actor, now=now)
