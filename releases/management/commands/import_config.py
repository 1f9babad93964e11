"""``manage.py import_config``: import a snapshot, or another system's files, into the draft."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from configs import actions
from configs.drafts import draft_of
from configs.importers import Imported, ImportRefused, icontrol, unleash
from configs.importers.yaml_text import json_or_yaml
from configs.models import ConfigVersion
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text, both
from releases.gate.decision import Policy
from releases.ledger.chain import head_of
from releases.management.base import ActionCommand
from releases.management.drafts import draft_answer
from releases.management.policies import MINIMUM, as_options, changed_fields, changed_lines, minimum_line
from releases.management.reports import report_lines
from releases.models import Environment
from releases.policies import stored_policies

#: Maximum size of an Unleash file, in snapshot sizes: it contains defaults that a snapshot omits.
WORDY = 16


class Command(ActionCommand):
    help = "Imports a snapshot (JSON), or with --from another system's files, into the draft. Publishes nothing."
    takes = ("application", "environment", "reason", "dry_run")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source",
            metavar="FILE|-|DIR",
            help="JSON (with --from unleash also YAML); - reads standard input; a directory with --from icontrol.",
        )
        parser.add_argument(
            "--from", choices=("icontrol", "unleash"), dest="importer", help="The system that wrote the files."
        )

    def run(self) -> None:
        environment = self.environment()
        draft = draft_of(environment.application)
        snapshot, imported = self.read(draft)
        after = actions.save_draft(
            environment.application,
            snapshot,
            read={draft.revision},
            dry_run=self.options["dry_run"],
            reason=self.options["reason"],
            actor=self.actor,
            now=self.now,
        )
        body, lines = draft_answer(
            environment,
            draft,
            after,
            language=self.language,
            dry_run=self.options["dry_run"],
            sentences=self.options["dry_run"],
        )
        if imported is None:
            self.answer(body, lines)
            return
        commands = self.policy_commands(environment, imported.policies)
        body |= {
            "policies": imported.policies,
            "policyCommands": commands,
            "report": [entry.as_json() for entry in imported.report],
        }
        every = self.options["verbosity"] > 1
        report = list(report_lines(imported.report, self.language, self.title, every=every))
        policies = policy_lines(environment, commands) if imported.policies else []
        effects = list(self.policy_effects(environment, imported.policies)) if commands else []
        self.answer(body, [*report, *policies, *effects, *lines])

    def read(self, draft: ConfigVersion) -> tuple[Any, Imported | None]:
        """The new draft, with the report of the import if it comes from another system."""
        source = self.options["source"]
        try:
            match self.options["importer"]:
                case "icontrol":
                    imported = icontrol.read(Path(source))
                    return imported.snapshot, imported
                case "unleash":
                    imported = unleash.convert(self.read_json(source, WORDY, parse=json_or_yaml))
                    return unleash.merge(draft.document, imported.snapshot), imported
        except ImportRefused as error:
            raise Refusal("import.refused", problems=error.problems, count=len(error.problems)) from None
        return self.read_json(source), None

    def policy_effects(self, environment: Environment, policies: Mapping[str, Any]) -> Iterator[Text]:
        """Sentences on what these commands would change, above all which clients they would block."""
        before = policies_in_force(environment)
        after = dict(before)
        for platform, policy in policies.items():
            after[platform] = {**Policy().as_json(), **before.get(platform, {}), **policy}
            # A platform without its own policy has the default one.
            yield minimum_line(platform, before.get(platform, before["default"]), after[platform])
        yield from changed_lines([change for change in changed_fields(before, after) if change["field"] != MINIMUM])

    def policy_commands(self, environment: Environment, policies: Mapping[str, Any]) -> list[list[str]]:
        """The arguments of ``manage.py`` that set each imported policy; none for a policy already set."""
        before = policies_in_force(environment)
        where = [
            part
            for name in ("application", "environment")
            if self.options[name] is not None
            for part in (f"--{name}", self.options[name])
        ]
        why = ["--reason", self.said(both("Imported"))]
        return [
            ["policy", *where, *as_options(policy, platform), *why]
            for platform, policy in policies.items()
            if not in_force(before, platform, policy)
        ]


def policies_in_force(environment: Environment) -> dict[str, Any]:
    head = head_of(environment)
    policies: dict[str, Any] = head.policy_set
    return policies


def in_force(before: dict[str, Any], platform: str, policy: Mapping[str, Any]) -> bool:
    try:
        after = stored_policies({**before, platform: {**before.get(platform, {}), **policy}})
        return bool(json.loads(after) == before)
    except Refusal:  # the command will then say why
        return False


def policy_lines(environment: Environment, commands: list[list[str]]) -> Iterator[str | Text]:
    if not commands:
        yield both("The imported version policy is in force in {place} already.", place=environment)
        return
    yield both(
        "An import changes no version policy. To bring the imported one into force in {place}:", place=environment
    )
    for command in commands:
        yield f"  manage.py {shlex.join(command)}"
