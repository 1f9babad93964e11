"""``manage.py revert_draft``: revert the draft to a stored content; never publishes."""

from __future__ import annotations

from django.core.management.base import CommandParser

from configs import actions
from configs.drafts import draft_of
from icontrol.kernel.texts import both
from releases.lookup import find_stored
from releases.management.base import ActionCommand, unusable
from releases.management.drafts import draft_answer

HISTORY = "history:"


class Command(ActionCommand):
    help = "Reverts the draft to what is live, to a version, or to an entry of its history. Publishes nothing."
    takes = ("application", "environment", "reason", "dry_run")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("to", metavar="live|preview|VERSION|history:ID", help="Where the content comes from.")

    def run(self) -> None:
        environment = self.environment()
        draft = draft_of(environment.application)
        to = find_stored(environment, named(self.options["to"]))
        after = actions.revert_draft(
            environment.application,
            to,
            read={draft.revision},
            dry_run=self.options["dry_run"],
            reason=self.options["reason"],
            actor=self.actor,
            now=self.now,
        )
        self.answer(*draft_answer(environment, draft, after, language=self.language, dry_run=self.options["dry_run"]))


def named(to: str) -> str | int:
    if not to.startswith(HISTORY):
        return to
    number = to.removeprefix(HISTORY)
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):
        raise unusable(both("“{to}” does not name a history entry; write, for example, history:17.", to=to[:80]))
    return int(number)
