"""Converts Unleash's strategies: their conditions, and what they hash."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from configs.importers.report import Report
from configs.importers.shapes import child
from configs.importers.unleash.constraints import (
    Condition,
    Never,
    Segments,
    conditions,
    gathered,
    readable_networks,
    usable_name,
)
from configs.importers.unleash.files import Found
from flags.engine.sentences import shown
from icontrol.kernel.texts import both

#: What Unleash hashes by default. Without either attribute, it draws at random at every evaluation.
DEFAULT = ("userId", "sessionId")
LONGEST_SEED = 200


@dataclass(frozen=True, slots=True)
class Hash:
    """What is hashed: attributes and salt."""

    by: tuple[str, ...]
    seed: str


@dataclass(slots=True)
class Strategy:
    """``share`` in 0.01 %, ``None`` for all. ``hash`` belongs to its share, ``split`` to its variants."""

    at: str
    number: int
    title: str
    conditions: list[Condition]
    share: int | None
    hash: Hash
    split: Hash
    variants: list[dict[str, Any]]


def strategy(found: Found, number: int, feature: str, segments: Segments, report: Report) -> Strategy:
    """The ``number``-th strategy of a feature. :class:`Never` when it can match nobody, :class:`Broken` when Unleash
    turns off the whole feature.
    """
    (at, source), target = found, f"featureFlags/{feature}"
    if source.get("disabled"):
        raise Never(both("It is switched off."))
    numbers = dict.fromkeys(source.get("segments") or [])
    asked = gathered(
        [
            lambda: conditions(source.get("constraints") or [], report, child(at, "constraints")),
            *(partial(segments.asked, number) for number in numbers),
        ]
    )
    hashed = _hash(source, feature)
    result = Strategy(at, number, source.get("title") or "", [], None, hashed, hashed, source["variants"])
    _let_in(result, source, target, report)
    # A context without an identity is in no share here; our own export states the same as a constraint.
    told = {"attribute": result.hash.by[0], "operator": "notIn", "values": [""]}
    known = result.share is not None and len(result.hash.by) == 1
    result.conditions += [one for one in asked if not (known and one == told)]
    return result


def _hash(source: dict[str, Any], feature: str) -> Hash:
    group = _parameter(source, "groupId")
    return Hash(stickiness(_parameter(source, "stickiness")), feature if group is None else group)


def stickiness(name: str | None) -> tuple[str, ...]:
    """The attributes; ``random`` has none and gets those of the default."""
    return DEFAULT if name in (None, "", "default", "random") else (str(name),)


def _let_in(result: Strategy, source: dict[str, Any], target: str, report: Report) -> None:
    """The conditions that the strategy's name implies."""
    at, name = result.at, source["name"]
    match name:
        case "default":
            pass
        case "flexibleRollout":
            sticky = _parameter(source, "stickiness")
            share = _percent(source, "rollout")
            if share < 100 or result.hash.by != DEFAULT:
                result.share = share * 100
            if sticky == "random":
                _not_random(share, at, target, report)
        case "gradualRolloutUserId" | "gradualRolloutSessionId":
            if _parameter(source, "groupId") is None:
                raise Never(both("It has no groupId."))
            result.hash = Hash(("userId",) if name == "gradualRolloutUserId" else ("sessionId",), result.hash.seed)
            result.share = _percent(source, "percentage") * 100
        case "gradualRolloutRandom":
            share = _percent(source, "percentage")
            result.share = share * 100 if share < 100 else None
            _not_random(share, at, target, report)
        case "userWithId":
            result.conditions = [_in("userId", _listed(source, "userIds"))]
        case "remoteAddress":
            addresses = readable_networks(_listed(source, "IPs"), report, child(at, "parameters"))
            result.conditions = [_in("remoteAddress", addresses) | {"operator": "inCidr"}]
        case "applicationHostname":
            result.conditions = [_in("hostname", _listed(source, "hostNames")) | {"ignoreCase": True}]
            report.add(
                "warning",
                at,
                target,
                both("Unleash's clients know their host's name. Here they must send it, as the attribute “hostname”."),
            )
        case _:
            raise Never(both("Only the clients know what the strategy “{name}” does.", name=shown(name)))
    if not all(map(usable_name, result.hash.by)) or len(result.hash.seed) > LONGEST_SEED:
        raise Never(
            both("Its stickiness or groupId is too long."),
        )


def _not_random(share: int, at: str, target: str, report: Report) -> None:
    if 0 < share < 100:
        report.add(
            "warning",
            at,
            target,
            both(
                "Unleash draws at random at every evaluation. Here userId, or else sessionId, always gets the same "
                "answer; a context with neither is out."
            ),
        )


def _percent(source: dict[str, Any], parameter: str) -> int:
    text = _parameter(source, parameter) or ""
    if text.isascii() and text.isdecimal() and len(text) < 9 and int(text) <= 100:
        return int(text)
    raise Never(both("“{text}” is not a whole percentage.", text=shown(text)))


def _parameter(source: dict[str, Any], name: str) -> str | None:
    value = (source.get("parameters") or {}).get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _listed(source: dict[str, Any], name: str) -> list[str]:
    return [part for part in map(str.strip, (_parameter(source, name) or "").split(",")) if part]


def _in(attribute: str, values: list[str]) -> Condition:
    if not values:
        raise Never(both("Its list is empty."))
    return {"attribute": attribute, "operator": "in", "values": values}
