"""``manage.py export_config``: a snapshot as its canonical JSON, byte for byte what its digest is of."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandParser

from configs.models import ConfigVersion
from configs.texts import both
from releases.lookup import LIVE, find_version
from releases.management.base import Door, unusable
from releases.models import Environment
from releases.showing import named, show_version


class Command(Door):
    help = "Writes a snapshot as canonical JSON; its SHA-256 is the version's digest, and import_config reads it."
    takes = ("application", "environment")

    def arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("what", metavar="VERSION", nargs="?", help="A version, or preview.")
        which.add_argument("--live", action="store_const", const=LIVE, dest="named", help="What is live: the default.")
        which.add_argument("--draft", action="store_const", const="draft", dest="named", help="The draft.")
        parser.add_argument("--output", metavar="FILE", help="Write to a file instead of standard output.")

    def run(self) -> None:
        name = self.options["what"] or self.options["named"] or LIVE
        environment = self.environment()
        version = find_version(environment, name)
        if self.options["output"] is not None:
            self.write(environment, version, Path(self.options["output"]))
        elif self.options["as_json"]:
            self.answer({**named(environment), **show_version(version)}, [])
        else:
            # No newline, unless somebody looks: the bytes have the digest.
            self.stdout.write(version.snapshot, ending="\n" if self.stdout.isatty() else "")

    def write(self, environment: Environment, version: ConfigVersion, path: Path) -> None:
        try:
            path.write_bytes(version.snapshot.encode())
        except OSError as error:
            raise unusable(
                "{path} cannot be written: {why}.",
                "Impossible d'écrire {path} : {why}.",
                path=str(path),
                why=error.strerror,
            ) from None
        said = both(
            "{version} is in {path}, SHA-256 {digest}.",
            "{version} est dans {path}, SHA-256 {digest}.",
            version=version.version,
            path=str(path),
            digest=version.digest,
        )
        self.answer({**named(environment), **show_version(version, with_snapshot=False)}, [said])
