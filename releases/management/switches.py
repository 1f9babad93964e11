"""The base of ``kill`` and ``lift``: one flag, one reason, and a preview of the effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from flags.engine import Effects
from icontrol.kernel.texts import Text, both, fill
from releases import actions
from releases.effects import effect_lines, effects, prospect
from releases.management.base import ActionCommand
from releases.models import Environment, Release
from releases.proposals import Released
from releases.serialization.releases import show_switched

ACTIONS: dict[str, Callable[..., Released]] = {"kill": actions.kill, "lift": actions.lift}
#: kind → (appended, would be appended, already in that state)
SAID: dict[str, tuple[Text, Text, Text]] = {
    "kill": (
        both("“{flag}” is forced off in {place} for everybody: release {serial}. It stays so until lift {flag}."),
        both("“{flag}” would be forced off in {place} for everybody by release {next}; nothing was changed."),
        both("“{flag}” is already forced off in {place}; nothing was appended."),
    ),
    "lift": (
        both("The kill switch of “{flag}” is lifted in {place}: release {serial}."),
        both("The kill switch of “{flag}” would be lifted in {place} by release {next}; nothing was changed."),
        both("No kill switch is engaged for “{flag}” in {place}; nothing was appended."),
    ),
}


class SwitchCommand(ActionCommand):
    """``kind`` is ``kill`` or ``lift``."""

    kind: str
    takes = ("application", "environment", "reason", "dry_run")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", metavar="KEY", help="The flag's key.")

    def run(self) -> None:
        environment, key = self.environment(), self.options["key"]
        if self.options["dry_run"]:
            head, changed, affects = prospect(environment, self.kind, key, now=self.now)
            body = show_switched(head, key, affects, changed=changed, dry_run=True)
            self.answer(body, [self.sentence(1 if changed else 2, environment, head), *effect_lines(affects, key)])
            return
        done = ACTIONS[self.kind](environment, key=key, reason=self.options["reason"], actor=self.actor, now=self.now)
        affects = effects(done.release, self.kind, key, now=self.now) if done.changed else Effects()
        body = show_switched(done.release, key, affects, changed=done.changed, dry_run=False)
        self.answer(body, [*self.lines(done, environment), *effect_lines(affects, key)])

    def lines(self, done: Released, environment: Environment) -> list[Text]:
        said = [self.sentence(0 if done.changed else 2, environment, done.release)]
        if done.release.killed:
            said.append(both("Forced off now: {flags}.", flags=", ".join(done.release.killed)))
        return said

    def sentence(self, which: int, environment: Environment, release: Release) -> Text:
        template = SAID[self.kind][which]
        values: dict[str, Any] = {"flag": self.options["key"], "place": environment}
        return fill(template, **values, serial=release.serial, next=release.serial + 1)
