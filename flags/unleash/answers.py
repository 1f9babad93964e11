"""Answers to Unleash's SDKs. Pure. The list of features is serialised once per release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, TypedDict

from configs.exporters import unleash
from configs.payloads import PayloadJSON, name_of, payload
from flags.client_keys import VARY
from flags.engine import Evaluation
from icontrol.kernel.answers import Answer
from releases.delivery.answers import Ask, Route, conditional
from releases.delivery.representations import Live, Representation

FEATURES = Route(f"{VARY}, Unleash-Client-Spec")
FRONTEND = Route(VARY, ("GET", "POST", "HEAD"))
#: Before the first release.
NO_FEATURES = b'{"version": 2, "features": [], "segments": []}'
NO_TOGGLES = b'{"toggles": []}'


class FeaturesJSON(TypedDict):
    version: int
    features: Annotated[Any, "Features with strategies, variants and dependencies, as Unleash's SDKs read them."]
    segments: Annotated[Any, "Empty for SDKs that know none."]
    query: Any


class ToldVariantJSON(TypedDict):
    name: Annotated[str, "`disabled` for a boolean flag, which has no variants there."]
    enabled: bool
    payload: NotRequired[PayloadJSON]


class UnleashVariantJSON(ToldVariantJSON):
    feature_enabled: bool
    featureEnabled: bool


class ToggleJSON(TypedDict):
    name: str
    enabled: bool
    variant: UnleashVariantJSON
    impressionData: bool


class TogglesJSON(TypedDict):
    toggles: Annotated[list[ToggleJSON], "What is on; everything else is off."]


def features(ask: Ask, live: Live, *, inline: bool) -> Answer:
    """All features of a release; ``inline`` for SDKs without segments."""

    def written() -> Representation:
        exported = unleash.features(live.own, killed=live.killed, environment=live.environment, inline=inline)
        return Representation.of(unleash.document(exported, inline=inline))

    return conditional(ask, live, live.once(("unleash", inline), written))


def toggles(ask: Ask, live: Live, evaluations: Mapping[str, Evaluation]) -> Answer:
    """The flags that are on, evaluated by our own engine, for SDKs that do not evaluate."""
    flags = live.own.get("featureFlags", [])
    on = [flag for flag in flags if unleash.is_on(flag, evaluations[flag["key"]])]
    shown: TogglesJSON = {"toggles": [_toggle(flag, evaluations[flag["key"]]) for flag in on]}
    # It may depend on the client's address.
    return conditional(ask, live, Representation.of(shown), cache_control="private, no-cache")


def _toggle(flag: dict[str, Any], evaluation: Evaluation) -> ToggleJSON:
    variant: UnleashVariantJSON = {**told_variant(flag, evaluation), "feature_enabled": True, "featureEnabled": True}
    return {"name": flag["key"], "enabled": True, "variant": variant, "impressionData": False}


def told_variant(flag: dict[str, Any], evaluation: Evaluation) -> ToldVariantJSON:
    """The variant of a flag that is on, in Unleash's form; ``disabled``: none."""
    served = next((one for one in flag.get("variants", ()) if one["key"] == evaluation.variant), None)
    name = None if flag["type"] == "boolean" or served is None else name_of(served)
    if served is None or name is None:
        return {"name": "disabled", "enabled": False}
    told = payload(flag["type"], served)
    variant: ToldVariantJSON = {"name": name, "enabled": True}
    if told is not None:
        variant["payload"] = told
    return variant
