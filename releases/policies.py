"""Is this release allowed now? The checks of publish, rollback, undo and policy, each with a code and a sentence."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Set
from typing import Any

from configs.models import ConfigVersion
from configs.policies import local
from configs.snapshot.canonical import canonical, digest, revision_of
from configs.snapshot.traversal import NAMED_BY, names
from configs.validation.schema_words import either
from configs.validation.suggestions import alike
from flags.engine.sentences import shown
from icontrol.kernel.problems import Problem
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text, both, same
from releases.confirmation import Confirmation
from releases.delivery.live import document_of
from releases.gate import policy_fields
from releases.gate.decision import Policy
from releases.impact import STOPS_MANY, impact_of
from releases.ledger.kinds import RELEASE_KINDS
from releases.ledger.lineage import lineage
from releases.models import Environment, Release

GROWTH = 2.0  # times the live size
SHRINKAGE = 0.30  # share of the live objects removed
CONFIRMABLE = (
    "release.base_moved",
    "release.contains_rolled_back",
    "release.grows",
    "release.shrinks",
    "flag.key_reused",
    STOPS_MANY,
)


def check_serial(environment: Environment, head: Release, expected: int | None) -> None:
    """Compare-and-set for clients that read a serial before."""
    serial = head.serial
    if expected is None or expected == serial:
        return
    if not serial:
        raise Refusal("publish.nothing_yet", expected=expected, environment=environment.key, extra={"serial": 0})
    raise Refusal(
        "publish.conflict",
        expected=expected,
        serial=serial,
        kind=RELEASE_KINDS[head.kind],
        who=head.actor,
        at=local(head.created_at),
        extra={"expectedSerial": expected, "serial": serial, "appendedBy": head.actor},
    )


def check_not_live(environment: Environment, head: Release, version: str, sha: str) -> None:
    if head.config_version is not None and head.config_version.digest == sha:
        raise Refusal(
            "release.nothing_to_publish",
            version=version,
            environment=environment.key,
            serial=head.serial,
            extra={"serial": head.serial, "liveVersion": head.config_version.version},
        )


def confirmations(
    environment: Environment, candidate: ConfigVersion, snapshot: Any, live: ConfigVersion | None
) -> list[Confirmation]:
    """The confirmations needed before ``candidate`` (perhaps not saved yet) goes live here."""
    if live is None:
        return []
    found = []
    moved, taken_back = lineage(environment, candidate, live) if candidate.pk else (False, [])
    if moved:
        found.append(
            Confirmation(
                "release.base_moved",
                both(
                    "{version} is not based on {live}, which is live: what only {live} has would be lost.",
                    version=candidate.version,
                    live=live.version,
                ),
            )
        )
    if taken_back:
        found.append(
            Confirmation(
                "release.contains_rolled_back",
                both(
                    "{version} is based on {back}, which was rolled back or undone here.",
                    version=candidate.version,
                    back=", ".join(taken_back),
                ),
            )
        )
    return found + _size(candidate, snapshot, live)


def _size(candidate: ConfigVersion, snapshot: Any, live: ConfigVersion) -> list[Confirmation]:
    found: list[Confirmation] = []
    if not live.content.is_intact:
        return found  # nothing to compare with
    size, before = len(candidate.snapshot.encode()), len(live.snapshot.encode())
    if size > GROWTH * before:
        found.append(
            Confirmation(
                "release.grows",
                both("The snapshot grows from {before} to {size} bytes, more than twice.", before=before, size=size),
            )
        )
    old, new = _objects(document_of(live)), _objects(snapshot)
    gone = len(old - new)
    if old and gone > SHRINKAGE * len(old):
        found.append(
            Confirmation(
                "release.shrinks",
                both(
                    "{gone} of {all} objects (pages, tabs, flags …) would be removed, more than 30 %.",
                    gone=gone,
                    all=len(old),
                ),
            )
        )
    return found


def _objects(snapshot: Any) -> set[tuple[str, str]]:
    return {
        (section, item[key])
        for section, key in NAMED_BY.items()
        for item in snapshot.get(section, [])
        if isinstance(item, dict) and isinstance(item.get(key), str)
    }


def check_confirmed(
    environment: str, version: str, needed: list[Confirmation], confirm: list[str], problems: list[Problem]
) -> None:
    """``environment``: its key, so that the refusal names the place."""
    open_ones = [confirmation for confirmation in needed if confirmation.code not in confirm]
    if open_ones:
        raise Refusal(
            "publish.needs_confirmation",
            version=version,
            environment=environment,
            codes=", ".join(confirmation.code for confirmation in open_ones),
            problems=problems,
            extra={
                "environment": environment,
                "confirmations": [confirmation.as_json() for confirmation in open_ones],
            },
        )


def check_policies(policies: Any) -> None:
    """Refuse version policies with all their problems."""
    problems = policy_fields.policy_problems(policies)
    lonely = [problem for problem in problems if problem.code == "policy.unsatisfiable"]
    if lonely and len(lonely) == len(problems):
        platform = lonely[0].pointer.split("/")[1]
        policy = policies[platform]
        raise Refusal(
            "policy.unsatisfiable",
            minimum=policy.get("minSupported", Policy().min_supported),
            latest=policy.get("latest", Policy().latest),
            problems=problems,
        )
    if problems:
        raise Refusal("policy.invalid", count=len(problems), problems=problems)


def stored_policies(policies: Any) -> str:
    """Checked, complete and canonical."""
    check_policies(policies)
    return canonical({name: Policy.from_json(policy).as_json() for name, policy in policies.items()})


def policy_revision(policies: str) -> str:
    return revision_of(digest(policies))


def check_policy_read(head: Release, read: Set[str], last_change: Callable[[], Release | None]) -> None:
    """``last_change`` finds the release that set the current policy; called only for a refusal."""
    revision = policy_revision(head.policies)
    if not read:
        raise Refusal("policy.unread", extra={"revision": revision})
    if revision in read:
        return
    extra = {"revision": revision, "serial": head.serial}
    changed = last_change()
    if changed is None:
        raise Refusal("policy.none_yet", extra=extra)
    raise Refusal("policy.stale", who=changed.actor, at=local(changed.created_at), serial=changed.serial, extra=extra)


def policy_confirmations(environment: Environment, current: Any, wanted: Any, now: dt.datetime) -> list[Confirmation]:
    """The confirmations needed before these policies, which are valid, replace the current ones."""
    return [] if current == wanted else impact_of(environment, current, wanted, now).confirmations


def check_policy_confirmed(environment: Environment, needed: list[Confirmation], confirm: Collection[str]) -> None:
    open_ones = [confirmation for confirmation in needed if confirmation.code not in confirm]
    if open_ones:
        raise Refusal(
            "policy.needs_confirmation",
            environment=environment.key,
            codes=", ".join(confirmation.code for confirmation in open_ones),
            extra={
                "environment": environment.key,
                "confirmations": [confirmation.as_json() for confirmation in open_ones],
            },
        )


def check_policy_changes(environment: Environment, current: str, text: str) -> None:
    if text == current:
        raise Refusal("policy.unchanged", environment=environment.key)


def check_undamaged(version: ConfigVersion) -> None:
    if not version.content.is_intact:
        raise Refusal("rollback.damaged", version=version.version)


def check_something_live(environment: Environment, head: Release) -> ConfigVersion:
    if head.config_version is None:
        raise Refusal("release.none", environment=environment.key)
    return head.config_version


def check_was_live(environment: Environment, version: ConfigVersion, was_live: bool) -> None:
    if not was_live:
        raise Refusal("rollback.never_live", version=version.version, environment=environment.key)


def check_rollback(environment: Environment, head: Release, target: ConfigVersion | None) -> ConfigVersion:
    """``target``: a version of this environment's ledger; None if no other was live before."""
    live = check_something_live(environment, head)
    if target is None:
        raise Refusal("rollback.nothing_before", environment=environment.key, version=live.version)
    if target.pk == live.pk:
        raise Refusal("rollback.already_live", version=target.version, environment=environment.key, serial=head.serial)
    check_undamaged(target)
    return target


