"""The authors' process is killed, waits for a lock, is replaced and told to stop; clients and kills notice nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from icontrol.authors import NICE
from tests.chaos.servers import Clients, Server, alive, ask, until
from tests.icontrol.test_serve import PATIENCE_SECONDS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]
DRAFT = "/api/config/draft"


class Author:
    """With a publisher's token."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.token = server.manage("create_token", "chaos", "--role", "publisher").stdout.strip()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        return ask(self.server.port, method, path, body, Authorization=f"Bearer {self.token}", **headers)

    def save(self, name: str, etag: str | None = None) -> tuple[int, dict[str, str], Any]:
        etag = etag or self.ask("GET", DRAFT)[1]["etag"]
        patch = {"theme": {"brand": {"name": name}}}
        return self.ask("PATCH", DRAFT, patch, If_Match=etag, Content_Type="application/merge-patch+json")

    def brand(self) -> str:
        return str(self.ask("GET", DRAFT)[2]["snapshot"]["theme"]["brand"]["name"])

    def switch(self, verb: str) -> int:
        return self.ask("POST", f"/api/flags/dark_mode/{verb}", {"reason": "chaos"})[0]


@pytest.fixture
def server(process_environment: dict[str, str], tmp_path: Path) -> Server:
    return Server(process_environment, tmp_path)


@contextlib.contextmanager
def draft_locked(server: Server) -> Iterator[None]:
    """No draft can be saved until the end of the block: a save that was begun waits."""
    if url := server.environment.get("DATABASE_URL"):
        with psycopg.connect(url) as connection:
            for table in ("configs_application", "configs_configversion"):
                connection.execute(f"SELECT 1 FROM {table} FOR NO KEY UPDATE".encode())
            yield
    else:
        file = Path(server.environment["ICONTROL_DATA"]) / "icontrol.sqlite3"
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield


class Saving(threading.Thread):
    """A save that the authors' process has taken, and that waits there."""

    def __init__(self, author: Author, name: str) -> None:
        super().__init__()
        self.author, self.name_saved = author, name
        self.answer: tuple[int, dict[str, str], Any]
        self.etag = author.ask("GET", DRAFT)[1]["etag"]

    def run(self) -> None:
        self.answer = self.author.save(self.name_saved, self.etag)

    def begin(self) -> None:
        before = self.sockets()
        self.start()
        # Not their number: the one of the last answer may be closed only now.
        until(lambda: not self.sockets() <= before, "the save is taken")

    def sockets(self) -> set[str]:
        """Those that the authors' process has open, each as ``socket:[inode]``."""
        found = set()
        for each in Path(f"/proc/{self.author.server.authors()}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                found.add(os.readlink(each))
        return {link for link in found if link.startswith("socket:")}


def is_replaced(server: Server, old: int) -> None:
    until(lambda: server.authors() not in (0, old), "replaced")


def test_when_it_is_killed_editors_wait_a_moment_and_nobody_else_does(server: Server) -> None:
    with server.running():
        author = Author(server)
        assert author.ask("GET", DRAFT)[0] == 200
        old = server.authors()
        assert os.getpriority(os.PRIO_PROCESS, old) == os.getpriority(os.PRIO_PROCESS, server.workers()[0]) + NICE
        with Clients(server.port) as clients, Clients(server.port, DRAFT, threads=2) as editors:
            os.kill(old, signal.SIGKILL)
            for verb in ("kill", "lift"):
                assert author.switch(verb) == 200
            is_replaced(server, old)
            assert author.save("after")[0] == 200
            answered = editors.outcomes["401"]  # they have no token: that is for the authors' process to say
            until(lambda: editors.outcomes["401"] > answered + 5, "editors are answered")
        assert set(clients.outcomes) == {"200"}
        # A question that was inside when it was killed may be asked again; all others waited.
        assert set(editors.outcomes) <= {"401", "503"} and editors.outcomes["503"] <= 2, editors.outcomes
        assert server.said.count("the authors' process (process") == 1

        # The check bites: while it cannot be replaced, kills and clients go on and editors do not.
        server.process.send_signal(signal.SIGSTOP)
        os.kill(server.authors(), signal.SIGKILL)
        status, headers, body = author.ask("GET", DRAFT)
        assert (status, body["code"], headers["retry-after"]) == (503, "http.busy", "2")
        assert author.switch("kill") == 200 and ask(server.port, "GET", "/readyz")[0] == 200
        server.process.send_signal(signal.SIGCONT)


def test_who_was_interrupted_in_a_save_is_told_that_it_may_have_been_done(server: Server) -> None:
    with server.running():
        author = Author(server)
        saving = Saving(author, "interrupted")
        old = server.authors()
        with draft_locked(server):
            saving.begin()
            os.kill(old, signal.SIGKILL)
            saving.join()
        status, headers, body = saving.answer
        assert (status, body["code"]) == (503, "http.interrupted") and "retry-after" not in headers
        is_replaced(server, old)
        assert author.brand() != "interrupted"
        assert author.save("again")[0] == 200 and author.brand() == "again"
        assert "died before it answered PATCH /api/config/draft" in server.said


def test_a_stop_finishes_a_save_that_was_begun_and_leaves_no_process(server: Server) -> None:
    with server.running():
        saving = Saving(Author(server), "finished")
        everybody = server.children()
        assert len(everybody) == 3
        with draft_locked(server):
            saving.begin()
            server.process.send_signal(signal.SIGTERM)
            until(lambda: len(alive(everybody)) < 3, "the worker that has nothing to do ends")
            assert saving.is_alive()
        saving.join()
        assert saving.answer[0] == 200, saving.answer
        assert server.process.wait() == 0
        assert not alive(everybody)
    with server.running():
        assert saving.author.brand() == "finished"


def test_a_reload_replaces_it_and_no_editor_is_refused(server: Server) -> None:
    with server.running(), Clients(server.port, DRAFT) as editors:
        until(lambda: editors.outcomes["401"] > 0, "it is there")
        editors.outcomes.clear()
        old = server.children()
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "new workers answer" in server.said, "the reload")
        until(lambda: not alive(old), "the old processes end")
        assert server.authors() not in (0, *old) and len(server.workers()) == 2
        answered = editors.outcomes["401"]
        until(lambda: editors.outcomes["401"] > answered + 20, "answers go on")
        # As in the test of clients: granian closes a connection on which nothing has come yet.
        unread = editors.outcomes["RemoteDisconnected"] + editors.outcomes["ConnectionResetError"]
        assert editors.outcomes.total() - unread == editors.outcomes["401"] and unread <= 2, editors.outcomes


