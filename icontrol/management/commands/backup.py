"""``manage.py backup``: everything a server needs to start again, in one file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from django.core.management.base import CommandParser
from django.db import DatabaseError

from icontrol.backup.archive import back_up, note_success
from icontrol.kernel.texts import both
from releases.management.base import ActionCommand


class Command(ActionCommand):
    help = "Writes the database, the checkpoint lines and the secret key into one file, while servers run."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "target",
            metavar="TARGET",
            type=Path,
            help="A file that ends with .tar, or a directory; there the name contains the time.",
        )

    def run(self) -> None:
        path, manifest = back_up(self.options["target"].absolute(), now=self.now)
        try:
            note_success(self.now)
        except DatabaseError as error:  # a standby, which only reads
            self.aside(both("The time of the backup was not recorded for /metrics: {why}", why=str(error).strip()))
        serials = ", ".join(f"{name} {serial}" for name, serial in manifest.serials.items()) or "–"
        self.answer(
            {"file": str(path), **asdict(manifest)},
            [
                both("{path} is written and checked.", path=path),
                both("Newest releases in it: {serials}", serials=serials),
            ],
        )
