"""Commands as processes: exit codes as a shell sees them, and a running server that sees what they did."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.icontrol.test_serve import ROOT, free_port, get, serving

pytestmark = pytest.mark.slow


@dataclass
class Shell:
    environment: dict[str, str]

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )


@pytest.fixture
def shell(process_environment: dict[str, str]) -> Shell:
    return Shell(process_environment)


def test_exit_codes_and_streams(shell: Shell) -> None:
    unready = shell("status")
    assert (unready.returncode, unready.stdout) == (2, b"")
    expected = b"[db.unmigrated]" if "DATABASE_URL" in shell.environment else b"[db.missing]"
    assert expected in unready.stderr and b"Traceback" not in unready.stderr
    assert shell("migrate", "--verbosity", "0").returncode == 0
    assert shell("demo").returncode == 0
    token = shell("create_token", "ci", "--role", "viewer")
    assert token.returncode == 0 and token.stdout.startswith(b"ict_") and token.stdout.count(b"\n") == 1
    assert shell("publish").returncode == 2
    assert shell("publish", "9.9.9", "--reason", "x").returncode == 2
    conflict = shell("publish", "1.0.0", "--reason", "x")
    assert (conflict.returncode, conflict.stdout) == (3, b"")
    # French at a shell that knows ASCII only.
    shell.environment |= {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "ICONTROL_LANGUAGE": "fr"}
    french = shell("publish", "1.0.0", "--reason", "x")
    assert french.returncode == 3 and french.stderr.decode().startswith("Refusé : Déjà en ligne")
    assert shell("rollback", "--reason", "x").returncode == 3


EVERYWHERE_ELSE = ("status", "demo", "createsuperuser --noinput", "showmigrations")


@pytest.mark.parametrize("made", [False, True], ids=["no directory", "an empty directory"])
def test_a_command_that_looks_in_the_wrong_place_names_it_and_makes_nothing(
    made: bool, shell: Shell, tmp_path: Path
) -> None:
    shell.environment.pop("DATABASE_URL", None)
    shell.environment["DJANGO_SUPERUSER_PASSWORD"] = "quite-a-good-one"
    data = tmp_path / "data"
    if made:
        data.mkdir(mode=0o700)
        (data / "secret_key").write_text("k" * 60)
    before = sorted(tmp_path.rglob("*"))
    for command in EVERYWHERE_ELSE:
        told = shell(*command.split())
        assert sorted(tmp_path.rglob("*")) == before, command
        assert b"Traceback" not in told.stderr, command
        if told.returncode:
            assert str(data / "icontrol.sqlite3").encode() in told.stderr, command
        if command == "status":
            assert told.returncode == 2 and b"ICONTROL_DATA=" in told.stderr


def test_what_a_start_makes_is_for_its_owner_only(shell: Shell, tmp_path: Path) -> None:
    assert shell("migrate", "--verbosity", "0").returncode == 0
    assert shell("demo").returncode == 0
    made = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    # PostgreSQL has locks of its own; beside SQLite a file is locked.
    wanted = (
        {"ledger.txt"} if "DATABASE_URL" in shell.environment else {"ledger.txt", "starting.lock", "icontrol.sqlite3"}
    )
    assert {path.name for path in made} >= wanted
    assert [path for path in made if path.stat().st_mode & 0o077] == []


def test_help_is_quiet_and_names_every_command(shell: Shell) -> None:
    shell.environment["PYTHONWARNINGS"] = "always::DeprecationWarning:releases,always::DeprecationWarning:configs"
    told = shell("help")
    assert (told.returncode, told.stderr) == (0, b"")
    for name in ("publish", "rollback", "verify_ledger", "import_config", "serve"):
        assert f"    {name}\n".encode() in told.stdout


def test_a_running_server_sees_what_a_command_did(shell: Shell, tmp_path: Path) -> None:
    port = free_port()
    shell.environment["PORT"] = str(port)
    with serving(shell.environment, tmp_path / "output") as process:

        def polled() -> tuple[int, str]:
            status, body = get(process, port, "/meta/release")
            assert status == 200
            answer = json.loads(body)
            return answer["serial"], answer["publishedConfigVersion"]

        assert polled() == (2, "1.0.0")
        (tmp_path / "new.json").write_text('{"pages": []}')
        assert shell("import_config", str(tmp_path / "new.json")).returncode == 0
        assert polled() == (2, "1.0.0")
        told = shell("publish", "draft", "--reason", "x", "--confirm", "release.shrinks", "--json")
        assert json.loads(told.stdout)["serial"] == 3
        assert polled() == (3, "1.0.1")
        assert shell("rollback", "--reason", "x").returncode == 0
        assert polled() == (4, "1.0.0")

        def states() -> dict[str, str]:
            flags = json.loads(get(process, port, "/api/config/published")[1])["featureFlags"]
            return {flag["key"]: flag["state"] for flag in flags}

        before = states()
        key = next(key for key, state in before.items() if state != "FORCE_OFF")
        assert shell("kill", key, "--reason", "x").returncode == 0
        assert states() == {**before, key: "FORCE_OFF"}
        assert shell("lift", key, "--reason", "x").returncode == 0
        assert states() == before
    # And while it is down.
    assert json.loads(shell("kill", key, "--reason", "x", "--json").stdout)["killSwitches"] == [key]
    assert json.loads(shell("undo", "7", "--reason", "x", "--json").stdout)["serial"] == 8
    assert shell("verify_ledger").returncode == 0
