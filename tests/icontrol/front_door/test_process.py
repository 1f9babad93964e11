"""The front door in the true server, on loopback: silent, slow and vanishing clients, full pools, and a stop."""

from __future__ import annotations

import contextlib
import http.client
import select
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from icontrol.management.commands.serve import OTHER_FILES, arguments, open_files, raise_open_files
from tests.icontrol.test_serve import PATIENCE_SECONDS, free_port, get, serving

UNFINISHED = 300
SILENT = 1_030
AUTHORS = 2 + 32  # threads and places to wait


@contextlib.contextmanager
def door(settings: Any, environment: dict[str, str], directory: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    settings.PORT = free_port()
    application = "tests.icontrol.front_door.application:application"
    command = ["-m", "granian", f"--port={settings.PORT}", *arguments(settings.ICONTROL_CONNECTIONS)[:-1], application]
    with serving({**environment, **more}, directory / "output", command) as process:
        get(process, settings.PORT, "/livez")
        yield process


def connection(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)


def ask(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    with contextlib.closing(connection(port)) as asking:
        asking.request(method, path, body)
        answer = asking.getresponse()
        return answer.status, answer.read()


def raw(port: int, *lines: bytes) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
    sock.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
    return sock


def all_of(sock: socket.socket) -> bytes:
    return b"".join(iter(lambda: sock.recv(65536), b""))


def test_silent_sockets_and_unfinished_bodies_hold_nobody_up(
    process_environment: dict[str, str], tmp_path: Path, settings: Any
) -> None:
    raise_open_files(2 * SILENT)
    assert (open_files() or 10**6) >= 2 * SILENT + OTHER_FILES, "this machine allows too few open files"
    with (
        door(settings, process_environment, tmp_path, ICONTROL_BODY_SECONDS="5"),
        contextlib.ExitStack() as stack,
    ):
        port = settings.PORT
        for _ in range(SILENT):
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        unfinished = [
            stack.enter_context(raw(port, b"POST /api/x HTTP/1.1", b"Host: x", length, b"", b"5"))
            for length in (b"Content-Length: 9999", b"Transfer-Encoding: chunked")
            for _ in range(UNFINISHED // 2)
        ]
        # None of the bodies can be whole, so all of these are answered beside them.
        assert ask(port, "GET", "/livez") == (200, b"ok\n")
        assert ask(port, "GET", "/meta/release") == (200, b"clients 0 ")
        assert ask(port, "POST", "/api/x", b"abc") == (200, b"authors 3 ")
        for sock in unfinished:
            said = all_of(sock)
            assert said.startswith(b"HTTP/1.1 408 ") and b"http.too_slow" in said
        assert ask(port, "GET", "/meta/release") == (200, b"clients 0 ")
        chunked = b"Transfer-Encoding: chunked"
        for size in (b"ZZ", b"f" * 20):
            with raw(port, b"POST /api/x HTTP/1.1", b"Host: x", chunked, b"", size, b"{}") as sock:
                assert all_of(sock).startswith(b"HTTP/1.1 400 ")


def test_full_authors_leave_clients_and_emergencies_alone(
    process_environment: dict[str, str], tmp_path: Path, settings: Any
) -> None:
    with door(settings, process_environment, tmp_path), contextlib.ExitStack() as stack:
        port = settings.PORT
        asked = [
            stack.enter_context(raw(port, b"GET /api/config/diff?600 HTTP/1.1", b"Host: x")) for _ in range(AUTHORS + 1)
        ]
        answered, _, _ = select.select(asked, [], [], PATIENCE_SECONDS)  # the one too many: all are there
        assert answered[0].recv(13) == b"HTTP/1.1 503 "
        for _ in range(20):
            assert ask(port, "GET", "/meta/release") == (200, b"clients 0 ")
            assert ask(port, "POST", "/api/flags/x/kill") == (200, b"emergencies 0 ")
            assert ask(port, "GET", "/livez") == (200, b"ok\n")


def test_who_goes_away_leaves_nothing_behind(
    process_environment: dict[str, str], tmp_path: Path, settings: Any
) -> None:
    reset = struct.pack("ii", 1, 0)
    with door(settings, process_environment, tmp_path):
        port = settings.PORT
        for target in (b"/meta/release?0.05&100000", b"/api/x?0.05&5000000"):
            for _ in range(20):
                with raw(port, b"GET " + target + b" HTTP/1.1", b"Host: x") as sock:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            for _ in range(5):
                with raw(port, b"POST " + target + b" HTTP/1.1", b"Host: x", b"Content-Length: 9", b"", b"1") as sock:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        status, body = ask(port, "GET", "/api/x?0&5000000")
        assert status == 200 and len(body) > 5_000_000
    output = (tmp_path / "output").read_text()
    assert "Traceback" not in output and "ERROR" not in output, output


def test_who_reads_slowly_holds_no_thread(process_environment: dict[str, str], tmp_path: Path, settings: Any) -> None:
    with door(settings, process_environment, tmp_path), contextlib.ExitStack() as stack:
        port = settings.PORT
        for _ in range(20):  # more than there are threads; nobody reads what they are sent
            stack.enter_context(raw(port, b"GET /meta/release?0&20000000 HTTP/1.1", b"Host: x"))
        assert ask(port, "GET", "/meta/release") == (200, b"clients 0 ")


def test_keep_alive_survives_what_it_may_survive(
    process_environment: dict[str, str], tmp_path: Path, settings: Any
) -> None:
    with door(settings, process_environment, tmp_path):
        with contextlib.closing(connection(settings.PORT)) as asking:
            for method, body in (("GET", None), ("HEAD", None), ("POST", b"a" * 1000), ("HEAD", None), ("GET", None)):
                asking.request(method, "/meta/release?0&10", body)
                answer = asking.getresponse()
                whole = answer.read()
                size = len(body or b"")
                assert whole == (b"" if method == "HEAD" else b"clients %d " % size + b"x" * 10)
        # The rest of what was refused must not be taken for a request.
        smuggled = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
        with raw(
            settings.PORT, b"POST /api/x HTTP/1.1", b"Host: x", b"Content-Length: 99999999", b"", smuggled * 3
        ) as sock:
            said = all_of(sock)
        assert said.startswith(b"HTTP/1.1 413 ") and said.count(b"HTTP/1.1 ") == 1 and b"ok\n" not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_answers_what_was_begun(
    process_environment: dict[str, str], tmp_path: Path, settings: Any, number: signal.Signals
) -> None:
    with door(settings, process_environment, tmp_path) as process:
        port = settings.PORT
        answers: list[Any] = []
        asking = [
            threading.Thread(target=lambda path=path: answers.append(ask(port, "GET", path)))
            for path in ("/meta/release?1.5", "/api/x?1.5", "/api/x?1.5", "/api/x?1.5")  # the last one waits
        ]
        for thread in asking:
            thread.start()
        threading.Event().wait(0.7)
        process.send_signal(number)
        for thread in asking:
            thread.join()
        assert sorted(answers) == [(200, b"authors 0 ")] * 3 + [(200, b"clients 0 ")]
        assert process.wait(PATIENCE_SECONDS) == 0
