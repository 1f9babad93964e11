"""``manage.py export_config``: a snapshot as canonical JSON (the exact bytes of its digest), as clients get it, or its
flags in another product's format.
"""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandParser

from configs.exporters import unleash
from configs.models import ConfigVersion
from configs.policies import check_publishable
from configs.snapshot.canonical import canonical
from flags.engine import resolved
from icontrol.kernel.texts import both
from releases.delivery.public_form import render
from releases.delivery.representations import Representation
from releases.ledger.chain import head_of
from releases.lookup import LIVE, find_version
from releases.management.base import ActionCommand, unusable
from releases.models import Environment
from releases.serialization.versions import show_content, show_named


class Command(ActionCommand):
    help = "Writes a snapshot as canonical JSON (its SHA-256 is the version's digest), or its flags for Unleash."
    takes = ("application", "environment")

    def arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("what", metavar="VERSION", nargs="?", help="A version, or preview.")
        which.add_argument("--live", action="store_const", const=LIVE, dest="named", help="What is live: the default.")
        which.add_argument("--draft", action="store_const", const="draft", dest="named", help="The draft.")
        parser.add_argument(
            "--to",
            choices=["clients", "unleash"],
            help="What clients get, as an app's first config, or only the flags, in Unleash's client format.",
        )
        parser.add_argument("--output", metavar="FILE", help="Write to a file instead of standard output.")

    def run(self) -> None:
        name = self.options["what"] or self.options["named"] or LIVE
        environment = self.environment()
        version = find_version(environment, name)
        if self.options["to"] == "clients":
            self.bootstrap(version, environment)
        elif self.options["to"] is not None:
            self.hand_over(version, environment)
        elif self.options["output"] is not None:
            self.write(environment, version, Path(self.options["output"]))
        elif self.options["as_json"]:
            self.answer(show_content(version, environment, self.now), [])
        else:
            # No newline except on a terminal: the digest is of the exact bytes.
            self.stdout.write(version.snapshot, ending="\n" if self.stdout.isatty() else "")

    def bootstrap(self, version: ConfigVersion, environment: Environment) -> None:
        """The public form with its names, as the SDK keeps it. Any release replaces what is not live."""
        snapshot, head = version.document, head_of(environment)
        check_publishable(version.application, version.version, snapshot, version.schema)
        document = render(resolved(snapshot, environment.key), killed=head.killed)
        record = {
            "application": version.application.key,
            "environment": environment.key,
            "serial": head.serial if head.config_version == version else 0,
            "version": version.version,
            "etag": Representation.of(document).etag,
            "document": document,
        }
        self.deliver(canonical(record))

    def hand_over(self, version: ConfigVersion, environment: Environment) -> None:
        """The flags for Unleash. Flags that it cannot express are listed on stderr, and off or empty in the file."""
        snapshot = version.document
        check_publishable(version.application, version.version, snapshot, version.schema)
        export = unleash.features(snapshot, killed=head_of(environment).killed, environment=environment.key)
        self.deliver(canonical(unleash.document(export)))
        self.aside(
            both(
                "{said} of {all} flags of {version} were converted to Unleash's format.",
                said=len(export.features) - len(export.reasons) - len(export.lost),
                all=len(export.features),
                version=version.version,
            )
        )
        for key, reasons in export.reasons.items():
            for why in reasons:
                self.aside(both("Off in the file: {key}. {why}", key=key, why=why))
        for key, reasons in export.lost.items():
            for why in reasons:
                self.aside(both("Without its content in the file, as it is off anyway: {key}. {why}", key=key, why=why))

    def write(self, environment: Environment, version: ConfigVersion, path: Path) -> None:
        self.put(version.snapshot, path)
        said = both(
            "{version} is in {path}, SHA-256 {digest}.", version=version.version, path=str(path), digest=version.digest
        )
        self.answer(show_named(version, environment), [said])

    def deliver(self, text: str) -> None:
        if self.options["output"] is None:
            self.stdout.write(text)
        else:
            self.put(text, Path(self.options["output"]))

    def put(self, text: str, path: Path) -> None:
        try:
            path.write_bytes(text.encode())
        except OSError as error:
            raise unusable(both("{path} cannot be written: {why}.", path=str(path), why=error.strerror)) from None
