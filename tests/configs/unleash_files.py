"""Small Unleash files, and what its own engine answers to them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from yggdrasil_engine.engine import UnleashEngine

from configs.importers import Imported
from configs.importers.unleash import convert
from flags.engine import Evaluation, FlagSet, compile_flags

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
#: Names of Unleash's context that do not stand in its ``properties``.
KNOWN = ("userId", "sessionId", "remoteAddress", "environment", "appName", "currentTime")


def feature(name: str = "f", *strategies: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "enabled": True, "strategies": list(strategies), **more}


def rollout(percent: int | str, group: str | None = None, stickiness: str = "default", **more: Any) -> dict[str, Any]:
    parameters = {"rollout": str(percent), "stickiness": stickiness, **({"groupId": group} if group else {})}
    return {"name": "flexibleRollout", "parameters": parameters, **more}


def default(*constraints: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "default", "constraints": list(constraints), **more}


def constraint(name: str, operator: str, *values: str, **more: Any) -> dict[str, Any]:
    one_value = operator.startswith(("NUM", "DATE", "SEMVER", "REGEX"))
    asked: dict[str, Any] = {"value": values[0]} if one_value else {"values": list(values)}
    return {"contextName": name, "operator": operator, **asked, **more}


def variant(
    name: str, weight: int = 500, value: str | None = None, kind: str = "string", **more: Any
) -> dict[str, Any]:
    payload = {} if value is None else {"payload": {"type": kind, "value": value}}
    return {"name": name, "weight": weight, **payload, **more}


def client(*features: dict[str, Any], segments: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"version": 2, "features": list(features), "segments": segments or []}


def flags_of(imported: Imported) -> dict[str, dict[str, Any]]:
    return {flag["key"]: flag for flag in imported.snapshot["featureFlags"]}


def compiled(content: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], FlagSet]:
    imported = convert(content)
    flags = compile_flags(imported.snapshot)
    assert not flags.errors
    return flags_of(imported), flags


def is_on(flag: dict[str, Any], found: Evaluation) -> bool:
    return found.variant != flag.get("offVariant", "off")


def flat(context: dict[str, Any]) -> dict[str, Any]:
    """Unleash's context as attributes of ours."""
    return {**context.get("properties", {}), **{name: value for name, value in context.items() if name != "properties"}}


class Unleash:
    """Unleash's own engine, the one inside its clients."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.engine = UnleashEngine()
        self.engine.take_state(json.dumps(content))

    def answer(self, name: str, attributes: dict[str, Any]) -> tuple[bool, str | None]:
        """Whether the feature is on, and the name of its variant, if it has one."""
        properties = {key: value for key, value in attributes.items() if key not in KNOWN}
        context = {key: value for key, value in attributes.items() if key in KNOWN} | {"properties": properties}
        chosen = self.engine.get_variant(name, context).variant
        return self.engine.is_enabled(name, context).is_enabled, chosen.name if chosen.enabled else None
