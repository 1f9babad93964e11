"""A flag in one environment: the flag, with that environment's settings in place of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

#: Members that an environment may override.
OWN = ("state", "rollout", "rules")


def resolved(snapshot: Mapping[str, Any], environment: str) -> Mapping[str, Any]:
    """The snapshot resolved for one environment, as it is evaluated there: no flag in it has ``environments``, and no
    rule is disabled. A snapshot where that is so is returned as it is. An environment that a flag does not name (also
    ``""``) uses the flag's own settings. Total on any JSON.
    """
    return _mapped(overridden(snapshot, environment), _has_disabled, _enabled)


def overridden(snapshot: Mapping[str, Any], environment: str) -> Mapping[str, Any]:
    """The same with the disabled rules, so that rules keep their places."""
    return _mapped(snapshot, lambda flag: "environments" in flag, lambda flag: _in(flag, environment))


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


def is_disabled(rule: Any) -> bool:
    """Whether a rule is switched off: it stays in the config and decides nothing."""
    return isinstance(rule, dict) and rule.get("disabled") is True


def _mapped(
    snapshot: Mapping[str, Any], concerns: Callable[[dict[str, Any]], bool], change: Callable[[dict[str, Any]], Any]
) -> Mapping[str, Any]:
    flags = snapshot.get("featureFlags")
    if not isinstance(flags, list) or not any(isinstance(flag, dict) and concerns(flag) for flag in flags):
        return snapshot
    return {
        **snapshot,
        "featureFlags": [change(flag) if isinstance(flag, dict) and concerns(flag) else flag for flag in flags],
    }


def _in(flag: dict[str, Any], environment: str) -> dict[str, Any]:
    return {**{name: value for name, value in flag.items() if name != "environments"}, **own(flag, environment)}


def _has_disabled(flag: dict[str, Any]) -> bool:
    rules = flag.get("rules")
    return isinstance(rules, list) and any(map(is_disabled, rules))


def _enabled(flag: dict[str, Any]) -> dict[str, Any]:
    return {**flag, "rules": [rule for rule in flag["rules"] if not is_disabled(rule)]}
