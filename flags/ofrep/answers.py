"""Evaluations and refusals as OFREP answers. Pure. Each possible entry of a release is serialised once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import flags.ofrep.codes  # noqa: F401  (what it refuses)
from flags.client_keys import VARY
from flags.engine import Evaluation, Reason
from icontrol.kernel.answers import Answer
from icontrol.kernel.json_types import Keywords
from icontrol.kernel.problem_json import CONTENT_TYPE
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import pick
from releases.delivery import answers
from releases.delivery.answers import Ask, Route
from releases.delivery.representations import Live, Representation

JSON = "application/json"
#: Both addresses.
FLAGS = Route(VARY, ("POST",))


class EvaluationMetadataJSON(TypedDict):
    ruleId: NotRequired[Annotated[str, "The rule that decided."]]


class SetMetadataJSON(TypedDict):
    serial: Annotated[int, "Number of the release."]
    version: NotRequired[Annotated[str, "Config version that is live; absent when nothing was published."]]


class OneEvaluationMetadataJSON(SetMetadataJSON, EvaluationMetadataJSON):
    pass


class EvaluationJSON(TypedDict):
    key: str
    value: Annotated[Any, "Of the flag's type; a `number` always has a decimal point."]
    reason: Annotated[str, Keywords(enum=[reason for reason in Reason if reason is not Reason.ERROR])]
    variant: str


class BulkEvaluationJSON(EvaluationJSON):
    """A flag's value for this context, among others."""

    metadata: EvaluationMetadataJSON


class OneEvaluationJSON(EvaluationJSON):
    """A flag's value for this context."""

    metadata: OneEvaluationMetadataJSON


class EvaluationFailureJSON(TypedDict):
    """A flag that cannot be evaluated."""

    key: str
    errorCode: Literal["GENERAL"]
    errorDetails: str


class BulkEvaluationsJSON(TypedDict):
    """All flags, in the order of the snapshot."""

    flags: list[BulkEvaluationJSON | EvaluationFailureJSON]
    metadata: NotRequired[Annotated[SetMetadataJSON, "Absent before the first release."]]


#: Before the first release: no flags, and no release to name.
NOTHING = b'{"flags":[]}'
#: Refusals with a specific code in the protocol; all others are GENERAL.
ERROR_CODES = {
    "json.refused": "PARSE_ERROR",
    "evaluation.not_an_object": "PARSE_ERROR",
    "evaluation.bad_context": "INVALID_CONTEXT",
    "evaluation.no_such_flag": "FLAG_NOT_FOUND",
    "release.none": "FLAG_NOT_FOUND",
}
#: The protocol defines these answers as plain JSON; some clients read no other type.
PLAIN = (400, 404)


def one(ask: Ask, live: Live, key: str, evaluation: Evaluation) -> Answer:
    """For one flag. :class:`Refusal` for a damaged one."""
    if evaluation.reason is Reason.ERROR:
        raise Refusal("evaluation.damaged_flag", key=key)
    return answers.unconditional(ask, live, _entry(live, key, evaluation, alone=True).encode())


def all_of(ask: Ask, live: Live, evaluations: Mapping[str, Evaluation]) -> Answer:
    """For all flags, in the order of the snapshot. The ETag covers the answer: context and release.

    The release is named once, not per flag: clients compare entries to find changes.
    """
    entries = [
        _damaged(key, ask.language) if evaluation.reason is Reason.ERROR else _entry(live, key, evaluation, alone=False)
        for key, evaluation in evaluations.items()
    ]
    text = f'{{"flags":[{",".join(entries)}],"metadata":{_json(_release(live))}}}'
    return answers.conditional(ask, live, Representation.of_text(text))


def refused(ask: Ask, refusal: Refusal, key: Mapping[str, str]) -> Answer:
    """A problem as everywhere, plus the members that OFREP clients read; ``key`` for a single evaluation."""
    sentences = [refusal.detail, *(found.message for found in refusal.problems[:1])]
    members = {
        **key,
        "errorCode": ERROR_CODES.get(refusal.code, "GENERAL"),
        "errorDetails": " ".join(pick(sentence, ask.language) for sentence in sentences),
    }
    return answers.refused(ask, refusal, members, JSON if refusal.status in PLAIN else CONTENT_TYPE)


def _entry(live: Live, key: str, evaluation: Evaluation, *, alone: bool) -> str:
    # The answer depends on nothing else, so there are only as many as the snapshot has variants and rules.
    what = (alone, key, evaluation.variant, evaluation.reason, evaluation.rule_id)
    written: dict[tuple[Any, ...], str] = live.once("ofrep", dict)
    text = written.get(what)
    if text is None:
        metadata: dict[str, Any] = {**_release(live)} if alone else {}
        if evaluation.rule_id is not None:
            metadata["ruleId"] = evaluation.rule_id
        text = (
            f'{{"key":{_json(key)},"value":{_value(evaluation.value)},'
            f'"reason":"{evaluation.reason}","variant":{_json(evaluation.variant)},"metadata":{_json(metadata)}}}'
        )
        written[what] = text
    return text


def _release(live: Live) -> SetMetadataJSON:
    """OpenFeature's telemetry uses the name ``version``."""
    release: SetMetadataJSON = {"serial": live.serial}
    if live.version is not None:
        release["version"] = live.version
    return release


def _damaged(key: str, language: str) -> str:
    details = pick(Refusal("evaluation.damaged_flag", key=key).detail, language)
    failure: EvaluationFailureJSON = {"key": key, "errorCode": "GENERAL", "errorDetails": details}
    return _json(failure)


def _value(value: Any) -> str:
    text = _json(value)
    if not isinstance(value, float) or "." in text:
        return text
    # Typed languages read 2 and 1e+22 as integers or not at all, so a number gets a decimal point.
    digits, e, exponent = text.partition("e")
    return f"{digits}.0{e}{exponent}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
