"""The one way into the ledger: an action proposes a release, and :func:`release` appends it.

Checks that concern every kind of release belong there and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple, TypedDict, Unpack

from configs.models import ConfigVersion
from configs.policies import check_permission, check_reason
from configs.snapshot.canonical import canonical, digest
from icontrol.kernel.actors import PUBLISH, Actor
from releases.flag_life import FlagChanges
from releases.ledger.chain import append
from releases.models import Release


class Contents(TypedDict, total=False):
    """What clients get: a release changes part of it and carries the rest over from the one before."""

    config_version: ConfigVersion | None
    policies: str
    kill_switches: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A release that is not yet appended. ``head``: the newest release, on which it is based."""

    head: Release
    kind: str
    contents: Contents

    @property
    def version(self) -> ConfigVersion | None:
        return self.contents["config_version"]

    @property
    def step(self) -> tuple[int | None, int | None]:
        """The pair of old and new version, which determines the changes of flags."""
        return self.head.config_version_id, self.version.pk if self.version else None

    @property
    def changes_nothing(self) -> bool:
        return all(getattr(self.head, name) == value for name, value in self.contents.items())

    @property
    def digest(self) -> str:
        """SHA-256 of its canonical JSON: identifies what clients would get, and after which release. Actor, reason and
        time are not part of it.
        """
        environment, version = self.head.environment, self.version
        return digest(
            canonical(
                {
                    "application": environment.application.key,
                    "environment": environment.key,
                    "base": self.head.serial,
                    "kind": self.kind,
                    "version": version.version if version else None,
                    "digest": version.digest if version else None,
                    "policies": self.contents["policies"],
                    "killSwitches": self.contents["kill_switches"],
                }
            )
        )


def propose(head: Release, kind: str, **changed: Unpack[Contents]) -> Proposal:
    """Values not given carry over from ``head``."""
    carried = Contents(config_version=head.config_version, policies=head.policies, kill_switches=head.kill_switches)
    return Proposal(head, kind, {**carried, **changed})


class Released(NamedTuple):
    """The newest release, and whether this call appended it: without a change nothing is appended."""

    release: Release
    changed: bool


def release(proposal: Proposal, *, flags: FlagChanges, reason: str, actor: Actor, now: dt.datetime) -> Released:
    """Append the proposal, unless it changes nothing. The caller holds the environment's lock and read
    ``proposal.head`` under it.
    """
    check_permission(actor, PUBLISH)
    reason = check_reason(reason)
    if proposal.changes_nothing:
        return Released(proposal.head, False)
    return Released(
        append(
            proposal.head,
            kind=proposal.kind,
            **proposal.contents,
            actor=actor.name,
            reason=reason,
            now=now,
            flags=flags,
        ),
        True,
    )
