"""The flags that are measured, ours and Unleash's words for the same, and who asks."""

from __future__ import annotations

from typing import Any

KINDS = ("on", "rollout", "rules", "split")
CONTEXTS = [
    {
        "userId": f"user-{number}",
        "plan": ("free", "team", "enterprise")[number % 3],
        "clientVersion": f"1.{number % 7}.{number % 4}",
        "locale": ("fr-FR", "en-GB", "de-DE")[number % 3],
    }
    for number in range(50)
]


def kinds(count: int) -> dict[str, str]:
    """``flag-0`` and so on, of every kind in turn."""
    return {f"flag-{number}": KINDS[number % len(KINDS)] for number in range(count)}


def mixed(count: int) -> dict[str, Any]:
    """A snapshot of so many flags."""
    return {"featureFlags": [our_flag(kind, key) for key, kind in kinds(count).items()]}


def among_others(*, rules: int) -> dict[str, Any]:
    """A snapshot of the flag ``asked`` and 99 others that have so many rules each."""
    plans = [{"attribute": "plan", "operator": "in", "values": [f"plan-{number}"]} for number in range(rules)]
    other: dict[str, Any] = {"type": "boolean", "state": "ON"}
    if rules:
        other["rules"] = [{"id": f"r{n}", "conditions": [plan], "variant": "on"} for n, plan in enumerate(plans)]
    return {"featureFlags": [our_flag("rules", "asked"), *({"key": f"other-{n}", **other} for n in range(99))]}


def our_flag(kind: str, key: str) -> dict[str, Any]:
    flag: dict[str, Any] = {"key": key, "type": "boolean", "state": "ON", "bucketBy": "userId"}
    if kind == "rollout":
        flag |= {"state": "ROLLOUT", "rollout": 2500}
    elif kind == "rules":
        version = {"attribute": "clientVersion", "operator": "semverGte", "values": ["1.3.0"]}
        plan = {"attribute": "plan", "operator": "in", "values": ["team", "enterprise"]}
        locale = {"attribute": "locale", "operator": "startsWith", "values": ["fr", "nl"]}
        flag |= {
            "defaultVariant": "off",
            "rules": [
                {"id": "paid", "conditions": [plan, version], "variant": "on"},
                {"id": "french", "conditions": [locale], "variant": "on", "rollout": 5000},
            ],
        }
    elif kind == "split":
        names = ("a", "b", "c")
        flag |= {
            "type": "string",
            "variants": [{"key": name, "value": name} for name in names],
            "defaultVariant": "a",
            "offVariant": "a",
            "rules": [
                {
                    "id": "all",
                    "split": [{"variant": n, "weight": w} for n, w in zip(names, (2500, 2500, 5000), strict=True)],
                }
            ],
        }
    return flag


def unleash_feature(kind: str, key: str) -> dict[str, Any]:
    def strategy(rollout: int, constraints: list[dict[str, Any]]) -> dict[str, Any]:
        parameters = {"rollout": str(rollout), "stickiness": "userId", "groupId": key}
        return {"name": "flexibleRollout", "parameters": parameters, "constraints": constraints}

    strategies = [strategy(100, [])]
    if kind == "rollout":
        strategies = [strategy(25, [])]
    elif kind == "rules":
        plan = {"contextName": "plan", "operator": "IN", "values": ["team", "enterprise"]}
        version = {"contextName": "clientVersion", "operator": "SEMVER_GTE", "value": "1.3.0"}
        locale = {"contextName": "locale", "operator": "STR_STARTS_WITH", "values": ["fr", "nl"]}
        strategies = [strategy(100, [plan, version]), strategy(50, [locale])]
    elif kind == "split":
        strategies[0]["variants"] = [
            {"name": name, "weight": weight, "stickiness": "userId", "payload": {"type": "string", "value": name}}
            for name, weight in (("a", 250), ("b", 250), ("c", 500))
        ]
    return {"name": key, "enabled": True, "strategies": strategies}
