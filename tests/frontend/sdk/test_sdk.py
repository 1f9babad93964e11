"""The JavaScript SDK: its own tests, and what it weighs."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import pytest

from tests.clients import node_clients
from tests.frontend.javascript import SDK, run_tests, tool
from tests.frontend.sdk.package import make

#: Half a minute of a processor: a thousand clients for half an hour.
LONG = {"outage.test.mjs"}
FILES = [
    pytest.param(file, id=file.name, marks=[pytest.mark.slow] if file.name in LONG else [])
    for file in sorted(Path(__file__).parent.glob("*.test.mjs"))
]
#: What `createClient` needs, each file minified by itself, gzip.
MOST_BYTES = 10_000


APP = """
import { createClient } from "icontrol-sdk";
import { fileStorage } from "icontrol-sdk/file-storage.js";
import { IControlProvider } from "icontrol-sdk/openfeature.js";
import { showUpdateModal } from "icontrol-sdk/update-modal.js";

const storage = fileStorage("copy");
const client = createClient({ baseUrl: "https://icontrol.example", clientVersion: "1.0.0", storage });
const isOn: boolean = client.flag("x", false);
const limit: number = client.flag("y", 3);
// @ts-expect-error a version is needed
createClient({ baseUrl: "https://icontrol.example" });
export const all = [isOn, limit, client.gate.requiresUpdate, new IControlProvider(client), showUpdateModal("Old.")];
"""


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


def test_the_package_brings_its_types(tmp_path: Path) -> None:
    """As an app in TypeScript has it: each name that the package exports is there, with its types."""
    make(tmp_path / "node_modules" / "icontrol-sdk")
    (tmp_path / "app.ts").write_text(APP)
    options = ["--noEmit", "--strict", "--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler"]
    tool("tsc", *options, "--lib", "es2023,dom,dom.iterable", str(tmp_path / "app.ts"))


def test_openfeature_takes_it_for_a_provider() -> None:
    clients = node_clients()
    tool("tsc", "--project", str(clients))
    done = subprocess.run(["node", "icontrol-web.mjs"], cwd=clients, capture_output=True, text=True)
    assert done.stdout == "all is well\n", done.stderr
