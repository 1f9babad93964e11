"""Golden wire documents of OFREP (``tests/golden/ofrep``); those of the other routes are in ``tests/golden``.

``GOLDEN=write pytest tests/flags/ofrep/test_golden.py`` writes them anew. They are compared with the OpenAPI
document in ``tests/releases/api/test_openapi.py``.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from pytest_django import Settings

from tests.examples import GOLDEN
from tests.flags.ofrep.helpers import ALL, Ofrep
from tests.releases.api.test_golden import wire

FOLDER = GOLDEN / "ofrep"


def documents(ofrep: Ofrep, settings: Settings) -> dict[str, Any]:
    made = {"all_200_nothing": ofrep.all(), "one_404_nothing": ofrep.one("banner")}
    ofrep.publish()
    made |= {
        "all_200": ofrep.all({"targetingKey": "hooli"}),
        "all_304": ofrep.all(if_none_match="*"),
        "all_400": ofrep.post(ALL, b'{"context": {"n": NaN}}'),
        "all_401": ofrep.all(x_api_key="pk_unknown"),
        "one_200": ofrep.one("ratio"),
        "one_200_rule": ofrep.one("testers", {"targetingKey": "hooli"}),
        "one_200_unknown": ofrep.one("quarter"),
        "one_400": ofrep.post(f"{ALL}/banner", {"context": {"targetingKey": 1}}, accept_language="fr"),
        "one_404": ofrep.one("a/b", accept_language="fr"),
        "one_413": ofrep.post(f"{ALL}/banner", b" " * 70_000),
        "one_415": ofrep.post(f"{ALL}/banner", b"x", "text/plain"),
    }
    ofrep.world.kill("ratio")
    made["one_200_killed"] = ofrep.one("ratio")
    settings.ICONTROL_EVALUATIONS_PER_MINUTE = 1
    ofrep.all()
    made["all_429"] = ofrep.all()
    return made


def test_the_documents_are_as_they_were(ofrep: Ofrep, settings: Settings) -> None:
    made = {name: wire(response) for name, response in documents(ofrep, settings).items()}
    texts = {name: json.dumps(value, ensure_ascii=False, indent=2) + "\n" for name, value in made.items()}
    if os.environ.get("GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        for file in FOLDER.glob("*.json"):
            file.unlink()
        for name, text in texts.items():
            (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
        pytest.fail("the golden documents were written; read the difference and run again")
    assert {file.stem: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.json")} == texts
