"""All cases of Unleash's client specification, through the importer and our engine.

Those that fail are exactly those that ``docs/howto/from-unleash.md`` names, with the reason.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from configs.importers.unleash import convert
from configs.validation.check import check_snapshot
from flags.engine import FlagNotFound, FlagSet, compile_flags
from tests.clients import node_clients
from tests.configs.unleash_files import NOW, flags_of, flat, is_on

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "from-unleash.md"


def fits(case: dict[str, Any], flags: dict[str, dict[str, Any]], engine: FlagSet) -> bool:
    """Whether a case is answered as it should be: on or off, and which variant with which payload."""
    name, expected = case["toggleName"], case["expectedResult"]
    try:
        found = engine.evaluate(name, flat(case["context"]), now=NOW)
    except FlagNotFound:
        return expected is False or (isinstance(expected, dict) and not expected["feature_enabled"])
    on = is_on(flags[name], found)
    if isinstance(expected, bool):
        return on is expected
    if not expected["enabled"]:
        return on is expected["feature_enabled"] and found.variant in ("on", "off")
    payload = expected["payload"]
    value = float(payload["value"]) if payload["type"] == "number" else payload["value"]
    return on and expected["feature_enabled"] and (found.variant, found.value) == (expected["name"], value)


def test_every_case_passes_but_those_that_the_documentation_names() -> None:
    folder = node_clients() / "node_modules" / "@unleash" / "client-specification" / "specifications"
    passed, failed = 0, set()
    for file in json.loads((folder / "index.json").read_text(encoding="utf-8")):
        content = json.loads((folder / file).read_text(encoding="utf-8"))
        imported = convert(content["state"])
        assert [problem for problem in check_snapshot(imported.snapshot) if problem.severity == "error"] == []
        flags, engine = flags_of(imported), compile_flags(imported.snapshot)
        assert not engine.errors
        for case in (*content.get("tests", []), *content.get("variantTests", [])):
            if fits(case, flags, engine):
                passed += 1
            else:
                failed.add((file, case["description"]))

    named = re.findall(r"^\| `(\d\d-[\w-]+\.json)` \| (.+?) \| .+ \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert failed == set(named)
    assert (passed, len(failed)) == (277, 2)
