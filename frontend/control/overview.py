"""The first page: what is live in each environment, and what waits to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone

from configs import states
from configs.models import ConfigVersion
from configs.snapshot.canonical import canonical, digest
from frontend.control import offered, summaries
from frontend.control.page import actor_of, page, render
from icontrol.kernel.actors import EDIT, PUBLISH, Actor
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.problems import Problem, errors
from icontrol.kernel.texts import Text, plural
from releases.ledger.chain import live_since
from releases.ledger.summary import precede
from releases.models import Environment, Release
from releases.offers import of_environments
from releases.pages.facts import Standing, StandingCard, newest_releases, standings, waiting
from releases.pages.offered import Button

#: Rows of the ledger.
LATEST = 6


@dataclass(frozen=True, slots=True)
class Card(StandingCard):
    standing: Standing
    #: The release that made the live version live.
    since: Release | None
    buttons: Sequence[Button]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft or preview, compared with what its application's default environment has live."""

    version: ConfigVersion
    environment: Environment
    counts: Mapping[str, int]
    problems: Sequence[Problem]
    buttons: Sequence[Button]

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def findings(self) -> list[tuple[str, Text]]:
        """What its content lacks, in words: (severity, how many)."""
        wrong = len(errors(self.problems))
        warned = len(self.problems) - wrong
        found = []
        if wrong:
            found.append(("error", plural("{count} problem", "{count} problems", count=wrong)))
        if warned:
            found.append(("warning", plural("{count} warning", "{count} warnings", count=warned)))
        return found


def cards(actor: Actor, found: Sequence[Standing]) -> list[Card]:
    heads = [standing.head for standing in found]
    precede([head for head in heads if head.serial])
    since = live_since(heads)
    return [
        Card(standing, since.get(standing.environment.pk), offered.of_card(standing, actor, offers, found))
        for standing, offers in zip(found, of_environments(actor, heads), strict=True)
    ]


def waiting_of(actor: Actor, found: Sequence[Standing]) -> list[Waiting]:
    if not (actor.may(EDIT) or actor.may(PUBLISH)):
        return []
    now, result = timezone.now(), []
    for version in waiting():
        mine = [standing for standing in found if standing.environment.application_id == version.application_id]
        if not mine:
            continue
        first = mine[0]  # the default environment
        found_problems = summaries.problems(version, now)
        for standing in mine:
            standing.environment.application = version.application
        result.append(
            Waiting(
                version,
                first.environment,
                summaries.counts(first.live, version),
                found_problems,
                offered.of_draft(version, first.environment, actor, mine, found_problems),
            )
        )
    return sorted(result, key=lambda one: (one.version.application_id, one.version.state != states.DRAFT))


def latest() -> Sequence[Release]:
    """The newest releases of all environments together."""
    rows = Release.objects.select_related("environment__application", "config_version").order_by("-pk")
    return precede(list(rows.defer("config_version__extra_schema")[:LATEST]))


@page()
def overview(request: HttpRequest) -> HttpResponseBase:
    actor, found = actor_of(request), standings()
    context: dict[str, Any] = {
        "cards": cards(actor, found),
        "waiting": waiting_of(actor, found),
        "several": len({standing.environment.application_id for standing in found}) > 1,
        "rows": latest(),
        "state": state_of(actor),
    }
    return render(
        request, "frontend/control/overview.html", text_lazy("What clients get now"), section="overview", **context
    )


def state_of(actor: Actor) -> str:
    """Another one as soon as a release was appended anywhere or, for who may see them, a draft was saved."""
    heads = sorted(release.hash for release in newest_releases().values())
    drafts = sorted(f"{v.application_id}/{v.revision}/{v.state}" for v in waiting()) if actor.may(EDIT) else []
    return digest(canonical({"heads": heads, "drafts": drafts}))[:16]


@page()
def state(request: HttpRequest) -> HttpResponseBase:
    """What open pages ask to learn whether they are still up to date."""
    return JsonResponse({"state": state_of(actor_of(request))})
