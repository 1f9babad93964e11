"""What a kill or lift changes for clients, computed without a lock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from flags.engine import Effects, effects_of_switch
from icontrol.kernel.texts import Text, both, same
from releases.delivery.live import document_of
from releases.ledger.chain import head_of
from releases.models import Environment, Release
from releases.policies import check_switch, live_flags, stands

#: Flags that a sentence lists; the API has all.
NAMED = 20


class Prospect(NamedTuple):
    """What a ``kill`` or ``lift`` would do now. ``changed`` is false if the switch is already in that state."""

    head: Release
    changed: bool
    affects: Effects


def prospect(environment: Environment, kind: str, key: str, *, now: dt.datetime) -> Prospect:
    """Refused where the switch would be; writes nothing."""
    head = head_of(environment)
    check_switch(environment, head, kind, key, live_flags(head.config_version))
    changed = not stands(head.killed, kind, key)
    return Prospect(head, changed, effects(head, kind, key, now=now) if changed else Effects())


def effects(release: Release, kind: str, key: str, *, now: dt.datetime) -> Effects:
    """Flags whose answer a ``kill`` or ``lift`` of this flag changes, in this release's config."""
    if release.config_version is None:
        return Effects()
    return effects_of_switch(
        document_of(release.config_version),
        key,
        engage=kind == "kill",
        killed=release.killed,
        environment=release.environment.key,
        now=now,
    )


def effect_lines(found: Effects, key: str) -> list[Text]:
    """The effects on other flags; those that go on come first, because that is unexpected of a kill switch."""
    said = []
    if on := [name for name in found.on if name != key]:
        said.append(both("Also goes ON: {flags}.", flags=_listed(on)))
    if off := [name for name in found.off if name != key]:
        said.append(both("Also goes off: {flags}.", flags=_listed(off)))
    return said


def _listed(keys: Sequence[str]) -> Text:
    named, more = ", ".join(keys[:NAMED]), len(keys) - NAMED
    return both("{named} and {more} more", named=named, more=more) if more > 0 else same(named)
