"""Explains an evaluation: repeats its tests and buckets and describes each."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flags.engine import condition_sentences
from flags.engine.conditions import ENVIRONMENT, Conditions
from flags.engine.evaluation import Context, Evaluation, Explanation, Run
from flags.engine.flag import Flag, Need, Rule
from flags.engine.hashing import WHOLE
from flags.engine.sentences import percent, quoted
from icontrol.kernel.texts import Text, both, fill, same


@dataclass(slots=True)
class Explainer:
    """Explains one evaluation. ``needed``: the evaluations of at least its prerequisites; ``error``: why the flag is
    damaged.
    """

    flag: Flag
    evaluation: Evaluation
    needed: Mapping[str, Evaluation]
    context: Context
    run: Run
    conditions: Conditions
    error: Text | None
    #: Segments already described.
    told: set[str] = field(default_factory=set)

    def explanation(self) -> Explanation:
        if self.conditions.environment:
            self.context = {**self.context, ENVIRONMENT: self.conditions.environment}
        value, variant, reason, *_ = self.evaluation
        end = both(
            "Result: {variant}, which is {value} ({reason}).",
            variant=quoted(variant),
            value=quoted(value),
            reason=reason,
        )
        return Explanation(self.evaluation, (*self.steps(), end))

    def steps(self) -> Iterator[Text]:
        flag, now = self.flag, self.run.now
        state = flag.source.get("state")
        if self.error is not None:
            yield both("The flag is damaged, and therefore off: {why}", why=self.error)
        elif flag.killed:
            yield both("A kill switch is engaged: the flag is off for everybody.")
        elif state == "FORCE_OFF":
            yield both("The flag is forced off for everybody.")
        elif state == "OFF":
            yield both("The flag is off.")
        elif (yield from self.needs_are_met()):
            if flag.start and now < flag.start:
                yield _dated(both("The flag is on from {at} only"), flag.start, now)
            elif flag.end and now >= flag.end:
                yield _dated(both("The flag is off from {at} on"), flag.end, now)
            else:
                yield from self.rules()

    def needs_are_met(self) -> Generator[Text, None, bool]:
        for need in self.flag.needs:
            served = self.needed[need.flag.key]
            met = need.met(served)
            yield both(
                "The flag {key} must serve {wanted}; it serves {served}: {so}.",
                key=quoted(need.flag.key),
                wanted=_wanted(need),
                served=quoted(served.variant),
                so=both("met") if met else both("so this flag is off"),
            )
            if not met:
                return False
        return True

    def rules(self) -> Iterator[Text]:
        for rule in self.flag.rules:
            label = both("Rule {it}", it=quoted(rule.id))
            asked = rule.source.get("conditions") or ()
            for condition in asked:
                yield from self.conditions_told(label, condition)
            if not asked:
                yield both("{it}: matches everybody.", it=label)
            if rule.test(self.context, self.run):
                found = rule.serve(self.context)
                yield self.served(label, rule, found)
                if found is not None:
                    return
        if self.flag.source["state"] == "ROLLOUT":
            yield both(
                "{rules}Rollout: {found}.",
                rules=both("No rule decides. ") if self.flag.rules else same(""),
                found=self.compared(self.flag, self.flag.rollout),
            )
        elif self.flag.rules:
            yield both("No rule decides: the default.")
        else:
            yield both("The flag is on, without rules.")

    def conditions_told(self, label: Text, condition: Any) -> Iterator[Text]:
        """The condition, followed by those of its segments, each segment once."""
        pending = [(label, condition)]
        while pending:
            label, condition = pending.pop()
            yield self.condition(label, condition)
            inside = []
            for name in condition_sentences.segments(condition):
                if name not in self.told:
                    self.told.add(name)
                    segment = both("Segment {it}", it=quoted(name))
                    inside += [(segment, part) for part in self.conditions.sources[name]]
            pending += reversed(inside)

    def condition(self, label: Text, condition: Any) -> Text:
        facts = condition_sentences.facts(condition, self.context)
        return both(
            "{label}: {phrase}? {answer}{facts}.",
            label=label,
            phrase=condition_sentences.phrase(condition),
            answer=both("Yes") if self.conditions.one(condition).test(self.context, self.run) else both("No"),
            facts=both(" ({it})", it=facts) if facts["en"] else "",
        )

    def served(self, label: Text, rule: Rule, found: Evaluation | None) -> Text:
        if found is None:
            return both(
                "{label} does not apply: {found}.",
                label=label,
                found=self.compared(rule, WHOLE if rule.share is None else rule.share),
            )
        how = same("")
        if "split" in rule.source:
            how = both(", bucket {it} of its split", it=found.bucket)
        elif rule.share is not None:
            how = both(": {it}", it=self.compared(rule, rule.share))
        return both("{label} serves {variant}{how}.", label=label, variant=quoted(found.variant), how=how)

    def compared(self, hashed: Flag | Rule, share: int) -> Text:
        bucket = hashed.bucket(self.context) if hashed.bucket else None
        facts = condition_sentences.tried(hashed.by, self.context)
        if bucket is None:
            return both("{it}, so there is no bucket", it=facts)
        return both(
            "{it}, bucket {bucket}, {relation} {share} ({percent})",
            it=facts,
            bucket=bucket,
            relation=both("below") if bucket < share else both("not below"),
            share=share,
            percent=percent(share),
        )


def _wanted(need: Need) -> Text:
    if need.variant is not None:
        return quoted(need.variant)
    return both("anything but {it}", it=quoted(need.flag.off.variant))


def _dated(since: Text, at: datetime, now: datetime) -> Text:
    return both("{since}; it is {now}.", since=fill(since, at=at.isoformat()), now=now.isoformat())