def test_what_it_published_is_served_by_the_worker_that_answered_also_when_the_database_is_away_at_once(
    server: Server,
) -> None:
    server.environment["ICONTROL_WORKERS"] = "1"
    with server.running():
        author = Author(server)
        before = int(ask(server.port, "GET", "/api/config/published")[1]["x-release-serial"])
        _, headers, _ = author.save("published")
        status, _, body = author.ask("POST", "/api/config/publish", {"reason": "chaos"}, If_Match=headers["etag"])
        assert status == 200, body
        with database_away(server):
            status, headers, _ = ask(server.port, "GET", "/api/config/published")
            assert status == 200 and headers["x-config-stale"].isdecimal()
            assert int(headers["x-release-serial"]) == body["serial"] == before + 1


@contextlib.contextmanager
def database_away(server: Server) -> Iterator[None]:
    if url := server.environment.get("DATABASE_URL"):
        parts = urlsplit(url)
        name = parts.path.lstrip("/")
        with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            yield
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    else:
        file = Path(server.environment["ICONTROL_DATA"]) / "icontrol.sqlite3"
        aside = file.with_name("aside")
        file.rename(aside)
        yield
        aside.rename(file)


def test_when_the_main_process_is_killed_it_goes_too(server: Server) -> None:
    with server.running():
        everybody = server.children()
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        until(lambda: not alive(everybody), "no process is left")


def test_a_terminal_that_interrupts_all_processes_lets_a_save_be_finished(server: Server) -> None:
    """Ctrl-C reaches each process of a terminal, the authors' process too."""
    with server.running():
        saving = Saving(Author(server), "finished")
        with draft_locked(server):
            saving.begin()
            os.killpg(server.process.pid, signal.SIGINT)
            until(lambda: len(alive(server.children())) < 3, "the worker that has nothing to do ends")
        saving.join()
        assert saving.answer[0] == 200, saving.answer
        assert server.process.wait(PATIENCE_SECONDS) == 0
