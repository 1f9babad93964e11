"""The versions of an application as a timeline, and one version: what it holds and where it has been live."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from configs import states
from configs.drafts import version_of
from configs.models import ConfigVersion
from configs.policies import check_version_name, problems_of
from frontend.control import addresses, offered, summaries
from frontend.control.compare import choices, names, readable
from frontend.control.overview import state_of
from frontend.control.page import actor_of, environment_page, render
from icontrol.kernel.actors import EDIT, Actor
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.problems import Problem
from releases.ledger.chain import head_of
from releases.models import Environment, Release
from releases.pages import facts
from releases.pages.action_page import whole_number
from releases.pages.offered import Button

#: Versions on a page of the timeline: each is compared with the one it was opened from.
SHOWN = 15
#: Releases named on a version's page.
RELEASES = 20


@dataclass(frozen=True, slots=True)
class Step:
    """A version in the timeline. ``release``: the newest one here that has it; ``live``: where it is live now."""

    version: ConfigVersion
    counts: Mapping[str, int]
    release: Release | None
    live: Sequence[str]
    buttons: Sequence[Button]

    @property
    def style(self) -> str:
        return "live" if self.live else self.version.state


def _newest_release(environment: Environment, versions: Sequence[ConfigVersion]) -> dict[int, Release]:
    """Version id → the newest release here that made it live or kept it."""
    rows = Release.objects.filter(environment=environment, config_version__in=versions)
    made = rows.filter(kind__in=("publish", "rollback", "undo")).order_by("serial")
    return {release.config_version_id: release for release in made if release.config_version_id is not None}


def steps(environment: Environment, versions: Sequence[ConfigVersion], actor: Actor) -> list[Step]:
    all_standings = facts.standings(environment.application_id)
    heads = [standing for standing in all_standings if standing.environment.pk == environment.pk]
    live = facts.live_in()
    released = _newest_release(environment, versions)
    return [
        Step(
            version,
            summaries.counts(version.based_on, version),
            released.get(version.pk),
            live.get(version.pk, ()),
            [
                *([] if environment.key in live.get(version.pk, ()) else [_compare(environment, version)]),
                *(
                    button
                    for standing in heads
                    for button in offered.of_step(version, standing, actor, _problems(version))
                ),
            ],
        )
        for version in versions
    ]


def _problems(version: ConfigVersion) -> Sequence[Problem]:
    """Of what can still be published for the first time; what was published once was valid."""
    if version.state not in (states.DRAFT, states.PREVIEW):
        return ()
    return summaries.problems(version, timezone.now())


def _compare(environment: Environment, version: ConfigVersion) -> Button:
    url = addresses.of(environment, "compare", **{"from": "live", "to": version.version})
    return Button(text_lazy("Compare with live"), url)


@environment_page()
def timeline(request: HttpRequest, environment: Environment) -> HttpResponseBase:
    actor = actor_of(request)
    found = ConfigVersion.objects.filter(application=environment.application_id).select_related("based_on")
    if not actor.may(EDIT):
        found = found.filter(state=states.PUBLISHED)
    before = whole_number(request.GET.get("before", ""))
    page = found.filter(pk__lt=before) if before else found
    shown = list(page.defer("extra_schema", "based_on__extra_schema").order_by("-pk")[: SHOWN + 1])
    rest, shown = shown[SHOWN:], shown[:SHOWN]
    for version in shown:
        version.application = environment.application
    a, b = names(environment, request.GET, may_edit=actor.may(EDIT))
    return render(
        request,
        "frontend/control/versions.html",
        text_lazy("Versions"),
        section="versions",
        environment=environment,
        steps=steps(environment, shown, actor),
        count=found.count(),
        older=addresses.of(environment, "versions", before=shown[-1].pk) if rest else "",
        newest=addresses.of(environment, "versions") if before else "",
        sides=choices(environment, a, b, may_edit=actor.may(EDIT)),
        state=state_of(actor),
    )


def _times(version: ConfigVersion) -> list[tuple[Any, str, Any]]:
    found = (
        (text_lazy("Created"), version.created_by, version.created_at),
        (text_lazy("Last edit"), version.edited_by, version.edited_at),
        (text_lazy("Preview"), version.previewed_by, version.previewed_at),
        (text_lazy("First published"), version.published_by, version.published_at),
        (text_lazy("Withdrawn"), version.withdrawn_by, version.withdrawn_at),
    )
    return [(label, who, at) for label, who, at in found if at]


@environment_page()
def version(request: HttpRequest, environment: Environment, version: str) -> HttpResponseBase:
    actor = actor_of(request)
    found = readable(version_of(environment.application, check_version_name(version)), actor)
    head = head_of(environment)
    live, document = head.config_version, found.document
    releases = Release.objects.filter(config_version=found).select_related("environment__application")
    return render(
        request,
        "frontend/control/version.html",
        text_lazy("Version {version}", version=found.version),
        section="versions",
        environment=environment,
        version=found,
        head=head,
        is_live=live is not None and live.pk == found.pk,
        live_in=facts.live_in().get(found.pk, ()),
        times=_times(found),
        releases=releases.order_by("-pk")[:RELEASES],
        buttons=offered.of_a_version(found, environment, actor, facts.standings(environment.application_id)),
        compare=_compare(environment, found),
        difference=facts.difference(live.readable if live else {}, document),
        problems=problems_of(environment.application, document, found.schema, timezone.now()),
        snapshot=json.dumps(document, indent=2, ensure_ascii=False),
    )
