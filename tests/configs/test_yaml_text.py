"""YAML as JSON written otherwise: what it stands for, and what of YAML is refused before it costs anything."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import yaml
from hypothesis import given

from configs.importers import yaml_text
from configs.importers.yaml_text import json_or_yaml
from configs.snapshot.canonical import NotStrictJSON
from tests.flags.engine.json_values import VALUES

#: "lol" to the ninth: nine lines, and a thousand million of them when the aliases are followed.
BILLION = "a0: &a0 [lol, lol]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))


def read(text: str | bytes, most: int = 100_000) -> Any:
    return json_or_yaml(text if isinstance(text, bytes) else text.encode(), max_bytes=most)


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML may have been built without libyaml."""
    monkeypatch.setattr(yaml_text, "_LOADER", getattr(yaml, request.param))


def test_scalars_are_what_both_versions_of_yaml_take_them_for() -> None:
    text = """
    # a comment
    texts: [yes, on, 007, 1e3, 0x10, 1_000, 1:30, +1, .5, .inf, 2023-02-01T08:00:00.000Z, '1', "true", <<, =]
    words: [true, False, null, ~, TRUE, ]
    numbers: [0, -1, 1.50, 1.0e+3]
    empty:
    block: |
      two
      lines
    1: key
    """
    found = read(text)
    plain = "yes on 007 1e3 0x10 1_000 1:30 +1 .5 .inf 2023-02-01T08:00:00.000Z 1 true << ="
    assert found["texts"] == plain.split(" ")
    assert found["words"] == [True, False, None, None, True]
    assert found["numbers"] == [0, -1, 1.5, 1000]
    assert (found["empty"], found["block"], found["1"]) == (None, "two\nlines\n", "key")
    assert read("") is None and read("--- []\n...\n") == []


@given(VALUES)
def test_what_is_written_as_yaml_is_read_as_it_was(value: Any) -> None:
    value = {"value": value}
    try:
        expected = json_or_yaml(json.dumps(value).encode(), max_bytes=10**6)
    except NotStrictJSON:
        return
    # PyYAML writes "next line" unescaped among other signs, where it is a line break and read as a blank.
    signs = "\x85" not in json.dumps(value, ensure_ascii=False)
    assert read(yaml.safe_dump(value, allow_unicode=signs)) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BILLION, "yaml.alias"),
        ("a: &a [*a]", "yaml.alias"),
        ("a: !!python/object/apply:os.system ['true']", "yaml.tag"),
        ("a: !!str 5", "yaml.tag"),
        ("a: ! 5", "yaml.tag"),
        ("a: 1\nb: 2\na: 3", "json.duplicate_key"),
        ("a: {x: 1, 'x': 2}", "json.duplicate_key"),
        ("? [a]\n: b", "yaml.key"),
        ("a: 1\n---\nb: 2", "yaml.documents"),
        ("a: [", "yaml.syntax"),
        ("<html><body>\tNot: found: here", "yaml.syntax"),
        ("a: " + "[" * 33 + "]" * 33, "json.too_deep"),
        ("a: " + "[" * 40_000, "json.too_deep"),
        ("- " * 40_000, "json.too_deep"),
        ("a: 12345678901234567890", "json.number"),
        ("a: 1.0e+999", "json.number"),
        ('a: "\\0"', "json.nul"),
        ("__proto__: 1", "json.forbidden_key"),
        ("a: " + "x" * 70_000, "json.string_too_long"),
        ("a: " + "x" * 100_000, "json.too_large"),
        (b"a: \xff", "json.encoding"),
        ("\ufeffa: 1", "json.byte_order_mark"),
        ('{"a": 1, "a": 2}', "json.duplicate_key"),
    ],
)
def test_what_is_refused(text: str | bytes, code: str) -> None:
    with pytest.raises(NotStrictJSON) as caught:
        read(text)
    (problem,) = caught.value.problems
    assert problem.code == code and problem.message["en"] != problem.message["fr"]


def test_a_refusal_names_the_line() -> None:
    with pytest.raises(NotStrictJSON) as caught:
        read("a: 1\nb: 2\na: 3")
    assert caught.value.problems[0].message["en"] == "The key “a” occurs twice. Line 3."


def test_twice_the_text_is_about_twice_the_work() -> None:
    def cost(times: int) -> float:
        text = b"features:\n" + b"- {name: f, strategies: [{name: default, parameters: {a: 'b'}}]}\n" * times
        start = time.process_time()
        json_or_yaml(text, max_bytes=10**7)
        return time.process_time() - start

    cost(500)
    assert min(cost(4000) for _ in range(3)) < 16 * min(cost(1000) for _ in range(3))
