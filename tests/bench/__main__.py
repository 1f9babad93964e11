"""``make bench``: how long the heavy work takes, on SQLite and on PostgreSQL. Prints tables; fails only on errors.

Each database is measured in a process of its own, one after the other. PostgreSQL runs with its own settings (what is
committed is on the disk), not with the fast ones of the tests. About four minutes.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.databases import fresh, postgresql

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("Django", "djangorestframework", "psycopg", "UnleashClient", "yggdrasil-engine", "openfeature-sdk")
#: Row → what is measured with a ledger of 10 (``… short``) and with one of 10 000 (``… long``).
LEDGERS = {
    "publish": "publish",
    "roll back": "rollback",
    "save the draft": "save",
    "`GET /api/config/published`, first after a publish": "first",
    "`GET /api/config/published`, 200": "config",
    "`GET /api/config/published`, 304": "config 304",
    "`GET /meta/release`": "meta",
}
#: Row → name of the samples, of the ledger of 10 000.
REQUESTS = {
    "`PUT /api/config/draft`, whole request": "PUT draft",
    "`POST /api/config/publish`, whole request": "POST publish",
    "`verify_ledger` of 10 000 releases": "verify",
    "4 KiB onto the disk (fsync), for comparison": "sync",
    "`SELECT 1` on an open connection, for comparison": "round trip",
}
FUNCTIONS = {
    "diff of two snapshots ({changes} changes)": "diff",
    "diff of a snapshot with itself": "equal",
    "apply those changes": "apply",
    "check a snapshot (all problems)": "check",
    "canonical text": "canonical",
    "SHA-256 of it": "digest",
    "read strict JSON": "read",
    "the public form for one surface": "render",
    "the gate from memory, 200, a thousand times": "gate",
    "the gate from memory, 426, a thousand times": "blocked",
    "the published config from memory, 200, a thousand times": "published",
    "the published config from memory, 304, a thousand times": "published 304",
}
#: Row → name of the samples, of a hundred flags.
POLLS = {
    "`POST /ofrep/v1/evaluate/flags`, 200": "bulk",
    "`POST /ofrep/v1/evaluate/flags`, 304": "bulk 304",
    "`POST /ofrep/v1/evaluate/flags/{key}`": "one",
    "`GET /unleash/api/client/features`, 200": "features",
    "`GET /unleash/api/client/features`, 304": "features 304",
    "`GET /unleash/api/frontend`": "frontend",
}
#: Row → name of the samples, and among how many flags their time is divided.
GROWTH = {
    "all of 10 flags, time per flag": ("ten", 10),
    "all of 100 flags, time per flag": ("bulk short", 100),
    "all of 1 000 flags, time per flag": ("thousand", 1000),
    "one of 100 flags, the others without rules": ("rules short", 1),
    "one of 100 flags, the others with 50 rules each": ("rules long", 1),
}
KINDS = {"on": "on", "rollout": "rollout", "rules": "rules", "split": "split", "bulk": "100 flags, all kinds"}
ENGINES = {
    "this engine": "ours",
    "Unleash's engine (Rust), its C function called from Python": "unleash engine",
    "OpenFeature's in-memory provider": "openfeature provider",
    "OpenFeature's client with that provider": "openfeature client",
    "this engine, each evaluation counted": "ours counting",
    "UnleashClient, which counts too": "unleash client",
}


def main() -> int:
    print("\n".join(machine()), flush=True)
    functions = measured("functions", None)
    engines = measured("flags_bench", None)
    results, waits = [measured("measure", None)], [measured("beside", None)]
    with postgresql(durable=True) as server, fresh(server.url) as url, fresh(server.url) as other:
        results.append(measured("measure", url))
        waits.append(measured("beside", other))
    tables = [
        ledgers(f"snapshot of {functions['bytes'] // 1000} KB", LEDGERS, results),
        others(results),
        inside(functions),
        polls(results),
        ledgers("100 flags", POLLS, results),
        growth(results),
        evaluations(engines),
        beside(waits),
        reading(measured("reading", None)),
        toolbox(measured("toolbox", None)),
    ]
    print("\n\n".join("\n".join(table) for table in tables))
    return 0


def machine() -> list[str]:
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    busy, _, _ = os.getloadavg()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return [
        f"- {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC",
        f"- {model or platform.processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        f"- load of the machine when it began: {busy:.1f}",
        f"- Python {platform.python_version()}, {packages}",
        "",
    ]


def measured(module: str, url: str | None) -> Any:
    """What the module prints, run with the program's own settings and a data directory of its own."""
    ours = ("DATABASE_URL", "HOST", "PORT", "PUBLIC_BASE_URL")
    environment = {k: v for k, v in os.environ.items() if k not in ours and not k.startswith("ICONTROL_")}
    command = [sys.executable, "-m", f"tests.bench.{module}"]
    with tempfile.TemporaryDirectory(prefix="icontrol-bench-") as data:
        environment |= {"ICONTROL_DATA": data, "ICONTROL_SECRET_KEY": "only-for-measuring-" * 3}
        if url:
            environment["DATABASE_URL"] = url
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def shown(seconds: float) -> str:
    milliseconds = seconds * 1000
    if milliseconds < 0.1:
        return f"{milliseconds * 1000:.0f} µs"
    return f"{spaced(milliseconds)} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"


