"""``manage.py undo``: append the inverse of the newest release."""

from __future__ import annotations

import argparse

from django.core.management.base import CommandParser

from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import both
from releases import actions
from releases.ledger.chain import head_of, release_of
from releases.ledger.kinds import RELEASE_KINDS
from releases.management.base import ActionCommand
from releases.models import Environment
from releases.serialization.releases import show_release

NEWEST = "newest"


class Command(ActionCommand):
    help = "Undoes the newest release, whatever it did; name it by its serial."
    takes = ("application", "environment", "reason", "dry_run")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("serial", metavar="SERIAL|newest", type=serial, help="The release to undo.")

    def run(self) -> None:
        environment = self.environment()
        number = self.options["serial"]
        number = newest(environment) if number == NEWEST else number
        if self.options["dry_run"]:
            self.foresee(environment, number)
            return
        release = actions.undo(
            environment, serial=number, reason=self.options["reason"], actor=self.actor, now=self.now
        )
        undone = release_of(environment, number)
        assert undone is not None
        said = both(
            "Release {undone} of {place} ({kind}, by {who}: “{reason}”) is undone by release {serial}; live: "
            "{version}.",
            undone=number,
            place=environment,
            kind=RELEASE_KINDS[undone.kind],
            who=undone.actor,
            reason=undone.reason,
            serial=release.serial,
            version=release.config_version.version if release.config_version else both("nothing"),
        )
        self.answer(show_release(release), [said])

    def foresee(self, environment: Environment, number: int) -> None:
        """The release whose state an undo would restore; refused where the undo would be."""
        before = actions.undo_target(environment, head_of(environment), number)
        said = both(
            "Release {undone} of {place} would be undone: clients would get what release {before} gave them, live: "
            "{version}. Nothing was changed.",
            undone=number,
            place=environment,
            before=before.serial,
            version=before.config_version.version if before.config_version else both("nothing"),
        )
        self.answer({"dryRun": True, "undone": number, "like": show_release(before)}, [said])


def newest(environment: Environment) -> int:
    serial = head_of(environment).serial
    if not serial:
        raise Refusal("release.none", environment=environment.key)
    return serial


def serial(text: str) -> int | str:
    if text == NEWEST:
        return text
    if text.isascii() and text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"a serial or “{NEWEST}” is needed, not {text!r}")
