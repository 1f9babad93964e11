"""``manage.py flags``: the live flags of an environment, their use, and which of them are stale."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.management.base import CommandParser
from django.utils import timezone

from flags.overview import ASKED_AT_ONCE, FlagFacts, Overview, overview
from icontrol.kernel.texts import Text, both
from releases.management.base import ActionCommand
from releases.management.output import table

NONE = "–"


class Command(ActionCommand):
    help = "Lists the live flags: state, owner, age, usage in the last 30 days, and why one is stale."
    takes = ("application", "environment")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stale", action="store_true", help="Only the stale ones, which may be removed.")

    def run(self) -> None:
        found = overview(self.environment(), self.now)
        self.answer(found.as_json(stale=self.options["stale"]), list(self.lines(found)))

    def lines(self, found: Overview) -> Iterator[str | Text]:
        shown = [flag for flag in found.flags if flag.stale or not self.options["stale"]]
        yield self.title(str(found.environment))
        if shown:
            yield from table([self.heads(), *map(self.row, shown)])
            yield ASKED_AT_ONCE
        else:
            yield both("  no flags")
        if found.gone:
            yield both("Kill switches whose flag has left the config: {keys}", keys=", ".join(found.gone))

    def heads(self) -> list[str]:
        heads = (
            both("key"),
            both("state"),
            both("owner"),
            both("age (days)"),
            both("last evaluation"),
            both("share on"),
            both("stale because"),
        )
        return [self.said(head) for head in heads]

    def row(self, flag: FlagFacts) -> list[str]:
        share = flag.use.share_on
        last = flag.last_evaluated
        return [
            flag.key,
            flag.effective_state,
            str(flag.source.get("owner") or NONE),
            str((self.now - flag.first.at).days),
            f"{timezone.localtime(last):%Y-%m-%d %H}h" if last else NONE,
            NONE if share is None else f"{share:.1%}",
            " ".join(self.said(reason) for reason in flag.reasons),
        ]
