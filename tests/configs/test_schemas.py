from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from configs.snapshot.traversal import KEY
from configs.validation.check import TOP_LEVEL, check_snapshot
from configs.validation.schema_words import FALLBACK, KEYWORDS, PLACES
from configs.validation.schemas import SNAPSHOT_SCHEMA, UnusableSchema, check_extra_schema, snapshot_schema

#: Keywords that only lead to other schemas, or say nothing about the value.
SILENT = {"$ref", "$defs", "properties", "items", "if", "then", "else", "title", "description", "$schema"}
#: Keywords whose findings the library reports under another name.
REPORTED_AS = {"dependentRequired": "required"}


def subschemas(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, schema) of every schema inside, as the library names places."""
    if not isinstance(schema, dict):
        return
    yield "/".join(path), schema
    for keyword in ("$defs", "properties"):
        for name, inner in schema.get(keyword, {}).items():
            yield from subschemas(inner, (*path, keyword, name))
    for keyword in ("items", "additionalProperties", "propertyNames", "if", "then", "else", "not"):
        yield from subschemas(schema.get(keyword), (*path, keyword))
    for number, inner in enumerate(schema.get("oneOf", ())):
        yield from subschemas(inner, (*path, "oneOf", str(number)))


ALL = list(subschemas(snapshot_schema()))


def test_the_schema_is_valid_json_schema() -> None:
    jsonschema_rs.meta.validate(snapshot_schema())


def test_the_schema_has_the_sections_of_the_product() -> None:
    kinds = {"array": list, "object": dict}
    sections = {}
    for name, schema in snapshot_schema()["properties"].items():
        definition = schema if "type" in schema else snapshot_schema()["$defs"][schema["$ref"].split("/")[-1]]
        sections[name] = kinds[definition["type"]]
    assert sections == TOP_LEVEL


def test_every_keyword_of_the_schema_has_a_sentence() -> None:
    used = {keyword for _, schema in ALL for keyword in schema}
    assert {REPORTED_AS.get(keyword, keyword) for keyword in used - SILENT} <= set(KEYWORDS)


def test_every_pattern_of_the_schema_is_explained_in_words() -> None:
    patterns = {f"{place}/pattern".removeprefix("$defs/") for place, schema in ALL if "pattern" in schema}
    assert patterns <= set(PLACES)


def test_every_explained_place_exists() -> None:
    places = {f"{place}/{keyword}".removeprefix("$defs/") for place, schema in ALL for keyword in schema}
    assert set(PLACES) <= places


def test_patterns_mean_the_same_in_python_browsers_and_here() -> None:
    """No classes whose members differ between engines, no look-around, always anchored or a plain class."""
    for place, schema in ALL:
        pattern = schema.get("pattern")
        if pattern is None:
            continue
        re.compile(pattern)
        assert not re.search(r"\\[a-wyzA-Z]|\(\?", pattern), place
        assert re.fullmatch(r"\^.*\$|\[\^ \]", pattern), place


def test_every_object_of_the_product_is_closed_but_the_free_ones() -> None:
    free = {
        place.removeprefix("$defs/")
        for place, schema in ALL
        if schema.get("type") == "object" and "additionalProperties" not in schema
    }
    assert free == {"", "action/properties/config", "layout", "theme", "theme/properties/brand"}


EXTRA = {
    "type": "object",
    "required": ["news"],
    "additionalProperties": False,
    "properties": {
        "news": {
            "type": "array",
            "maxItems": 2,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"id": {"$ref": "#/$defs/id"}, "when": {"format": "date"}, "n": {"multipleOf": 5}},
            },
        },
        "motto": {"const": "hello", "contentEncoding": "base64"},
    },
    "$defs": {"id": {"type": "string", "pattern": "^[a-z]+$"}},
}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"news": [{"id": "a", "n": 10}], "motto": "hello", "pages": []}, []),
        ({}, [("", "schema.required")]),
        ({"news": [{"id": "A"}]}, [("/news/0/id", "schema.pattern")]),
        ({"news": [{"ids": "A"}]}, [("/news/0/ids", "schema.additionalProperties")]),
        ({"news": [{}, {}, {"n": 3}]}, [("/news", "schema.maxItems"), ("/news/2/n", "schema.multipleOf")]),
        ({"news": [], "motto": 5}, [("/motto", "schema.const")]),
        ({"news": [], "old": 1}, [("/old", "section.unknown")]),
    ],
)
def test_an_application_declares_sections_of_its_own(document: Any, expected: list[tuple[str, str]]) -> None:
    problems = check_snapshot(document, extra_schema=EXTRA)
    assert [(problem.pointer, problem.code) for problem in problems] == expected


def test_sentences_about_an_applications_schema_show_its_own_rules() -> None:
    [problem] = check_snapshot({"news": [{"id": "A"}]}, extra_schema=EXTRA)
    assert problem.message["en"] == "“A” does not match ^[a-z]+$."
    [problem] = check_snapshot({"news": [{"ids": 1}]}, extra_schema=EXTRA)
    assert problem.message["en"] == "“ids” is not known here (did you mean “id”?)."


@pytest.mark.parametrize(
    ("keyword", "schema", "value"),
    [
        ("falseSchema", False, 1),
        ("exclusiveMinimum", {"exclusiveMinimum": 1}, 1),
        ("exclusiveMaximum", {"exclusiveMaximum": 1}, 1),
        ("multipleOf", {"multipleOf": 0.5}, 0.7),
        ("minItems", {"minItems": 1}, []),
        ("maxItems", {"maxItems": 0}, [1]),
        ("maxProperties", {"maxProperties": 0}, {"a": 1}),
        ("contains", {"contains": {"type": "string"}}, [1]),
        ("anyOf", {"anyOf": [False, {"type": "string"}]}, 1),
        ("const", {"const": {"a": 1}}, 1),
        ("unevaluatedProperties", {"unevaluatedProperties": False}, {"a": 1}),
        ("propertyNames", {"propertyNames": {"maxLength": 1}}, {"ab": 1}),
    ],
)
def test_keywords_that_only_applications_use_have_sentences(keyword: str, schema: Any, value: Any) -> None:
    problems = check_snapshot({"x": value}, extra_schema={"properties": {"x": schema}})
    assert [problem.code for problem in problems] == [f"schema.{keyword}"]
    assert problems[0].message["en"] != FALLBACK["en"].format(keyword=keyword)


def test_a_keyword_without_a_sentence_is_named() -> None:
    schema = {"properties": {"x": {"unevaluatedItems": False}}}
    [problem] = check_snapshot({"x": [1]}, extra_schema=schema)
    assert problem.message["en"] == "The value does not fit the schema (keyword “unevaluatedItems”)."
    assert "unevaluatedItems" in problem.message["fr"]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "text"},
        {"properties": []},
        {"properties": {"x": {"pattern": "("}}},
        {"properties": {"x": {"pattern": "(?=a)b"}}},
        {"properties": {"x": {"pattern": r"(a)\1"}}},
        {"properties": {"x": {"$ref": "https://example.com/schema.json"}}},
        {"properties": {"x": {"$ref": SNAPSHOT_SCHEMA.as_uri()}}},
        {"properties": {"x": {"$ref": "#/$defs/none"}}},
        {"properties": {"x": {"const": "\ud800"}}},
    ],
)
def test_an_unusable_schema_is_refused_and_is_one_problem_of_a_snapshot(schema: Any) -> None:
    with pytest.raises(UnusableSchema) as refused:
        check_extra_schema(schema)
    assert refused.value.problem.code == "extra_schema.invalid"
    problems = check_snapshot({"x": 1}, extra_schema=schema)
    assert [problem.code for problem in problems] == ["extra_schema.invalid", "section.unknown"]


def test_an_application_cannot_declare_a_section_of_the_product() -> None:
    with pytest.raises(UnusableSchema) as refused:
        check_extra_schema({"properties": {"pages": {"type": "array"}}})
    assert (refused.value.problem.pointer, refused.value.problem.code) == (
        "/properties/pages",
        "extra_schema.section_known",
    )


def test_a_schema_that_refers_to_itself_ends() -> None:
    schema = {"properties": {"tree": {"$ref": "#/$defs/node"}}, "$defs": {"node": {"items": {"$ref": "#/$defs/node"}}}}
    assert check_snapshot({"tree": [[[]]]}, extra_schema=schema) == []
    problems = check_snapshot({"tree": 1}, extra_schema={"$ref": "#", "properties": {"tree": {"$ref": "#"}}})
    assert "extra_schema.too_much_work" in {problem.code for problem in problems}


def test_the_schema_and_the_database_know_one_form_of_keys() -> None:
    environments = snapshot_schema()["$defs"]["flag"]["properties"]["environments"]
    assert environments["propertyNames"]["pattern"] == f"^{KEY.pattern}$"


def test_all_that_is_wrong_with_a_schema_is_said_at_once() -> None:
    with pytest.raises(UnusableSchema) as refused:
        check_extra_schema({"properties": {"a": {"type": 7}, "b": {"minLength": "x"}}})
    assert [problem.pointer for problem in refused.value.problems] == ["/properties/a/type", "/properties/b/minLength"]
