"""Exports a snapshot's flags: each as a feature with strategies.

A feature is *on* when its flag serves a variant other than ``offVariant``; a boolean one when it serves true. The first
strategy that matches decides, like the first rule, so rules become strategies in order. Where a rule serves off, the
strategies after it exclude its conditions.

A flag that is not live becomes an ``enabled: false`` feature with what it would serve if it were switched on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from configs.exporters.unleash.conditions import (
    ALWAYS,
    MOST_IN_ALL,
    MOST_STRATEGIES,
    MOST_TEXT,
    MOST_TIMES,
    NEVER,
    Conditions,
    Constraint,
    constraint,
    identities,
    inverted,
    moment,
    product,
)
from configs.exporters.unleash.reasons import Inexpressible
from configs.payloads import name_of, payload
from flags.engine import Evaluation, Reason, compile_flags, off_variant, resolved
from flags.engine.compiling import BOOLEAN_VARIANTS, LIVE
from flags.engine.hashing import WHOLE, fnv1a_rollout
from flags.engine.operators import CURRENT_TIME
from icontrol.kernel.texts import Text, both

logger = logging.getLogger(__name__)
Feature = dict[str, Any]
Strategy = dict[str, Any]
#: Unleash's weights are per mille, unless their sum is another total.
USUAL_TOTAL = 1000


_FAILED = both("The conversion to Unleash's format failed; see the server's log.")


class Export(NamedTuple):
    """``features`` in the order of the snapshot, segments separate. ``reasons``: flag key → why it cannot be expressed;
    its feature is off. ``lost``: the same for flags that are not live; their features are correct, but empty.
    """

    features: list[Feature]
    segments: list[dict[str, Any]]
    reasons: dict[str, tuple[Text, ...]]
    lost: dict[str, tuple[Text, ...]]


def features(
    snapshot: Mapping[str, Any], *, killed: Collection[str] = (), environment: str = "", inline: bool = False
) -> Export:
    """Export the flags of a checked snapshot. ``killed``: keys of engaged kill switches; ``environment`` (not empty):
    the value of the attribute of that name. With ``inline`` fewer flags fit: see :func:`document`.
    """
    snapshot = resolved(snapshot, environment)
    flags = {flag["key"]: flag for flag in snapshot.get("featureFlags", [])}
    damaged = compile_flags(snapshot, environment=environment, killed=killed).errors
    conditions = Conditions(snapshot.get("segments", []), environment)
    live = {key for key, flag in flags.items() if flag["state"] in LIVE and key not in killed}
    asked = {needed for key in live for needed in _needed(flags[key])}
    made: dict[str, Feature] = {}
    refused: dict[str, tuple[Text, ...]] = {}
    strategies, room = 0, _Room(snapshot, conditions, inline)
    for key, flag in flags.items():
        try:
            if key in damaged:
                raise _Refused([damaged[key]])
            feature = _Flag(flag, flags, live, asked, conditions).feature()
            strategies += len(feature["strategies"])
            if strategies > MOST_IN_ALL:
                raise _Refused([Inexpressible("many").reason])
            room.take(feature)
            made[key] = feature
        except _Refused as error:
            refused[key] = tuple(error.reasons)
        except Exception:
            # An unforeseen error turns off this flag alone: clients wait for the others, and a publisher for an answer.
            logger.exception("the flag %r could not be converted to Unleash's format", key)
            refused[key] = (_FAILED,)
    # A refused flag that is not live is rightly off; only what it would serve when switched on is missing.
    while waiting := {
        key for key in made if _needed(flags[key]) & (refused.keys() & live if key in live else refused.keys())
    }:
        for key in waiting:
            del made[key]
            refused[key] = (Inexpressible("need").reason,)
    reasons = {key: why for key, why in refused.items() if key in live}
    lost = {key: why for key, why in refused.items() if key not in live}
    for key in reasons:
        made[key] = _feature(key, False, description=_marked(reasons[key]))
    for key in lost:
        # In Unleash a feature without strategies is on or off for everybody.
        made[key] = _feature(key, _off_is_true(flags[key]))
    listed = [made[key] for key in flags]
    used = {number for feature in listed for strategy in feature["strategies"] for number in strategy["segments"]}
    return Export(listed, [conditions.segments[number] for number in sorted(used)], reasons, lost)


def document(export: Export, *, inline: bool = False) -> dict[str, Any]:
    """The document that Unleash clients fetch or bootstrap from. With ``inline`` the segments' constraints are written
    into the strategies, for clients without segments.
    """
    listed = _inlined(export) if inline else export.features
    return {
        "version": 2,
        "features": listed,
        "segments": [] if inline else export.segments,
        "query": {"inlineSegmentConstraints": inline},
    }


def _inlined(export: Export) -> list[Feature]:
    known = {segment["id"]: segment["constraints"] for segment in export.segments}
    return [
        {
            **feature,
            "strategies": [
                {
                    **{name: value for name, value in strategy.items() if name != "segments"},
                    "constraints": strategy["constraints"]
                    + [c for number in strategy["segments"] for c in known[number]],
                }
                for strategy in feature["strategies"]
            ],
        }
        for feature in export.features
    ]


def is_on(flag: Mapping[str, Any], evaluation: Evaluation) -> bool:
    """Whether this answer of our engine means that the feature is on. A split is on for each of its variants."""
    if flag["type"] == "boolean":
        return evaluation.value is True
    if evaluation.variant != off_variant(flag):
        return evaluation.reason is not Reason.ERROR
    return any(rule["id"] == evaluation.rule_id and "split" in rule for rule in flag.get("rules", ()))


class _Refused(Exception):
    def __init__(self, reasons: list[Text]) -> None:
        self.reasons = reasons
        super().__init__()


class _Room:
    """The size that the document may still grow by."""

    def __init__(self, snapshot: Mapping[str, Any], conditions: Conditions, inline: bool) -> None:
        self.left = max(MOST_TEXT, MOST_TIMES * len(json.dumps(snapshot)))
        self.conditions, self.inline = conditions, inline
        self.written: set[int] = set()

    def take(self, feature: Feature) -> None:
        """:raises _Refused: there is no room for it or for any later one."""
        for strategy in feature["strategies"]:
            texts = [
                text for one in strategy["variants"] for text in (one["name"], one.get("payload", {}).get("value"))
            ]
            self.left -= len(str(strategy["parameters"])) + sum(len(text or "") for text in texts)
            self._take(strategy["constraints"])
            for number in strategy["segments"]:
                if self.inline or number not in self.written:
                    self.written.add(number)
                    self._take(self.conditions.segments[number]["constraints"])
            if self.left < 0:
                raise _Refused([Inexpressible("long").reason])

    def _take(self, constraints: list[Constraint]) -> None:
        for one in constraints:
            values = one["values"]
            self.left -= sum(map(len, one)) + len(one["contextName"]) + sum(map(len, values)) + len(values)


class _Step(NamedTuple):
    """One rule, or the default. ``variants``: None where it serves off, empty where the variant has no name. ``share``
    in 0.01 % of contexts with an identity; None: all. ``by`` and ``group``: what is hashed.
    """

    conditions: list[dict[str, Any]]
    share: int | None
    variants: list[dict[str, Any]] | None
    by: list[str]
    group: str


class _Flag:
    def __init__(
        self,
        flag: dict[str, Any],
        flags: Mapping[str, dict[str, Any]],
        all_live: Collection[str],
        asked: Collection[str],
        conditions: Conditions,
    ) -> None:
        """``asked``: keys of the prerequisites of live flags."""
        self.flags, self.all_live, self.asked, self.conditions = flags, all_live, asked, conditions
        self.live = flag["key"] in all_live
        self.flag = flag if flag["state"] in LIVE else {**flag, "state": "ROLLOUT" if "rollout" in flag else "ON"}
        self.key, self.kind = flag["key"], flag["type"]
        self.variants = _variants(flag)
        self.values = _values(flag)
        self.off = off_variant(flag)
        self.default = flag.get("defaultVariant", "on")
        bucketing = flag.get("bucketing", {})
        self.fnv1a = bucketing.get("algorithm") == "fnv1a"
        # An fnv1a share cannot be expressed, and its splits are salted with the key.
        self.group: str = self.key if self.fnv1a else bucketing.get("seed", self.key)
        self.reasons: list[Text] = []

    def feature(self) -> Feature:
        off_is_true = _off_is_true(self.flag)
        if self.flag.get("remote") is True:
            self.refuse("remote")
        if off_is_true and (
            not self.live or self.flag["state"] == "ROLLOUT" or self.flag.keys() & {"enabledFrom", "enabledUntil"}
        ):
            self.refuse("off_is_true")
        strategies = self.strategies()
        dependencies = self.dependencies(off_is_true)
        if self.reasons:
            raise _Refused(self.reasons)
        return _feature(self.key, self.live and bool(strategies), strategies=strategies, dependencies=dependencies)

    def refuse(self, code: str) -> None:
        reason = Inexpressible(code).reason
        if reason not in self.reasons:
            self.reasons.append(reason)

    def strategies(self) -> list[Strategy]:
        found: list[Strategy] = []
        outside, dates = ALWAYS, list[Constraint]()
        try:
            dates = self.dates()
        except Inexpressible as error:
            self.reasons.append(error.reason)
        for step in self.steps():
            try:
                alternatives = product(self.conditions.all_of(step.conditions), outside)
                if step.variants is not None:
                    for alternative in alternatives:
                        found += self.dealt(step, alternative, dates)
                elif step.share is not None:
                    raise Inexpressible("off_share")
                else:
                    outside = product(outside, self.conditions.not_all_of(step.conditions))
                if len(found) > MOST_STRATEGIES:
                    raise Inexpressible("many")
            except Inexpressible as error:
                if error.reason not in self.reasons:
                    self.reasons.append(error.reason)
        return found

    def steps(self) -> list[_Step]:
        """The steps that matter: trailing ones that serve off are left out. While the flag is not live, a share of 0 %
        is kept: somebody will raise it.
        """
        steps = []
        for step in self.all_steps():
            try:
                who = self.conditions.all_of(step.conditions)
            except Inexpressible:
                who = None
            if who != NEVER and (step.share != 0 or (step.variants is not None and not self.live)):
                steps.append(step)
                if who == ALWAYS and step.share is None:
                    break  # no context gets further
        while steps and steps[-1].variants is None:
            steps.pop()
        if not steps and not self.live:
            # Enabled without strategies it would be on for everybody.
            served = self.served(self.default)
            variants = [one for key in self.values if key != self.off for one in self.served(key) or ()]
            steps.append(_Step([], 0, variants if served is None else served, self.by(), self.group))
        return steps

    def all_steps(self) -> Iterator[_Step]:
        for rule in self.flag.get("rules", ()):
            share = self.share(rule["rollout"]) if "rollout" in rule else None
            conditions = rule.get("conditions", [])
            hashed = self.by(rule.get("bucketBy")), rule.get("seed", self.group)
            if "split" in rule:
                # A context without an identity is in no variant of a split.
                yield _Step(conditions, WHOLE if share is None else share, self.split(rule), *hashed)
            else:
                yield _Step(conditions, share, self.served(rule.get("variant", self.default)), *hashed)
        share = self.share(self.flag["rollout"]) if self.flag["state"] == "ROLLOUT" else None
        yield _Step([], share, self.served(self.default), self.by(), self.group)

    def by(self, own: str | list[str] | None = None) -> list[str]:
        """The attributes to hash; ``own``: those that a rule names."""
        names = own or self.flag.get("bucketBy", "tenant")
        return names if isinstance(names, list) else [names]

    def share(self, rollout: int) -> int:
        return fnv1a_rollout(rollout) if self.fnv1a else rollout

    def served(self, variant: str) -> list[dict[str, Any]] | None:
        if self.kind == "boolean":
            return [] if self.values[variant] is True else None
        if variant == self.off:
            return None
        return [] if name_of(self.variants[variant]) is None else [self.variant(variant, USUAL_TOTAL)]

    def split(self, rule: dict[str, Any]) -> list[dict[str, Any]]:
        """Clients take the hash modulo the sum of the weights: 1000, or the split's own total."""
        if self.kind == "boolean":
            self.refuse("boolean_split")
            return []
        unit = 1 if "total" in rule else WHOLE // USUAL_TOTAL
        if any(part["weight"] % unit for part in rule["split"]):
            self.refuse("split")
        if any(name_of(self.variants[part["variant"]]) is None for part in rule["split"]):
            self.refuse("unnamed_split")
        return [self.variant(part["variant"], part["weight"] // unit) for part in rule["split"] if part["weight"]]

    def variant(self, key: str, weight: int) -> dict[str, Any]:
        told, name = payload(self.kind, self.variants[key]), name_of(self.variants[key])
        return {"name": name, "weight": weight, "weightType": "variable"} | ({"payload": told} if told else {})

    def dealt(self, step: _Step, alternative: list[Constraint | int], dates: list[Constraint]) -> Iterator[Strategy]:
        """One strategy for everybody, or one for each attribute to hash."""
        if step.share is None:
            yield self.strategy(step, alternative, dates)
            return
        bucket_counts = step.share < WHOLE or len(step.variants or ()) > 1
        if step.share % 100:
            raise Inexpressible("rollout")
        if self.fnv1a and step.share < WHOLE:
            raise Inexpressible("fnv1a")
        if bucket_counts and not (step.group and step.group.isascii()):
            raise Inexpressible("seed")
        for by, who in identities(step.by, apart=bucket_counts):
            yield self.strategy(step, alternative, dates + who, by)

    def strategy(
        self, step: _Step, alternative: list[Constraint | int], more: list[Constraint], by: str = "default"
    ) -> Strategy:
        share = WHOLE if step.share is None else step.share
        return {
            "name": "flexibleRollout",
            "parameters": {"rollout": str(share // 100), "stickiness": by, "groupId": step.group or self.key},
            "constraints": [item for item in alternative if isinstance(item, dict)] + more,
            "segments": [item for item in alternative if isinstance(item, int)],
            "variants": [{**variant, "stickiness": by} for variant in step.variants or ()],
        }

    def dates(self) -> list[Constraint]:
        found = []
        if "enabledFrom" in self.flag:
            found.append(inverted(constraint(CURRENT_TIME, "DATE_BEFORE", value=moment(self.flag["enabledFrom"]))))
        if "enabledUntil" in self.flag:
            found.append(constraint(CURRENT_TIME, "DATE_BEFORE", value=moment(self.flag["enabledUntil"])))
        return found

    def dependencies(self, off_is_true: bool) -> list[dict[str, Any]]:
        found = []
        for need in self.flag.get("prerequisites", ()):
            parent = self.flags[need["flag"]]
            if off_is_true:
                self.refuse("off_is_true")
            if _needed(parent) and (not self.live or parent["key"] in self.all_live):
                self.refuse("deep")
            if not self.live and self.key in self.asked:
                # A flag that depends on it would always be off.
                self.refuse("deep")
            dependency = _dependency(parent, need.get("variant"))
            if dependency is None:
                self.refuse("need_variant")
            else:
                found.append(dependency)
        return found


def _dependency(parent: dict[str, Any], variant: str | None) -> dict[str, Any] | None:
    """The dependency on the parent; None if Unleash has no such dependency or its clients disagree about it."""
    key, values, off = parent["key"], _values(parent), off_variant(parent)
    wanted = {variant} if variant is not None else set(values.keys() - {off})
    if parent["type"] == "boolean":
        on = {name for name, value in values.items() if value is True}
        if wanted in (on, values.keys() - on):
            return {"feature": key, "enabled": wanted == on}
        return None
    dealt = {part["variant"] for rule in parent.get("rules", ()) for part in rule.get("split", ())}
    if off in wanted:
        return None if off in dealt else {"feature": key, "enabled": False}
    names = {name: name_of(one) for name, one in _variants(parent).items() if name != off or off in dealt}
    told, others = [{names[name] for name in names if (name in wanted) is asked} for asked in (True, False)]
    if None in names.values():
        return None if others else {"feature": key, "enabled": True}
    return {"feature": key, "enabled": True, "variants": sorted(told)} if told and not told & others else None


def _variants(flag: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    variants = flag.get("variants", BOOLEAN_VARIANTS if flag["type"] == "boolean" else ())
    return {variant["key"]: variant for variant in variants}


def _values(flag: Mapping[str, Any]) -> dict[str, Any]:
    return {key: variant["value"] for key, variant in _variants(flag).items()}


def _off_is_true(flag: Mapping[str, Any]) -> bool:
    return flag["type"] == "boolean" and _values(flag).get(off_variant(flag)) is True


def _needed(flag: Mapping[str, Any]) -> set[str]:
    """Keys of a flag's prerequisites."""
    return {need["flag"] for need in flag.get("prerequisites", ())}


def _feature(key: str, enabled: bool, **more: Any) -> Feature:
    return {
        "name": key,
        "type": "release",
        "enabled": enabled,
        "project": "default",
        "stale": False,
        "impressionData": False,
        "strategies": [],
        "variants": [],
        **more,
    }


def _marked(reasons: tuple[Text, ...]) -> str:
    return "iCONTROL: not expressible for Unleash clients, therefore off here. " + " ".join(r["en"] for r in reasons)
