"""The output of commands that write the draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from configs.models import ConfigVersion
from configs.policies import problems_of
from configs.snapshot.diff import Change, diff
from icontrol.kernel.texts import both, pick
from releases.management.output import change_lines, problem_summary
from releases.models import Environment
from releases.serialization.versions import show_draft


def draft_answer(
    environment: Environment,
    before: ConfigVersion,
    after: ConfigVersion,
    *,
    language: str,
    dry_run: bool,
    sentences: bool = True,
) -> tuple[dict[str, Any], list[str]]:
    """(JSON value, lines) for a draft that was written, or with ``dry_run`` would be. ``sentences``: include the
    changes, which may be hundreds.
    """
    now = timezone.now()
    changes = diff(before.document, after.document)
    body = {
        **show_draft(after, environment, now),
        "dryRun": dry_run,
        "changed": before.digest != after.digest,
        "changes": [change.as_json() for change in changes],
    }
    return body, list(_lines(before, after, changes, language, dry_run, sentences, now))


def _lines(
    before: ConfigVersion,
    after: ConfigVersion,
    changes: list[Change],
    language: str,
    dry_run: bool,
    sentences: bool,
    now: dt.datetime,
) -> Iterator[str]:
    if before.digest == after.digest:
        said = both(
            "Nothing changes: the draft {version} of {application} has this content already.",
            version=after.version,
            application=after.application.key,
        )
    elif dry_run:
        said = both(
            "The draft {version} of {application} would change in {n} place(s); nothing was changed.",
            version=after.version,
            application=after.application.key,
            n=len(changes),
        )
    else:
        said = both(
            "The draft {version} of {application} has changed in {n} place(s).",
            version=after.version,
            application=after.application.key,
            n=len(changes),
        )
    yield str(pick(said, language))
    if sentences:
        yield from change_lines(changes, language)
    yield from problem_summary(problems_of(after.application, after.document, after.schema, now), language)
