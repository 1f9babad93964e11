"""``manage.py status``: what is live where, since when, by whom and why; the draft, the preview, the policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandParser

from configs.drafts import draft_of, preview_of
from configs.models import Application, ConfigVersion
from configs.policies import problems_of
from icontrol.kernel.problems import errors
from icontrol.kernel.texts import Text, both
from releases.ledger.chain import head_of, served_at
from releases.ledger.kinds import RELEASE_KINDS
from releases.ledger.summary import precede
from releases.lookup import moment
from releases.management.base import ActionCommand, unusable
from releases.management.output import first, release_row, table, when
from releases.management.policies import in_short
from releases.models import Environment, Release
from releases.serialization import instant
from releases.serialization.releases import show_policy, show_release
from releases.serialization.versions import show_version


class Command(ActionCommand):
    help = "Shows what is live in every environment, the preview and the draft."
    takes = ("application", "environment")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--releases", metavar="N", type=int, default=5, help="Releases to list for each environment; default: 5."
        )
        parser.add_argument("--at", metavar="TIME", help="What clients got then, instead of now (RFC 3339).")

    def run(self) -> None:
        application = self.application()
        if self.options["environment"] is None:
            environments = list(Environment.objects.filter(application=application))
        else:
            environments = [self.environment()]
        at = self.at()
        waiting, lines = self.waiting(application) if at is None else self.then(at)
        places = []
        for environment in environments:
            environment.application = application
            place, more = self.place(environment, at)
            places.append(place)
            lines += ["", *more]
        self.answer({"application": application.key, **waiting, "environments": places}, lines)

    def at(self) -> dt.datetime | None:
        text = self.options["at"]
        at = moment(text) if text is not None else None
        if text is not None and at is None:
            raise unusable(both("“{text}” is not a time such as 2026-11-22T14:03:00Z.", text=text[:80]))
        return at

    def then(self, at: dt.datetime) -> tuple[dict[str, Any], list[str | Text]]:
        """With ``--at``, drafts and previews are left out: only a draft's history has past contents."""
        return {"at": instant(at)}, [both("As served at {at}:", at=when(at))]

    def waiting(self, application: Application) -> tuple[dict[str, Any], list[str | Text]]:
        """Draft and preview."""
        draft, preview = draft_of(application), preview_of(application)
        problems = problems_of(application, draft.document, draft.schema, self.now)
        wrong = len(errors(problems))
        body = {
            "draft": {
                **show_version(draft),
                "editedAt": instant(draft.edited_at),
                "editedBy": draft.edited_by,
                "basedOn": draft.based_on.version if draft.based_on else None,
                "errors": wrong,
                "warnings": len(problems) - wrong,
            },
            "preview": show_version(preview) if preview else None,
        }
        rows = [
            [self.said(both("draft")), draft.version, self.said(_edited(draft))],
            [
                self.said(both("preview")),
                preview.version if preview else "–",
                f"{when(preview.previewed_at)}, {preview.previewed_by}" if preview else "",
            ],
        ]
        lines: list[str | Text] = [self.title(application.key), *table(rows)]
        if problems:
            lines.append(
                both("  the draft has {wrong} error(s) and {rest} warning(s)", wrong=wrong, rest=len(problems) - wrong)
            )
        return body, lines

    def place(self, environment: Environment, at: dt.datetime | None) -> tuple[dict[str, Any], list[str | Text]]:
        """One environment: what its clients get (or got ``at`` a time), and why."""
        head = head_of(environment, at)
        policy = show_policy(environment, head)
        since = live_since(environment, head)
        releases = _newest(environment, self.options["releases"], at)
        body = {
            **policy,
            "isDefault": environment.is_default,
            "live": since.config_version.version if since and since.config_version else None,
            "since": show_release(since) if since else None,
            "killSwitches": head.killed,
            "releases": [show_release(release) for release in releases],
        }
        mark = self.said(both(" (default)")) if environment.is_default else ""
        live = both("live")
        rows = [[self.said(live), self.said(_since(since))]]
        rows += [
            [self.said(both("clients")), f"{platform}: {self.said(in_short(fields))}"]
            for platform, fields in policy["policies"].items()
        ]
        if head.killed:
            rows.append([self.said(both("killed")), ", ".join(head.killed)])
        return body, [
            self.title(f"{environment}{mark}"),
            *table(rows),
            *table([release_row(release, self.language) for release in releases], indent="    "),
        ]


def live_since(environment: Environment, head: Release) -> Release | None:
    """The release that made the live version live, before any later policy changes."""
    if head.config_version is None:
        return None
    releases = Release.objects.filter(environment=environment, serial__lte=head.serial)
    other = releases.exclude(config_version=head.config_version).order_by("-serial").values_list("serial", flat=True)
    since = releases.filter(serial__gt=other.first() or 0).order_by("serial").first()
    assert since is not None  # at least the newest
    since.environment, since.config_version = environment, head.config_version
    return since


def _newest(environment: Environment, number: int, at: dt.datetime | None) -> Sequence[Release]:
    releases = served_at(Release.objects.filter(environment=environment), at).select_related("config_version")
    found = list(first(releases.order_by("-serial"), number))
    for release in found:
        release.environment = environment
    return precede(found)


def _since(since: Release | None) -> Text:
    if since is None or since.config_version is None:
        return both("nothing")
    return both(
        "{version}, since release {serial} ({kind} {at} by {who}: “{reason}”)",
        version=since.config_version.version,
        serial=since.serial,
        kind=RELEASE_KINDS[since.kind],
        at=when(since.created_at),
        who=since.actor,
        reason=since.reason,
    )


def _edited(draft: ConfigVersion) -> Text:
    if draft.edited_at is None:
        return both("not edited yet")
    return both("{at}, {who}", at=when(draft.edited_at), who=draft.edited_by)
