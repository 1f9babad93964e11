"""What Unleash's SDKs get. The list of features is written once a release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from configs.exporters import unleash
from configs.payloads import name_of, payload
from flags.engine import Evaluation
from releases.delivery.live import Live, Representation


def features(live: Live, *, inline: bool) -> Representation:
    """All features of a release; ``inline`` for SDKs that know no segments."""

    def written() -> Representation:
        exported = unleash.features(live.own, killed=live.killed, environment=live.environment, inline=inline)
        return Representation.of(unleash.document(exported, inline=inline))

    return live.once(("unleash", inline), written)


def toggles(live: Live, evaluations: Mapping[str, Evaluation]) -> Representation:
    """What is on, evaluated by our own engine: for those who ask for answers and not for rules."""
    flags = live.own.get("featureFlags", [])
    on = [flag for flag in flags if unleash.is_on(flag, evaluations[flag["key"]])]
    return Representation.of({"toggles": [_toggle(flag, evaluations[flag["key"]]) for flag in on]})


def _toggle(flag: dict[str, Any], evaluation: Evaluation) -> dict[str, Any]:
    variant = told_variant(flag, evaluation) | {"feature_enabled": True, "featureEnabled": True}
    return {"name": flag["key"], "enabled": True, "variant": variant, "impressionData": False}


def told_variant(flag: dict[str, Any], evaluation: Evaluation) -> dict[str, Any]:
    """The variant of a flag that is on, as Unleash's clients know it; ``disabled``: none."""
    served = next((one for one in flag.get("variants", ()) if one["key"] == evaluation.variant), None)
    name = None if flag["type"] == "boolean" or served is None else name_of(served)
    if served is None or name is None:
        return {"name": "disabled", "enabled": False}
    told = payload(flag["type"], served)
    return {"name": name, "enabled": True} | ({"payload": told} if told else {})
