"""``python -m tests.bench.flags_bench``: evaluations per second, beside UnleashClient's where that is installed.

Both engines run in one process, on the same hundred flags and contexts, in turns, so that a busy machine slows both.
Every answer is compared before anything is timed. Nothing here fails because it is slow.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from UnleashClient import UnleashClient
from UnleashClient.cache import FileCache

from flags.engine import compile_flags

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
#: Seconds of one turn, and turns of which the best counts.
TURN = 0.3
TURNS = 5
CONTEXTS = [
    {
        "userId": f"user-{number}",
        "plan": ("free", "team", "enterprise")[number % 3],
        "clientVersion": f"1.{number % 7}.{number % 4}",
        "locale": ("fr-FR", "en-GB", "de-DE")[number % 3],
    }
    for number in range(50)
]
KINDS = ("on", "rollout", "rules", "split")


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


def rate(work: Callable[[], int]) -> float:
    """Evaluations per second of work that says how many it did."""
    done, start = 0, time.perf_counter()
    while (taken := time.perf_counter() - start) < TURN:
        done += work()
    return done / taken


def unleash_client(features: list[dict[str, Any]]) -> Any:
    """A client that holds these features and never calls a server."""
    cache = FileCache("bench", tempfile.mkdtemp(prefix="icontrol-bench-"))
    cache.bootstrap_from_dict({"version": 2, "features": features})
    options: dict[str, Any] = {"disable_metrics": True, "disable_registration": True, "cache": cache}
    client = UnleashClient("http://127.0.0.1:1/api", "bench", **options)
    client.initialize_client(fetch_toggles=False)
    return client


def main() -> None:
    keys = {f"flag-{number}": KINDS[number % len(KINDS)] for number in range(100)}
    ours = compile_flags({"featureFlags": [our_flag(kind, key) for key, kind in keys.items()]})
    theirs = unleash_client([unleash_feature(kind, key) for key, kind in keys.items()])
    unleash_contexts = [
        {"userId": context["userId"], "properties": {k: v for k, v in context.items() if k != "userId"}}
        for context in CONTEXTS
    ]

    def ask_ours(key: str) -> Callable[[], int]:
        def work() -> int:
            for context in CONTEXTS:
                ours.evaluate(key, context, now=NOW)
            return len(CONTEXTS)

        return work

    def ask_theirs(key: str, kind: str) -> Callable[[], int]:
        ask = theirs.get_variant if kind == "split" else theirs.is_enabled

        def work() -> int:
            for context in unleash_contexts:
                ask(key, context)
            return len(unleash_contexts)

        return work

    def all_ours() -> int:
        for context in CONTEXTS:
            ours.evaluate_all(context, NOW)
        return len(CONTEXTS) * len(keys)

    def all_theirs() -> int:
        for context in unleash_contexts:
            for key, kind in keys.items():
                (theirs.get_variant if kind == "split" else theirs.is_enabled)(key, context)
        return len(unleash_contexts) * len(keys)

    for key, kind in keys.items():
        for context, unleash_context in zip(CONTEXTS, unleash_contexts, strict=True):
            answer = ours.evaluate(key, context, now=NOW).value
            other = (
                theirs.get_variant(key, unleash_context)["name"]
                if kind == "split"
                else theirs.is_enabled(key, unleash_context)
            )
            if answer != other:
                raise SystemExit(f"{key} ({kind}) for {context}: {answer!r} here, {other!r} there")
    print(f"{len(keys) * len(CONTEXTS)} answers are the same.")
    rows: list[tuple[str, Callable[[], int], Callable[[], int]]] = [
        (f"one flag, {kind}", ask_ours(key), ask_theirs(key, kind)) for key, kind in list(keys.items())[:4]
    ]
    rows.append(("100 flags in bulk", all_ours, all_theirs))
    print(f"{'':22}{'this engine':>16}{'UnleashClient':>16}{'ratio':>8}   (evaluations per second)")
    for label, our_work, their_work in rows:
        pairs = [(rate(our_work), rate(their_work)) for _ in range(TURNS)]
        here, there = max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)
        print(f"{label:22}{here:>16,.0f}{there:>16,.0f}{here / there:>8.1f}")
    theirs.destroy()


if __name__ == "__main__":
    main()
