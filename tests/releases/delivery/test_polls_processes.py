"""Counting polls in a real server: what it counted is in the database when it has stopped."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.flags.test_usage_processes import manage
from tests.icontrol.test_serve import PATIENCE_SECONDS, free_port, get, serving

POLLS = 20
COUNT = "from releases.models import {0}; print(sum({0}.objects.values_list('polls', flat=True)))"


@pytest.mark.slow
def test_a_server_that_is_stopped_has_written_every_poll(process_environment: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    environment = {**process_environment, "PORT": str(port), "ICONTROL_WORKERS": "2"}
    manage(environment, "migrate", "--verbosity=0")
    manage(environment, "demo")
    with serving(environment, tmp_path / "output") as process:
        assert [get(process, port, "/meta/release")[0] for _ in range(POLLS)] == [200] * POLLS
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
    for table in ("VersionPolls", "TenantPolls"):
        assert int(manage(environment, "shell", "--no-imports", "-c", COUNT.format(table))) == POLLS
