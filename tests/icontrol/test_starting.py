"""What a start waits for: others that start, and a database that is not there yet."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from configs.models import Application
from icontrol import starting
from releases.bootstrap import first_start
from tests.faults.processes import Child, Tell
from tests.icontrol.test_serve import PATIENCE_SECONDS, free_port, get, serving

WAITING = "Another process is bringing the database up to date; waiting for it."


def test_servers_that_start_together_on_an_empty_database_all_serve(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    ports = [free_port() for _ in range(3)]
    outputs = [tmp_path / f"output-{port}" for port in ports]
    with contextlib.ExitStack() as stack:
        started: list[subprocess.Popen[bytes]] = [
            stack.enter_context(serving({**process_environment, "PORT": str(port)}, output))
            for port, output in zip(ports, outputs, strict=True)
        ]
        for process, port in zip(started, ports, strict=True):
            assert get(process, port, "/meta/release")[0] == 200
        for process in started:
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_SECONDS) == 0
    said = [output.read_text() for output in outputs]
    assert not any("Traceback" in one for one in said)
    assert sum("Account admin created" in one for one in said) == 1
    assert sum(len(re.findall("^Application .* created", one, re.MULTILINE)) for one in said) == 1


@pytest.mark.parametrize("dies", [False, True], ids=["it ends", "it dies"])
@pytest.mark.django_db(transaction=True)
def test_whoever_comes_second_says_that_it_waits_and_goes_on_after_the_first(
    dies: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(tell: Tell) -> None:
        with starting.alone(lambda line: tell(line)):
            tell("held")
            signal.pause()

    events: list[str] = []
    with Child(hold) as child:
        assert child.hear() == "held"

        def sleep(seconds: float) -> None:
            if events == [WAITING]:
                os.kill(child.pid, signal.SIGKILL if dies else signal.SIGTERM)
                child.wait()
            events.append("slept")

        monkeypatch.setattr(time, "sleep", sleep)
        call_command("migrate", verbosity=0, stderr=Lines(events))
    assert events[:2] == [WAITING, "slept"]


@pytest.mark.django_db(transaction=True)
def test_the_lock_is_not_taken_twice_by_one_process_and_is_free_afterwards() -> None:
    said: list[str] = []
    for _ in range(2):
        with starting.alone(said.append), starting.alone(said.append):
            pass
    assert said == []


class Lines:
    """A stream that keeps what is written to it."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def write(self, text: str) -> None:
        self.lines.append(text.strip())


def refusing(monkeypatch: pytest.MonkeyPatch, reasons: list[str | None]) -> None:
    def connect() -> None:
        reason = reasons.pop(0) if len(reasons) > 1 else reasons[0]
        if reason:
            raise OperationalError(reason)

    monkeypatch.setattr(connection, "ensure_connection", connect)


def test_a_database_that_comes_late_is_waited_for_and_each_reason_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, ["refused\n\tIs it running?", "refused\n\tIs it running?", "starting up", None])
    said: list[str] = []
    pauses: list[float] = []
    starting.wait_for_database(said.append, sleep=pauses.append)
    assert [line.partition(". Trying")[0] for line in said] == [
        "The database cannot be reached: refused Is it running?",
        "The database cannot be reached: starting up",
        "The database answers.",
    ]
    assert pauses == sorted(pauses) and len(pauses) == 3  # it backs off


def test_a_database_that_does_not_come_ends_the_start_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, ["password authentication failed"])
    said: list[Any] = []
    with pytest.raises(CommandError, match="cannot be reached: password authentication failed. Start it, or mend"):
        starting.wait_for_database(said.append, sleep=lambda seconds: None)
    assert len(said) == 1


def test_a_start_without_postgresql_shows_no_traceback(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "ICONTROL_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "icontrol.settings",
        "DATABASE_URL": f"postgresql://ada:hidden@127.0.0.1:{free_port()}/nothing",
        "PORT": str(free_port()),
    }
    output = tmp_path / "output"
    with serving(environment, output) as process:
        end = PATIENCE_SECONDS * 10
        while "Trying again" not in output.read_text() and end and process.poll() is None:
            end -= 1
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
    said = output.read_text()
    assert len(said.splitlines()) == 1 and said.startswith("The database cannot be reached: ")
    assert "hidden" not in said


@pytest.mark.django_db
def test_a_start_without_the_demo_makes_the_account_only_and_says_what_is_next(settings: Any, client: Client) -> None:
    settings.ICONTROL_DEMO = False
    said: list[str] = []
    first_start(now=timezone.now(), announce=said.append)
    assert not Application.objects.exists() and User.objects.get().username == "admin"
    assert [line for line in said if "manage.py create_application" in line] == said[:1]
    for path in ("/meta/release", "/api/config/published", "/readyz", "/login", "/unleash/api/client/features"):
        assert client.get(path).status_code != 500, path
    call_command("create_application", "shop", "--reason", "ours")
    said.clear()
    first_start(now=timezone.now(), announce=said.append)
    assert said == [] and Application.objects.get().key == "shop"


@pytest.mark.django_db
def test_a_first_password_that_can_be_guessed_is_refused_before_anything_is_made(settings: Any) -> None:
    for password in ("admin", "password1234", "1234567890123"):
        settings.ICONTROL_ADMIN_PASSWORD = password
        with pytest.raises(ImproperlyConfigured, match="^ICONTROL_ADMIN_PASSWORD is refused: ") as refusal:
            first_start(now=timezone.now(), announce=print)
        assert password not in str(refusal.value)
    assert not Application.objects.exists() and not User.objects.exists()
