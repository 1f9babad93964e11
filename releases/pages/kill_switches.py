"""Kill or lift one flag: a short confirmation with a prefilled reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from icontrol.kernel.actors import PUBLISH
from icontrol.kernel.localized import localized_lazy
from icontrol.kernel.texts import Text, both, fill
from releases import actions
from releases.effects import effect_lines, prospect
from releases.models import Environment
from releases.pages.action_page import ActionPage, PageRenderer
from releases.policies import live_flags
from releases.proposals import Released


@dataclass(frozen=True, slots=True)
class SwitchTexts:
    """One direction of the switch: its action, and texts with {flag}, {where} and, in ``happened``, {serial}."""

    name: str
    action: Callable[..., Released]
    style: str
    question: Text
    button: Text
    reason: Text
    effect: Text
    already: Text
    happened: Text


KILL = SwitchTexts(
    name="kill",
    action=actions.kill,
    style="danger",
    question=both("Kill {flag} in {where}?"),
    button=both("Kill {flag} in {where}"),
    reason=both("Kill switch: {flag}"),
    effect=both("Off for everybody at once. It stays off until it is lifted, regardless of publishes and rollbacks."),
    already=both("“{flag}” is already forced off."),
    happened=both("“{flag}” is forced off in {where} (release {serial})."),
)
LIFT = SwitchTexts(
    name="lift",
    action=actions.lift,
    style="primary",
    question=both("Lift the kill switch of {flag} in {where}?"),
    button=both("Lift {flag} in {where}"),
    reason=both("Kill switch lifted: {flag}"),
    effect=both("The flag answers again as the live config says."),
    already=both("“{flag}” is not forced off."),
    happened=both("The kill switch of “{flag}” is lifted in {where} (release {serial})."),
)


GONE: Text = both("“{flag}” is not in the live config: clients will notice nothing.")


class Switch(ActionPage):
    """The serial that was read refuses only a form sent again after somebody has reverted the first one."""

    permission = PUBLISH

    def __init__(
        self, renderer: PageRenderer, request: HttpRequest, environment: Environment, flag: str, kind: SwitchTexts
    ) -> None:
        super().__init__(renderer, request)
        self.environment, self.flag, self.kind = environment, flag, kind
        self.style = kind.style

    def text(self, pair: Text, **more: Any) -> Text:
        return fill(pair, flag=self.flag, where=self.environment.key, **more)

    def words(self, pair: Text, **more: Any) -> Any:
        return localized_lazy(self.text(pair, **more))

    @property
    def back(self) -> str:
        return self.origin(self.renderer.page_of(self.environment))

    @property
    def proposed(self) -> Text:
        return self.text(self.kind.reason)

    def frame(self) -> dict[str, Any]:
        return {
            "title": self.words(self.kind.question),
            "environment": self.environment,
            "back": self.back,
        }

    def look(self) -> dict[str, Any]:
        head, is_open, affects = prospect(self.environment, self.kind.name, self.flag, now=self.now)
        is_gone = self.flag not in live_flags(head.config_version)
        note = GONE if is_gone else self.kind.effect
        return {
            "open": is_open,
            "button": self.words(self.kind.button),
            "hidden": {"serial": head.serial},
            "notes": [
                self.words(note if is_open else self.kind.already),
                *map(localized_lazy, effect_lines(affects, self.flag)),
            ],
        }

    def act(self) -> HttpResponse:
        release, changed = self.kind.action(
            self.environment, key=self.flag, read=self.serial, reason=self.reason, actor=self.actor, now=self.now
        )
        message = self.words(self.kind.happened, serial=release.serial) if changed else self.words(self.kind.already)
        return self.done(message, self.back)
