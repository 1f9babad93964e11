"""``manage.py serve`` as a process: it starts, answers, stops when told, and starts again."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from icontrol.management.commands.serve import LEAST_CONNECTIONS, OTHER_FILES, open_files, raise_open_files

ROOT = Path(__file__).resolve().parents[2]
# Not a measure of speed: how long a broken start may hold the suite up.
PATIENCE_SECONDS = 120
MANY_CONNECTIONS = 1_200


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(
    environment: dict[str, str], output: Path, command: Sequence[str] = (str(ROOT / "manage.py"), "serve")
) -> Iterator[subprocess.Popen[bytes]]:
    with output.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def get(process: subprocess.Popen[bytes], port: int, path: str) -> tuple[int, bytes]:
    """Status and body, once the server answers at all."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            if time.monotonic() > end or process.poll() is not None:
                raise
            time.sleep(0.1)


def shown(main: int, *secrets: str) -> list[str]:
    """Where the system shows one of the secrets: in the environment or the arguments of the server's processes."""
    workers = Path(f"/proc/{main}/task/{main}/children")
    if not workers.exists():  # not Linux
        return []
    pids = [str(main), *workers.read_text().split()]
    assert len(pids) > 1
    return [
        f"{pid} {name}"
        for pid in pids
        for name in ("environ", "cmdline")
        if any(secret.encode() in Path(f"/proc/{pid}/{name}").read_bytes() for secret in secrets)
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_answers_stops_and_starts_again(
    process_environment: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    environment = {**process_environment, "PORT": str(port), "ICONTROL_ADMIN_PASSWORD": "quite-a-good-one"}
    output = tmp_path / "output"
    for _ in range(2):
        with serving(environment, output) as process:
            status, page = get(process, port, "/login")
            address = re.search(rb'href="(/static/[0-9a-f]{16}/frontend/ui.css)"', page)
            assert status == 200 and address and get(process, port, address[1].decode())[0] == 200
            assert not shown(process.pid, "quite-a-good-one", environment["ICONTROL_SECRET_KEY"])
            # An open connection that says nothing must not hold the stop up.
            with socket.create_connection(("127.0.0.1", port)):
                process.send_signal(number)
                assert process.wait(PATIENCE_SECONDS) == 0
        said = output.read_text()
        assert f"http://127.0.0.1:{port}/admin/" in said
        assert environment["ICONTROL_DATA"] in said
        assert "Traceback" not in said and "quite-a-good-one" not in said


def test_more_clients_poll_than_the_server_would_take_by_default(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    environment = {**process_environment, "PORT": str(port), "ICONTROL_WORKERS": "1"}
    raise_open_files(MANY_CONNECTIONS)
    assert (open_files() or 10**6) >= MANY_CONNECTIONS + OTHER_FILES, "this machine allows too few open files"
    with serving(environment, tmp_path / "output") as process, contextlib.ExitStack() as stack:
        get(process, port, "/livez")
        for _ in range(MANY_CONNECTIONS):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
            stack.callback(connection.close)
            connection.request("GET", "/livez")
            assert connection.getresponse().read() == b"ok\n"  # and the connection stays open


def test_open_files_are_raised_as_far_as_the_system_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: limits.append(both))
    for soft, hard, raised in (
        (1024, 1_048_576, [(1_048_576, 1_048_576)]),
        (1024, 4096, [(4096, 4096)]),
        (1024, resource.RLIM_INFINITY, [(8192 + OTHER_FILES, resource.RLIM_INFINITY)]),
        (20_000, resource.RLIM_INFINITY, [(20_000, resource.RLIM_INFINITY)]),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, []),
    ):
        limits.clear()
        monkeypatch.setattr(resource, "getrlimit", lambda _, both=(soft, hard): both)
        raise_open_files(8192)
        assert limits == raised


def limited(soft: int, hard: int) -> list[str]:
    """``serve`` under limits of open files of its own."""
    command = [sys.executable, str(ROOT / "manage.py"), "serve"]
    limit = f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))"
    return ["-c", f"import os, resource; {limit}; os.execv({command[0]!r}, {command!r})"]


def test_where_the_system_allows_fewer_open_files_a_process_takes_fewer_connections(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    """And says so. The ones too many wait, and are answered once others are closed."""
    port, output = free_port(), tmp_path / "output"
    environment = {**process_environment, "PORT": str(port), "ICONTROL_WORKERS": "1"}
    files = OTHER_FILES + LEAST_CONNECTIONS
    with (
        serving(environment, output, limited(100, files)) as process,
        contextlib.ExitStack() as late_one,
        contextlib.ExitStack() as stack,
    ):
        get(process, port, "/livez")
        said = [line for line in output.read_text().splitlines() if "connections" in line]
        assert said == [
            f"Each process takes only {LEAST_CONNECTIONS} connections, not the 8192 of ICONTROL_CONNECTIONS: "
            f"raise the limit of open files, which is {files} (ulimit -n; LimitNOFILE= of systemd)."
        ]
        for _ in range(LEAST_CONNECTIONS):
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        late = late_one.enter_context(socket.create_connection(("127.0.0.1", port)))
        late.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert select.select([late], [], [], 1)[0] == []
        stack.close()
        late.settimeout(PATIENCE_SECONDS)
        assert late.recv(15) == b"HTTP/1.1 200 OK"
        assert "Traceback" not in output.read_text()


def test_a_server_does_not_start_with_fewer_open_files_than_it_needs(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    output = tmp_path / "output"
    with serving({**process_environment, "PORT": str(free_port())}, output, limited(100, 100)) as process:
        assert process.wait(PATIENCE_SECONDS) == 1
    assert output.read_text().count("raise the limit of open files, which is 100 ") == 1
    assert "Traceback" not in output.read_text()


def test_a_port_that_is_taken_is_told_before_anything_is_done(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    output = tmp_path / "output"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with serving({**process_environment, "PORT": str(port)}, output) as process:
            assert process.wait(PATIENCE_SECONDS) == 1
    assert f"Cannot listen on 127.0.0.1 port {port}" in output.read_text()
    assert not (tmp_path / "data" / "icontrol.sqlite3").exists()
