"""Evaluations in OFREP's words. What a release can answer is written once and put together from then on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flags.engine import Evaluation, Reason
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import pick
from releases.delivery.live import Live

#: Nothing was ever released: no flags, and no release to name.
NOTHING = '{"flags":[]}'


def one(live: Live, key: str, evaluation: Evaluation) -> str:
    """The answer for one flag. :class:`Refusal` for a damaged one."""
    if evaluation.reason is Reason.ERROR:
        raise Refusal("evaluation.damaged_flag", key=key)
    return _entry(live, key, evaluation, alone=True)


def all_of(live: Live, evaluations: Mapping[str, Evaluation], language: str) -> str:
    """The answer for all flags, in the order of the snapshot.

    The release is named once and not with each flag: clients compare the entries to find what has changed.
    """
    entries = [
        _damaged(key, language) if evaluation.reason is Reason.ERROR else _entry(live, key, evaluation, alone=False)
        for key, evaluation in evaluations.items()
    ]
    return f'{{"flags":[{",".join(entries)}],"metadata":{_json(_release(live))}}}'


def _entry(live: Live, key: str, evaluation: Evaluation, *, alone: bool) -> str:
    # Nothing else of an evaluation is told, and there are as many of these as the snapshot has variants and rules.
    what = (alone, key, evaluation.variant, evaluation.reason, evaluation.rule_id)
    written: dict[tuple[Any, ...], str] = live.once("ofrep", dict)
    text = written.get(what)
    if text is None:
        metadata = _release(live) if alone else {}
        if evaluation.rule_id is not None:
            metadata["ruleId"] = evaluation.rule_id
        text = (
            f'{{"key":{_json(key)},"value":{_value(evaluation.value)},'
            f'"reason":"{evaluation.reason}","variant":{_json(evaluation.variant)},"metadata":{_json(metadata)}}}'
        )
        written[what] = text
    return text


def _release(live: Live) -> dict[str, Any]:
    """OpenFeature's telemetry knows the name ``version``."""
    return {"serial": live.serial, **({} if live.version is None else {"version": live.version})}


def _damaged(key: str, language: str) -> str:
    details = pick(Refusal("evaluation.damaged_flag", key=key).detail, language)
    return _json({"key": key, "errorCode": "GENERAL", "errorDetails": details})


def _value(value: Any) -> str:
    text = _json(value)
    if not isinstance(value, float) or "." in text:
        return text
    # Typed languages read 2 and 1e+22 as whole numbers, or not at all: a number is told by its point.
    digits, e, exponent = text.partition("e")
    return f"{digits}.0{e}{exponent}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
