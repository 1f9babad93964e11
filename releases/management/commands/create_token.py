"""``manage.py create_token``: a secret for a program. Prints only the token."""

from __future__ import annotations

from django.core.management.base import CommandParser

from icontrol.kernel.texts import both
from releases.access import actions as access
from releases.access.roles import ROLES
from releases.management.base import ActionCommand
from releases.management.output import when
from releases.serialization import instant


class Command(ActionCommand):
    help = "Creates an API token with one role and prints it once; it is not stored."
    takes = ("reason",)

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="The holder's name in the ledger: token:NAME.")
        parser.add_argument("--role", required=True, metavar="ROLE", help=f"One of: {', '.join(ROLES)}.")
        parser.add_argument(
            "--days",
            metavar="N",
            type=int,
            default=access.TOKEN_DAYS,
            help=f"Lifetime; default: {access.TOKEN_DAYS}, at most {access.TOKEN_DAYS_MAX}.",
        )

    def run(self) -> None:
        token, secret = access.create_token(
            name=self.options["name"],
            role=self.options["role"],
            days=self.options["days"],
            reason=self.options["reason"],
            actor=self.actor,
            now=self.now,
        )
        body = {"name": token.name, "role": token.role, "expiresAt": instant(token.expires_at), "token": secret}
        self.answer(body, [secret])
        self.aside(
            both(
                "Token {name}: role {role}, until {until}. It is shown this once.",
                name=token.name,
                role=token.role,
                until=when(token.expires_at),
            )
        )
