"""``manage.py create_client_key``: a key with which clients choose an environment. Prints only the key."""

from __future__ import annotations

from django.core.management.base import CommandParser

from icontrol.kernel.texts import both
from releases.access import actions as access
from releases.management.base import ActionCommand
from releases.serialization import named


class Command(ActionCommand):
    help = "Creates a public client key (X-Client-Key) for an environment and prints it."
    takes = ("application", "environment", "reason")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="What the key is for.")
        parser.add_argument("--surface", metavar="SURFACE", default="", help="Only the pages of this surface.")

    def run(self) -> None:
        environment = self.environment()
        key = access.create_client_key(
            environment,
            name=self.options["name"],
            surface=self.options["surface"],
            reason=self.options["reason"],
            actor=self.actor,
            now=self.now,
        )
        body = {
            **named(environment),
            "name": key.name,
            "surface": key.surface,
            "key": key.key,
        }
        self.answer(body, [key.key])
        self.aside(both("Clients that send it as X-Client-Key get {place}. It is public.", place=environment))
