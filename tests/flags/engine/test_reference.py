"""The examples of ``docs/reference/flags.md``."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from configs.validation.check import check_snapshot
from configs.validation.schemas import snapshot_schema
from flags.engine import Reason, compile_flags
from flags.engine.conditions import DEEPEST, MOST_QUESTIONS
from flags.engine.operators import LONGEST_PATTERN
from flags.engine.work import MOST_STEPS

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "flags.md").read_text(encoding="utf-8")
BLOCKS: list[dict[str, Any]] = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
EXAMPLES = [(block, example) for block in BLOCKS for example in block["examples"]]


@pytest.mark.parametrize(
    ("block", "example"), EXAMPLES, ids=[f"{block['flag']['key']}-{at}" for at, (block, _) in enumerate(EXAMPLES)]
)
def test_example(block: dict[str, Any], example: dict[str, Any]) -> None:
    flags = compile_flags({"featureFlags": [block["flag"]], "segments": block.get("segments", [])})
    now = datetime.fromisoformat(example.get("now", "2026-11-22T12:00:00Z"))
    found = flags.evaluate(block["flag"]["key"], example["context"], now=now)
    assert (found.variant, found.reason, found.bucket) == (example["serves"], example["reason"], example.get("bucket"))
    if "value" in example:
        assert json.dumps(found.value) == json.dumps(example["value"])


def test_the_examples_could_be_published() -> None:
    assert len(EXAMPLES) >= 20
    for block in BLOCKS:
        content = {"featureFlags": [block["flag"]], "segments": block.get("segments", [])}
        assert [problem for problem in check_snapshot(content) if problem.severity == "error"] == []


def test_the_page_names_every_word_and_limit() -> None:
    for operator in snapshot_schema()["$defs"]["condition"]["properties"]["operator"]["enum"]:
        assert f"`{operator}`" in PAGE
    for reason in Reason:
        assert f"| `{reason}` |" in PAGE
    for limit in (MOST_QUESTIONS, DEEPEST, LONGEST_PATTERN):
        assert f" {limit} " in PAGE
    assert f"{MOST_STEPS:,} **steps**".replace(",", " ") in PAGE
