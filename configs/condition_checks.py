"""Conditions of rules and segments: whether the flag engine can ask them. It is the engine that is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from configs.problems import Problem, errors, pointer
from configs.reading import NAMED_BY, objects, shown
from configs.references import Node, Path, conditions_in, needing, needs
from configs.schemas import MOST_FINDINGS
from configs.texts import both
from flags.engine import compile_flags, unreadable
from flags.engine.operators import OPERATORS, pattern_size
from flags.engine.sentences import Text

#: To compile a bad pattern of a few characters takes RE2 a hundredth of a second, one of a thousand a tenth: these are
#: at most about five seconds, once.
MOST_PATTERNS = 200
MOST_PATTERN_CHARACTERS = 20_000
#: Of all compiled patterns, each as often as it stands there. In the worst case each looks at each character of what a
#: client sends, which takes it about 8 ns: a fifth of a second for the longest text that is matched at all.
MOST_INSTRUCTIONS = 25_000


def condition_problems(snapshot: Any) -> Iterator[Problem]:
    """``condition.value`` for every value that its operator cannot use, and ``condition.patterns_many``."""
    patterns: set[str] = set()
    characters = instructions = 0
    for path, operator, value in _questions(snapshot):
        if operator == "matches" and isinstance(value, str) and value not in patterns:
            patterns.add(value)
            characters += len(value)
        if len(patterns) > MOST_PATTERNS or characters > MOST_PATTERN_CHARACTERS:
            yield Problem("", "condition.patterns_many", _PATTERNS)
            return
        flaw = unreadable(operator, value)
        if flaw is not None:
            yield Problem(pointer(path), "condition.value", _text(flaw))
        elif operator == "matches" and isinstance(value, str):
            instructions += pattern_size(value) or 0
            if instructions > MOST_INSTRUCTIONS:
                yield Problem("", "condition.patterns_many", _INSTRUCTIONS)
                return


def _questions(snapshot: Any) -> Iterator[tuple[Path, str, Any]]:
    """(where, operator, value) of every value in a condition. What is no operator or no value is the schema's."""
    for holder, here in _holders(snapshot):
        for path, condition in conditions_in(holder, here):
            operator, values = condition.get("operator"), condition.get("values")
            if isinstance(operator, str) and operator in OPERATORS and isinstance(values, list):
                for index, value in enumerate(values):
                    if isinstance(value, str | int | float):
                        yield (*path, "values", index), operator, value


def _holders(snapshot: Any) -> Iterator[tuple[dict[str, Any], Path]]:
    """Everything that has conditions: rules and segments."""
    for index, flag in objects(snapshot, "featureFlags"):
        for number, rule in objects(flag, "rules"):
            yield rule, ("featureFlags", index, "rules", number)
    for index, segment in objects(snapshot, "segments"):
        yield segment, ("segments", index)


def damage_problems(snapshot: Any, told: Sequence[Problem]) -> Iterator[Problem]:
    """``flag.damaged``: flags that the engine cannot use although nothing that was ``told`` says so.

    Flags with an error, and those that need a flag or a segment with one, are left out: they are explained where the
    error is. So is everything where a section as a whole is wrong, or too much.
    """
    found = errors(told)
    if len(found) >= MOST_FINDINGS:
        return  # a check may have stopped, and not have told everything
    broken: set[Node] = set()
    for problem in found:
        section, _, place = problem.pointer[1:].partition("/")
        if problem.pointer and section not in ("featureFlags", "segments"):
            continue
        items = snapshot.get(section)
        if not isinstance(items, list) or not problem.pointer or not place:
            return
        item = items[int(place.partition("/")[0])]
        if isinstance(item, dict) and isinstance(item.get(NAMED_BY[section]), str):
            broken.add((section, item[NAMED_BY[section]]))
    explained = needing(broken, needs(snapshot))
    sound = {
        section: [
            item
            for _, item in objects(snapshot, section)
            if isinstance(item.get(NAMED_BY[section]), str) and (section, item[NAMED_BY[section]]) not in explained
        ]
        for section in ("featureFlags", "segments")
    }
    damaged = compile_flags(sound).errors
    for index, flag in objects(snapshot, "featureFlags") if damaged else ():
        if isinstance(flag.get("key"), str) and flag["key"] in damaged:
            message = both(
                "The flag “{key}” could not be evaluated: {why}",
                "Le drapeau « {key} » ne pourrait pas être évalué : {why}",
                key=shown(flag["key"]),
                why=_text(damaged[flag["key"]]),
            )
            yield Problem(pointer(["featureFlags", index]), "flag.damaged", message)


def _text(sentence: Text) -> Any:
    """The engine's sentences have our shape and a type of their own."""
    return {"en": sentence["en"], "fr": sentence["fr"]}


_PATTERNS = both(
    "The conditions have more than {most} different patterns, or more than {characters} characters of them.",
    "Les conditions ont plus de {most} motifs différents, ou plus de {characters} caractères de motifs.",
    most=MOST_PATTERNS,
    characters=MOST_PATTERN_CHARACTERS,
)
_INSTRUCTIONS = both(
    "The patterns of the conditions are too much work together: more than {most} instructions when compiled."
    " Repetitions such as {{900}} count as often as they repeat.",
    "Les motifs des conditions demandent trop de travail ensemble : plus de {most} instructions une fois compilés."
    " Une répétition comme {{900}} compte autant de fois qu'elle répète.",
    most=MOST_INSTRUCTIONS,
)
