"""A flag in one environment: the flag, with that environment's settings in place of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Members that an environment may override.
OWN = ("state", "rollout", "rules")


def resolved(snapshot: Mapping[str, Any], environment: str) -> Mapping[str, Any]:
    """The snapshot resolved for one environment. No flag in it has ``environments``; a snapshot without any is returned
    as it is. An environment that a flag does not name (also ``""``) uses the flag's own settings. Total on any JSON.
    """
    flags = snapshot.get("featureFlags")
    if not isinstance(flags, list) or not any(isinstance(flag, dict) and "environments" in flag for flag in flags):
        return snapshot
    return {**snapshot, "featureFlags": [_in(flag, environment) for flag in flags]}


def own(flag: Any, environment: str) -> dict[str, Any]:
    """A flag's overrides for one environment; usually empty."""
    environments = flag.get("environments") if isinstance(flag, dict) else None
    found = environments.get(environment) if isinstance(environments, dict) else None
    return {name: found[name] for name in OWN if name in found} if isinstance(found, dict) else {}


def environments_of(snapshot: Mapping[str, Any]) -> list[str]:
    """The environments that flags name, sorted."""
    flags = snapshot.get("featureFlags")
    named = (flag.get("environments") for flag in flags if isinstance(flag, dict)) if isinstance(flags, list) else ()
    return sorted({name for names in named if isinstance(names, dict) for name in names})


def _in(flag: Any, environment: str) -> Any:
    if not isinstance(flag, dict) or "environments" not in flag:
        return flag
    return {**{name: value for name, value in flag.items() if name != "environments"}, **own(flag, environment)}