def check_undo(environment: Environment, head: Release, serial: int | None, before: Release | None) -> Release:
    """``before``: the release just before ``head``. ``serial``, if given, must be the serial of ``head``."""
    if not head.serial:
        raise Refusal("release.none", environment=environment.key)
    if serial is not None and head.serial != serial:
        raise Refusal(
            "undo.not_newest",
            environment=environment.key,
            serial=head.serial,
            kind=RELEASE_KINDS[head.kind],
            who=head.actor,
            extra={"serial": head.serial},
        )
    if before is None or (before.config_version is None and head.config_version_id is not None):
        raise Refusal("undo.nothing_before", environment=environment.key, serial=head.serial)
    if before.config_version is not None and before.config_version_id != head.config_version_id:
        check_undamaged(before.config_version)
    return before


def live_flags(live: ConfigVersion | None) -> set[str]:
    """The flag keys of the version that is live."""
    return names(document_of(live), "featureFlags") if live else set()


def check_switch(environment: Environment, head: Release, kind: str, key: str, flags: set[str]) -> None:
    """There must be something to ``kill`` or ``lift`` under this key.

    An engaged switch is valid for both, whether or not its flag is still in the config. ``flags``: :func:`live_flags`.
    """
    check_something_live(environment, head)
    if key in flags or key in head.killed:
        return
    code, known = ("kill.unknown_flag", flags) if kind == "kill" else ("lift.not_engaged", set(head.killed))
    near = alike(key, known)
    raise Refusal(
        code,
        flag=shown(key),
        environment=environment.key,
        near=_meant(near),
        extra={"environment": environment.key, "near": near},
    )


def _meant(near: list[str]) -> Text:
    if not near:
        return same("")
    options = either(both("“{name}”", name=name) for name in near)
    return both(" (did you mean {options}?)", options=options)


def stands(killed: Collection[str], kind: str, key: str) -> bool:
    """Whether the flag's switch already has the state that this kind of release sets. ``killed``: forced-off keys."""
    return (key in killed) == (kind == "kill")


def check_switch_not_moved(environment: Environment, kind: str, key: str, read: int | None) -> None:
    """For pages: since release ``read`` the same switch must not have been set and reverted again."""
    if read is None:
        return
    newer = Release.objects.filter(environment=environment, serial__gt=read)
    lists = newer.order_by().values_list("kill_switches", flat=True).distinct()
    if any(stands(json.loads(listed), kind, key) for listed in lists):
        code = "kill.moved" if kind == "kill" else "lift.moved"
        raise Refusal(code, flag=key, environment=environment.key, serial=read)
