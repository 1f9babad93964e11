"""``manage.py publish``: make a version, the preview or the draft live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from configs import states
from configs.models import ConfigVersion
from icontrol.kernel.problems import errors
from icontrol.kernel.texts import Text, both
from releases import actions
from releases.lookup import find_version
from releases.management.base import ActionCommand
from releases.management.output import change_lines, problem_lines, problem_summary
from releases.models import Environment
from releases.publishing import Published, PublishPlan, Selection, check_ready
from releases.serialization.releases import show_plan, show_published


class Command(ActionCommand):
    help = "Publishes a version, the preview or the draft in an environment."
    takes = ("application", "environment", "reason", "confirm", "expected_serial", "dry_run")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", metavar="VERSION|draft|preview", help="What to publish.")
        parser.add_argument("--digest", metavar="HEX", help="Refuse if the content has another digest.")
        parser.add_argument(
            "--change",
            metavar="ID",
            action="append",
            default=[],
            dest="changes",
            help="Publish only this change of the draft, on top of what is live; may be repeated (diff --ids).",
        )
        parser.add_argument("--latest", metavar="VERSION", help="Set the newest client version in the same release.")
        parser.add_argument("--min-supported", metavar="VERSION", help="Set the minimum in the same release.")
        parser.add_argument(
            "--bump-latest", action="store_true", help="Raise the newest client version to the published one."
        )

    def run(self) -> None:
        environment, given = self.environment(), self.options
        policy = {"latest": given["latest"], "minSupported": given["min_supported"]}
        selection = self.selection(find_version(environment, given["what"]))
        wanted: dict[str, Any] = {
            "policy": {key: value for key, value in policy.items() if value is not None},
            "bump_latest": given["bump_latest"],
            "expected_serial": given["expected_serial"],
            "actor": self.actor,
            "now": self.now,
        }
        if given["dry_run"]:
            plan = actions.plan_publish(environment, selection, **wanted)
            self.answer(show_plan(plan, environment), self.planned(environment, plan))
            check_ready(plan, given["confirm"])
        else:
            done = actions.publish(environment, selection, confirm=given["confirm"], reason=given["reason"], **wanted)
            self.answer(show_published(done), self.published(done))

    def selection(self, found: ConfigVersion) -> Selection:
        """What was just read, by revision, so that a race is a conflict."""
        return Selection(
            version=found.version,
            digest=self.options["digest"] or found.digest,
            read={found.revision} if found.state == states.DRAFT else frozenset(),
            changes=tuple(self.options["changes"]),
        )

    def planned(self, environment: Environment, plan: PublishPlan) -> Iterator[str | Text]:
        live = plan.head.config_version
        yield both(
            "{version} would follow {live} in {place} as release {serial}; nothing was changed.",
            version=plan.candidate.version,
            live=live.version if live else both("nothing"),
            place=environment,
            serial=plan.head.serial + 1,
        )
        yield from change_lines(plan.changes, self.language)
        if not errors(plan.problems):  # otherwise the refusal on stderr lists them
            yield from problem_summary(plan.problems, self.language)
        yield both(
            "To publish just this: --digest {digest} --expected-serial {serial}",
            digest=plan.picked_from.digest if plan.picked_from else plan.candidate.digest,
            serial=plan.head.serial,
        )

    def published(self, done: Published) -> Iterator[str | Text]:
        release = done.release
        assert release.config_version is not None
        yield both(
            "{version} is live in {place}: release {serial}. Clients get it when they next ask.",
            version=release.config_version.version,
            place=release.environment,
            serial=release.serial,
        )
        yield from problem_lines(done.warnings, self.language)
