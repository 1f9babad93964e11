"""Is a snapshot fit to be previewed and published? Everything that is wrong with it, at once."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any

from configs.condition_checks import condition_problems, damage_problems
from configs.flag_advice import flag_warnings
from configs.flag_checks import flag_problems
from configs.limits import size_problems, walk
from configs.problems import Problem
from configs.reading import TOP_LEVEL
from configs.references import identity_problems, reference_problems
from configs.schemas import MOST_FINDINGS, UnusableSchema, check_extra_schema, extra_findings, section_findings
from configs.secret_scan import secret_problems
from configs.suggestions import Suggestions
from configs.texts import both
from configs.tokens import token_problems
from configs.translations import translation_problems

__all__ = ["TOP_LEVEL", "UnusableSchema", "check_extra_schema", "check_snapshot"]

#: One less than any single check stops at, so that ``problems.more`` is there whenever a check stopped.
MOST_LISTED = MOST_FINDINGS - 1


def check_snapshot(
    snapshot: Any,
    *,
    extra_schema: dict[str, Any] | None = None,
    default_locale: str = "en",
    max_bytes: int = 262_144,
    now: datetime | None = None,
) -> list[Problem]:
    """All problems of a snapshot, errors and warnings, in the order of the document; none means: fit to publish.

    ``snapshot`` may be any JSON value. ``extra_schema`` is the application's JSON Schema of its own sections;
    ``max_bytes`` counts compact UTF-8. With ``now`` (aware) flags are told that have expired. Never raises. At most
    ``MOST_LISTED`` problems are listed, errors before warnings; ``problems.more`` at the end then says that there are
    others.
    """
    walked = walk(snapshot)
    problems = list(walked.problems)
    if walked.legible:
        suggestions = Suggestions()
        problems += size_problems(snapshot, max_bytes)
        problems += section_findings(snapshot, suggestions)
        problems += islice(secret_problems(walked.strings), MOST_FINDINGS)
        if isinstance(snapshot, dict):
            problems += islice(extra_findings(snapshot, extra_schema, suggestions), MOST_FINDINGS)
            for found in (
                identity_problems(snapshot),
                reference_problems(snapshot, suggestions),
                flag_problems(snapshot, suggestions),
                condition_problems(snapshot),
                flag_warnings(snapshot, now),
                token_problems(snapshot),
                translation_problems(snapshot, default_locale),
            ):
                problems += islice(found, MOST_FINDINGS)
            problems += islice(damage_problems(snapshot, problems), MOST_FINDINGS)
    return _ordered(problems)


def _ordered(problems: list[Problem]) -> list[Problem]:
    unique = {(found.pointer, found.code, found.message["en"]): found for found in problems}
    listed = sorted(unique.values(), key=lambda found: (found.severity, _place(found), found.code, found.message["en"]))
    left_out = listed[MOST_LISTED:]
    listed = sorted(listed[:MOST_LISTED], key=_place)
    if left_out:
        listed.append(Problem("", "problems.more", _MORE, left_out[0].severity))
    return listed


def _place(problem: Problem) -> list[tuple[int, int, str]]:
    """Sorts by place: list indices as numbers, 2 before 10."""
    return [
        (0, int(step), "") if step.isdecimal() and step.isascii() and len(step) < 10 else (1, 0, step)
        for step in problem.pointer.split("/")[1:]
    ]


_MORE = both(
    f"There are more problems; only the first {MOST_LISTED} are listed.",
    f"Il y a d'autres problèmes ; seuls les {MOST_LISTED} premiers figurent ici.",
)
