"""The pages named in the control plane's navigation: add yours here, in the order of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from icontrol.kernel.actors import VIEW, Actor
from icontrol.kernel.localized import text_lazy
from releases.models import Environment


@dataclass(frozen=True, slots=True)
class Entry:
    """``section``: what a page of it names; ``route``: its address, with application and environment if
    ``of_environment``; ``key``: its shortcut, after ``g``.
    """

    section: str
    label: Any
    route: str
    key: str
    of_environment: bool = False
    needs: str = VIEW

    def url(self, environment: Environment | None) -> str:
        if not self.of_environment:
            return reverse(self.route)
        assert environment is not None
        return reverse(self.route, args=(environment.application.key, environment.key))


ENTRIES = (
    Entry("overview", text_lazy("Overview"), "control", "o"),
    Entry("versions", text_lazy("Versions"), "control-versions", "v", of_environment=True),
    Entry("flags", text_lazy("Flags"), "control-flags", "f", of_environment=True),
    Entry("policy", text_lazy("Policy"), "control-policy", "p", of_environment=True),
    Entry("clients", text_lazy("Clients"), "control-clients", "c", of_environment=True),
    Entry("ledger", text_lazy("Ledger"), "control-ledger", "l", of_environment=True),
    Entry("then", text_lazy("What clients got"), "control-then", "t", of_environment=True),
    Entry("access", text_lazy("Access"), "control-access", "a"),
)


@dataclass(frozen=True, slots=True)
class Link:
    label: Any
    url: str
    key: str = ""
    is_current: bool = False


def links(actor: Actor, section: str, environment: Environment | None) -> Iterator[Link]:
    """What this person may see; without an environment only what needs none."""
    for entry in ENTRIES:
        if actor.may(entry.needs) and (environment is not None or not entry.of_environment):
            yield Link(entry.label, entry.url(environment), f"g {entry.key}", entry.section == section)


def elsewhere(section: str, environments: list[Environment], here: Environment) -> Iterator[Link]:
    """The same page of the application's other environments."""
    entry = next((entry for entry in ENTRIES if entry.section == section and entry.of_environment), ENTRIES[0])
    for environment in environments:
        yield Link(environment.key, entry.url(environment), is_current=environment.pk == here.pk)
