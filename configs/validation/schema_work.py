"""The cost of a JSON Schema: how often it visits one place of a document.

A schema applies others to the same place (``allOf``, ``$ref``) and to places inside it (``items``). Applied twice at
each of thirty steps, it visits a place a billion times. So before a schema is accepted, the visits of the most visited
place are counted: this number times the size of the document bounds the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from configs.snapshot.caps import MAX_DEPTH
from configs.snapshot.traversal import below, places, steps
from flags.engine.operators import pattern_size
from flags.engine.work import MOST_PATTERN_INSTRUCTIONS, MOST_PATTERNS
from icontrol.kernel.problems import pointer
from icontrol.kernel.texts import Text, both

#: Visits of one place of a document, including those of the places around it.
MOST_LOOKS = 1_000
#: Instructions of a pattern that RE2 does not know, or that is too large for it. A schema may have as many patterns and
#: instructions as a snapshot: the library, too, makes about two of these in a microsecond.
LARGE_PATTERN = 25_000
#: Keywords with a schema, a list of schemas, or schemas by name: applied to the same place …
_HERE = (("not", "if", "then", "else"), ("allOf", "anyOf", "oneOf"), ("dependentSchemas",))
#: … to inner places, each of which gets at most one of several …
_ONE_OF = (("additionalProperties", "items"), ("prefixItems",), ("properties",))
#: … and to inner places that may get all of these.
_ALL_OF = (("propertyNames", "contains", "unevaluatedProperties", "unevaluatedItems"), (), ("patternProperties",))
_REFERENCES = ("$ref", "$dynamicRef")
#: To find what was not evaluated, the library visits again: about three times the cost in all.
_ANEW, _THRICE = ("unevaluatedProperties", "unevaluatedItems"), 3

Path = tuple[str, ...]


class TooMuch(ValueError):
    """The schema is too much work; ``at`` is a JSON Pointer to the part."""

    def __init__(self, at: Path, message: Text) -> None:
        self.at, self.message = pointer(at), message
        super().__init__(message["en"])


class _Node(NamedTuple):
    here: tuple[Path, ...]
    one_of: tuple[Path, ...]
    all_of: tuple[Path, ...]
    times: int


def check_work(schema: dict[str, Any]) -> None:
    """:class:`TooMuch` when one place of a document may be visited more than ``MOST_LOOKS`` times, when a schema refers
    to itself for the same place, or when a reference leads outside this schema.
    """
    nodes = _nodes(schema)
    try:
        order = list(TopologicalSorter({path: node.here for path, node in nodes.items()}).static_order())
    except CycleError as error:
        raise TooMuch(error.args[1][0], _CIRCLE) from None
    inside = dict.fromkeys(nodes, 0)
    for _ in range(MAX_DEPTH):
        looks: dict[Path, int] = {}
        for path in order:
            node = nodes[path]
            looks[path] = 1 + node.times * sum(looks[part] for part in node.here)
            looks[path] += max((inside[part] for part in node.one_of), default=0)
            looks[path] += sum(inside[part] for part in node.all_of)
            if looks[path] > MOST_LOOKS:
                raise TooMuch(path, _TOO_MUCH)
        inside = looks


def check_patterns(schema: Any) -> None:
    """:class:`TooMuch` when the distinct patterns of a schema, which need not be a valid one, are many or large."""
    known: set[str] = set()
    size = 0
    for above, key, value, _ in places(schema):
        if not isinstance(value, dict):
            continue
        named = value.get("patternProperties")
        for pattern in (value.get("pattern"), *(named if isinstance(named, dict) else ())):
            if isinstance(pattern, str) and pattern not in known:
                known.add(pattern)
                found = pattern_size(pattern)
                size += LARGE_PATTERN if found is None else found
                if len(known) > MOST_PATTERNS or size > MOST_PATTERN_INSTRUCTIONS:
                    raise TooMuch(tuple(map(str, steps(below(above, key)))), _PATTERNS)


def _nodes(schema: dict[str, Any]) -> dict[Path, _Node]:
    """Every subschema, by its path in the schema document."""
    anchors = dict(_anchors(schema))
    found: dict[Path, _Node] = {}
    pending: list[Path] = [()]
    while pending:
        path = pending.pop()
        if path in found:
            continue
        value = _at(schema, path)
        if not isinstance(value, dict):
            found[path] = _Node((), (), (), 1)  # true or false
            continue
        referred = [_target(schema, anchors, path, value[word]) for word in _REFERENCES if word in value]
        node = _Node(
            (*_parts(value, path, _HERE), *referred),
            tuple(_parts(value, path, _ONE_OF)),
            tuple(_parts(value, path, _ALL_OF)),
            _THRICE if any(word in value for word in _ANEW) else 1,
        )
        found[path] = node
        pending += [*node.here, *node.one_of, *node.all_of]
    return found


def _parts(value: dict[str, Any], path: Path, words: tuple[tuple[str, ...], ...]) -> Iterator[Path]:
    single, listed, named = words
    yield from ((*path, word) for word in single if word in value)
    for word in listed:
        yield from ((*path, word, str(index)) for index in range(len(value.get(word, ()))))
    for word in named:
        yield from ((*path, word, name) for name in value.get(word, ()))


def _anchors(schema: Any) -> Iterator[tuple[str, Path]]:
    for above, key, value, _ in places(schema):
        if isinstance(value, dict):
            path = tuple(map(str, steps(below(above, key))))
            yield from (
                (value[word], path) for word in ("$anchor", "$dynamicAnchor") if isinstance(value.get(word), str)
            )
            if path and isinstance(value.get("$id"), str):
                raise TooMuch(path, _ELSEWHERE)


def _target(schema: Any, anchors: dict[str, Path], path: Path, reference: Any) -> Path:
    text = reference.removeprefix("#") if isinstance(reference, str) and reference.startswith("#") else None
    if text in anchors:
        return anchors[text]
    steps = tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]) if text else ()
    if text is None or (text and not text.startswith("/")) or _at(schema, steps) is None:
        raise TooMuch(path, _ELSEWHERE)
    return steps


def _at(schema: Any, path: Path) -> Any:
    for step in path:
        if isinstance(schema, list) and step.isdecimal() and int(step) < len(schema):
            schema = schema[int(step)]
        elif isinstance(schema, dict):
            schema = schema.get(step)
        else:
            return None
    return schema


_TOO_MUCH = both(
    "With this part, one place of a document may be checked more than {most} times, because references "
    "double at each step.",
    most=MOST_LOOKS,
)
_PATTERNS = both(
    "With this part, the patterns of the schema are more than {most}, or too large in all: repeat groups, and classes "
    "of characters such as \\pL, less often.",
    most=MOST_PATTERNS,
)
_CIRCLE = both("This part refers to itself for one and the same value.")
_ELSEWHERE = both(
    "This part refers to something outside this schema (“#/…” or an anchor is allowed), or has its own “$id”."
)
