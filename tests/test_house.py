"""The rules of the test house itself."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.db import connection

from tests import run
from tests.conftest import NetworkIsOff
from tests.run import Count

ROOT = Path(__file__).resolve().parent.parent


def test_the_network_is_off() -> None:
    with pytest.raises(NetworkIsOff):
        urllib.request.urlopen("http://192.0.2.1/", timeout=1)
    with pytest.raises(NetworkIsOff):
        socket.create_connection(("2001:db8::1", 80), timeout=1)


@pytest.mark.django_db
def test_sqlite_runs_as_it_does_in_production() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (2,)  # FULL


def test_both_runs_are_counted_together(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite name="pytest" tests="9" failures="2" errors="1" skipped="1"></testsuite></testsuites>'
    )
    count = Count()
    count.add(report)
    count.add(report)
    assert str(count) == "10 passed, 6 failed, 2 skipped"


def test_what_both_runs_reach_counts_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "program.py"
    program.write_text("import sys\nif sys.argv[1:]:\n    reached = 1\nelse:\n    reached = 2\n")
    data = tmp_path / "data"
    data.mkdir()
    for name, arguments in {"one": [], "other": ["x"]}.items():
        command = ["-m", "coverage", "run", f"--data-file={data / '.coverage'}.{name}", str(program), *arguments]
        subprocess.run([sys.executable, *command], cwd=tmp_path, check=True)
    monkeypatch.setattr(run, "COVERAGE_DATA", tmp_path / "together")
    assert run.coverage(data, gate=False) == 0
    totals = [line.split() for line in capfd.readouterr().out.splitlines() if line.startswith("TOTAL")]
    assert totals == [["TOTAL", "4", "0", "100%"]]
    data.joinpath(".coverage.broken").write_text("no data")
    assert run.coverage(data, gate=False) != 0


@pytest.mark.parametrize("name", ["run", "dev"])
def test_the_locked_requirements_name_no_host_and_hash_everything(name: str) -> None:
    text = (ROOT / "deploy" / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text and "--index" not in text and " @ " not in text
    blocks = [block for block in text.split("\n") if block and not block.startswith((" ", "#"))]
    assert blocks and all("==" in block and block.endswith("\\") for block in blocks)
