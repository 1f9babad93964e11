"""Compiles conditions and segments to functions, once per release.

A value that an operator cannot read (a broken pattern, an invalid number) makes the condition unusable, and with it the
flag. If it only meant "no match", a ``not`` around it would turn the flag on for everybody.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from flags.engine.evaluation import Context, Run
from flags.engine.operators import OPERATORS, Test, unreadable
from flags.engine.sentences import shown
from flags.engine.work import TOO_MANY_PATTERNS, Patterns, steps_of
from icontrol.kernel.texts import Text, both

#: The attribute that the server sets.
ENVIRONMENT = "environment"
#: Levels of conditions, and comparisons in the conditions of one flag, counting each segment where it is used: shared
#: segments can grow exponentially for evaluators that do not cache a segment's result.
DEEPEST = 100
MOST_QUESTIONS = 2_000
_NEVER_MIND = Run(datetime.min.replace(tzinfo=UTC))
#: The kinds of conditions: each has exactly one of these members.
FORMS = frozenset({"attribute", "segment", "all", "any", "not"})


class Unusable(ValueError):
    """A part of a flag that cannot be evaluated; ``sentence`` says why."""

    def __init__(self, sentence: Text) -> None:
        self.sentence = sentence
        super().__init__(sentence["en"])


class Compiled(NamedTuple):
    """A test, its number of comparisons, its depth, and its steps. A condition without a comparison counts as one too:
    it is walked through.
    """

    test: Test
    questions: int = 1
    depth: int = 1
    steps: int = 1


class Conditions:
    """The segments of a snapshot, and the compiler of conditions that may use them.

    ``environment`` (not empty) overrides the context's attribute of that name.
    """

    __slots__ = ("_patterns", "_segments", "environment", "sources")

    def __init__(self, segments: Iterable[Any], environment: str) -> None:
        self.environment = environment
        self._patterns = Patterns()
        self.sources: dict[str, Any] = {
            segment["id"]: segment.get("conditions")
            for segment in segments
            if isinstance(segment, dict) and isinstance(segment.get("id"), str)
        }
        self._segments: dict[str, Compiled | Unusable] = {}
        uses = {name: self.sources.keys() & set(_segments_in(source)) for name, source in self.sources.items()}
        for name in in_order(uses):
            try:
                self._segments[name] = _once(name, self.all_of(self.sources[name]))
            except Unusable as error:
                self._segments[name] = error
            except RecursionError:
                self._segments[name] = Unusable(TOO_MUCH)

    def all_of(self, conditions: Any) -> Compiled:
        """A test that all hold; an empty list holds. :class:`Unusable` when one cannot be evaluated."""
        if not isinstance(conditions, list):
            # The public form of a private segment. Read as "no conditions" it would match everybody.
            raise Unusable(_UNTOLD)
        parts = [self.one(condition) for condition in conditions]
        if not parts:
            return Compiled(_always)
        if len(parts) == 1:
            return parts[0]
        tests = tuple(part.test for part in parts)

        def every(context: Context, run: Run) -> bool:
            for test in tests:  # noqa: SIM110 - a generator costs more than the questions
                if not test(context, run):
                    return False
            return True

        return _bounded(every, parts)

    def one(self, condition: Any) -> Compiled:
        """:class:`Unusable` when the condition cannot be evaluated or has several kinds at once."""
        if isinstance(condition, dict) and len(FORMS & condition.keys()) != 1:
            raise Unusable(_SHAPELESS)
        match condition:
            case {"attribute": str(attribute), "operator": str(name)}:
                ignore_case = condition.get("ignoreCase") is True
                return self._question(attribute, name, condition.get("values", []), ignore_case)
            case {"segment": str(name)}:
                return self._segment(name)
            case {"all": list(conditions)}:
                return self.all_of(conditions)
            case {"any": [_, *_] as conditions}:
                return self._any(conditions)
            case {"not": inner}:
                part = self.one(inner)
                test = part.test
                return _bounded(lambda context, run: not test(context, run), [part])
            case _:
                raise Unusable(_SHAPELESS)

    def _any(self, conditions: list[Any]) -> Compiled:
        parts = [self.one(condition) for condition in conditions]
        tests = tuple(part.test for part in parts)

        def some(context: Context, run: Run) -> bool:
            for test in tests:  # noqa: SIM110 - a generator costs more than the questions
                if test(context, run):
                    return True
            return False

        return _bounded(some, parts)

    @property
    def steps(self) -> dict[str, int]:
        """The steps of each usable segment."""
        return {name: part.steps for name, part in self._segments.items() if isinstance(part, Compiled)}

    def _segment(self, name: str) -> Compiled:
        found = self._segments.get(name)
        if isinstance(found, Compiled):
            return found
        if name not in self.sources:
            raise Unusable(both("There is no segment “{name}”.", name=shown(name)))
        raise Unusable(_IN_A_CIRCLE if found is None else found.sentence)

    def _question(self, attribute: str, name: str, values: Any, ignore_case: bool) -> Compiled:
        if name not in OPERATORS or not isinstance(values, list) or (name != "exists" and not values):
            raise Unusable(_SHAPELESS)
        for value in values:
            if name == "matches" and not self._patterns.fit(value):
                raise Unusable(TOO_MANY_PATTERNS)
            flaw = unreadable(name, value)
            if flaw is not None:
                raise Unusable(flaw)
        test = OPERATORS[name](attribute, values, ignore_case)
        if attribute == ENVIRONMENT and self.environment:
            # The environment does not depend on the context.
            return Compiled(_always if test({ENVIRONMENT: self.environment}, _NEVER_MIND) else _never)
        return Compiled(test, steps=steps_of(name, values))


def in_order(uses: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """The names in dependency order. Names in a cycle, and those that depend on one, are left out."""
    sorter = TopologicalSorter(uses)
    with contextlib.suppress(CycleError):
        sorter.prepare()
    while sorter.is_active():
        ready = sorter.get_ready()
        yield from ready
        sorter.done(*ready)


def _segments_in(conditions: Any) -> Iterator[str]:
    pending = [conditions]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending += value
        elif isinstance(value, dict):
            if isinstance(value.get("segment"), str):
                yield value["segment"]
            pending += (value.get("all"), value.get("any"), value.get("not"))


def _once(name: str, part: Compiled) -> Compiled:
    """The segment of this name, evaluated only at its first use in a run."""
    test = part.test

    def once(context: Context, run: Run) -> bool:
        found = run.segments.get(name)
        if found is None:
            found = run.segments[name] = test(context, run)
        return found

    return _bounded(once, [part])


def _bounded(test: Test, parts: list[Compiled]) -> Compiled:
    questions, depth = 1 + sum(part.questions for part in parts), 1 + max(part.depth for part in parts)
    if questions > MOST_QUESTIONS or depth > DEEPEST:
        raise Unusable(TOO_MUCH)
    return Compiled(test, questions, depth, 1 + sum(part.steps for part in parts))


def _always(context: Context, run: Run) -> bool:
    return True


def _never(context: Context, run: Run) -> bool:
    return False


TOO_MUCH = both(
    "The conditions have more than {most} comparisons or {deepest} levels, counting each segment where it is used.",
    most=MOST_QUESTIONS,
    deepest=DEEPEST,
)
_IN_A_CIRCLE = both("Segments refer to each other in a circle.")
_UNTOLD = both("The conditions of a rule or a segment are missing.")
_SHAPELESS = both("A condition is incomplete.")
