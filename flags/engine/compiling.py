"""Compiles a snapshot to a flag set: does everything that does not depend on the context, once per release."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from itertools import accumulate
from typing import Any, TypeVar

from flags.engine.attributes import hashed_attributes
from flags.engine.conditions import ENVIRONMENT, MOST_QUESTIONS, TOO_MUCH, Conditions, Unusable, in_order
from flags.engine.environments import resolved
from flags.engine.evaluation import Context, Evaluation, Reason, Run
from flags.engine.flag import Decide, Flag, Need, Rule
from flags.engine.flagset import FlagSet
from flags.engine.hashing import (
    WHOLE,
    BucketOf,
    first_of,
    fnv1a_bucket,
    fnv1a_rollout,
    murmur3_bucket,
    split_bucket,
)
from flags.engine.sentences import shown
from flags.engine.values import instant_of
from icontrol.kernel.texts import Text, both

T = TypeVar("T")

#: Defaults of a flag.
DEFAULT_VARIANT, OFF_VARIANT = "on", "off"
BOOLEAN_VARIANTS = ({"key": DEFAULT_VARIANT, "value": True}, {"key": OFF_VARIANT, "value": False})
Serve = Callable[[Context], Evaluation | None]
#: States in which a flag may serve a variant other than its off variant.
LIVE = ("ON", "ROLLOUT")


def compile_flags(snapshot: Mapping[str, Any], *, environment: str = "", killed: Collection[str] = ()) -> FlagSet:
    """The flags of a snapshot, compiled.

    ``environment`` (not empty) is the value of the attribute ``environment`` for everybody, and flags are resolved for
    it (:func:`flags.engine.environments.resolved`); ``killed`` are the keys of engaged kill switches, whether the
    snapshot has them or not. Never raises for a checked snapshot. A flag that cannot be compiled serves its off variant
    with the reason ``ERROR`` and does not affect others; ``FlagSet.errors`` says why.
    """
    snapshot = resolved(snapshot, environment)
    conditions = Conditions(_listed(snapshot, "segments"), environment)
    sources = {
        flag["key"]: flag
        for flag in _listed(snapshot, "featureFlags")
        if isinstance(flag, dict) and isinstance(flag.get("key"), str)
    }
    live = {key for key, flag in sources.items() if flag.get("state") in LIVE and key not in killed}
    needs = {key: needed(flag) & sources.keys() if key in live else set() for key, flag in sources.items()}
    flags: dict[str, Flag] = {}
    errors: dict[str, Text] = {}
    for key in in_order(needs):
        flags[key] = _guarded(sources[key], key in killed, conditions, flags, errors)
    for key in sources.keys() - flags.keys():
        errors[key] = _IN_A_CIRCLE
        flags[key] = _damaged(sources[key])
    return FlagSet({key: flags[key] for key in sources}, conditions, errors)


def off_variant(flag: Mapping[str, Any]) -> str:
    """The key of the variant that a flag serves when it is off."""
    return str(flag.get("offVariant", OFF_VARIANT))


def is_off(flag: Mapping[str, Any], variant: str | None) -> bool:
    """Whether serving this variant means off. So does a damaged flag without a variant to serve."""
    return not variant or variant == off_variant(flag)


def _listed(snapshot: Mapping[str, Any], section: str) -> list[Any]:
    items = snapshot.get(section)
    return items if isinstance(items, list) else []


def needed(flag: Mapping[str, Any]) -> set[str]:
    """The keys of a flag's prerequisites."""
    needs = flag.get("prerequisites")
    names = (need.get("flag") for need in needs if isinstance(need, dict)) if isinstance(needs, list) else ()
    return {name for name in names if isinstance(name, str)}


def _guarded(
    source: dict[str, Any], killed: bool, conditions: Conditions, flags: dict[str, Flag], errors: dict[str, Text]
) -> Flag:
    key = source["key"]
    try:
        return _Compiler(source, conditions).flag(killed, flags)
    except Unusable as error:
        errors[key] = error.sentence
    except Exception:
        # An error that the checks missed breaks this flag only: clients wait for the others.
        errors[key] = _UNREADABLE
    return _damaged(source)


def _damaged(source: dict[str, Any]) -> Flag:
    try:
        answer = _Compiler(source, Conditions((), "")).off._replace(reason=Reason.ERROR)
    except Exception:
        answer = Evaluation(None, None, Reason.ERROR)
    return Flag(source["key"], source, answer, lambda context, run: answer)


