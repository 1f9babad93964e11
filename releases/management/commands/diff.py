"""``manage.py diff``: the changes from one version to another, in sentences."""

from __future__ import annotations

from django.core.management.base import CommandParser

from configs.snapshot.diff import diff
from icontrol.kernel.texts import both
from releases.lookup import find_version
from releases.management.base import ActionCommand
from releases.management.output import change_lines
from releases.serialization.versions import show_diff


class Command(ActionCommand):
    help = "Shows what changes between two versions, as sentences; live, draft and preview are names too."
    takes = ("application", "environment")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("from", metavar="FROM", nargs="?", default="live", help="The older one; default: live.")
        parser.add_argument("to", metavar="TO", nargs="?", default="draft", help="The newer one; default: draft.")
        parser.add_argument("--ids", action="store_true", help="Show the id of each change, for publish --change.")

    def run(self) -> None:
        environment = self.environment()
        a, b = (find_version(environment, self.options[name]) for name in ("from", "to"))
        changes = diff(a.document, b.document)
        same = both("{a} and {b} have the same content.", a=a.version, b=b.version)
        lines = list(change_lines(changes, self.language, ids=self.options["ids"]))
        self.answer(show_diff(environment, a, b), lines or [same])
