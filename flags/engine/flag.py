"""One flag in its compiled form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flags.engine.evaluation import Context, Evaluation, Reason, Run
from flags.engine.hashing import BucketOf
from flags.engine.operators import Test

Decide = Callable[[Context, Run], Evaluation]


class Rule(NamedTuple):
    """A matching rule serves ``fixed``, or else what ``serve`` returns (``None``: the context is not in its share).

    ``share``: the bound of the bucket, if the rule has a rollout; ``by``: the hashed attributes.
    """

    id: str
    source: Mapping[str, Any]
    test: Test
    by: tuple[str, ...]
    bucket: BucketOf
    share: int | None
    fixed: Evaluation | None
    serve: Callable[[Context], Evaluation | None]


class Need(NamedTuple):
    """A prerequisite: another flag, and the variant that it must serve (``None``: any but its off variant)."""

    flag: Flag
    variant: str | None

    def met(self, evaluation: Evaluation) -> bool:
        if evaluation.reason is Reason.ERROR:
            return False
        if self.variant is None:
            return evaluation.variant != self.flag.off.variant
        return evaluation.variant == self.variant


@dataclass(slots=True, eq=False)
class Flag:
    """``decide`` evaluates a flag whose prerequisites are met.

    ``dynamic``: the answer depends on the context or a date. ``deep``: a prerequisite has prerequisites.
    """

    key: str
    source: Mapping[str, Any]
    off: Evaluation
    decide: Decide
    dynamic: bool = False
    deep: bool = False
    killed: bool = False
    #: Evaluates once the prerequisites are known.
    steps: int = 1
    needs: tuple[Need, ...] = ()
    rules: tuple[Rule, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    by: tuple[str, ...] = ()
    bucket: BucketOf | None = None
    #: The bound of the bucket in the state ROLLOUT.
    rollout: int = 0
