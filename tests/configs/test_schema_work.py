"""The schema of an application's own sections: what it costs is known before it is accepted."""

from __future__ import annotations

from typing import Any

import pytest

from configs.policies import LARGEST_SCHEMA, check_schema
from configs.snapshot.canonical import canonical
from configs.validation import schema_work
from configs.validation.schema_work import MOST_LOOKS, TooMuch, check_work
from configs.validation.schemas import UnusableSchema, check_extra_schema, snapshot_schema
from flags.engine.work import MOST_PATTERNS
from icontrol.kernel.refusals import Refusal


def doubling(step: Any, levels: int = 28) -> dict[str, Any]:
    """d0 applies d1 twice, and so on."""
    defs = {f"d{n}": step({"$ref": f"#/$defs/d{n + 1}"}) for n in range(levels)}
    return {"properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": {**defs, f"d{levels}": {"type": "integer"}}}


STEPS: dict[str, Any] = {
    "allOf": lambda inner: {"allOf": [inner, inner]},
    "anyOf": lambda inner: {"anyOf": [inner, inner]},
    "oneOf and not": lambda inner: {"oneOf": [inner], "not": inner},
    "if": lambda inner: {"if": inner, "then": inner},
    "dependentSchemas": lambda inner: {"dependentSchemas": {"a": inner, "b": inner}},
    "items": lambda inner: {"allOf": [{"items": inner}, {"items": inner}]},
    "properties": lambda inner: {"allOf": [{"properties": {"a": inner}}, {"additionalProperties": inner}]},
    "patternProperties": lambda inner: {"patternProperties": {"a": inner, "b": inner}},
    "contains": lambda inner: {"items": inner, "contains": inner},
    "unevaluated": lambda inner: {"allOf": [inner], "unevaluatedProperties": False},
}


@pytest.mark.parametrize("name", STEPS)
def test_what_doubles_at_each_step_is_refused_with_the_part(name: str) -> None:
    schema = doubling(STEPS[name])
    with pytest.raises(UnusableSchema) as refused:
        check_extra_schema(schema)
    problem = refused.value.problem
    assert problem.code == "extra_schema.too_much_work"
    assert problem.pointer.startswith("/$defs/d") and str(MOST_LOOKS) in problem.message["en"]
    with pytest.raises(Refusal) as stored:
        check_schema(schema)
    assert stored.value.code == "schema.invalid" and list(stored.value.problems) == [problem]
    check_work(doubling(STEPS[name], 3))


@pytest.mark.parametrize("pattern", [r"^(\p{L}\p{M}?\p{N}){5}N{n}$", r"\p{Script=Greek}{n}", "a{n}"])
def test_patterns_are_bounded_before_they_are_compiled(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def schema(count: int) -> dict[str, Any]:
        patterns = [pattern.replace("{n}", str(n)) for n in range(count)]
        half = count // 2
        named = [{"pattern": one} for one in patterns[:half]]
        return {"properties": {"a": {"patternProperties": dict.fromkeys(patterns[half:], {}), "anyOf": named}}}

    check_extra_schema(schema(3))
    monkeypatch.setattr("configs.validation.schemas._compiled", lambda schema: pytest.fail("compiled"))
    with pytest.raises(UnusableSchema) as refused:
        check_extra_schema(schema(MOST_PATTERNS + 1))
    problem = refused.value.problem
    assert problem.code == "extra_schema.too_much_work" and problem.pointer.startswith("/properties/a")


@pytest.mark.parametrize(
    "recursive",
    [
        {"properties": {"left": {"$ref": "#/$defs/node"}, "right": {"$ref": "#/$defs/node"}}},
        {"properties": {"parts": {"type": "array", "items": {"$ref": "#/$defs/node"}}}},
        {"additionalProperties": {"$ref": "#node"}, "$anchor": "node"},
    ],
)
def test_trees_are_accepted(recursive: Any) -> None:
    """They refer to themselves, and each place of a document is looked at a few times all the same."""
    assert check_extra_schema({"properties": {"tree": {"$ref": "#/$defs/node"}}, "$defs": {"node": recursive}})


def test_our_own_schema_is_little_work() -> None:
    check_work(snapshot_schema())


@pytest.mark.parametrize(
    ("schema", "at"),
    [
        ({"properties": {"x": {"$ref": "#/properties/x"}}}, "/properties/x"),
        ({"allOf": [{"$ref": "#"}]}, ""),
        ({"properties": {"x": {"$id": "https://example.org/x"}}}, "/properties/x"),
        ({"properties": {"x": {"$ref": "#/$defs/none"}}}, "/properties/x"),
        ({"properties": {"x": {"$ref": "#none"}}}, "/properties/x"),
    ],
)
def test_what_has_no_end_or_leads_elsewhere_is_refused(schema: Any, at: str) -> None:
    with pytest.raises(TooMuch) as refused:
        check_work(schema)
    assert refused.value.at in (at, at + "/allOf/0")


def test_the_count_itself_takes_no_longer_than_the_schema_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    at = schema_work._at

    def counted(schema: Any, path: Any) -> Any:
        nonlocal looked
        looked += 1
        return at(schema, path)

    monkeypatch.setattr(schema_work, "_at", counted)
    chain: dict[str, Any] = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(MOST_LOOKS - 10)}
    schema = {"properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": {**chain, f"d{MOST_LOOKS - 10}": True}}
    assert len(canonical(schema)) < LARGEST_SCHEMA
    check_work(schema)
    assert looked < 3 * MOST_LOOKS
