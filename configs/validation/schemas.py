"""JSON Schema: the product's and the applications' schemas, compiled once; findings become :class:`Problem`.

Compilation is offline (a ``$ref`` to another document is refused) and patterns run on a linear-time engine, because
people write an application's schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema_rs

from configs.snapshot.caps import MOST_PROBLEMS, encodable
from configs.snapshot.traversal import TOP_LEVEL
from configs.validation.schema_words import fields, sentence
from configs.validation.schema_work import TooMuch, check_patterns, check_work
from configs.validation.suggestions import Suggestions
from flags.engine.sentences import shown
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.texts import Text, both

SNAPSHOT_SCHEMA = Path(__file__).parents[1] / "schema" / "snapshot.schema.json"
#: Above this number findings are summarised by entry: the library takes twelve seconds to describe the 500 000 mistakes
#: that fit into 250 KB, and one second to count them.
MOST_TOLD = 2_000


class UnusableSchema(ValueError):
    """Not a usable JSON Schema 2020-12; ``problems`` say why, the first is ``problem``."""

    def __init__(self, at: str, code: str, message: Text, *, more: Sequence[Problem] = ()) -> None:
        self.problem = Problem(at, code, message)
        self.problems = [self.problem, *more]
        super().__init__(message["en"])


@lru_cache(maxsize=1)
def snapshot_schema() -> dict[str, Any]:
    """The product's schema of a snapshot, shared with browsers. Not to be changed by callers."""
    schema: dict[str, Any] = json.loads(SNAPSHOT_SCHEMA.read_text(encoding="utf-8"))
    return schema


@lru_cache(maxsize=1)
def _snapshot_validator() -> jsonschema_rs.Draft202012Validator:
    return _compiled(snapshot_schema())


@lru_cache(maxsize=1)
def _values_validator() -> jsonschema_rs.Draft202012Validator:
    """Validates the schemas that flags have for their values."""
    return _compiled({"$ref": "#/$defs/valueSchema", "$defs": snapshot_schema()["$defs"]})


@lru_cache(maxsize=1)
def _schemas_validator() -> jsonschema_rs.Draft202012Validator:
    return _compiled({"$ref": "https://json-schema.org/draft/2020-12/schema"})


@lru_cache(maxsize=32)
def _extra_validator(text: str) -> jsonschema_rs.Draft202012Validator:
    schema = json.loads(text)
    check_patterns(schema)  # before they are compiled
    validator = _compiled(schema)
    check_work(schema)
    return validator


def _compiled(schema: Any) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, offline=True, pattern_options=jsonschema_rs.RegexOptions())


def section_findings(snapshot: Any, suggestions: Suggestions) -> list[Problem]:
    """Findings of the product's schema in a legible document."""
    return _findings(_snapshot_validator(), snapshot_schema(), snapshot, suggestions)


def extra_findings(snapshot: dict[str, Any], extra_schema: Any, suggestions: Suggestions) -> list[Problem]:
    """Findings of the application's schema in the extra sections, and sections that it does not declare."""
    declared: set[str] = set()
    problems: list[Problem] = []
    if extra_schema:
        try:
            validator = check_extra_schema(extra_schema)
        except UnusableSchema as error:
            problems.append(error.problem)
        else:
            declared = set(extra_schema.get("properties", {}))
            extra = {name: value for name, value in snapshot.items() if name in declared}
            problems += _findings(validator, extra_schema, extra, suggestions)
    for name in sorted(snapshot.keys() - TOP_LEVEL.keys() - declared):
        message = both(
            "The section “{name}” is not declared by the application's schema{near}.",
            name=shown(name),
            near=suggestions.near(name, {*TOP_LEVEL, *declared}),
        )
        problems.append(Problem(pointer([name]), "section.unknown", message))
    return problems


def value_finding(value: Any, schema: Any, suggestions: Suggestions) -> Problem | None:
    """The first mismatch of a variant's value with its flag's schema; its pointer is into the value.

    ``None`` also for a schema that is itself invalid: that is reported elsewhere, and its cost is unknown. Only the
    first, because a value may have millions of mismatches.
    """
    if not _values_validator().is_valid(schema):
        return None
    try:
        _compiled(schema).validate(value)
    except jsonschema_rs.ValidationError as error:
        return next(_told(error, schema, suggestions))
    return None


