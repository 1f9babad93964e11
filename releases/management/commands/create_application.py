"""``manage.py create_application``: a new client product, with a draft of its own."""

from __future__ import annotations

from django.core.management.base import CommandParser

from configs import actions
from icontrol.kernel.texts import both
from releases.management.base import ActionCommand
from releases.serialization.versions import show_application


class Command(ActionCommand):
    help = "Creates an application with an empty draft; its key never changes. create_environment comes next."
    takes = ("reason",)

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", metavar="KEY", help="a-z, 0-9 and hyphens, starting with a letter.")
        parser.add_argument("--name", metavar="TEXT", help="Name for people; default: the key.")
        parser.add_argument(
            "--default-language",
            metavar="LANGUAGE",
            default="en",
            help="For texts missing in the reader's language; default: en.",
        )
        parser.add_argument(
            "--default", action="store_true", help="Clients without a key get this application from now on."
        )

    def run(self) -> None:
        application = actions.create_application(
            key=self.options["key"],
            name=self.options["name"] or self.options["key"],
            default_locale=self.options["default_language"],
            is_default=self.options["default"],
            reason=self.options["reason"],
            actor=self.actor,
            now=self.now,
        )
        said = both("The application {key} exists, with an empty draft and no environment yet.", key=application.key)
        self.answer(show_application(application), [said])
