"""Evaluations per second beside other engines, for ``python -m tests.bench``. Prints one line of JSON.

All engines run in this process, on the same flags and contexts, in turns, so that a busy machine slows all. Every
answer is compared before anything is timed. Each engine is asked in its own form of the context, made beforehand.
"""

from __future__ import annotations

import ctypes
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import django
from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider
from UnleashClient import UnleashClient
from UnleashClient.cache import FileCache
from yggdrasil_engine.engine import UnleashEngine

from icontrol import environ

os.environ["DJANGO_SETTINGS_MODULE"] = "icontrol.settings"
environ.may_make = True
django.setup()

from flags import usage  # noqa: E402
from flags.engine import Evaluation, FlagSet, compile_flags  # noqa: E402
from releases.delivery.representations import Live  # noqa: E402
from tests.bench.flags import CONTEXTS, KINDS, kinds, mixed, unleash_feature  # noqa: E402

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
#: Seconds of one turn at least, and turns, whose median counts.
TURN = 0.2
TURNS = 7
COUNT = 100
BULK = "bulk"
LIVE = Live("bench", "production", 1, "en", 1, "1.0.0", None, {}, (), "bench", {})

#: Asks for one flag, in a context of the engine's own form.
Ask = Callable[[Any], Any]


@dataclass(frozen=True)
class Engine:
    """``ask`` prepares the question for a flag and its kind; ``value`` reads the answer, which is not timed.

    ``bulk`` evaluates all flags; an engine that has no such call is asked for one after the other.
    ``rival``: which of ours it is compared with.
    """

    contexts: Sequence[Any]
    ask: Callable[[str, str], Ask]
    value: Callable[[Any], Any]
    rival: str
    bulk: Ask | None = None
    kinds: Sequence[str] = KINDS

    def works(self) -> dict[str, Callable[[], int]]:
        """What is timed, by column. Each says how many evaluations it made."""
        asks = {key: self.ask(key, kind) for key, kind in kinds(COUNT).items() if kind in self.kinds}
        found: dict[str, Callable[[], int]] = {
            kind: partial(self.once, [asks[f"flag-{n}"]]) for n, kind in enumerate(KINDS) if kind in self.kinds
        }
        if self.bulk is not None:
            found[BULK] = partial(self.once, [self.bulk], each=COUNT)
        elif len(asks) == COUNT:
            found[BULK] = partial(self.once, list(asks.values()))
        return found

    def once(self, asks: Sequence[Ask], each: int = 1) -> int:
        for ask in asks:
            for context in self.contexts:
                ask(context)
        return len(asks) * len(self.contexts) * each


def ours(flags: FlagSet) -> Engine:
    def ask(key: str, _: str) -> Ask:
        return partial(flags.evaluate, key, now=NOW)

    return Engine(CONTEXTS, ask, _value, "ours", bulk=lambda context: flags.evaluate_all(context, NOW))


def ours_counting(flags: FlagSet) -> Engine:
    """With what every endpoint does: the evaluation is counted."""

    def ask(key: str, _: str) -> Ask:
        def evaluated(context: Any) -> Evaluation:
            evaluation = flags.evaluate(key, context, now=NOW)
            usage.record_all(LIVE, {key: evaluation})
            return evaluation

        return evaluated

    def bulk(context: Any) -> None:
        usage.record_all(LIVE, flags.evaluate_all(context, NOW))

    return Engine(CONTEXTS, ask, _value, "ours counting", bulk=bulk)


def _value(evaluation: Evaluation) -> Any:
    return evaluation.value


def unleash_contexts() -> list[dict[str, Any]]:
    return [
        {"userId": context["userId"], "properties": {k: v for k, v in context.items() if k != "userId"}}
        for context in CONTEXTS
    ]


def _unleash_value(answer: Any) -> Any:
    return answer["name"] if isinstance(answer, dict) else answer


