"""Explains one evaluation of a flag, live or not yet. For staff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from configs import states
from configs.models import ConfigVersion
from configs.policies import check_permission
from flags.contexts import context_of
from flags.engine import Explanation, FlagSet, Reason, compile_flags
from flags.engine.sentences import shown
from icontrol.kernel.actors import EDIT, VIEW, Actor
from icontrol.kernel.json_types import Keywords
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text
from releases.ledger.chain import head_of
from releases.lookup import LIVE, find_version
from releases.models import Environment
from releases.serialization import WhereJSON, named

CHANNELS = (LIVE, states.DRAFT, states.PREVIEW)


class ExplainedJSON(WhereJSON):
    """One evaluation and its explanation."""

    channel: Annotated[str, Keywords(enum=list(CHANNELS))]
    version: str
    flag: str
    value: Any
    variant: str | None
    reason: Annotated[str, Keywords(enum=list(Reason))]
    ruleId: str | None
    bucket: int | None
    steps: list[Text]


@dataclass(frozen=True, slots=True)
class Explained:
    environment: Environment
    channel: str
    version: ConfigVersion
    key: str
    explanation: Explanation

    def as_json(self) -> ExplainedJSON:
        evaluation = self.explanation.evaluation
        return {
            **named(self.environment),
            "channel": self.channel,
            "version": self.version.version,
            "flag": self.key,
            "value": evaluation.value,
            "variant": evaluation.variant,
            "reason": evaluation.reason,
            "ruleId": evaluation.rule_id,
            "bucket": evaluation.bucket,
            "steps": list(self.explanation.steps),
        }


def find(environment: Environment, key: str, channel: str, actor: Actor) -> tuple[ConfigVersion, FlagSet]:
    """The version that a channel names, and its flags, which include this one. Engaged kill switches apply in every
    channel. Unpublished versions are for editors.
    """
    check_permission(actor, VIEW if channel == LIVE else EDIT)
    version, head = find_version(environment, channel), head_of(environment)
    flags = compile_flags(version.document, environment=environment.key, killed=head.killed)
    if key not in flags:
        where = environment.key if channel == LIVE else version.version
        raise Refusal("flag.unknown", where=where, flag=shown(key))
    return version, flags


def explain(
    environment: Environment,
    key: str,
    context: Mapping[str, Any],
    *,
    channel: str = LIVE,
    actor: Actor,
    now: dt.datetime,
) -> Explained:
    """Explain one evaluation. The context is read as for OpenFeature clients."""
    version, flags = find(environment, key, channel, actor)
    return Explained(environment, channel, version, key, flags.explain(key, context_of(context), now))
