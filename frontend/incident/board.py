"""What is live in each environment and what can be done about it, cut to what a slow phone can load."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from icontrol.kernel.actors import PUBLISH, Actor
from icontrol.kernel.refusals import Refusal
from releases.ledger.chain import live_since
from releases.models import Environment, Release
from releases.offers import Offer, of_environments
from releases.pages.facts import Difference, Line, Standing, StandingCard, standings
from releases.policies import live_flags

CARDS = 6
#: Bytes of names of flags that the page suggests, of all applications together.
SUGGESTED = 5_000
#: Flags to choose from, and differences told.
CHOICES = 50
LINES = 30


@dataclass(frozen=True, slots=True)
class Card(StandingCard):
    standing: Standing
    #: Which release made the version live that is live now.
    live_since: Release | None
    offers: dict[str, Offer]


@dataclass(frozen=True, slots=True)
class Board:
    cards: Sequence[Card]
    #: Environments without a card: their names lead to one.
    others: Sequence[Environment]
    #: Application's key → flags to choose from. What is not among them can be typed.
    flags: dict[str, list[str]]


def board(actor: Actor, first: int | None) -> Board:
    """``first``: the environment whose card stands first. Few queries, however many environments there are."""
    found = sorted(standings(), key=lambda standing: standing.environment.pk != first)
    shown, others = found[:CARDS], found[CARDS:]
    heads = [standing.head for standing in shown]
    beginnings = live_since(heads)
    offered = of_environments(actor, heads)
    cards = [
        Card(standing, beginnings.get(standing.environment.pk), {offer.action: offer for offer in offers})
        for standing, offers in zip(shown, offered, strict=True)
    ]
    flags = _suggested(cards) if actor.may(PUBLISH) else {}
    return Board(cards, [standing.environment for standing in others], flags)


def _suggested(cards: Sequence[Card]) -> dict[str, list[str]]:
    prefetch_related_objects([card.standing.live for card in cards if card.standing.live], "content")
    found: dict[str, set[str]] = {}
    for card in cards:
        known = found.setdefault(card.environment.application.key, set())
        with suppress(Refusal):  # damaged content names no flags, and all else can still be seen and done
            known |= live_flags(card.standing.live) - {*card.head.killed}
    room = SUGGESTED
    cut: dict[str, list[str]] = {}
    for application, keys in found.items():
        cut[application] = []
        for key in sorted(keys):
            room -= len(f"<option>{key}".encode())
            if room < 0:
                break
            cut[application].append(key)
    return cut


def matching(typed: str, keys: Collection[str]) -> list[str]:
    """The keys that somebody may mean: the very one, else those that contain what was typed."""
    if typed in keys:
        return [typed]
    wanted = typed.casefold()
    return sorted(key for key in keys if wanted in key.casefold())


def shorten(difference: Difference) -> tuple[list[Line], int]:
    """The first lines, what goes away before all others; and how many are left out."""
    lines = [line for group in (*difference.removed, *difference.groups) for line in group.lines]
    return lines[:LINES], difference.count - len(lines[:LINES])


def context(difference: Any) -> dict[str, Any]:
    """Of a confirmation page; nothing where nothing was compared."""
    if not isinstance(difference, Difference):
        return {}
    lines, more = shorten(difference)
    return {"lines": lines, "more_lines": more, "counts": difference.counts}
