"""Workers that are killed, a main process that is killed, two servers on one port, and a reload under load."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from icontrol.child import ORPHANED
from icontrol.listening import Taken, claim
from icontrol.supervisor import LAST_CHANCE, SILENCE
from tests.chaos.servers import Clients, Server, alive, ask, until
from tests.icontrol.test_serve import PATIENCE_SECONDS, ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]


@pytest.fixture
def server(process_environment: dict[str, str], tmp_path: Path) -> Server:
    return Server(process_environment, tmp_path)


def test_a_worker_that_is_killed_twice_within_seconds_is_replaced_and_nobody_is_refused(server: Server) -> None:
    with server.running():
        other = server.workers()[1]
        with Clients(server.port) as clients:
            for _ in range(2):
                victim = next(pid for pid in server.workers() if pid != other)
                os.kill(victim, signal.SIGKILL)
                until(lambda gone=victim: gone not in server.workers() and len(server.workers()) == 2, "replaced")  # type: ignore[misc]
            answered = clients.outcomes["200"]
            until(lambda: clients.outcomes["200"] > answered + 20, "answers go on")
        assert server.process.poll() is None and other in server.workers()
        assert clients.outcomes["refused"] == 0
        assert server.said.count("was ended by SIGKILL") == 2

        # The check bites: while the supervisor is held, nobody is replaced.
        server.process.send_signal(signal.SIGSTOP)
        os.kill(other, signal.SIGKILL)
        with pytest.raises(AssertionError, match="not in time"):
            until(lambda: other not in server.workers() and len(server.workers()) == 2, "replaced", seconds=2)


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the same without the database")
def test_processes_that_hang_are_replaced_and_the_others_answer_meanwhile(server: Server) -> None:
    with server.running():
        hung, other = server.workers()
        both = [hung, server.authors()]
        for pid in both:
            os.kill(pid, signal.SIGSTOP)  # as a loop that never comes back
        until(
            lambda: server.said.count("hangs; it is killed") == 2,
            "both are noticed",
            SILENCE + LAST_CHANCE + PATIENCE_SECONDS,
        )
        until(lambda: len(server.workers()) == 2 and server.authors() > 0 and not alive(both), "both are replaced")
        assert other in server.workers()
        everybody = [server.process.pid, *server.workers(), server.authors()]
        for number in (signal.SIGSTOP, signal.SIGCONT):  # as a machine that is paused
            for pid in everybody:
                os.kill(pid, number)
            if number == signal.SIGSTOP:
                time.sleep(SILENCE + LAST_CHANCE / 2)
        for _ in range(10):
            assert ask(server.port, "GET", "/meta/release")[0] == 200
            assert ask(server.port, "GET", "/login")[0] == 200
        time.sleep(LAST_CHANCE)
        assert everybody[1:] == [*server.workers(), server.authors()] and server.said.count("hangs") == 2


def is_free(port: int) -> bool:
    try:
        for one in claim("127.0.0.1", port):
            one.close()
    except Taken:
        return False
    return True


def test_when_the_main_process_is_killed_no_worker_stays_and_the_port_is_free(server: Server) -> None:
    with server.running():
        workers = server.workers()
        # The check bites: a worker that cannot hear of it is found, and holds the port.
        os.kill(workers[0], signal.SIGSTOP)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        until(lambda: alive(workers) == workers[:1], "the other worker is gone", ORPHANED + 60)
        assert not is_free(server.port)
        os.kill(workers[0], signal.SIGCONT)
        until(lambda: not alive(workers), "no worker is left", ORPHANED + 60)
        assert is_free(server.port)


def test_two_servers_on_one_port_refuse_each_other(server: Server, tmp_path: Path) -> None:
    with server.running():
        again = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "serve"],
            env={**server.environment, "ICONTROL_DATA": str(tmp_path / "other")},
            capture_output=True,
            text=True,
        )
        assert again.returncode == 1
        assert f"Cannot listen on 127.0.0.1 port {server.port}" in again.stderr and "Traceback" not in again.stderr
        assert not (tmp_path / "other" / "icontrol.sqlite3").exists()
        assert len(server.workers()) == 2


def test_a_reload_reads_the_settings_again_and_refuses_nobody(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "icontrol.env"
    file.touch(0o600)
    file.write_text("ICONTROL_LANGUAGE=en\n")
    server.environment |= {"ICONTROL_ENV_FILE": str(file)}
    with server.running(), Clients(server.port) as clients:
        old = server.workers()
        file.write_text("ICONTROL_LANGUAGE=nothing\n")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "reload given up" in server.said, "a wrong setting is refused")
        assert "ICONTROL_LANGUAGE must be one of" in server.said and server.workers() == old

        file.write_text("ICONTROL_LANGUAGE=fr\nICONTROL_CORS_ORIGINS=https://app.example\n")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "new workers answer" in server.said, "the reload")
        until(lambda: len(server.workers()) == 2 and not alive(old), "the old workers end")
        answered = clients.outcomes["200"]
        until(lambda: clients.outcomes["200"] > answered + 20, "answers go on")
        # granian closes a connection on which nothing has come yet when its worker is told to stop: a request that is
        # sent at that very moment meets a closed connection, once in thousands.
        unread = clients.outcomes["RemoteDisconnected"] + clients.outcomes["ConnectionResetError"]
        assert unread <= 2, clients.outcomes
        assert set(clients.outcomes) <= {"200", "RemoteDisconnected", "ConnectionResetError"}, clients.outcomes

        # What is counted is what is asked: a server that stops refuses.
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait() == 0
        until(lambda: clients.outcomes["refused"] > 0, "a refusal is seen")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [("/ofrep/v1/evaluate/flags", b"200", b'"dark_mode"'), ("/api/config/publish", b"401", b"http.not_authenticated")],
    ids=["client", "author"],
)
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_request_that_has_begun_is_finished_by_a_reload_and_by_a_stop(
    server: Server, number: signal.Signals, path: str, status: bytes, said: bytes
) -> None:
    body = b'{"context": {"targetingKey": "ada"}}'
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    with server.running():
        old = server.workers()
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_SECONDS) as slow:
            slow.sendall(head.encode() + b"Content-Type: application/json\r\nConnection: close\r\n\r\n" + body[:9])
            until(lambda: ask(server.port, "GET", "/livez")[0] == 200, "the server reads what came")
            server.process.send_signal(number)
            if number == signal.SIGHUP:
                until(lambda: "new workers answer" in server.said, "the reload")
            until(lambda: len(alive(old)) < 2, "the worker that has nothing to do ends")
            assert len(alive(old)) == 1
            slow.sendall(body[9:])
            answer = slow.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 " + status) and said in answer
        until(lambda: not alive(old), "the other one")
