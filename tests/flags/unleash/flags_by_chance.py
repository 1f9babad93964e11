"""Flags made by chance, the same every time: rules that switch on and off, negations, segments, shares, splits, and
what is hashed for them."""

from __future__ import annotations

from random import Random
from typing import Any

#: Who asks comes and goes in steps that share no divisor with the lists above them: all combinations occur.
_USERS = (None, "ada", "", "7", "bob", None, "Zoë")
_SESSIONS = (None, "s-1", "s-2", "s-3", "")
CONTEXTS = [
    {name: value for name, value in zip(("tenant", "plan", "seats", "clientVersion"), values, strict=True) if value}
    | {
        name: value
        for name, value in (("userId", _USERS[at % len(_USERS)]), ("sessionId", _SESSIONS[at % 11 % len(_SESSIONS)]))
        if value is not None
    }
    for at, values in enumerate(
        (tenant, plan, seats, version)
        for tenant in (None, "acme", "globex", "initech", "hooli", "umbrella")
        for plan in (None, "free", "Pro")
        for seats in (None, "5", "50.5", "-1", "many")
        for version in (None, "1.2.3", "2.0.0-rc.1", "2.0.0+b7")
    )
]
#: The last one cannot be said for those who have it, and must not be said wrongly.
ATTRIBUTES: list[Any] = ["tenant", "plan", ["userId", "sessionId"], ["plan", "sessionId", "tenant"], "environment"]
SEEDS = ["common", "another seed", "f1", ""]
QUESTIONS: list[dict[str, Any]] = [
    {"attribute": "plan", "operator": "in", "values": ["free", "team"]},
    {"attribute": "plan", "operator": "notIn", "values": ["Pro"]},
    {"attribute": "plan", "operator": "startsWith", "values": ["p", "x"], "ignoreCase": True},
    {"attribute": "plan", "operator": "endsWith", "values": ["o"]},
    {"attribute": "tenant", "operator": "contains", "values": ["o"]},
    {"attribute": "seats", "operator": "lt", "values": [5, 10]},
    {"attribute": "seats", "operator": "gte", "values": ["50.5"]},
    {"attribute": "clientVersion", "operator": "semverLt", "values": ["2.0.0"]},
    {"attribute": "clientVersion", "operator": "semverRange", "values": ["^1.2 || >=2.0.0"]},
    {"attribute": "environment", "operator": "equals", "values": ["production"]},
    {"attribute": "environment", "operator": "equals", "values": ["staging"]},
]


def by_chance(seed: int, flags: int) -> dict[str, Any]:
    chance = Random(seed)
    segments = [{"id": f"s{n}", "conditions": _conditions(chance, [f"s{m}" for m in range(n)])} for n in range(6)]
    names = [f"s{n}" for n in range(6)]
    return {"featureFlags": [_flag(chance, f"f{n}", names, n) for n in range(flags)], "segments": segments}


def _condition(chance: Random, segments: list[str], depth: int = 0) -> dict[str, Any]:
    kind = chance.random()
    if kind < 0.15 and segments:
        return {"segment": chance.choice(segments)}
    if kind < 0.45 and depth < 3:
        if kind < 0.25:
            return {"not": _condition(chance, segments, depth + 1)}
        parts = [_condition(chance, segments, depth + 1) for _ in range(chance.randint(1, 3))]
        return {"any" if kind < 0.35 else "all": parts}
    return chance.choice(QUESTIONS)


def _conditions(chance: Random, segments: list[str]) -> list[dict[str, Any]]:
    return [_condition(chance, segments) for _ in range(chance.choice((0, 1, 1, 2)))]


def _flag(chance: Random, key: str, segments: list[str], number: int) -> dict[str, Any]:
    boolean = chance.random() < 0.5
    variants = ["on", "off"] if boolean else ["a", "b", "off"]
    flag: dict[str, Any] = {
        "key": key,
        "type": "boolean" if boolean else "string",
        "state": chance.choice(("ON", "ON", "ROLLOUT")),
        "rollout": chance.choice((0, 2500, 5000, 10000)),
        "defaultVariant": chance.choice(variants),
        "offVariant": "off",
        "rules": [_rule(chance, f"r{n}", segments, variants, boolean) for n in range(chance.randint(0, 4))],
    }
    if not boolean:
        flag["variants"] = [{"key": name, "value": name} for name in variants]
        # Without a draw, so that the other flags stay as they are.
        flag["variants"][1] |= ({}, {"payload": {"type": "csv"}, "name": "B b"}, {"payload": None}, {"name": None})[
            number % 4
        ]
    if chance.random() < 0.3:
        flag["bucketBy"] = chance.choice(ATTRIBUTES)
    if chance.random() < 0.2:
        flag["bucketing"] = {"algorithm": chance.choice(("murmur3", "fnv1a")), "seed": chance.choice(SEEDS)}
    if number and chance.random() < 0.2:
        flag["prerequisites"] = [{"flag": f"f{chance.randrange(number)}"}]
    return flag


def _rule(chance: Random, name: str, segments: list[str], variants: list[str], boolean: bool) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": name, "conditions": _conditions(chance, segments)}
    if chance.random() < 0.3:
        rule["rollout"] = chance.choice((0, 3000, 10000))
    if chance.random() < 0.2:
        rule["bucketBy"] = chance.choice(ATTRIBUTES)
    if chance.random() < 0.2:
        rule["seed"] = chance.choice(SEEDS)
    if not boolean and chance.random() < 0.4:
        first, second = chance.choice(((2500, 7500), (1, 2), (33, 66), (400, 600), (70_000, 30_000), (0, 1000)))
        rule["split"] = [{"variant": "a", "weight": first}, {"variant": "off", "weight": second}]
        if first + second != 10_000:
            rule["total"] = first + second
    else:
        rule["variant"] = chance.choice(variants)
    return rule
