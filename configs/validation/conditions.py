"""Conditions of rules and segments: can the flag engine evaluate them? The engine itself decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from configs.snapshot.caps import MOST_PROBLEMS
from configs.snapshot.traversal import NAMED_BY, objects
from configs.validation.odd_values import odd_value, odd_version
from configs.validation.references import Node, Path, conditions_in, needing, needs, segment_references
from flags.engine import compile_flags, unreadable
from flags.engine.operators import OPERATORS
from flags.engine.sentences import shown
from flags.engine.work import MOST_STEPS, TOO_MANY_PATTERNS, Patterns, Work
from icontrol.kernel.problems import Problem, errors, pointer
from icontrol.kernel.texts import both, fill


def condition_problems(snapshot: Any) -> Iterator[Problem]:
    """``condition.value`` for every value that its operator cannot use, ``condition.patterns_many``, and the warning
    ``condition.value_odd``."""
    patterns = Patterns()
    for path, operator, values, value in _questions(snapshot):
        if operator == "matches" and not patterns.fit(value):
            yield Problem("", "condition.patterns_many", TOO_MANY_PATTERNS)
            return
        flaw = unreadable(operator, value)
        if flaw is not None:
            yield Problem(pointer(path), "condition.value", flaw)
        elif isinstance(value, str):
            odd = odd_value(operator, value, alone=len(values) == 1) if operator in _OF_TEXT else None
            odd = odd or odd_version(operator, value)
            if odd is not None:
                yield Problem(pointer(path), "condition.value_odd", odd, "warning")


def _questions(snapshot: Any) -> Iterator[tuple[Path, str, list[Any], Any]]:
    """(where, operator, all values, value) of every value in a condition. The schema reports invalid operators and
    values.
    """
    for holder, here in _holders(snapshot):
        for path, condition in conditions_in(holder, here):
            operator, values = condition.get("operator"), condition.get("values")
            if isinstance(operator, str) and operator in OPERATORS and isinstance(values, list):
                for index, value in enumerate(values):
                    if isinstance(value, str | int | float):
                        yield (*path, "values", index), operator, values, value


def _holders(snapshot: Any) -> Iterator[tuple[dict[str, Any], Path]]:
    """Everything that has conditions: rules and segments."""
    for index, flag in objects(snapshot, "featureFlags"):
        for number, rule in objects(flag, "rules"):
            yield rule, ("featureFlags", index, "rules", number)
    for index, segment in objects(snapshot, "segments"):
        yield segment, ("segments", index)


def damage_problems(snapshot: Any, told: Sequence[Problem]) -> Iterator[Problem]:
    """``flag.damaged``: flags that the engine cannot use although no problem in ``told`` explains why; and
    ``snapshot.too_much_work`` when the others together cost too much.

    Flags with an error, and those that need a flag or segment with one, are left out: the error explains them. So is
    everything if a whole section is invalid or too large.
    """
    found = errors(told)
    if len(found) >= MOST_PROBLEMS:
        return  # a check may have stopped before it reported everything
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
    compiled = compile_flags(sound)
    damaged = compiled.errors
    for index, flag in objects(snapshot, "featureFlags") if damaged else ():
        if isinstance(flag.get("key"), str) and flag["key"] in damaged:
            message = both(
                "The flag “{key}” could not be evaluated: {why}",
                key=shown(flag["key"]),
                why=damaged[flag["key"]],
            )
            yield Problem(pointer(["featureFlags", index]), "flag.damaged", message)
    yield from _work_problems(snapshot, compiled.work)


def _work_problems(snapshot: Any, work: Work) -> Iterator[Problem]:
    """``snapshot.too_much_work``, at the flag or segment that costs most."""
    total = sum(work.flags.values())
    if total <= MOST_STEPS:
        return
    parts: Counter[Node] = Counter()
    for _, flag in objects(snapshot, "featureFlags"):
        if work.flags.get(flag.get("key", ""), 1) == 1:
            continue  # off, or left out
        parts["featureFlags", flag["key"]] += work.flags[flag["key"]]
        for _, rule in objects(flag, "rules"):
            for _, name in segment_references(rule, ()):
                parts["segments", name] += work.segments[name]
                parts["featureFlags", flag["key"]] -= work.segments[name]
    [((section, name), steps)] = parts.most_common(1)
    index = next(index for index, item in objects(snapshot, section) if item.get(NAMED_BY[section]) == name)
    part = _PARTS[section]
    message = both(
        "Evaluating all flags may take {total} steps, counting each segment where it is used; at most {cap} "
        "are accepted. The biggest part is {part}: {steps}.",
        total=total,
        cap=MOST_STEPS,
        part=fill(part, name=shown(name)),
        steps=steps,
    )
    yield Problem(pointer([section, index]), "snapshot.too_much_work", message)


#: Operators that compare letter by letter.
_OF_TEXT = ("equals", "in", "notIn", "contains", "startsWith", "endsWith")
_PARTS = {
    "featureFlags": both("the flag “{name}” on its own"),
    "segments": both("the segment “{name}”, in all its uses"),
}