def check_extra_schema(schema: Any) -> jsonschema_rs.Draft202012Validator:
    """The compiled schema of an application's own sections, one per name in its ``properties``.

    :class:`UnusableSchema` when it is not an object, is not JSON Schema 2020-12, refers to another document, uses a
    pattern that needs backtracking, names a section of the product, or is too much work (see ``schema_work``).
    """
    if not isinstance(schema, dict) or not isinstance(schema.get("properties", {}), dict):
        raise UnusableSchema("", "extra_schema.invalid", _NOT_AN_OBJECT)
    for name in schema.get("properties", {}):
        if name in TOP_LEVEL:
            message = both(
                "“{name}” is a section of the product; a schema of the application cannot declare it.", name=name
            )
            raise UnusableSchema(pointer(["properties", name]), "extra_schema.section_known", message)
    try:
        return _extra_validator(json.dumps(schema, sort_keys=True))
    except jsonschema_rs.ValidationError as error:
        first, *rest = list(islice(_schemas_validator().iter_errors(schema), MOST_PROBLEMS)) or [error]
        more = [Problem(*_unusable(other)) for other in rest]
        raise UnusableSchema(*_unusable(first), more=more) from None
    except TooMuch as error:
        raise UnusableSchema(error.at, "extra_schema.too_much_work", error.message) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise UnusableSchema("", *_invalid(str(error))) from None


def _unusable(error: jsonschema_rs.ValidationError) -> tuple[str, str, Text]:
    return encodable(pointer(error.instance_path)), *_invalid(error.message)


def _invalid(why: str) -> tuple[str, Text]:
    message = both("The application's schema is not a usable JSON Schema 2020-12: {why}", why=shown(why, 200))
    return "extra_schema.invalid", message


def _findings(
    validator: jsonschema_rs.Draft202012Validator, schema: Any, document: Any, suggestions: Suggestions
) -> list[Problem]:
    if validator.is_valid(document):
        return []
    counted = validator.evaluate(document).errors()
    if len(counted) > MOST_TOLD:
        return list(islice(_summed_up(counted), MOST_PROBLEMS))
    found = (problem for error in validator.iter_errors(document) for problem in _told(error, schema, suggestions))
    return list(islice(found, MOST_PROBLEMS))


def _summed_up(counted: list[Any]) -> Iterator[Problem]:
    """One problem for each entry of a section (``/pages/12``), or for the section when that is what is wrong."""
    for place in dict.fromkeys("/".join(error["instanceLocation"].split("/")[:3]) for error in counted):
        yield Problem(place, "schema.many", _MANY)


def _told(error: jsonschema_rs.ValidationError, schema: Any, suggestions: Suggestions) -> Iterator[Problem]:
    keyword, details, path = error.kind.name, error.kind.as_dict(), error.instance_path
    place = "/".join(map(str, error.schema_path)) if schema is snapshot_schema() else ""
    values = fields(error.instance, details)

    def problem(at: list[str | int], **more: Any) -> Problem:
        return Problem(pointer(at), f"schema.{keyword}", sentence(keyword, place, {**values, **more}))

    if keyword in ("additionalProperties", "unevaluatedProperties"):
        known = _at(schema, error.schema_path[:-1]).get("properties", {})
        for name in details["unexpected"]:
            yield problem([*path, name], property=shown(name), near=suggestions.near(name, known))
    elif keyword == "propertyNames":
        name = details["error"].instance
        yield problem([*path, name], property=shown(name))
    else:
        yield problem(path)


def _at(schema: Any, path: list[str | int]) -> dict[str, Any]:
    """The subschema at a path; an empty one when the path leads through another document."""
    for step in path:
        try:
            schema = schema[step]
        except (KeyError, IndexError, TypeError):
            return {}
    return schema if isinstance(schema, dict) else {}


_MANY = both("There are mistakes here; in all there are too many to list one by one.")
_NOT_AN_OBJECT = both("The application's schema must be an object whose “properties” name the sections.")
