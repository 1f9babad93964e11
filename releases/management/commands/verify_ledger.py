"""``manage.py verify_ledger``: verifies the ledger."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandParser

from icontrol.kernel.texts import Text, both
from releases.flag_life import rebuild
from releases.ledger import checkpoints
from releases.ledger.findings import FINDINGS, FLAGS_DIFFER
from releases.ledger.verify import verify
from releases.lookup import find_application
from releases.management.base import REFUSED, ActionCommand, unusable
from releases.management.output import finding_lines
from releases.models import Environment, Release

STEP = 250


class Command(ActionCommand):
    help = "Verifies the ledgers of all environments (or one), and compares them with checkpoint files."
    takes = ("application", "environment")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--against",
            metavar="FILE",
            nargs="+",
            default=[],
            type=Path,
            help="Copies of checkpoint files kept elsewhere, besides the server's own.",
        )
        files = parser.add_mutually_exclusive_group()
        files.add_argument(
            "--no-checkpoints",
            action="store_true",
            help="Do not require the server's own checkpoint file; the answer says so.",
        )
        files.add_argument(
            "--renew-checkpoints",
            action="store_true",
            help="Set the server's checkpoint file aside and rewrite it, if the ledger itself has no error.",
        )
        parser.add_argument(
            "--rebuild-flags",
            action="store_true",
            help="Rebuild the history of flag keys from the ledger, if the ledger itself has no error.",
        )

    def run(self) -> None:
        self.check_options()
        environments = self.environments()
        renews = self.options["renew_checkpoints"]
        own = None if renews or self.options["no_checkpoints"] else settings.ICONTROL_CHECKPOINTS
        number = Release.objects.filter(environment__in=environments).count()
        aside = None
        try:
            against = dict.fromkeys(self.options["against"])
            findings = list(verify(environments, own=own, against=against, seen=self.progress(number)))
            lost = [finding for finding in findings if finding.severity == "error"]
            if renews and not lost:
                aside = checkpoints.renew(self.now)
        except OSError as error:
            raise unusable(
                both("{path} cannot be read or written: {why}.", path=error.filename, why=error.strerror)
            ) from None
        if self.options["rebuild_flags"]:
            differing = {finding.place for finding in findings if finding.code == FLAGS_DIFFER}
            for environment in environments:
                if str(environment) in differing:
                    rebuild(environment)
        said = both(
            "{n} release(s) in {m} environment(s): {wrong} error(s), {rest} warning(s).",
            n=number,
            m=len(environments),
            wrong=len(lost),
            rest=len(findings) - len(lost),
        )
        about_file = "compared" if own else "renewed" if renews and not lost else "not compared"
        body = {
            "environments": [str(environment) for environment in environments],
            "releases": number,
            "intact": not lost,
            "checkpoints": about_file,
            "findings": [
                {
                    "severity": one.severity,
                    "code": one.code,
                    "place": one.place,
                    "message": dict(one.message),
                    "next": dict(FINDINGS[one.code].next),
                }
                for one in findings
            ],
        }
        warnings = [finding for finding in findings if finding.severity == "warning"]
        self.answer(body, [*finding_lines(warnings, self.language), said, *self.told_of_file(about_file, aside)])
        if lost:
            for line in finding_lines(lost, self.language):
                self.stderr.write(line)
            sys.exit(REFUSED)

    def check_options(self) -> None:
        for path in self.options["against"]:
            if not path.is_file():
                raise unusable(both("{path} is not a file.", path=str(path)))
        if self.options["renew_checkpoints"] and (self.options["application"] or self.options["environment"]):
            raise unusable(
                both(
                    "The checkpoint file holds all environments: --renew-checkpoints goes without --application "
                    "and --environment."
                )
            )

    def told_of_file(self, what: str, aside: Path | None) -> list[Text]:
        path = settings.ICONTROL_CHECKPOINTS
        if what == "compared":
            return []
        if what == "not compared":
            return [
                both("{path} was not compared.", path=path),
            ]
        if aside is None:
            return [both("{path} was written.", path=path)]
        return [both("{path} was rewritten; the old one is kept as {aside}.", path=path, aside=aside)]

    def environments(self) -> list[Environment]:
        """All environments, unless an application or environment is named."""
        environments = Environment.objects.select_related("application")
        if self.options["environment"] is not None:
            return [self.environment()]
        if self.options["application"] is not None:
            environments = environments.filter(application=find_application(self.options["application"]))
        return list(environments)

    def progress(self, number: int) -> Callable[[Environment, int], None]:
        """Shows a counter on a terminal, and nothing otherwise."""
        done = 0

        def seen(environment: Environment, serial: int) -> None:
            nonlocal done
            done += 1
            if self.stderr.isatty() and (done % STEP == 0 or done == number):
                self.stderr.write(f"\r{done}/{number}", str, ending="\n" if done == number else "")
                self.stderr.flush()

        return seen
