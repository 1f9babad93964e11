"""One database, measured, for ``python -m tests.bench``. Prints one line of JSON; progress goes to stderr.

Whoever starts this gives an empty data directory or database. A short and a long ledger are measured in turns, so that
a busy machine slows both.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.bench.ledgers import Bench, progress, samples, timed  # isort: skip  (sets Django up)

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from flags import usage
from releases.delivery.live import seen
from releases.ledger.verify import verify
from releases.policies import CONFIRMABLE
from tests.bench.documents import edited, large_snapshot
from tests.bench.flags import CONTEXTS, among_others, mixed
from tests.factories import tag

ROUNDS = 15
FLAG_ROUNDS = 200
VERIFICATIONS = 3
SHORT, LONG = 10, 10_000
#: Versions that a long ledger goes to and fro between; a person publishes every day for most of a year.
VERSIONS = 200
BULK = "/ofrep/v1/evaluate/flags"
FEATURES = "/unleash/api/client/features"


def config_round(size: str, bench: Bench, content: Any) -> None:
    """A save, a publish, what clients then ask, and a rollback. The rollback is undone."""
    world = bench.world
    timed(f"save {size}", lambda: world.edit(content))
    timed(f"publish {size}", world.publish)
    bench.read(f"first {size}", "/api/config/published", "200")
    fields = bench.read(f"config {size}", "/api/config/published", "200")
    bench.read(f"config 304 {size}", "/api/config/published", "304", if_none_match=fields["ETag"])
    bench.read(f"meta {size}", "/meta/release", "200", x_client_version="1.4.2")
    timed(f"rollback {size}", world.rollback)
    world.undo()


def requests(bench: Bench, content: Any) -> None:
    """The same save and publish, as requests: with reading, problems and the answer."""
    query = f"?application={bench.world.application.key}"
    bearer = f"Bearer {bench.token}"
    path = f"/api/config/draft{query}"
    etag = tag(bench.world.draft)
    got, fields, _ = timed("PUT draft", lambda: bench.ask("PUT", path, content, authorization=bearer, if_match=etag))
    assert got.startswith("200"), got
    path = f"/api/config/publish{query}"
    body = {"reason": "go"}
    etag = fields["ETag"]
    got, _, said = timed("POST publish", lambda: bench.ask("POST", path, body, authorization=bearer, if_match=etag))
    assert got.startswith("200"), (got, said[:500])


def flag_round(size: str, bench: Bench, context: dict[str, str]) -> None:
    """What clients ask about flags, of one user."""
    body = {"context": context}
    etag = bench.read(f"bulk {size}", BULK, "200", body)["ETag"]
    bench.read(f"bulk 304 {size}", BULK, "304", body, if_none_match=etag)
    bench.read(f"one {size}", f"{BULK}/flag-2", "200", body)
    etag = bench.read(f"features {size}", FEATURES, "200")["ETag"]
    bench.read(f"features 304 {size}", FEATURES, "304", if_none_match=etag)
    query = "&".join(name + "=" + value for name, value in context.items())
    bench.read(f"frontend {size}", f"/unleash/api/frontend?{query}", "200")


def flag_rounds(long: Bench, shorts: list[Bench]) -> None:
    """A hundred flags on both ledgers; on other short ones ten, a thousand, and one among many rules."""
    short, ten, thousand, alone, among = shorts[:5]
    contents = {
        short: mixed(100),
        long: mixed(100),
        ten: mixed(10),
        thousand: mixed(1000),
        alone: among_others(rules=0),
        among: among_others(rules=50),
    }
    for bench, content in contents.items():
        bench.world.release(content, confirm=CONFIRMABLE)
    before = set(samples)
    for number in range(FLAG_ROUNDS + 1):
        context = CONTEXTS[number % len(CONTEXTS)]
        body = {"context": context}
        turns: list[Callable[[], Any]] = [
            partial(flag_round, "short", short, context),
            partial(flag_round, "long", long, context),
            partial(ten.read, "ten", BULK, "200", body),
            partial(thousand.read, "thousand", BULK, "200", body),
            partial(alone.read, "rules short", f"{BULK}/asked", "200", body),
            partial(among.read, "rules long", f"{BULK}/asked", "200", body),
        ]
        for turn in turns if number % 2 else reversed(turns):
            turn()
        if number == 0:  # everything is warm now
            for name in samples.keys() - before:
                samples[name].clear()


def ratios() -> dict[str, float]:
    """How much longer the long one takes: the median over the rounds, each of which measured both."""
    return {
        what.removesuffix(" long"): statistics.median(
            long / short for long, short in zip(values, samples[what.removesuffix("long") + "short"], strict=True)
        )
        for what, values in samples.items()
        if what.endswith(" long")
    }


def sync_cost() -> float:
    """Seconds until 4 KiB are on the disk where the embedded database would be."""
    costs = []
    with tempfile.NamedTemporaryFile(dir=settings.ICONTROL_DATA) as file:
        for _ in range(20):
            file.write(b"x" * 4096)
            file.flush()
            start = time.perf_counter()
            os.fsync(file.fileno())
            costs.append(time.perf_counter() - start)
    return statistics.median(costs)


def round_trips() -> None:
    """The smallest question there is, on a connection that is open: what an answer with one query costs at least."""
    with connection.cursor() as cursor:
        for _ in range(FLAG_ROUNDS):
            timed("round trip", lambda: cursor.execute("SELECT 1"))


def database() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


def main() -> None:
    call_command("migrate", verbosity=0)
    name = database()
    base = large_snapshot()
    progress(f"{name}: a ledger of {LONG} releases")
    long = Bench("long", base, releases=LONG, versions=VERSIONS)
    shorts = [Bench(f"short-{number}", base, releases=SHORT, versions=2) for number in range(ROUNDS + 1)]
    for number, short in enumerate(shorts):
        progress(f"{name}: round {number} of {ROUNDS}")
        content = edited(base, number)
        pair = [("short", short), ("long", long)]
        for size, bench in pair if number % 2 else reversed(pair):
            config_round(size, bench, content)
        requests(long, edited(base, 1_000 + number))
        if number == 0:  # everything is warm now
            samples.clear()
            seen.clear()
    progress(f"{name}: flags")
    flag_rounds(long, shorts)
    round_trips()
    progress(f"{name}: verifying")
    for _ in range(VERIFICATIONS):
        found = timed("verify", lambda: list(verify([long.world.production], own=settings.ICONTROL_CHECKPOINTS)))
        assert not [one for one in found if one.severity == "error"], found[0]
    medians = {key: statistics.median(values) for key, values in samples.items()}
    medians["sync"] = sync_cost()
    slow = {key: statistics.quantiles(values, n=20)[-1] for key, values in samples.items()}
    print(json.dumps({"database": name, "seconds": medians, "p95": slow, "ratios": ratios()}))
    usage.flush()
    connection.close()
    close_pool: Callable[[], None] = getattr(connection, "close_pool", lambda: None)
    close_pool()


if __name__ == "__main__":
    main()
