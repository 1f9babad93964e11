"""Counting in real processes: what a server counted is in the database when it has stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.icontrol.test_serve import PATIENCE_SECONDS, ROOT, free_port, get, serving

TIMES = 25
#: A server whose workers run another application.
PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import django
django.setup()
from dataclasses import replace
from django.conf import settings
from icontrol import listening, supervisor
from icontrol.management.commands import serve
plan = serve.plan(64)
plan = replace(plan, arguments=[*plan.arguments[:-1], "tests.flags.recording:application"])
first, *locks = listening.claim(settings.HOST, settings.PORT)
supervisor.take_over(plan, first, locks)
"""


def manage(environment: dict[str, str], *words: str) -> str:
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words], env=environment, check=True, capture_output=True, text=True
    ).stdout


def counted(environment: dict[str, str]) -> int:
    """All that the tables hold."""
    return int(
        manage(
            environment,
            "shell",
            "--no-imports",
            "-c",
            "from flags.models import Usage; print(sum(Usage.objects.values_list('count', flat=True)))",
        )
    )


def test_a_server_that_is_stopped_has_written_all_that_its_workers_counted(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    environment = {**process_environment, "PORT": str(port), "ICONTROL_WORKERS": "2"}
    manage(environment, "migrate", "--verbosity=0")
    manage(environment, "demo")
    told: list[list[int]] = []  # worker and number of flags
    with serving(environment, tmp_path / "output", ("-c", PROGRAM, str(ROOT))) as process:
        end = time.monotonic() + PATIENCE_SECONDS
        while len(told) < TIMES or len({worker for worker, _ in told}) < 2:  # the second may start late
            assert time.monotonic() < end
            status, body = get(process, port, "/record")
            assert status == 200
            told.append(json.loads(body))
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
    flags = {size for _, size in told}
    assert len(flags) == 1 and flags.pop() > 1
    assert counted(environment) == sum(size for _, size in told), (tmp_path / "output").read_text()


def test_a_process_that_ends_in_order_has_written_too(process_environment: dict[str, str]) -> None:
    manage(process_environment, "migrate", "--verbosity=0")
    manage(
        process_environment,
        "shell",
        "--no-imports",
        "-c",
        "from flags import usage; from icontrol.kernel import background; background.write_in_background(); "
        "usage.counter.add(1, [('a', 'on'), ('b', 'off')], 2)",
    )
    assert counted(process_environment) == 2
