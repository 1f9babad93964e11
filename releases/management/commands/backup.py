"""``manage.py backup``: all that a server needs to begin again, in one file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from django.core.management.base import CommandParser

from configs.texts import both
from releases.backup import back_up
from releases.management.base import Door


class Command(Door):
    help = "Writes the database, the checkpoint lines and the secret key into one file, while servers run."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "target", metavar="TARGET", type=Path, help="The file, or a directory where it gets a name with the time."
        )

    def run(self) -> None:
        path, manifest = back_up(self.options["target"].absolute(), now=self.now)
        serials = ", ".join(f"{name} {serial}" for name, serial in manifest.serials.items()) or "–"
        self.answer(
            {"file": str(path), **asdict(manifest)},
            [
                both("{path} is written and checked.", "{path} est écrit et vérifié.", path=path),
                both("Newest releases in it: {serials}", "Dernières publications : {serials}", serials=serials),
            ],
        )
