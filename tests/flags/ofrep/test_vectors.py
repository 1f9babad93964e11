"""Every language-neutral case, asked over HTTP: one flag alone, all flags together, and the engine agree."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from configs.snapshot.caps import FORBIDDEN_KEYS
from flags.engine import Context, Evaluation, compile_flags
from tests.flags.engine.vectors import moment, snapshot, vectors
from tests.flags.ofrep.helpers import Ofrep, ok, refused

#: What the protocol changes in a context: the server says the environment, the targeting key is the tenant.
DIFFERENT = {"context.environment", "context.named"}


def mapped(context: dict[str, Any]) -> Context:
    return {**({"tenant": context["targetingKey"]} if "targetingKey" in context else {}), **context}


@pytest.fixture
def published(ofrep: Ofrep, settings: Settings) -> Ofrep:
    settings.ICONTROL_SNAPSHOT_MAX_BYTES = 10**6
    content = snapshot()
    ofrep.publish(*content["featureFlags"], segments=content["segments"])
    return ofrep


def told(answer: dict[str, Any]) -> tuple[Any, ...]:
    return answer["key"], answer["value"], answer["variant"], answer["reason"], answer["metadata"].get("ruleId")


def found(key: str, evaluation: Evaluation) -> tuple[Any, ...]:
    return key, evaluation.value, evaluation.variant, evaluation.reason, evaluation.rule_id


def test_all_cases(published: Ofrep, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = compile_flags(snapshot(), environment="production")
    different, unsayable = set(), 0
    for case in vectors()["cases"]:
        key, context, now = case["flag"], case["context"], moment(case)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        too_large = any(isinstance(value, int) and value > sys.float_info.max for value in context.values())
        if too_large or FORBIDDEN_KEYS & context.keys():
            refused(published.one(key, context), 400, "json.refused", "PARSE_ERROR", key=key)
            unsayable += 1
            continue
        alone = ok(published.one(key, context))
        evaluation = engine.evaluate(key, mapped(context), now=now)
        assert told(alone) == found(key, evaluation), case["name"]
        assert type(alone["value"]) is type(evaluation.value)
        together = ok(published.all(context))["flags"]
        every = engine.evaluate_all(mapped(context), now)
        assert [told(entry) for entry in together] == sorted(found(*item) for item in every.items()), case["name"]
        expected = case["expected"]
        if told(alone)[1:] != (expected["value"], expected["variant"], expected["reason"], expected.get("ruleId")):
            different.add(key)
            assert key in DIFFERENT or "targetingKey" in context, case["name"]
    assert different and unsayable == 2  # else the exceptions are not needed
