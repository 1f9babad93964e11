"""``manage.py history``: who changed the draft when, with the ids that revert_draft takes."""

from __future__ import annotations

from django.core.management.base import CommandParser

from configs import history
from releases.management.base import ActionCommand
from releases.management.output import first, table, when
from releases.serialization.versions import show_entry


class Command(ActionCommand):
    help = "Lists the draft's history, newest first; revert_draft takes these ids."
    takes = ("application",)

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", metavar="N", type=int, default=20, help="How many entries; default: 20.")

    def run(self) -> None:
        application = self.application()
        rows = list(first(history.entries(application), self.options["limit"]))
        body = {"application": application.key, "entries": [show_entry(row) for row in rows]}
        self.answer(
            body,
            table(
                [
                    [
                        f"history:{row.history_id}",
                        when(row.history_date),
                        row.version,
                        row.digest[:12],
                        row.history_user_id,
                        row.history_change_reason or "",
                    ]
                    for row in rows
                ]
            ),
        )
