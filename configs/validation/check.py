"""Can a snapshot be previewed and published? Lists all its problems at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate, islice
from typing import Any

from configs.snapshot.caps import MOST_PROBLEMS, size_problems, walk
from configs.snapshot.traversal import TOP_LEVEL, objects
from configs.validation.conditions import condition_problems, damage_problems
from configs.validation.flag_advice import flag_warnings
from configs.validation.flags import flag_problems
from configs.validation.references import identity_problems, reference_problems
from configs.validation.schemas import (
    UnusableSchema,
    check_extra_schema,
    extra_findings,
    section_findings,
)
from configs.validation.secrets import secret_problems
from configs.validation.suggestions import Suggestions
from configs.validation.tokens import token_problems
from configs.validation.translations import translation_problems
from flags.engine.environments import environments_of, overridden, own
from flags.engine.sentences import shown
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.texts import both

__all__ = ["TOP_LEVEL", "UnusableSchema", "check_extra_schema", "check_snapshot"]

#: One less than any single check stops at, so that ``problems.more`` is there whenever a check stopped.
MOST_LISTED = MOST_PROBLEMS - 1
#: Characters of all places together: each repeats the keys above it, and a key may be as long as a text.
MOST_PLACES = 2**20


def check_snapshot(
    snapshot: Any,
    *,
    extra_schema: dict[str, Any] | None = None,
    default_locale: str = "en",
    max_bytes: int = 262_144,
    now: datetime | None = None,
    environments: Callable[[], Collection[str]] | None = None,
) -> list[Problem]:
    """All problems of a snapshot, errors and warnings, in the order of the document. Without errors it can be
    published.

    ``snapshot`` may be any JSON value. ``extra_schema`` is the application's JSON Schema of its own sections;
    ``max_bytes`` counts compact UTF-8. With ``now`` (aware) expired flags are reported. ``environments`` returns the
    existing keys; it is called only when a flag names one. Never raises. At most ``MOST_LISTED`` problems are listed,
    errors before warnings; ``problems.more`` at the end then says that there are others.
    """
    walked = walk(snapshot)
    problems = list(walked.problems)
    if walked.legible:
        suggestions = Suggestions()
        problems += size_problems(snapshot, max_bytes)
        problems += section_findings(snapshot, suggestions)
        problems += bounded(secret_problems(walked.strings))
        if isinstance(snapshot, dict):
            problems += bounded(extra_findings(snapshot, extra_schema, suggestions))
            for found in (
                identity_problems(snapshot),
                reference_problems(snapshot, suggestions),
                flag_problems(snapshot, suggestions),
                condition_problems(snapshot),
                flag_warnings(snapshot, now),
                token_problems(snapshot),
                translation_problems(snapshot, default_locale),
            ):
                problems += bounded(found)
            problems += bounded(damage_problems(snapshot, problems))
            if environments is not None and environments_of(snapshot):
                problems += bounded(_unknown_environments(snapshot, environments(), suggestions))
            problems += bounded(environment_problems(snapshot, problems, default_locale, now, suggestions))
    return _ordered(problems)


def environment_problems(
    snapshot: dict[str, Any],
    told: Sequence[Problem],
    default_locale: str,
    now: datetime | None,
    suggestions: Suggestions,
) -> Iterator[Problem]:
    """Problems of flags in a single environment: the same checks, reported at the environment's own settings.

    Problems that exist in all environments are already in ``told``. ``flag.environments_many`` bounds the work.
    """
    environments = environments_of(snapshot)
    if len(environments) > MOST_ENVIRONMENTS:
        yield Problem("", "flag.environments_many", _MANY_ENVIRONMENTS)
    known = {(found.pointer, found.code, found.message["en"]) for found in told}
    places = {(found.pointer, found.code) for found in told}
    for environment in environments[:MOST_ENVIRONMENTS]:
        there = overridden({name: snapshot.get(name, []) for name in ("featureFlags", "segments")}, environment)
        problems = section_findings(there, suggestions)
        for found in (
            identity_problems(there),
            reference_problems(there, suggestions),
            flag_problems(there, suggestions),
            condition_problems(there),
            flag_warnings(there, now),
            translation_problems(there, default_locale),
        ):
            problems += bounded(found)
        problems += bounded(damage_problems(there, problems))
        for problem in problems:
            place = _owned(snapshot, problem.pointer, environment)
            again = (problem.pointer, problem.code)
            if (*again, problem.message["en"]) not in known and (place != problem.pointer or again not in places):
                yield replace(problem, pointer=place)


def _unknown_environments(
    snapshot: dict[str, Any], known: Collection[str], suggestions: Suggestions
) -> Iterator[Problem]:
    """``flag.environment_unknown``, a warning: an environment may be made after the flags that name it."""
    for index, flag in objects(snapshot, "featureFlags"):
        named = flag.get("environments")
        for name in named if isinstance(named, dict) else ():
            if name not in known:
                message = both(
                    "The application has no environment “{name}”{near}.",
                    name=shown(name),
                    near=suggestions.near(name, known),
                )
                place = pointer(["featureFlags", index, "environments", name])
                yield Problem(place, "flag.environment_unknown", message, "warning")


def _owned(snapshot: dict[str, Any], place: str, environment: str) -> str:
    """The place in the snapshot of a place in its form for one environment."""
    match place.split("/"):
        case ["", "featureFlags", index, *rest]:
            its_own = own(snapshot["featureFlags"][int(index)], environment)
            if its_own and (not rest or rest[0] in its_own):
                return pointer(["featureFlags", index, "environments", environment]) + "".join(f"/{x}" for x in rest)
    return place


def bounded(found: Iterable[Problem]) -> Iterator[Problem]:
    """At most ``MOST_PROBLEMS``, and no more once their places alone are longer than ``MOST_PLACES``."""
    total = 0
    for problem in islice(found, MOST_PROBLEMS):
        yield problem
        total += len(problem.pointer)
        if total > MOST_PLACES:
            return


def _ordered(problems: list[Problem]) -> list[Problem]:
    unique = {(found.pointer, found.code, found.message["en"]): found for found in problems}
    listed = sorted(unique.values(), key=lambda found: (found.severity, _place(found), found.code, found.message["en"]))
    room = sum(1 for total in accumulate(len(found.pointer) for found in listed) if total <= MOST_PLACES)
    most = min(MOST_LISTED, room)
    left_out = listed[most:]
    listed = sorted(listed[:most], key=_place)
    if left_out:
        listed.append(Problem("", "problems.more", _MORE, left_out[0].severity))
    return listed


def _place(problem: Problem) -> list[tuple[int, int, str]]:
    """Sorts by place: list indices as numbers, 2 before 10."""
    return [
        (0, int(step), "") if step.isdecimal() and step.isascii() and len(step) < 10 else (1, 0, step)
        for step in problem.pointer.split("/")[1:]
    ]


#: Each environment is checked as a separate config.
MOST_ENVIRONMENTS = 16
_MANY_ENVIRONMENTS = both("Flags name more than {MOST_ENVIRONMENTS} environments.", MOST_ENVIRONMENTS=MOST_ENVIRONMENTS)
_MORE = both("There are more problems; only the first ones are listed.")
