"""Which flags change their answer when a kill switch is engaged or lifted, worked out without a context."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flags.engine.compiling import DEFAULT_VARIANT, LIVE, compile_flags, needed
from flags.engine.conditions import in_order
from flags.engine.flag import Flag, Need

#: What one context is served at one time: with the switch not engaged, and with it engaged.
Pair = tuple[str | None, str | None]


class Effects(NamedTuple):
    """Keys in the order of the snapshot. A flag that goes on for some contexts and off for others is in both."""

    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()


def effects_of_switch(
    snapshot: Mapping[str, Any], key: str, *, engage: bool, killed: Collection[str], environment: str, now: datetime
) -> Effects:
    """Flags whose answer changes for some context once the kill switch of ``key`` is engaged (else lifted).

    ``killed``: the other engaged ones. Conditions are not examined: a flag is listed when a context could meet them.
    The work is linear in the flags that depend on this one and in their prerequisites.
    """
    flags = {flag["key"]: flag for flag in snapshot.get("featureFlags", ()) if isinstance(flag, dict) and "key" in flag}
    if key not in flags:
        return Effects()
    needs = {name: needed(flag) & flags.keys() for name, flag in flags.items()}
    part = _reached(_reached([key], _turned(needs)), needs)
    compiled = compile_flags(
        {**snapshot, "featureFlags": [flag for name, flag in flags.items() if name in part]},
        environment=environment,
        killed={*killed} - {key},
    )
    served: dict[str, set[Pair]] = {}
    for name in in_order({name: {need.flag.key for need in compiled[name].needs} for name in compiled}):
        flag = compiled[name]
        served[name] = _served(flag, name in compiled.errors, served, compiled.errors, now)
        if name == key:
            served[name] = {(free, flag.off.variant) for free, _ in served[name]}
    lost = tuple(name for name in compiled if _goes_off(compiled[name], served[name]))
    won = tuple(name for name in compiled if _goes_off(compiled[name], {(b, a) for a, b in served[name]}))
    return Effects(on=won, off=lost) if engage else Effects(on=lost, off=won)


def _goes_off(flag: Flag, pairs: Iterable[Pair]) -> bool:
    """Whether the flag can go from on to off."""
    off = flag.off.variant
    return any(first != off and then == off for first, then in pairs)


def _served(
    flag: Flag, damaged: bool, others: Mapping[str, set[Pair]], errors: Collection[str], now: datetime
) -> set[Pair]:
    """Every pair that the flag may serve. Its prerequisites are treated as independent."""
    off = flag.off.variant
    met = {(True, True)}
    for need in flag.needs:
        pairs = others[need.flag.key]
        met = {
            (free and _meets(need, one, errors), forced and _meets(need, other, errors))
            for free, forced in met
            for one, other in pairs
        }
    own = {off} if damaged else _own(flag, now)
    return {(variant if free else off, variant if forced else off) for free, forced in met for variant in own}


def _meets(need: Need, variant: str | None, errors: Collection[str]) -> bool:
    if need.flag.key in errors:
        return False
    return variant != need.flag.off.variant if need.variant is None else variant == need.variant


def _own(flag: Flag, now: datetime) -> set[str | None]:
    """The variants that the flag may serve while its prerequisites are met."""
    source, off = flag.source, flag.off.variant
    if flag.killed or source["state"] not in LIVE or (flag.end is not None and flag.end <= now):
        return {off}
    found: set[str | None] = {off} if flag.start is not None or flag.end is not None else set()
    for rule in flag.rules:
        found |= {part["variant"] for part in rule.source.get("split", ())}
        if "split" not in rule.source:
            found.add(rule.source.get("variant", source.get("defaultVariant", DEFAULT_VARIANT)))
        if rule.fixed is not None and not rule.source.get("conditions"):
            return found  # it matches everybody: no context gets further
    if source["state"] == "ROLLOUT":
        found.add(off)
    if source["state"] == "ON" or flag.rollout > 0:
        found.add(source.get("defaultVariant", DEFAULT_VARIANT))
    return found


def _reached(start: Iterable[str], graph: Mapping[str, Iterable[str]]) -> set[str]:
    """The start names and everything reachable from them."""
    found, waiting = set(start), list(start)
    while waiting:
        new = set(graph.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


def _turned(graph: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    turned: dict[str, set[str]] = defaultdict(set)
    for name, uses in graph.items():
        for used in uses:
            turned[used].add(name)
    return turned
