"""The buttons of versions, environments and releases, from :mod:`releases.offers`.

An action that the role does not allow has no button; one that is not possible now has a disabled one, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.urls import reverse

from configs import states
from configs.models import ConfigVersion
from frontend.control import addresses
from icontrol.kernel.actors import Actor
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.problems import Problem
from releases.ledger.chain import head_of
from releases.models import Environment, Release
from releases.offers import Offer, of_release, of_version
from releases.pages.facts import Standing
from releases.pages.offered import DONE, HIDDEN, LABELS, Button, first

#: Environments whose version a card offers to promote, and other ones in which what waits can be published.
MOST_PROMOTED = 3
PAGES = {"revert": "restore"}


def _url(offer: Offer, here: Environment) -> str:
    where, version = offer.environment or here, offer.version
    if offer.action == "undo":
        return addresses.of(where, "undo")
    if version is None:
        return ""
    if offer.action == "preview_link":
        return f"{reverse('control-link-create')}?application={version.application.key}"
    return addresses.of_version(where, version, PAGES.get(offer.action, offer.action))


def button(offer: Offer, here: Environment, label: Any, style: str = "") -> Button:
    return Button(label, _url(offer, here), style, offer.refusal)


def of_card(
    standing: Standing, actor: Actor, offers: Iterable[Offer], all_standings: Sequence[Standing]
) -> list[Button]:
    """Promote what newer versions other environments have, roll back, undo. ``offers``: the environment's."""
    environment, head = standing.environment, standing.head
    labels = {
        "undo": lambda offer: text_lazy("Undo release {serial}", serial=head.serial),
        "rollback": lambda offer: (
            text_lazy("Roll back to {version}", version=offer.version.version)
            if offer.version
            else text_lazy("Roll back")
        ),
    }
    styles = {"rollback": "danger"}
    return [
        *_promotions(standing, actor, all_standings),
        *(
            button(offer, environment, labels[offer.action](offer), styles.get(offer.action, ""))
            for offer in offers
            if offer.action in labels and offer.code not in HIDDEN
        ),
    ]


def _promotions(standing: Standing, actor: Actor, all_standings: Sequence[Standing]) -> Iterator[Button]:
    here = standing.environment
    seen: set[int] = set()
    for other in all_standings:
        version = other.live
        newer = version is not None and (standing.live is None or version.pk > standing.live.pk)
        if version is None or not newer or other.environment.application_id != here.application_id:
            continue
        if version.pk in seen or len(seen) == MOST_PROMOTED:
            continue
        seen.add(version.pk)
        version.application = here.application
        for offer in of_version(actor, version, [standing.head]):
            if offer.action == "publish" and offer.code not in HIDDEN + DONE:
                label = text_lazy(
                    "Promote {version} from {where}", version=version.version, where=other.environment.key
                )
                yield button(offer, here, label, "primary")


def of_a_version(
    version: ConfigVersion,
    here: Environment,
    actor: Actor,
    standings: Sequence[Standing],
    problems: Sequence[Problem] = (),
) -> list[Button]:
    """``standings``: those of the version's application. One button per action: here, or where it is possible; what
    waits can be published elsewhere too, without another environment being chosen first.
    """
    offers: dict[str, list[Offer]] = {}
    for offer in of_version(actor, version, [standing.head for standing in standings], problems):
        if offer.code not in HIDDEN + DONE:
            offers.setdefault(offer.action, []).append(offer)
    found = []
    for action, same in offers.items():
        mine = [offer for offer in same if offer.environment in (None, here)]
        offer = first(mine or same)
        where = (offer.environment or here).key
        if action == "publish":
            emphasis = "" if "rollback" in offers else "primary"
            found.append(button(offer, here, text_lazy("Publish in {where}", where=where), emphasis))
            if version.state in (states.DRAFT, states.PREVIEW):
                found += _elsewhere(same, offer, here)
        elif action == "rollback":
            found.append(button(offer, here, text_lazy("Roll back {where} to it", where=where), "danger"))
        else:
            found.append(button(offer, here, *LABELS[action]))
    return found


def _elsewhere(offers: Iterable[Offer], shown: Offer, here: Environment) -> list[Button]:
    found = [
        button(offer, here, text_lazy("Publish in {where}", where=offer.environment.key))
        for offer in offers
        if offer is not shown and offer.refusal is None and offer.environment
    ]
    return found[:MOST_PROMOTED]


def of_step(version: ConfigVersion, standing: Standing, actor: Actor, problems: Sequence[Problem] = ()) -> list[Button]:
    """In the timeline only what can be done now: to a newer version by publishing it, to an older one by going back."""
    live = standing.live
    other = "rollback" if live is None or version.pk > live.pk else "publish"
    offers = [offer for offer in of_version(actor, version, [standing.head], problems) if offer.refusal is None]
    here = standing.environment
    labels = {
        "publish": (text_lazy("Publish"), "primary" if version.state == states.PREVIEW else ""),
        "rollback": (text_lazy("Roll back to it"), ""),
        "preview": LABELS["preview"],
        "withdraw": LABELS["withdraw"],
    }
    return [
        button(offer, here, *labels[offer.action])
        for offer in offers
        if offer.action in labels and (offer.action != other or len(offers) == 1)
    ]


def of_draft(
    version: ConfigVersion,
    here: Environment,
    actor: Actor,
    standings: Sequence[Standing],
    problems: Sequence[Problem],
) -> list[Button]:
    """Of a draft or a preview on the overview."""
    label = text_lazy("What changes")
    changes = Button(label, addresses.of(here, "compare", **{"from": "live", "to": version.version}))
    is_draft = version.state == states.DRAFT
    toolbox = [Button(text_lazy("Edit in the Toolbox"), reverse("toolbox"))] if is_draft else []
    return [*toolbox, changes, *of_a_version(version, here, actor, standings, problems)]


def of_a_release(release: Release, actor: Actor) -> list[Button]:
    name = release.config_version.version if release.config_version else ""
    labels = {
        "undo": text_lazy("Undo this release"),
        "rollback": text_lazy("Roll back to {version}", version=name),
    }
    return [
        button(offer, release.environment, labels[offer.action], "danger")
        for offer in of_release(actor, release, head_of(release.environment))
        if offer.code not in HIDDEN + DONE
    ]