class _Compiler:
    """Compiles one flag. The constructor reads its variants."""

    def __init__(self, source: dict[str, Any], conditions: Conditions) -> None:
        self.source = source
        self.conditions = conditions
        self.key, kind = source["key"], _a(str, source["type"])
        self.steps = 1
        typed = _NUMBERS.get(kind, lambda value: value)
        variants = source.get("variants", BOOLEAN_VARIANTS if kind == "boolean" else ())
        self.values = {_a(str, variant["key"]): typed(variant["value"]) for variant in variants}
        self.default: str = source.get("defaultVariant", DEFAULT_VARIANT)
        self.off = self.serving(source.get("offVariant", OFF_VARIANT), Reason.DISABLED)

    def serving(self, variant: str, reason: Reason, rule: str | None = None) -> Evaluation:
        if variant not in self.values:
            raise Unusable(both("The flag has no variant “{variant}”.", variant=shown(variant)))
        return Evaluation(self.values[variant], variant, reason, rule)

    def flag(self, killed: bool, others: Mapping[str, Flag]) -> Flag:
        source, off = self.source, self.off
        flag = Flag(source["key"], source, off, lambda context, run: off, killed=killed)
        if killed or source["state"] not in LIVE:
            return flag
        flag.needs = tuple(self.need(need, others) for need in _a(list, source.get("prerequisites", [])))
        flag.deep = any(need.flag.needs for need in flag.needs)
        flag.by = self.by = _names(source.get("bucketBy", "tenant"))
        bucketing = source.get("bucketing", {})
        self.seed = _a(str, bucketing.get("seed", self.key))
        self.fnv1a = bucketing.get("algorithm") == "fnv1a"
        flag.bucket = self.bucket(self.by, self.seed)
        flag.rules = self.rules()
        flag.steps = self.steps + len(flag.needs)
        rollout = source["state"] == "ROLLOUT"
        flag.start, flag.end = self.moment("enabledFrom"), self.moment("enabledUntil")
        # Before its start a flag is off, which may change; until its end passes, on may change too.
        flag.dynamic = rollout or bool(flag.rules or flag.end) or any(_may_change(need.flag) for need in flag.needs)
        if rollout:
            flag.rollout = self.share(source["rollout"])
            rest = self.rolled_out(flag.rollout)
        else:
            rest = _constant(self.serving(self.default, Reason.TARGETING_MATCH if flag.dynamic else Reason.STATIC))
        flag.decide = _with_rules(flag.rules, rest) if flag.rules else rest
        if flag.start or flag.end:
            flag.decide = _with_dates(flag.start, flag.end, off, flag.decide)
        return flag

    def need(self, need: dict[str, Any], others: Mapping[str, Flag]) -> Need:
        if need["flag"] not in others:
            key = shown(need["flag"])
            raise Unusable(both("There is no flag “{key}”.", key=key))
        return Need(others[need["flag"]], need.get("variant"))

    def rules(self) -> tuple[Rule, ...]:
        rules, questions = [], 0
        for rule in _a(list, self.source.get("rules", [])):
            compiled = self.conditions.all_of(rule.get("conditions", []))
            questions += compiled.questions
            self.steps += compiled.steps + len(rule.get("split", ()))
            if questions > MOST_QUESTIONS:
                raise Unusable(TOO_MUCH)
            by = _names(rule["bucketBy"]) if "bucketBy" in rule else self.by
            bucket = self.bucket(by, _a(str, rule.get("seed", self.seed)))
            share = self.share(rule["rollout"]) if "rollout" in rule else None
            fixed, serve = self.served(rule, by, bucket, share)
            rules.append(Rule(_a(str, rule["id"]), rule, compiled.test, by, bucket, share, fixed, serve))
        return tuple(rules)

    def served(
        self, rule: dict[str, Any], by: tuple[str, ...], bucket_of: BucketOf, share: int | None
    ) -> tuple[Evaluation | None, Serve]:
        if "split" in rule:
            split = self.split(rule, by)
            return None, split if share is None else _limited(bucket_of, share, lambda bucket, context: split(context))
        variant = rule.get("variant", self.default)
        if share is not None:
            placed = _placed(self.serving(variant, Reason.SPLIT, rule["id"]))
            return None, _limited(bucket_of, share, lambda bucket, context: placed(bucket))
        fixed = self.serving(variant, Reason.TARGETING_MATCH, rule["id"])
        return fixed, lambda context: fixed

    def split(self, rule: dict[str, Any], by: tuple[str, ...]) -> Serve:
        split, total = rule["split"], _a(int, rule["total"]) if "total" in rule else None
        # The product had no splits: those of an imported flag are hashed like all others and salted with the key.
        salt = rule.get("seed", self.key if self.fnv1a else self.seed)
        ends = list(accumulate(part["weight"] for part in split))
        whole = WHOLE if total is None else total
        if ends[-1] != whole or whole < 1:
            raise Unusable(both("The weights of a split do not make {whole}.", whole=whole))
        bucket_of = first_of([self.known(name, split_bucket(name, salt, total)) for name in by])
        variants = [_placed(self.serving(part["variant"], Reason.SPLIT, rule["id"])) for part in split]
        parts = tuple(zip(ends, variants, strict=True))

        def serve(context: Context) -> Evaluation | None:
            bucket = bucket_of(context)
            if bucket is not None:
                for end, placed in parts:
                    if bucket < end:
                        return placed(bucket)
            return None

        return serve

    def rolled_out(self, rollout: int) -> Decide:
        bucket_of = self.bucket(self.by, self.seed)
        inside = _placed(self.serving(self.default, Reason.SPLIT))
        outside = _placed(self.off._replace(reason=Reason.SPLIT))
        unknown = self.off._replace(reason=Reason.UNKNOWN)

        def decide(context: Context, run: Run) -> Evaluation:
            bucket = bucket_of(context)
            if bucket is None:
                return unknown
            return inside(bucket) if bucket < rollout else outside(bucket)

        return decide

    def bucket(self, by: tuple[str, ...], seed: str) -> BucketOf:
        """For a rollout or a share: the bucket of the first attribute with a usable value."""
        if self.fnv1a:
            return first_of([self.known(name, fnv1a_bucket(name, self.key, seed)) for name in by])
        return first_of([self.known(name, murmur3_bucket(name, seed)) for name in by])

    def known(self, name: str, bucket_of: BucketOf) -> BucketOf:
        """The environment hashes to one bucket for everybody."""
        if name != ENVIRONMENT or not self.conditions.environment:
            return bucket_of
        bucket = bucket_of({ENVIRONMENT: self.conditions.environment})
        return lambda context: bucket

    def share(self, rollout: int) -> int:
        return fnv1a_rollout(_a(int, rollout)) if self.fnv1a else _a(int, rollout)

    def moment(self, field: str) -> datetime | None:
        if field not in self.source:
            return None
        moment = instant_of(self.source[field])
        if moment is None:
            text = shown(self.source[field])
            raise Unusable(both("“{text}” is not a timestamp.", text=text))
        return moment