def unleash_engine(features: dict[str, Any]) -> Engine:
    """The compiled engine by the C function that its Python package calls, without that package's own work: the
    context is JSON already, and the answer stays JSON. Nothing is counted."""
    engine = UnleashEngine()
    engine.take_state(json.dumps(features))
    library, state = engine.lib, engine.state

    def ask(key: str, kind: str) -> Ask:
        check = library.check_variant if kind == "split" else library.check_enabled
        free, name, nothing = library.free_response, key.encode(), b"{}"

        def checked(context: bytes, _alive: Any = engine) -> bytes | None:
            pointer = check(state, name, context, nothing)
            answer = ctypes.cast(pointer, ctypes.c_char_p).value
            free(pointer)
            return answer

        return checked

    contexts = [json.dumps(context).encode() for context in unleash_contexts()]
    return Engine(contexts, ask, lambda answer: _unleash_value(json.loads(answer)["value"]), "ours")


def unleash_client(features: dict[str, Any], directory: str) -> Engine:
    """What users of Unleash call; it counts too. It holds these features and never calls a server."""
    cache = FileCache("bench", directory)
    cache.bootstrap_from_dict(features)
    options: dict[str, Any] = {"disable_metrics": True, "disable_registration": True, "cache": cache}
    client = UnleashClient("http://127.0.0.1:1/api", "bench", **options)
    client.initialize_client(fetch_toggles=False)

    def ask(key: str, kind: str) -> Ask:
        return partial(client.get_variant if kind == "split" else client.is_enabled, key)

    return Engine(unleash_contexts(), ask, _unleash_value, "ours counting")


def openfeature() -> tuple[Engine, Engine]:
    """The in-memory provider by itself, and the client of the SDK with it. It has no language for rules and rollouts,
    only the user's own function: so a flag that is on for all is the one thing to compare."""
    on = {key: InMemoryFlag("on", {"on": True, "off": False}) for key, kind in kinds(COUNT).items() if kind == "on"}
    provider = InMemoryProvider(on)
    api.set_provider(provider)
    client = api.get_client()
    contexts = [EvaluationContext(context["userId"], dict(context)) for context in CONTEXTS]

    def ask_provider(key: str, _: str) -> Ask:
        return partial(provider.resolve_boolean_details, key, False)

    def ask_client(key: str, _: str) -> Ask:
        return partial(client.get_boolean_value, key, False)

    return (
        Engine(contexts, ask_provider, lambda details: details.value, "ours", kinds=("on",)),
        Engine(contexts, ask_client, lambda value: value, "ours", kinds=("on",)),
    )


def compare(engines: dict[str, Engine]) -> None:
    """Ends with the first flag that is answered otherwise than here."""
    for key, kind in kinds(COUNT).items():
        expected = [engines["ours"].ask(key, kind)(context).value for context in CONTEXTS]
        for name, engine in engines.items():
            if kind in engine.kinds:
                ask = engine.ask(key, kind)
                answers = [engine.value(ask(context)) for context in engine.contexts]
                if answers != expected:
                    raise SystemExit(f"{key} ({kind}): {name} answers {answers}, not {expected}")


def rate(work: Callable[[], int]) -> float:
    """Evaluations per second."""
    done, start = 0, time.perf_counter()
    while (taken := time.perf_counter() - start) < TURN:
        done += work()
    return done / taken


def main() -> None:
    features = {"version": 2, "features": [unleash_feature(kind, key) for key, kind in kinds(COUNT).items()]}
    flags = compile_flags(mixed(COUNT))
    provider, client = openfeature()
    with tempfile.TemporaryDirectory(prefix="icontrol-bench-") as directory:
        engines = {
            "ours": ours(flags),
            "unleash engine": unleash_engine(features),
            "openfeature provider": provider,
            "openfeature client": client,
            "ours counting": ours_counting(flags),
            "unleash client": unleash_client(features, directory),
        }
        compare(engines)
        works = {name: engine.works() for name, engine in engines.items()}
        rates: dict[str, dict[str, list[float]]] = {name: {} for name in engines}
        for _ in range(TURNS):
            for column in (*KINDS, BULK):
                for name, work in works.items():
                    if column in work:
                        rates[name].setdefault(column, []).append(rate(work[column]))
    medians = {name: {c: statistics.median(v) for c, v in columns.items()} for name, columns in rates.items()}
    ratios = {
        name: {
            column: statistics.median(a / b for a, b in zip(rates[engines[name].rival][column], values, strict=True))
            for column, values in columns.items()
        }
        for name, columns in rates.items()
    }
    print(json.dumps({"rates": medians, "ratios": ratios}))


if __name__ == "__main__":
    main()
