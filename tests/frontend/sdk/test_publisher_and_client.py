"""The publisher and the shipped client judge documents alike (CrowdStrike, 2024: validator and reader disagreed).

What the publisher accepts, the client uses, with every flag. What the client does not use, or of which a flag is
damaged, the publisher refuses. The flags that are damaged for the client are just those that are so for the engine,
whose check the publisher trusts; and all of them, damaged or not, serve the same.
"""

from __future__ import annotations

import copy
import json
import random
import re
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from configs.validation.check import check_snapshot
from flags.engine import compile_flags, resolved
from releases.delivery.public_form import render
from tests.flags.engine.vectors import vectors
from tests.frontend.javascript import ROOT, node_is_there

DOCUMENTS = 2_000
#: Flags that a browser evaluates, and what they need.
LOCAL = {case["flag"] for case in vectors()["cases"] if case["local"]}
FLAGS = {flag["key"]: flag for flag in vectors()["flags"] if flag["key"] in LOCAL}
SEGMENTS = {segment["id"]: segment for segment in vectors()["segments"]}
OPEN = [
    s
    for s in SEGMENTS.values()
    if not s.get("private") and "matches" not in json.dumps(s) and "testers" not in json.dumps(s)
]
#: The other sections: those of the reference's example, which name no flag here.
PAGE = (ROOT / "docs" / "reference" / "snapshot.md").read_text(encoding="utf-8")
OTHERS = {
    name: [{key: value for key, value in one.items() if key != "flag"} for one in section]
    if isinstance(section, list)
    else section
    for name, section in json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[-1]).items()
    if name not in ("featureFlags", "segments")
}
CONTEXTS = [case["context"] for case in vectors()["cases"]]
#: Values that are of another type, empty, or mean something only to some readers.
ODD: list[Any] = [
    None, True, False, 0, 1, -1, 10_000, 0.5, "", "1", "on", "off", "ON", "1.0.0", "2026-02-30", [], {}, [1], [[]],
    [None], {"a": 1}, {"segment": "none"}, {"not": {}}, ["tenant"], "tenant", "é", "::1/200",
    "10.0.0.0/8", ">=1", "^1.2 || ", "1e400",
]  # fmt: skip


class Made(NamedTuple):
    document: dict[str, Any]
    contexts: list[dict[str, Any]]
    now: str


def made(number: int) -> Made:
    """A document of a few flags of the vectors; two out of three have something wrong in them, or only odd."""
    chance = random.Random(number)
    keys = chance.sample(sorted(FLAGS), chance.randint(1, 4))
    for key in keys:
        keys += [need["flag"] for need in FLAGS[key].get("prerequisites", ()) if need["flag"] not in keys]
    document: dict[str, Any] = copy.deepcopy({"featureFlags": [FLAGS[key] for key in keys], "segments": OPEN, **OTHERS})
    for _ in range(number % 3):
        flags, others = document.get("featureFlags"), document.get(chance.choice(list(OTHERS)))
        parts = [document, flags, flags, document.get("segments"), others]
        change(chance, chance.choice([part for part in parts if part and isinstance(part, dict | list)]))
    return Made(document, chance.sample(CONTEXTS, 3), vectors()["now"])


def change(chance: random.Random, place: Any) -> None:
    """One change somewhere below: a member left out, doubled, or of another value."""
    inner = list(place.values() if isinstance(place, dict) else place)
    below = [value for value in inner if isinstance(value, dict | list) and value]
    if below and chance.random() < 0.8:
        change(chance, chance.choice(below))
        return
    if not place:
        return
    at = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
    what = chance.random()
    if what < 0.2:
        del place[at]
    elif what < 0.3 and isinstance(place, list):
        place.append(copy.deepcopy(place[at]))
    elif what < 0.4 and isinstance(place, dict):
        place[
            chance.choice(["variant", "rollout", "seed", "state", "offVariant", "values", "segment", "key", "id"])
        ] = place[at]
    else:
        place[at] = copy.deepcopy(chance.choice(ODD))


def by_the_client(documents: list[Made]) -> list[dict[str, Any]]:
    given = "\n".join(json.dumps(one._asdict()) for one in documents)
    script = Path(__file__).with_name("accepts.mjs")
    done = subprocess.run(["node", str(script)], input=given, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def is_publishable(document: dict[str, Any]) -> bool:
    return not any(problem.severity == "error" for problem in check_snapshot(document, max_bytes=10**6))


@pytest.mark.slow
def test_the_publisher_accepts_what_the_client_uses_and_the_other_way_round() -> None:
    node_is_there()
    all_made = [made(number) for number in range(DOCUMENTS)]
    accepted = [is_publishable(one.document) for one in all_made]
    shown = [
        one._replace(document=render(resolved(one.document, "production"))) if good else one
        for one, good in zip(all_made, accepted, strict=True)
    ]
    judged = by_the_client(shown)
    assert len(judged) == DOCUMENTS
    damaged, wrong = 0, list[Any]()
    for one, good, found in zip(all_made, accepted, judged, strict=True):
        if good and (found["refused"], found.get("damaged")) != (None, []):
            wrong.append(("accepted by the publisher only", found, one))
        if found["refused"]:
            continue
        engine = compile_flags(one.document)
        if found["damaged"] != sorted(engine.errors):
            wrong.append(("damaged", found["damaged"], sorted(engine.errors), one))
            continue
        damaged += bool(found["damaged"])
        now = datetime.fromisoformat(one.now)
        for context, answers in zip(one.contexts, found["answers"], strict=True):
            wanted = {key: told(engine, key, context, now) for key in engine}
            if answers != wanted:
                wrong.append(("answers", answers, wanted, context, one))
    assert not wrong, (len(wrong), wrong[:3])
    # The corpus has enough of each kind.
    assert min(sum(accepted), damaged, sum(bool(found["refused"]) for found in judged)) > DOCUMENTS // 50


def told(engine: Any, key: str, context: dict[str, Any], now: datetime) -> dict[str, Any]:
    found = engine.evaluate(key, context, now=now)
    answer = {"value": found.value, "variant": found.variant, "reason": found.reason}
    more = {"ruleId": found.rule_id, "bucket": found.bucket}
    return {**answer, **{name: value for name, value in more.items() if value is not None}}