def _may_change(needed: Flag) -> bool:
    """Whether the answer of a flag that depends on this one can change with the context or the date. If this one must
    be off, its start date counts too.
    """
    return needed.dynamic or needed.start is not None


def _a(kind: type[T], value: Any) -> T:
    """Reads at compilation what every evaluation uses, so an error breaks one flag only."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{shown(value)!r} is not a {kind.__name__}")
    return value


def _number(value: Any) -> float:
    return value if isinstance(value, float) else float(_a(int, value))


def _integer(value: Any) -> int:
    if not _number(value).is_integer():
        raise TypeError(f"{shown(value)!r} is not whole")
    return int(value)


#: Readers of the values of variants, by the flag's type. All other values are taken as they are.
_NUMBERS: dict[str, Callable[[Any], Any]] = {"number": _number, "integer": _integer}


def _names(by: Any) -> tuple[str, ...]:
    """One attribute, or several: the first that the context has is used."""
    names = tuple(_a(str, name) for name in hashed_attributes(by))
    if not names:
        raise TypeError("nothing is hashed")
    return names


def _limited(bucket_of: BucketOf, share: int, inner: Callable[[int, Context], Evaluation | None]) -> Serve:
    """None outside the share; ``inner`` gets the bucket."""

    def serve(context: Context) -> Evaluation | None:
        bucket = bucket_of(context)
        return inner(bucket, context) if bucket is not None and bucket < share else None

    return serve


def _constant(answer: Evaluation) -> Decide:
    return lambda context, run: answer


def _placed(answer: Evaluation) -> Callable[[int], Evaluation]:
    """The answer with a bucket. By ``tuple.__new__``: a named tuple's own constructor takes as long as the hash."""
    value, variant, reason, rule, _ = answer
    new, kind = tuple.__new__, Evaluation
    return lambda bucket: new(kind, (value, variant, reason, rule, bucket))


def _with_rules(rules: tuple[Rule, ...], rest: Decide) -> Decide:
    steps = tuple((rule.test, rule.fixed, rule.serve) for rule in rules)

    def decide(context: Context, run: Run) -> Evaluation:
        for test, fixed, serve in steps:
            if test(context, run):
                if fixed is not None:
                    return fixed
                found = serve(context)
                if found is not None:
                    return found
        return rest(context, run)

    return decide


def _with_dates(start: datetime | None, end: datetime | None, off: Evaluation, inside: Decide) -> Decide:
    def decide(context: Context, run: Run) -> Evaluation:
        if (start is not None and run.now < start) or (end is not None and run.now >= end):
            return off
        return inside(context, run)

    return decide


_IN_A_CIRCLE = both("Flags are prerequisites of each other in a circle.")
_UNREADABLE = both("The flag cannot be read.")
