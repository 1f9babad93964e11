"""``manage.py set``: one object of the draft, field by field: ``set featureFlags/new-export state=ON``."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

from django.core.management.base import CommandParser

from configs import actions
from configs.drafts import draft_of
from configs.snapshot import objects
from configs.snapshot.canonical import NotStrictJSON, parse_strict
from configs.snapshot.caps import MAX_DEPTH
from configs.snapshot.merge import merge_patch
from icontrol.kernel.problems import pointer
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import both
from releases.management.base import ActionCommand, unusable
from releases.management.drafts import draft_answer

#: A value with such a start is meant as JSON: a typing mistake must not turn it into a string.
JSON_BEGINS = ("{", "[", '"')
#: The notation of a rollout, which is stored in steps of 0.01 %.
SHARE = re.compile(r"([0-9]{1,3})(?:[.]([0-9]{1,2}))?%")


class Command(ActionCommand):
    help = "Sets fields of one object of the draft (a flag, a page, a segment), or creates or removes it."
    takes = ("application", "environment", "reason", "dry_run")

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(*args, **kwargs)
        # Fields may follow options: ``set featureFlags/a --new state=ON``.
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
        return parser

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("object", metavar="SECTION/ID", help="For example featureFlags/new-export.")
        parser.add_argument(
            "fields",
            metavar="FIELD=VALUE",
            nargs="*",
            help="Parsed as JSON if possible, else text; null removes the field; dots lead into objects; rollout=10%%.",
        )
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--new", action="store_true", help="Create the object, which must not exist.")
        which.add_argument("--remove", action="store_true", help="Remove the object; takes no fields.")

    def run(self) -> None:
        section, slash, name = self.options["object"].partition("/")
        if not (slash and name):
            raise unusable(both("SECTION/ID is needed, such as {eg}.", eg="pages/home"))
        environment = self.environment()
        draft = draft_of(environment.application)
        after = actions.edit_draft(
            environment.application,
            partial(self.change, section=section, name=name),
            read={draft.revision},
            dry_run=self.options["dry_run"],
            reason=self.options["reason"],
            actor=self.actor,
            now=self.now,
        )
        self.answer(*draft_answer(environment, draft, after, language=self.language, dry_run=self.options["dry_run"]))

    def change(self, document: Any, *, section: str, name: str) -> Any:
        fields = self.options["fields"]
        if bool(fields) == self.options["remove"]:
            raise unusable(both("Either FIELD=VALUE or --remove."))
        if self.options["remove"]:
            return objects.remove(document, section, name)
        if not self.options["new"]:
            return objects.patch(document, section, name, merge_patch_of(fields))
        return objects.add(document, section, name, merge_patch({}, merge_patch_of(fields)))


def merge_patch_of(fields: list[str]) -> dict[str, Any]:
    """``["rollout.percentage=10"]`` → ``{"rollout": {"percentage": 10}}``; a repeated field is refused."""
    patch: dict[str, Any] = {}
    for field in fields:
        path, equals, text = field.partition("=")
        steps = path.split(".")
        if not equals or not all(steps) or len(steps) > MAX_DEPTH:
            raise unusable(both("“{f}” is not FIELD=VALUE.", f=field[:80]))
        place: Any = patch
        for step in steps[:-1]:
            place = place.setdefault(step, {}) if isinstance(place, dict) else None
        if not isinstance(place, dict) or steps[-1] in place:
            raise unusable(both("{f} is set twice.", f=path[:80]))
        place[steps[-1]] = value_of(path, text)
    return patch


def value_of(path: str, text: str) -> Any:
    share = SHARE.fullmatch(text)
    if share and path.rpartition(".")[2] == "rollout":
        return int(share[1]) * 100 + int((share[2] or "").ljust(2, "0"))
    try:
        return parse_strict(text)
    except NotStrictJSON as error:
        if text.startswith(JSON_BEGINS):
            problems = [replace(problem, pointer=pointer(path.split("."))) for problem in error.problems]
            raise Refusal("json.refused", problems=problems) from None
        return text
