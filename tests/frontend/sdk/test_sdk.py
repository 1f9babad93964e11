"""The JavaScript SDK: its own tests, and what it weighs."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from tests.frontend.javascript import SDK, run_tests, tool

#: Half a minute of a processor: a thousand clients for half an hour.
LONG = {"outage.test.mjs"}
FILES = [
    pytest.param(file, id=file.name, marks=[pytest.mark.slow] if file.name in LONG else [])
    for file in sorted(Path(__file__).parent.glob("*.test.mjs"))
]
#: What `createClient` needs, each file minified by itself, gzip.
MOST_BYTES = 10_000


@pytest.mark.parametrize("file", FILES)
def test_the_tests_in_javascript_pass(file: Path) -> None:
    run_tests(file)


def test_the_core_is_small_and_needs_nothing_else() -> None:
    parts, pending = dict[str, str](), ["icontrol.js"]
    while pending:
        name = pending.pop()
        if name not in parts:
            parts[name] = (SDK / name).read_text(encoding="utf-8")
            imported = re.findall(r'^(?:import|export) .*?from "(.+?)";$', parts[name], re.MULTILINE | re.DOTALL)
            assert all(one.startswith("./") for one in imported), (name, imported)
            pending += [one.removeprefix("./") for one in imported]
    assert len(parts) > 5
    small = "".join(tool("terser", "--module", "--compress", "--mangle", given=text) for text in parts.values())
    assert len(gzip.compress(small.encode())) < MOST_BYTES


def test_the_types_are_right() -> None:
    tool("tsc", "--project", str(Path(__file__).parent))
