"""The live flags of an environment: searched and filtered, each with its kill switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from flags.overview import ASKED_AT_ONCE, FlagFacts, Overview, overview
from frontend.control import addresses
from frontend.control.listing import Select, words_of
from frontend.control.page import Renderer, actor_of, environment_page, render
from icontrol.kernel.actors import PUBLISH, Actor
from icontrol.kernel.localized import localized, text_lazy
from icontrol.kernel.refusals import Refusal
from releases.delivery.public_form import FORCE_OFF
from releases.models import Environment
from releases.offers import of_flag
from releases.pages.kill_switches import KILL, LIFT, Switch, SwitchTexts
from releases.pages.offered import HIDDEN, Button

SHOWN = 200
STATES = {
    "ON": text_lazy("On"),
    "ROLLOUT": text_lazy("Rolling out"),
    "OFF": text_lazy("Off"),
    FORCE_OFF: text_lazy("forced off"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """``facts`` is None where only an engaged kill switch is left."""

    key: str
    facts: FlagFacts | None
    button: Button | None

    @property
    def state(self) -> str:
        return FORCE_OFF if self.facts is None else self.facts.effective_state

    @property
    def state_name(self) -> Any:
        return STATES[self.state]

    @property
    def is_off(self) -> bool:
        return self.state == "OFF"

    @property
    def killed(self) -> bool:
        return self.facts is None or self.facts.killed

    @property
    def owner(self) -> str:
        return str(self.facts.source.get("owner") or "") if self.facts else ""

    @property
    def text(self) -> str:
        """What a search looks in."""
        described = localized(self.facts.source.get("description")) if self.facts else ""
        return f"{self.key} {self.owner} {described or ''}".casefold()


def switch_of(actor: Actor, found: Overview, key: str, facts: FlagFacts | None) -> Button | None:
    """Kill or lift, for publishers. A flag that is off for everybody has nothing to kill."""
    offer = of_flag(actor, found.head, key, {key})  # it is live, or forced off
    if offer.code in HIDDEN or (offer.action == "kill" and facts is not None and facts.state in ("OFF", FORCE_OFF)):
        return None
    label, style = (text_lazy("Lift"), "") if offer.action == "lift" else (text_lazy("Kill"), "danger")
    return Button(label, addresses.of(found.environment, f"flag-{offer.action}", key), style, offer.refusal)


def rows_of(actor: Actor, found: Overview) -> list[Row]:
    """What is forced off first."""
    rows = [Row(flag.key, flag, switch_of(actor, found, flag.key, flag)) for flag in found.flags]
    rows += [Row(key, None, switch_of(actor, found, key, None)) for key in found.gone]
    return sorted(rows, key=lambda row: (not row.killed, row.key))


@environment_page()
def flags(request: HttpRequest, environment: Environment) -> HttpResponseBase:
    now, actor = timezone.now(), actor_of(request)
    found, refusal = None, None
    try:
        found = overview(environment, now)
    except Refusal as nothing_live:
        refusal = nothing_live
    rows = rows_of(actor, found) if found else []
    owners = sorted({row.owner for row in rows if row.owner})
    words = words_of(request)
    state = Select.of(request, "state", text_lazy("State"), text_lazy("every state"), STATES.items())
    owner = Select.of(request, "owner", text_lazy("Owner"), text_lazy("every owner"), [(name, name) for name in owners])
    stale = Select.of(request, "stale", text_lazy("Use"), text_lazy("in use or not"), [("1", text_lazy("stale"))])
    wanted = [
        row
        for row in rows
        if (not state.chosen or row.state == state.chosen)
        and (not owner.chosen or row.owner == owner.chosen)
        and (not stale.chosen or (row.facts is not None and row.facts.stale))
        and all(word in row.text for word in words.casefold().split())
    ]
    return render(
        request,
        "frontend/control/flags.html",
        text_lazy("Flags"),
        section="flags",
        environment=environment,
        refusal=refusal,
        head=found.head if found else None,
        rows=wanted[:SHOWN],
        more=len(wanted[SHOWN:]),
        count=len(rows),
        words=words,
        label=text_lazy("Key, owner or description"),
        selects=[state, owner, stale],
        is_filtered=bool(words or state.chosen or owner.chosen or stale.chosen),
        asked_at_once=ASKED_AT_ONCE,
        may_switch=actor.may(PUBLISH),
        now=now,
    )


def _switch(request: HttpRequest, environment: Environment, key: str, kind: SwitchTexts) -> HttpResponseBase:
    page = Switch(Renderer("flags", environment, addresses.of(environment, "flags")), request, environment, key, kind)
    page.template = "frontend/control/confirm.html"
    return page.serve()


@environment_page("POST", needs=PUBLISH)
def kill(request: HttpRequest, environment: Environment, key: str) -> HttpResponseBase:
    return _switch(request, environment, key, KILL)


@environment_page("POST", needs=PUBLISH)
def lift(request: HttpRequest, environment: Environment, key: str) -> HttpResponseBase:
    return _switch(request, environment, key, LIFT)
