"""``manage.py restore``: restore a backup into a server that can be started."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandParser

from icontrol.backup.restore import Lost, restore
from icontrol.kernel.texts import Text, both
from releases.ledger.findings import Finding
from releases.ledger.verify import verify
from releases.management.base import REFUSED, ActionCommand
from releases.management.output import finding_lines
from releases.models import Environment


class Command(ActionCommand):
    help = "Restores a backup, while no server runs, and verifies the ledger."
    needs_database = False

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="ARCHIVE", type=Path, help="What `backup` wrote.")
        parser.add_argument(
            "--replace", action="store_true", help="Replace an existing database; it is set aside, not removed."
        )

    def run(self) -> None:
        done = restore(self.options["file"].absolute(), replace=self.options["replace"], now=self.now)
        environments = list(Environment.objects.select_related("application"))
        findings = list(verify(environments, own=settings.ICONTROL_CHECKPOINTS))
        if done.old_lines is not None:
            # Lost releases are already reported; the backup's age explains no other contradiction.
            beyond = {"checkpoint.beyond", "checkpoint.unknown", "checkpoint.behind"}
            old = verify(environments, against=[done.old_lines], only_files=True)
            findings += [finding for finding in old if finding.code not in beyond]
        wrong = [finding for finding in findings if finding.severity == "error"]
        body = {
            "backup": asdict(done.manifest),
            "lost": [asdict(one) for one in done.lost],
            "kept": done.kept,
            "notes": [dict(note) for note in done.notes],
            "intact": not wrong,
            "findings": [asdict(finding) for finding in findings],
        }
        self.answer(body, self.told(done.manifest.createdAt, done.kept, done.notes, done.lost, findings))
        if wrong:
            for line in finding_lines(wrong, self.language):
                self.stderr.write(line)
            sys.exit(REFUSED)

    def told(
        self, at: str, kept: list[str], notes: list[Text], lost: list[Lost], findings: list[Finding]
    ) -> list[str | Text]:
        lines: list[str | Text] = [
            both("The backup of {at} is restored.", at=at),
            *(both("Kept: {name}", name=name) for name in kept),
            *notes,
        ]
        for one in lost:
            lines.append(
                both(
                    "{environment}: {n} release(s) are lost, {a} to {b}. Clients that saw one of them see a lower "
                    "serial until release {b} is passed: publish again what they should have.",
                    environment=one.environment,
                    n=one.newest - one.backup,
                    a=one.backup + 1,
                    b=one.newest,
                )
            )
        warnings = [finding for finding in findings if finding.severity == "warning"]
        wrong = len(findings) - len(warnings)
        return [
            *lines,
            *finding_lines(warnings, self.language),
            both("The ledger is verified: {wrong} error(s), {rest} warning(s).", wrong=wrong, rest=len(warnings)),
            *([] if wrong else [both("Servers can be started.")]),
        ]
