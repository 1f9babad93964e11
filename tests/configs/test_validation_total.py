"""Whatever JSON value is checked gets an answer that can be sent, and the same one every time."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from configs.validation.check import TOP_LEVEL, check_snapshot
from icontrol.kernel.problems import Problem
from tests.configs.snapshots import example

NAMES = st.sampled_from(
    [*TOP_LEVEL, "id", "key", "conditions", "rules", "split", "not", "all", "title", "value", "$ref"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=12)
    | st.sampled_from(["__proto__", "\0", "\ud800", 10**400, "#fff", "home", "refunds", "staff", 2**60, "(", "var("])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in members:
        yield (*path, step)
        yield from places(inner, (*path, step))


PLACES = list(places(example()))


def answers(document: Any, extra_schema: Any = None) -> list[Problem]:
    problems = check_snapshot(document, extra_schema=extra_schema)
    json.dumps([problem.as_json() for problem in problems], ensure_ascii=False).encode("utf-8")
    assert problems == check_snapshot(copy.deepcopy(document), extra_schema=extra_schema)
    return problems


@given(VALUES)
def test_any_value_gets_an_answer(document: Any) -> None:
    answers(document)


@given(st.dictionaries(st.sampled_from(sorted(TOP_LEVEL)), VALUES))
def test_any_sections_get_an_answer(document: dict[str, Any]) -> None:
    answers(document)


@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=4))
def test_the_example_with_any_values_in_it_gets_an_answer(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    document: Any = example()
    for (*parents, last), value in changes:
        container = document
        for step in parents:
            inside = isinstance(container, dict) and step in container
            if not inside and not (isinstance(container, list) and isinstance(step, int) and step < len(container)):
                break
            container = container[step]
        else:
            named = isinstance(container, dict) and isinstance(last, str)
            if named or (isinstance(container, list) and isinstance(last, int) and last < len(container)):
                container[last] = value
    answers(document)


@given(st.dictionaries(st.sampled_from(["properties", "type", "pattern", "$ref", "required"]), VALUES), VALUES)
def test_any_schema_of_the_application_gets_an_answer(schema: dict[str, Any], value: Any) -> None:
    answers({"extra": value}, schema)
