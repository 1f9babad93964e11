"""Addresses of the admin's pages, and links to them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from icontrol.kernel.localized import text_lazy
from releases.models import Environment, Release
from releases.offers import Offer
from releases.pages.offered import Button


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
            given = {"application": version.application.key} if version else {}
            return f"{reverse('control-link-create')}?{urlencode(given)}"
    name = {"revert": "restore"}.get(offer.action, offer.action)
    query = {"environment": environment.key} if environment else {}
    return address(f"configs_configversion_{name}", version.pk, **query) if version else ""


def in_control(name: str, label: Any, environment: Environment, *args: Any) -> Button:
    """To a page of the control plane, by URL only: it stands above this app."""
    return Button(label, reverse(f"control-{name}", args=(environment.application.key, environment.key, *args)))


def flags_url(environment: Environment) -> str:
    """The page of its live flags, by URL only: the control plane stands above this app."""
    return reverse("control-flags", args=(environment.application.key, environment.key))


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
