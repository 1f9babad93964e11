"""``manage.py create_environment``: a new environment with its own ledger."""

from __future__ import annotations

from django.core.management.base import CommandParser

from icontrol.kernel.texts import both
from releases.access import actions as access
from releases.management.base import ActionCommand
from releases.serialization import named


class Command(ActionCommand):
    help = "Creates an environment with an empty ledger; its key never changes."
    takes = ("application", "reason")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", metavar="KEY", help="a-z, 0-9 and hyphens, starting with a letter.")

    def run(self) -> None:
        environment = access.create_environment(
            self.application(),
            key=self.options["key"],
            reason=self.options["reason"],
            actor=self.actor,
            now=self.now,
        )
        body = {
            **named(environment),
            "isDefault": environment.is_default,
        }
        said = both("The environment {place} exists; nothing is live in it yet.", place=environment)
        self.answer(body, [said])
