"""What a person may do now with a version, an environment, a release or a flag, and if not, the sentence why.

The checks are those of the actions, so what is not offered is refused with the same code. They do not read contents: a
dry run reports invalid contents (422) and needed confirmations. Problems that the caller already knows count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from configs import states
from configs.models import ConfigVersion
from configs.policies import check_permission, check_valid
from icontrol.kernel.actors import EDIT, PUBLISH, Actor
from icontrol.kernel.problems import Problem
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text
from releases.ledger.chain import Past, pasts, release_of
from releases.ledger.kinds import EMERGENCIES, RELEASE_KINDS
from releases.models import Environment, Release
from releases.policies import (
    check_not_live,
    check_rollback,
    check_something_live,
    check_switch,
    check_undo,
    check_was_live,
)

#: The actions on a version, in display order.
OF_STATE = {
    states.DRAFT: ("preview", "publish"),
    states.PREVIEW: ("publish", "preview_link", "withdraw", "revert"),
    states.PUBLISHED: ("publish", "rollback", "revert"),
    states.WITHDRAWN: ("revert",),
}
NO_PAST = Past(None, None)


class OfferJSON(TypedDict):
    """An action that the reader may do now, or the refusal that it would get."""

    action: Annotated[str, "publish, rollback, undo, policy, kill, lift; preview, preview_link, withdraw, revert."]
    offered: bool
    emergency: Annotated[bool, "It takes back or forces off."]
    version: Annotated[str | None, "What would be acted on or come back; null: no version is."]
    code: Annotated[str | None, "Of the refusal; null while it is offered."]
    reason: Annotated[Text | None, "Why not."]


class OffersJSON(TypedDict, total=False):
    """Part of answers to people and programs with a role; not shown by commands."""

    offers: Annotated[list[OfferJSON], "By state and role. What a content lacks and what needs a yes, a dry run says."]


@dataclass(frozen=True, slots=True)
class Offer:
    """``refusal``: what the action would raise; None: offered. ``version``: the version acted on; ``environment``:
    where, if its clients would notice.
    """

    action: str
    refusal: Refusal | None
    environment: Environment | None = None
    version: ConfigVersion | None = None

    @property
    def code(self) -> str | None:
        return self.refusal.code if self.refusal else None

    def as_json(self) -> OfferJSON:
        return {
            "action": self.action,
            "offered": self.refusal is None,
            "emergency": self.action in EMERGENCIES,
            "version": self.version.version if self.version else None,
            "code": self.code,
            "reason": self.refusal.detail if self.refusal else None,
        }


def show_offers(offers: Iterable[Offer] | None) -> OffersJSON:
    return {} if offers is None else {"offers": [offer.as_json() for offer in offers]}


def _refusal_of(actor: Actor, action: str, *checks: Callable[[], Any]) -> Refusal | None:
    """The first refusal of the action: a missing permission, or one of its checks."""
    try:
        check_permission(actor, PUBLISH if action in RELEASE_KINDS else EDIT)
        for check in checks:
            check()
    except Refusal as refusal:
        return refusal
    return None


def of_version(
    actor: Actor, version: ConfigVersion, heads: Sequence[Release], problems: Sequence[Problem] = ()
) -> list[Offer]:
    """``heads``: the newest releases of its application's environments. At most one query."""
    had: set[int] = set()
    if version.state == states.PUBLISHED:
        ran = Release.objects.filter(config_version=version, environment__in=[head.environment for head in heads])
        had = set(ran.order_by().values_list("environment_id", flat=True).distinct())
    found = []
    for action in OF_STATE[version.state]:
        if action in RELEASE_KINDS:
            found += [_released(actor, action, version, head, head.environment_id in had, problems) for head in heads]
        else:
            refusal = _refusal_of(actor, action, *_problems(action, version, problems))
            found.append(Offer(action, refusal, version=version))
    return found


def _problems(action: str, version: ConfigVersion, problems: Sequence[Problem]) -> list[Callable[[], Any]]:
    """Content errors keep a version in the draft state."""
    return [lambda: check_valid(version.version, problems)] if action in ("preview", "publish") else []


def _released(
    actor: Actor, action: str, version: ConfigVersion, head: Release, was_live: bool, problems: Sequence[Problem]
) -> Offer:
    environment = head.environment

    def rollback() -> None:
        check_something_live(environment, head)
        check_was_live(environment, version, was_live)
        check_rollback(environment, head, version)

    def publish() -> None:
        check_not_live(environment, head, version.version, version.digest)

    check = rollback if action == "rollback" else publish
    refusal = _refusal_of(actor, action, check, *_problems(action, version, problems))
    return Offer(action, refusal, environment, version)


def of_environments(actor: Actor, heads: Sequence[Release]) -> list[list[Offer]]:
    """By their newest releases. The number of queries is constant."""
    known = pasts(heads) if actor.may(PUBLISH) else {}
    return [_of_environment(actor, head, known.get(head.environment_id, NO_PAST)) for head in heads]


def _of_environment(actor: Actor, head: Release, past: Past) -> list[Offer]:
    environment = head.environment
    rollback = _refusal_of(actor, "rollback", lambda: check_rollback(environment, head, past.version))
    undo = _refusal_of(actor, "undo", lambda: check_undo(environment, head, head.serial, past.release))
    return [
        Offer("rollback", rollback, environment, past.version),
        Offer("undo", undo, environment, past.release.config_version if past.release else None),
        Offer("policy", _refusal_of(actor, "policy"), environment),
    ]


def of_release(actor: Actor, release: Release, head: Release) -> list[Offer]:
    """Undo of this release, or rollback to the version that it made live; ``head``: the newest of its environment."""
    environment, version = release.environment, release.config_version

    def undo() -> None:
        check_undo(environment, head, release.serial, release_of(environment, head.serial - 1))

    found = [Offer("undo", _refusal_of(actor, "undo", undo), environment)]
    if version is not None:
        found.append(_released(actor, "rollback", version, head, True, ()))
    return found


def of_flag(actor: Actor, head: Release, key: str, flags: set[str]) -> Offer:
    """Kill or lift, whichever applies to the flag now. ``flags``: :func:`releases.policies.live_flags`."""
    kind = "lift" if key in head.killed else "kill"
    check = _refusal_of(actor, kind, lambda: check_switch(head.environment, head, kind, key, flags))
    return Offer(kind, check, head.environment)
