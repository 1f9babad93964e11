"""``manage.py application``: an application's settings, shown or changed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.core.management.base import CommandParser

from configs import actions
from configs.models import Application
from configs.policies import schema_revision
from icontrol.kernel.texts import Text, both
from releases.management.base import ActionCommand, unusable
from releases.serialization.versions import show_application

SETTINGS = {"name": "name", "default_language": "default_locale", "default": "is_default"}


class Command(ActionCommand):
    help = "Shows the settings of an application; with options it changes them."
    takes = ("application", "reason")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", metavar="TEXT", help="Name for people.")
        parser.add_argument(
            "--default-language", metavar="LANGUAGE", help="For texts that are missing in the reader's language."
        )
        parser.add_argument(
            "--default",
            action="store_true",
            default=None,
            help="Clients without a key get this application from now on.",
        )
        parser.add_argument(
            "--schema", metavar="FILE|-", help="JSON Schema of the extra sections; not with other settings."
        )

    def run(self) -> None:
        application = self.application()
        wanted = {ours: self.options[name] for name, ours in SETTINGS.items() if self.options[name] is not None}
        schema = self.options["schema"]
        who = {"reason": self.options["reason"], "actor": self.actor, "now": self.now}
        if schema is not None and wanted:
            raise unusable(both("--schema cannot be combined with other settings."))
        if schema is not None:
            read = {schema_revision(application)}
            application = actions.set_extra_schema(application, self.read_json(schema), read=read, **who)
        elif wanted:
            application = actions.change_application(application, **wanted, **who)
        elif self.options["reason"]:
            raise unusable(both("You named nothing to change."))
        self.answer(show_application(application), lines(application))


def lines(application: Application) -> Iterator[str | Text]:
    mark = both(" (default)") if application.is_default else ""
    yield both("{key}{mark}: {name}", key=application.key, mark=mark, name=application.name)
    yield both("Default language: {l}", l=application.default_locale)
    sections = json.loads(application.extra_schema).get("properties", {})
    if sections:
        yield both("Extra sections: {s}", s=", ".join(sections))
