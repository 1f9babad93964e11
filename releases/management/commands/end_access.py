"""``manage.py end_access``: end all sessions, API tokens and preview links of a person at once."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.management.base import CommandParser

from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import both
from releases.access.people import end_access
from releases.management.base import ActionCommand


class Command(ActionCommand):
    help = "Ends all access of a person at once: sessions, API tokens, preview links."
    takes = ("reason",)

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="The account's user name.")
        parser.add_argument("--deactivate", action="store_true", help="Deactivate the account as well.")

    def run(self) -> None:
        name = self.options["name"]
        person = User.objects.filter(username=name).first()
        if person is None:
            raise Refusal("person.unknown", name=name[:80])
        ended = end_access(
            person,
            deactivate=self.options["deactivate"],
            reason=self.options["reason"],
            actor=self.actor,
            now=self.now,
        )
        self.answer(
            {"name": name, **ended._asdict()},
            [
                both(
                    "All access of {name} ended: {sessions} session(s), {tokens} token(s), {links} preview link(s).",
                    name=name,
                    **ended._asdict(),
                )
            ],
        )
