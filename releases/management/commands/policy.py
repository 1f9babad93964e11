"""``manage.py policy``: show the version policy, or change it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandParser

from icontrol.kernel.texts import Text, both
from releases import actions
from releases.gate.decision import DEFAULT
from releases.impact import impact_of
from releases.ledger.chain import head_of
from releases.management.base import ActionCommand, unusable
from releases.management.output import table
from releases.management.policies import add_fields, as_typed, changed_fields, changed_lines, given_fields
from releases.models import Environment, Release
from releases.policies import check_policy_changes, policy_revision, stored_policies
from releases.serialization.releases import show_policy


class Command(ActionCommand):
    help = "Shows the version policy of an environment; options change one platform's, --file changes all."
    takes = ("application", "environment", "reason", "confirm", "dry_run")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--platform", metavar="NAME", help=f"The platform; default: {DEFAULT}.")
        parser.add_argument(
            "--file", metavar="FILE|-", help='Replace all policies, as JSON: {"default": {…}, "ios": {…}}.'
        )
        add_fields(parser)

    def run(self) -> None:
        environment = self.environment()
        head = head_of(environment)
        current = head.policies
        before: dict[str, Any] = json.loads(current)
        wanted = self.wanted(before)
        if wanted is None:
            self.show(environment, head)
        elif self.options["dry_run"]:
            text = stored_policies(wanted)
            check_policy_changes(environment, current, text)
            impact = impact_of(environment, before, json.loads(text), self.now)
            self.changed(environment, head, before, json.loads(text), [*impact.sentences(), *impact.warnings()])
        else:
            release = actions.set_policy(
                environment,
                wanted,
                read={policy_revision(current)},
                confirm=self.options["confirm"],
                reason=self.options["reason"],
                actor=self.actor,
                now=self.now,
            )
            self.changed(environment, release, before, release.policy_set)

    def wanted(self, before: dict[str, Any]) -> Any:
        """The new policies; None if no change is requested."""
        platform = self.options["platform"] or DEFAULT
        fields = given_fields(self.options, before.get(platform, {}))
        if self.options["file"] is not None:
            if fields or self.options["platform"]:
                raise unusable(both("--file holds all policies; no other field can be given with it."))
            return self.read_json(self.options["file"])
        if fields:
            return {**before, platform: {**before.get(platform, {}), **fields}}
        if self.options["reason"] or self.options["dry_run"]:
            raise unusable(both("You named nothing to change."))
        return None

    def show(self, environment: Environment, head: Release) -> None:
        body = show_policy(environment, head)
        only = self.options["platform"]
        if only is not None:
            body["policies"] = {name: policy for name, policy in body["policies"].items() if name == only}
            if not body["policies"]:
                raise unusable(
                    both(
                        "{place} has no policy of its own for the platform {name}; “default” applies.",
                        place=environment,
                        name=only,
                    )
                )
        lines: list[str | Text] = [self.title(str(environment))]
        for platform, policy in body["policies"].items():
            lines += [f"{platform}:", *table([[field, as_typed(value)] for field, value in policy.items()])]
        self.answer(body, lines)

    def changed(
        self,
        environment: Environment,
        head: Release,
        before: Any,
        after: dict[str, Any],
        more: Sequence[Text] = (),
    ) -> None:
        """``more``: what clients would notice."""
        changes = changed_fields(before, after)
        dry = self.options["dry_run"]
        body = {**show_policy(environment, head), "policies": after, "dryRun": dry, "changes": changes}
        said = (
            both("The version policy of {place} would change; nothing was changed.", place=environment)
            if dry
            else both(
                "The version policy of {place} has changed: release {serial}.", place=environment, serial=head.serial
            )
        )
        self.answer(body, [said, *changed_lines(changes), *more])
