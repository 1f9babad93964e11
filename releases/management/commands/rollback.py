"""``manage.py rollback``: release an older version again."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.management.base import CommandParser

from configs.models import ConfigVersion
from configs.snapshot.diff import diff
from icontrol.kernel.texts import Text, both
from releases import actions
from releases.ledger.chain import head_of
from releases.management.base import ActionCommand
from releases.management.output import change_lines
from releases.models import Environment, Release
from releases.policies import check_serial
from releases.serialization.releases import show_rollback
from releases.serialization.versions import show_diff


class Command(ActionCommand):
    help = "Rolls an environment back: by default to what was live just before the current version first went live."
    takes = ("application", "environment", "reason", "expected_serial", "dry_run")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", metavar="VERSION", nargs="?", help="A version that was live there before.")
        parser.add_argument("--to-serial", metavar="N", type=int, help="The version that release N made live.")

    def run(self) -> None:
        environment, given = self.environment(), self.options
        target = {"to_version": given["version"], "to_serial": given["to_serial"]}
        if given["dry_run"]:
            head = head_of(environment)
            check_serial(environment, head, given["expected_serial"])
            self.would_be(environment, head, actions.rollback_target(environment, head, **target))
            return
        release = actions.rollback(
            environment,
            **target,
            expected_serial=given["expected_serial"],
            reason=given["reason"],
            actor=self.actor,
            now=self.now,
        )
        self.answer(show_rollback(release), self.done(release))

    def would_be(self, environment: Environment, head: Release, target: ConfigVersion) -> None:
        assert head.config_version is not None  # without a target it was refused before
        live = head.config_version
        body = {**show_diff(environment, live, target), "dryRun": True, "serial": head.serial}
        said = both(
            "{version} would follow {live} in {place} as release {serial}; nothing was changed.",
            version=target.version,
            live=live.version,
            place=environment,
            serial=head.serial + 1,
        )
        self.answer(body, [said, *change_lines(diff(live.readable, target.document), self.language)])

    def done(self, release: Release) -> Iterator[str | Text]:
        assert release.config_version is not None
        yield both(
            "{version} is live again in {place}: release {serial}.",
            version=release.config_version.version,
            place=release.environment,
            serial=release.serial,
        )
        yield both("Version policy and kill switches stay as they were.")
