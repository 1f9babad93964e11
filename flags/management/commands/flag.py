"""``manage.py flag``: explains an evaluation."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.management.base import CommandParser

from configs import states
from configs.snapshot.canonical import NotStrictJSON, parse_strict
from flags.explaining import explain
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import both
from releases.lookup import LIVE
from releases.management.base import ActionCommand, unusable


class Command(ActionCommand):
    help = "Evaluates a flag for a context and explains every step. Counts and changes nothing."
    takes = ("application", "environment")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", metavar="KEY", help="The flag.")
        parser.add_argument("--tenant", metavar="T", help="The attribute tenant of the context.")
        parser.add_argument(
            "--context", metavar="JSON|-", help="The other attributes as a JSON object; - reads standard input."
        )
        parser.add_argument("--draft", action="store_true", help="Ask the draft instead of what is live.")

    def run(self) -> None:
        explained = explain(
            self.environment(),
            self.options["key"],
            self.context(),
            channel=states.DRAFT if self.options["draft"] else LIVE,
            actor=self.actor,
            now=self.now,
        )
        title = self.title(f"{explained.key}, {explained.environment}, {explained.version.version}")
        steps = (f"  {self.said(step)}" for step in explained.explanation.steps)
        self.answer(explained.as_json(), [title, *steps])

    def context(self) -> dict[str, Any]:
        given, tenant = self.options["context"], self.options["tenant"]
        context: Any = {}
        if given == "-":
            context = self.read_json("-", parse=partial(parse_strict, doubles=True))
        elif given is not None:
            try:
                context = parse_strict(given, doubles=True)
            except NotStrictJSON as error:
                raise Refusal("json.refused", problems=error.problems) from None
        if not isinstance(context, dict):
            raise unusable(both("The context must be a JSON object."))
        return context if tenant is None else {**context, "tenant": tenant}