def spaced(number: float) -> str:
    return f"{number:,.0f}".replace(",", " ")


def ledgers(title: str, rows: dict[str, str], results: list[Any]) -> list[str]:
    """Side by side: the ratio says whether the work grows with the ledger."""
    databases = [result["database"] for result in results]
    head = " | ".join(f"{name}: ledger of 10 | of 10 000 | ratio" for name in databases)
    lines = [f"| {title} | {head} |", "|---|" + "---:|" * 3 * len(databases)]
    for row, what in rows.items():
        cells = [
            f"{shown(seconds[f'{what} short'])} | {shown(seconds[f'{what} long'])} | {ratios[what]:.2f}"
            for seconds, ratios in ((result["seconds"], result["ratios"]) for result in results)
        ]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return lines


def others(results: list[Any]) -> list[str]:
    lines = [f"| | {' | '.join(result['database'] for result in results)} |", "|---|" + "---:|" * len(results)]
    return lines + [
        f"| {row} | {' | '.join(shown(result['seconds'][name]) for result in results)} |"
        for row, name in REQUESTS.items()
    ]


def beside(waits: list[Any]) -> list[str]:
    """What clients and a kill wait for while two editors work without a pause."""
    head = " | ".join(f"{wait['database']}: alone, p50 | p99 | beside, p50 | p99 | ratio of p99" for wait in waits)
    lines = [f"| a true server | {head} |", "|---|" + "---:|" * 5 * len(waits)]
    for row, what in {"`GET /meta/release`": "gate", "`POST /api/flags/{key}/kill`": "kill"}.items():
        cells = []
        for wait in waits:
            alone, with_editors = wait["alone"][what], wait["beside"][what]
            cells += [shown(seconds) for times in (alone, with_editors) for seconds in (times["p50"], times["p99"])]
            cells.append(f"{with_editors['p99'] / alone['p99']:.1f}")
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return lines


def reading(rates: Any) -> list[str]:
    """Requests a second, and in brackets the p99."""
    if rates is None:
        return ["Without nginx and wrk, reading was not measured."]
    lines = [f"| a config of {rates['bytes'] // 1000} KB | nginx | this server | ratio |", "|---|---:|---:|---:|"]
    for row, what in {"200": "200", "304": "304", "gate, 200": "gate", "gate, 426": "426"}.items():
        ours, other = rates[what], rates.get(f"nginx {what}")
        cells = [f"{spaced(one['rate'])} ({shown(one['p99'])})" if one else "" for one in (other, ours)]
        ratio = f"{ours['rate'] / other['rate']:.2f}" if other else ""
        lines.append(f"| {row} | {' | '.join(cells)} | {ratio} |")
    return lines


def toolbox(forms: Any) -> list[str]:
    """Nothing where there is no Chromium."""
    if forms is None:
        return ["Without Chromium the Toolbox was not measured."]
    lines = ["| the Toolbox in Chromium | first paint | form ready | a key, p50 | p95 |", "|---|" + "---:|" * 4]
    for name, times in forms.items():
        lines.append(f"| {name} | {' | '.join(shown(times[what]) for what in ('paint', 'ready', 'p50', 'p95'))} |")
    return lines


def inside(functions: Any) -> list[str]:
    lines = ["| without a database | |", "|---|---:|"]
    return lines + [
        f"| {row.format(**functions)} | {shown(functions['seconds'][name])} |" for row, name in FUNCTIONS.items()
    ]


def polls(results: list[Any]) -> list[str]:
    """What one request takes, and what one in twenty takes longer than."""
    head = " | ".join(f"{result['database']}: p50 | p95" for result in results)
    lines = [f"| 100 flags, ledger of 10 000 | {head} |", "|---|" + "---:|" * 2 * len(results)]
    for row, what in POLLS.items():
        times = [shown(result[kind][f"{what} long"]) for result in results for kind in ("seconds", "p95")]
        lines.append(f"| {row} | {' | '.join(times)} |")
    return lines


def growth(results: list[Any]) -> list[str]:
    lines = [f"| OFREP | {' | '.join(result['database'] for result in results)} |", "|---|" + "---:|" * len(results)]
    lines += [
        f"| {row} | {' | '.join(shown(result['seconds'][name] / among) for result in results)} |"
        for row, (name, among) in GROWTH.items()
    ]
    ratios = " | ".join(f"{result['ratios']['rules']:.2f}" for result in results)
    return [*lines, f"| ratio of the last two | {ratios} |"]


def evaluations(engines: Any) -> list[str]:
    """In brackets: how many times as many this engine does meanwhile."""
    lines = [f"| evaluations per second | {' | '.join(KINDS.values())} |", "|---|" + "---:|" * len(KINDS)]
    for row, engine in ENGINES.items():
        rates, ratios = engines["rates"][engine], engines["ratios"][engine]
        compared = not engine.startswith("ours")
        cells = [
            f"{spaced(rates[kind])}{f' (×{ratios[kind]:.1f})' if compared else ''}" if kind in rates else "–"
            for kind in KINDS
        ]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    sys.exit(main())
