"""``manage.py revoke_token``: end an API token at once."""

from __future__ import annotations

from django.core.management.base import CommandParser

from icontrol.kernel.texts import both
from releases.access import actions as access
from releases.management.base import ActionCommand
from releases.serialization import instant


class Command(ActionCommand):
    help = "Revokes an API token; its next request is refused."
    takes = ("reason",)

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="The token's name.")

    def run(self) -> None:
        token = access.revoke_token(self.options["name"], reason=self.options["reason"], actor=self.actor, now=self.now)
        body = {"name": token.name, "role": token.role, "revokedAt": instant(token.revoked_at)}
        self.answer(body, [both("Token {name} is revoked.", name=token.name)])
