"""The buttons of versions and environments, from :mod:`releases.offers`.

An action that the role does not allow has no button. An action that is not possible now has a disabled one with the
refusal's sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from configs import states
from configs.models import ConfigVersion
from icontrol.kernel.actors import VIEW, Actor
from icontrol.kernel.localized import text_lazy
from releases.models import Environment, Release
from releases.offers import Offer, of_environments, of_version
from releases.pages.facts import Standing
from releases.pages.offered import DONE, HIDDEN, LABELS, Button, first


def address(name: str, *args: Any, **query: Any) -> str:
    """The URL of an admin page: ``address("configs_configversion_publish", 3, environment="staging")``."""
    url = reverse(f"admin:{name}", args=args)
    return f"{url}?{urlencode(query)}" if query else url


def page_of(thing: Any) -> str:
    """The page of one object."""
    meta = thing._meta
    return address(f"{meta.app_label}_{meta.model_name}_change", thing.pk)


def button(offer: Offer, label: Any, style: str = "") -> Button:
    return Button(label, _page_for(offer), style, offer.refusal)


def _page_for(offer: Offer) -> str:
    environment, version = offer.environment, offer.version
    match offer.action:
        case "undo":
            return address("releases_environment_undo", environment.pk) if environment else ""
        case "preview_link":
            return address("releases_previewlink_create", application=version.application.key) if version else ""
    name = {"revert": "restore"}.get(offer.action, offer.action)
    query = {"environment": environment.key} if environment else {}
    return address(f"configs_configversion_{name}", version.pk, **query) if version else ""


# Config versions ------------------------------------------------------------------------------------------------------


def version_buttons(version: ConfigVersion, actor: Actor, standings: Sequence[Standing]) -> list[Button]:
    """``standings``: those of the version's application. One button per action for all of them."""
    offers: dict[str, list[Offer]] = {}
    for offer in of_version(actor, version, [standing.head for standing in standings]):
        if offer.code not in HIDDEN + DONE:
            offers.setdefault(offer.action, []).append(offer)
    found = []
    for action, same in offers.items():
        offer = first(same)
        if action == "publish":
            where = offer.environment.key if offer.environment else ""
            label = text_lazy("Publish in {where}", where=where)
            found.append(button(offer, label, "" if "rollback" in offers else "primary"))
        else:
            found.append(button(offer, *LABELS[action]))
    return found


def around_version(version: ConfigVersion) -> list[Button]:
    """Links to read about a version besides its page."""
    history = address("configs_configversion_history", version.pk)
    return [Button(text_lazy("History"), history)]


# Environments ---------------------------------------------------------------------------------------------------------


def standing_buttons(
    standings: Sequence[Standing], actor: Actor, waiting: Sequence[ConfigVersion]
) -> list[list[Button]]:
    """One list per standing. ``waiting``: drafts and previews. The number of queries is constant."""
    offers = of_environments(actor, [standing.head for standing in standings])
    return [_standing_buttons(standing, actor, waiting, own) for standing, own in zip(standings, offers, strict=True)]


def _standing_buttons(
    standing: Standing, actor: Actor, waiting: Sequence[ConfigVersion], offers: Iterable[Offer]
) -> list[Button]:
    environment, head = standing.environment, standing.head
    # The preview, which was reviewed, before the draft.
    mine = [version for version in waiting if version.application_id == environment.application_id]
    publish = [
        offer
        for version in sorted(mine, key=lambda version: version.state != states.PREVIEW)
        for offer in of_version(actor, version, [head])
        if offer.action == "publish"
    ]
    found = [
        button(offer, *_on_card(offer, head))
        for offer in [*([first(publish)] if publish else []), *offers]
        if offer.code not in HIDDEN and offer.action != "policy"  # its page is for all readers
    ]
    if actor.may(VIEW):
        policy = address("releases_environment_policy", environment.pk)
        found.append(Button(text_lazy("Version policy"), policy))
        if standing.live is not None:
            found.append(Button(text_lazy("Flags"), flags_url(environment)))
        ledger = address("releases_release_changelist", environment__id__exact=environment.pk)
        found.append(Button(text_lazy("Ledger"), ledger))
    return found


def _on_card(offer: Offer, head: Release) -> tuple[Any, str]:
    """Label and style."""
    version = offer.version
    match offer.action:
        case "publish":
            if version is not None and version.state == states.PREVIEW:
                return text_lazy("Publish the preview"), "primary"
            return text_lazy("Publish the draft"), "primary"
        case "rollback":
            if version is not None:
                return text_lazy("Roll back to {version}", version=version.version), "danger"
            return text_lazy("Roll back"), "danger"
    return text_lazy("Undo release {serial}", serial=head.serial), ""


def flags_url(environment: Environment) -> str:
    """The page of its live flags, by URL only: this app must not import the flags app."""
    return address("flags_flags_environment", environment.pk)


def switch_of(offer: Offer, environment: Environment, flag: str, origin: str) -> Button | None:
    """The kill switch of one flag, for publishers; it leads back to ``origin``."""
    if offer.code in HIDDEN:
        return None
    label, style = (text_lazy("Lift"), "") if offer.action == "lift" else (text_lazy("Kill"), "danger")
    url = address(f"releases_environment_{offer.action}", environment.pk, flag, next=origin)
    return Button(label, url, style, offer.refusal)


def link(thing: Any, label: Any) -> SafeString:
    return format_html('<a href="{}">{}</a>', page_of(thing), label)


#: Names listed; more are shown as a number.
NAMES_SHOWN = 3


def forced_off(head: Release) -> SafeString | str:
    """The killed flags, as one link to the page where they can be lifted; empty if there are none."""
    keys = head.killed
    if not keys:
        return ""
    names, more = ", ".join(keys[:NAMES_SHOWN]), len(keys) - NAMES_SHOWN
    label = text_lazy("{names} and {more} more", names=names, more=more) if more > 0 else names
    return format_html('<a class="chip danger" href="{}">{}</a>', flags_url(head.environment), label)
