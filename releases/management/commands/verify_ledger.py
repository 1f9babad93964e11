"""``manage.py verify_ledger``: does the ledger still say what was released?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandParser

from configs.texts import both
from releases.flag_life import rebuild
from releases.lookup import find_application
from releases.management.base import REFUSED, Door, unusable
from releases.models import Environment, Release
from releases.verify import FLAGS_DIFFER, Finding, verify

STEP = 250


class Command(Door):
    help = "Verifies the ledgers of all environments (or one), and compares them with checkpoint files."
    takes = ("application", "environment")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--against",
            metavar="FILE",
            nargs="+",
            default=[],
            type=Path,
            help="Checkpoint files that were kept elsewhere, besides the server's own.",
        )
        parser.add_argument(
            "--rebuild-flags",
            action="store_true",
            help="Write the lives of flag keys anew where they differ from a ledger that is as it was.",
        )

    def run(self) -> None:
        for path in self.options["against"]:
            if not path.is_file():
                raise unusable("{path} is not a file.", "{path} n'est pas un fichier.", path=str(path))
        environments = self.environments()
        against = [settings.ICONTROL_CHECKPOINTS, *self.options["against"]]
        number = Release.objects.filter(environment__in=environments).count()
        try:
            findings = list(verify(environments, against=dict.fromkeys(against), seen=self.progress(number)))
        except OSError as error:
            raise unusable(
                "{path} cannot be read: {why}.",
                "Impossible de lire {path} : {why}.",
                path=error.filename,
                why=error.strerror,
            ) from None
        if self.options["rebuild_flags"]:
            differing = {finding.place for finding in findings if finding.code == FLAGS_DIFFER}
            for environment in environments:
                if str(environment) in differing:
                    rebuild(environment)
        lost = [finding for finding in findings if finding.severity == "error"]
        said = both(
            "{n} release(s) in {m} environment(s): {wrong} error(s), {rest} warning(s).",
            "{n} publication(s) dans {m} environnement(s) : {wrong} erreur(s), {rest} avertissement(s).",
            n=number,
            m=len(environments),
            wrong=len(lost),
            rest=len(findings) - len(lost),
        )
        body = {
            "environments": [str(environment) for environment in environments],
            "releases": number,
            "intact": not lost,
            "findings": [
                {"severity": one.severity, "code": one.code, "place": one.place, "message": dict(one.message)}
                for one in findings
            ],
        }
        warnings = [self.line(finding) for finding in findings if finding.severity == "warning"]
        self.answer(body, [*warnings, said])
        if lost:
            for finding in lost:
                self.stderr.write(self.line(finding))
            sys.exit(REFUSED)

    def environments(self) -> list[Environment]:
        """Everything there is, unless one application or environment is named."""
        environments = Environment.objects.select_related("application")
        if self.options["environment"] is not None:
            return [self.environment()]
        if self.options["application"] is not None:
            environments = environments.filter(application=find_application(self.options["application"]))
        return list(environments)

    def line(self, finding: Finding) -> str:
        return f"{finding.place}: {self.said(finding.message)} [{finding.code}]"

    def progress(self, number: int) -> Callable[[Environment, int], None]:
        """Counts on one line of a terminal, and says nothing into a file."""
        done = 0

        def seen(environment: Environment, serial: int) -> None:
            nonlocal done
            done += 1
            if self.stderr.isatty() and (done % STEP == 0 or done == number):
                self.stderr.write(f"\r{done}/{number}", str, ending="\n" if done == number else "")
                self.stderr.flush()

        return seen
