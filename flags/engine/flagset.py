"""All flags of a release, and their evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from flags.engine.conditions import Conditions
from flags.engine.evaluation import Context, Evaluation, Explanation, FlagNotFound, Run
from flags.engine.explaining import Explainer
from flags.engine.flag import Flag
from flags.engine.work import Work
from icontrol.kernel.texts import Text


class FlagSet:
    """All flags of one release, ready to be evaluated by any number of threads. Made by ``compile_flags``.

    ``errors``: key → why the flag is damaged, in French and English; empty for a checked snapshot.
    """

    __slots__ = ("_conditions", "_flags", "errors")

    def __init__(self, flags: Mapping[str, Flag], conditions: Conditions, errors: Mapping[str, Text]) -> None:
        self._flags = dict(flags)
        self._conditions = conditions
        self.errors = errors

    def __contains__(self, key: object) -> bool:
        return key in self._flags

    def __iter__(self) -> Iterator[str]:
        """The keys, in the order of the snapshot."""
        return iter(self._flags)

    def __getitem__(self, key: str) -> Flag:
        return self._flags[key]

    def __len__(self) -> int:
        return len(self._flags)

    @property
    def work(self) -> Work:
        """The cost of everything that can be evaluated."""
        return Work({key: flag.steps for key, flag in self._flags.items()}, self._conditions.steps)

    def evaluate(self, key: str, context: Context, *, now: datetime) -> Evaluation:
        """What the flag serves to this context at this (aware) time. Raises only :class:`FlagNotFound`."""
        flag = self._flags.get(key)
        if flag is None:
            raise FlagNotFound(key)
        run = Run(now)
        if flag.deep:
            return _with_needs(flag, context, run, {})
        for need in flag.needs:
            if not need.met(need.flag.decide(context, run)):
                return flag.off
        return flag.decide(context, run)

    def evaluate_all(self, context: Context, now: datetime) -> dict[str, Evaluation]:
        """Flag key → evaluation, in the order of the snapshot. Each is evaluated once, prerequisites included."""
        run, done = Run(now), dict[str, Evaluation]()
        for key, flag in self._flags.items():
            if not flag.needs:
                done[key] = flag.decide(context, run)
        if len(done) == len(self._flags):
            return done
        return {
            key: done[key] if key in done else _with_needs(flag, context, run, done)
            for key, flag in self._flags.items()
        }

    def explain(self, key: str, context: Context, now: datetime) -> Explanation:
        """The evaluation and its explanation in French and English. Raises :class:`FlagNotFound`."""
        flag = self._flags.get(key)
        if flag is None:
            raise FlagNotFound(key)
        run, done = Run(now), dict[str, Evaluation]()
        evaluation = _with_needs(flag, context, run, done)
        return Explainer(flag, evaluation, done, context, run, self._conditions, self.errors.get(key)).explanation()


def _with_needs(flag: Flag, context: Context, run: Run, done: dict[str, Evaluation]) -> Evaluation:
    """Evaluates prerequisites before the flags that depend on them, each once, without recursion.

    Compilation refuses cycles, so this ends.
    """
    pending = [flag]
    while pending:
        current = pending[-1]
        if current.key not in done:
            waiting = [need.flag for need in current.needs if need.flag.key not in done]
            if waiting:
                pending += waiting
                continue
            for need in current.needs:
                if not need.met(done[need.flag.key]):
                    done[current.key] = current.off
                    break
            else:
                done[current.key] = current.decide(context, run)
        pending.pop()
    return done[flag.key]
