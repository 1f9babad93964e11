"""JSON merge patch: the examples of RFC 7396, and what must hold for all."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given

from configs.snapshot.merge import merge_patch
from tests.configs.strategies import DOCUMENTS

#: RFC 7396, appendix A: (original, patch, result)
EXAMPLES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("original", "patch", "result"), EXAMPLES)
def test_the_examples_of_rfc_7396(original: Any, patch: Any, result: Any) -> None:
    before = copy.deepcopy((original, patch))
    assert merge_patch(original, patch) == result
    assert (original, patch) == before


@given(DOCUMENTS, DOCUMENTS)
def test_patching_twice_changes_nothing_more(original: Any, patch: Any) -> None:
    before = copy.deepcopy((original, patch))
    once = merge_patch(original, patch)
    assert merge_patch(once, patch) == once
    assert (original, patch) == before


@given(DOCUMENTS)
def test_an_empty_patch_changes_no_object(original: Any) -> None:
    assert merge_patch(original, {}) == (original if isinstance(original, dict) else {})


def test_a_null_deep_in_a_list_stays() -> None:
    assert merge_patch({}, {"a": [None, {"b": None}]}) == {"a": [None, {"b": None}]}
