"""What a save and a publish are made of, without a database: ``python -m tests.bench.functions``. Prints JSON."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from configs.snapshot.canonical import canonical, digest, normalise, parse_strict
from configs.snapshot.diff import apply, diff
from configs.validation.check import check_snapshot
from releases.delivery.answers import CONFIG, GATE, Ask, answer
from releases.delivery.public_form import render
from releases.delivery.representations import Live
from tests.bench.documents import edited, large_snapshot

ROUNDS = 15


def thousand(ask: Ask, live: Live) -> None:
    for _ in range(1000):
        answer(ask, live)


def main() -> None:
    document = large_snapshot()
    other = edited(document, 1)
    text = canonical(normalise(document))
    changes = diff(document, other)
    policies = {"default": {"minSupported": "1.0.0", "latest": "2.0.0"}}
    live = Live("app", "production", 1, "en", 1, "1.0.0", digest(text), policies, (), "", document)
    asks = {name: Ask(route, version="1.4.2") for name, route in {"gate": GATE, "published": CONFIG}.items()}
    asks["blocked"] = Ask(GATE, version="0.4.2")
    asks["published 304"] = Ask(CONFIG, version="1.4.2", if_none_match="*")
    work: dict[str, Callable[[], Any]] = {
        "read": lambda: parse_strict(text),
        "canonical": lambda: canonical(normalise(document)),
        "digest": lambda: digest(text),
        "check": lambda: check_snapshot(document),
        "diff": lambda: diff(document, other),
        "equal": lambda: diff(document, document),
        "apply": lambda: apply(changes, document),
        "render": lambda: render(document, surface="APP"),
        **{name: partial(thousand, ask, live) for name, ask in asks.items()},
    }
    samples: dict[str, list[float]] = {name: [] for name in work}
    for number in range(ROUNDS + 1):
        for name, function in work.items():
            start = time.perf_counter()
            function()
            if number:  # the first round warms up
                samples[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in samples.items()}
    print(json.dumps({"bytes": len(text.encode()), "changes": len(changes), "seconds": medians}))


if __name__ == "__main__":
    main()
