"""Command output: refusals, problems, changes and releases as lines for a terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from configs.snapshot.diff import Change, grouped
from icontrol.kernel.problems import Problem, errors
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text, both, pick
from releases.ledger.findings import FINDINGS, Finding
from releases.ledger.kinds import RELEASE_KINDS
from releases.ledger.summary import summary
from releases.models import Release

_FLAGS = both("flags lists those that are live.")

#: code → next step in a shell, where the catalogue's is for all interfaces.
NEXT: dict[str, Text] = {
    "draft.stale": both("Compare the draft with yours (diff), then run the command again: it reads the new draft."),
    "policy.stale": both("Look at the policy, then run the command again."),
    "version.unknown": both("status names the draft, the preview and what was released."),
    "application.unknown": both("Check the key. If there is no application yet, demo creates the first one."),
    "flag.unknown": _FLAGS,
    "kill.unknown_flag": _FLAGS,
    "object.unknown": both("Check the name, or create it with --new."),
    "section.unknown": both("For anything else: export_config, change the file, import_config."),
    "history.unknown": both("history lists them."),
    "db.unavailable": both("Nothing was changed. Run the command again when the database answers."),
    "release.unknown": both("status --releases 50 lists them."),
}

#: A bound for row counts, which also keeps huge numbers from the database.
MOST_ROWS = 10_000


def when(at: dt.datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S %Z") if at else "–"


def refusal_lines(refusal: Refusal, language: str) -> Iterator[str]:
    """Title, sentence, every finding, next step."""
    yield f"{pick(both('Refused: {title}', title=refusal.title), language)} [{refusal.code}]"
    yield str(pick(refusal.detail, language))
    for finding in refusal.extra.get("confirmations", ()):
        yield f"  {finding['code']}  {pick(finding['message'], language)}"
    yield from problem_lines(refusal.problems, language)
    yield str(pick(both("Next: {step}", step=next_step(refusal)), language))


def next_step(refusal: Refusal) -> Text:
    if refusal.code in ("policy.needs_confirmation", "publish.needs_confirmation"):
        flags = " ".join(f"--confirm {finding['code']}" for finding in refusal.extra["confirmations"])
        return both("Read each finding; to confirm, add {f}", f=flags)
    return NEXT.get(refusal.code, refusal.next)


def problem_lines(problems: Iterable[Problem], language: str) -> Iterator[str]:
    """One line each: where (a JSON Pointer), what, code."""
    warning = pick(both("warning: "), language)
    for problem in problems:
        place = problem.pointer or "/"
        grade = warning if problem.severity == "warning" else ""
        yield f"  {place}  {grade}{pick(problem.message, language)} [{problem.code}]"


def problem_summary(problems: Sequence[Problem], language: str) -> Iterator[str]:
    """A draft's problems: counts, then every problem; empty if there are none."""
    if problems:
        wrong = len(errors(problems))
        counts = both(
            "{wrong} error(s) to repair before it can be published, {rest} warning(s):",
            wrong=wrong,
            rest=len(problems) - wrong,
        )
        yield str(pick(counts, language))
        yield from problem_lines(problems, language)


def change_lines(changes: Sequence[Change], language: str, *, ids: bool = False) -> Iterator[str]:
    """Sentences under group titles; with ``ids``, each with its id for picking."""
    for _, title, members in grouped(changes):
        yield f"{pick(title, language)}:" if language == "en" else f"{pick(title, language)} :"
        for change in members:
            yield f"  {pick(change.sentence, language)}" + (f"  [{change.id}]" if ids else "")


def finding_lines(findings: Sequence[Finding], language: str) -> Iterator[str]:
    """Each finding, and the next step once per code."""
    for finding in findings:
        yield f"{finding.place}: {pick(finding.message, language)} [{finding.code}]"
    for code in dict.fromkeys(finding.code for finding in findings):
        yield f"{code}: {pick(FINDINGS[code].next, language)}"


def release_row(release: Release, language: str) -> list[str]:
    version = release.config_version
    return [
        str(release.serial),
        when(release.created_at),
        str(pick(RELEASE_KINDS[release.kind], language)),
        version.version if version else "–",
        str(pick(summary(release), language)),
        release.actor,
        release.reason,
    ]


def first(rows: QuerySet[Any], number: int) -> QuerySet[Any]:
    return rows[: max(0, min(number, MOST_ROWS))]


def table(rows: Sequence[Sequence[Any]], *, indent: str = "  ") -> Iterator[str]:
    """Rows with aligned columns; the last column is not padded."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]) - 1)] if cells else []
    for row in cells:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield (indent + "  ".join([*padded, row[-1]])).rstrip()
