"""Feature flags: warnings that do not block publishing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from configs.snapshot.traversal import objects
from configs.validation.references import Path
from flags.engine.environments import is_disabled
from flags.engine.sentences import shown
from flags.engine.values import instant_of
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.texts import Text, both

#: States in which a flag may serve more than its off variant, so it should name an owner.
LIVE = ("ON", "ROLLOUT")
OFF = ("OFF", "FORCE_OFF")
#: Operators that match if any one of their values matches.
ONE_IS_ENOUGH = ("equals", "in", "contains", "startsWith", "endsWith", "matches", "inCidr")
#: Rules of a flag that later rules are compared with.
MOST_TAKERS = 100
Asked = list[tuple[str, frozenset[str]]]


def flag_warnings(snapshot: Any, now: datetime | None) -> Iterator[Problem]:
    """``flag.owner_missing``, ``flag.expired`` (only with ``now``), ``flag.rules_idle``, ``flag.rule_unreachable``."""
    for index, flag in objects(snapshot, "featureFlags"):
        here: Path = ("featureFlags", index)
        state, key = flag.get("state"), shown(flag.get("key"))
        if state in LIVE and "owner" not in flag:
            message = both("The flag “{key}” is on but has no owner (“owner”).", key=key)
            yield _warning(here, "flag.owner_missing", message)
        if now is not None:
            end = instant_of(flag.get("expiresAt"))
            if end is not None and end <= now:
                message = both(
                    "The flag “{key}” expired on {date} and should be gone.", key=key, date=shown(flag["expiresAt"])
                )
                yield _warning((*here, "expiresAt"), "flag.expired", message)
        if state in OFF and any(not is_disabled(rule) for _, rule in objects(flag, "rules")):
            message = both(
                "In the state {state} the rules of “{key}” do not count: everybody gets the off variant.",
                key=key,
                state=state,
            )
            yield _warning((*here, "rules"), "flag.rules_idle", message)
        yield from _unreachable(flag, here)


def _unreachable(flag: dict[str, Any], here: Path) -> Iterator[Problem]:
    """Rules after a rule that matches everybody, or everybody who meets the same or narrower conditions.

    A rule with a share or a split does not: contexts outside it, or with nothing to hash, go on to the next rule.
    """
    takers: list[tuple[Asked, Any]] = []
    for number, rule in objects(flag, "rules"):
        conditions = rule.get("conditions", [])
        if is_disabled(rule) or not isinstance(conditions, list):
            continue
        try:
            asked = [_asked(condition) for condition in conditions]
        except (TypeError, ValueError):  # invalid by the schema, or an integer with thousands of digits
            continue
        taker = next((name for wanted, name in takers if _follows(asked, wanted)), None)
        if taker is not None:
            message = both(
                "This rule never decides: the rule “{taker}” before it matches everybody that this one would.",
                taker=shown(taker),
            )
            yield _warning((*here, "rules", number), "flag.rule_unreachable", message)
        elif "rollout" not in rule and "split" not in rule and len(takers) < MOST_TAKERS:
            takers.append((asked, rule.get("id", "")))


def _asked(condition: Any) -> tuple[str, frozenset[str]]:
    """The question, and the values of which one is enough; any other condition is returned as its own question."""
    if isinstance(condition, dict) and condition.get("operator") in ONE_IS_ENOUGH and "values" in condition:
        operator = "in" if condition["operator"] == "equals" else condition["operator"]
        values = frozenset(json.dumps(value) for value in condition["values"])
        return json.dumps({**condition, "operator": operator, "values": []}, sort_keys=True), values
    return json.dumps(condition, sort_keys=True), frozenset()


def _follows(asked: Asked, wanted: Asked) -> bool:
    """Whether every context that meets all of ``asked`` meets all of ``wanted``."""
    return all(any(key == question and some <= values for key, some in asked) for question, values in wanted)


def _warning(path: Path, code: str, message: Text) -> Problem:
    return Problem(pointer(path), code, message, "warning")
