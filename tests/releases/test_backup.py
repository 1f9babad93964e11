"""Backup and restore, as an operator does them: processes, both databases, and writes that go on meanwhile."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import io
import json
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import tarfile
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from icontrol.backup import copies
from icontrol.backup.archive import unpack
from icontrol.kernel.refusals import Refusal
from icontrol.starting import hold_data
from releases.models import Timestamp
from tests.chaos.servers import Server, ask, until
from tests.factories import World
from tests.icontrol.test_serve import free_port
from tests.releases.commands import done, manage
from tests.releases.test_commands_processes import Shell

FIRST = "icontrol/production"
FLAG = "dark_mode"


@pytest.fixture
def shell(process_environment: dict[str, str]) -> Shell:
    made = Shell(process_environment | {"PORT": str(free_port())})
    for command in (("migrate", "--verbosity", "0"), ("demo",)):
        ok(made(*command))
    return made


def ok(done: subprocess.CompletedProcess[Any]) -> Any:
    assert done.returncode == 0, (done.args[2:], done.stdout, done.stderr)
    return done.stdout


def answer(done: subprocess.CompletedProcess[bytes]) -> Any:
    return json.loads(ok(done))


def refused(done: subprocess.CompletedProcess[bytes]) -> str:
    assert done.returncode == 2, (done.stdout, done.stderr)
    said = done.stderr.decode()
    assert "Traceback" not in said
    return said


def data(shell: Shell) -> Path:
    return Path(shell.environment["ICONTROL_DATA"])


def lines(shell: Shell) -> Path:
    return data(shell) / "checkpoints" / "ledger.txt"


def destroy(shell: Shell) -> None:
    """As a disk that broke: the database, the key. The checkpoint file is on another one."""
    for file in data(shell).glob("icontrol.sqlite3*"):
        file.unlink()
    (data(shell) / "secret_key").unlink(missing_ok=True)
    if "DATABASE_URL" in shell.environment:
        with psycopg.connect(shell.environment["DATABASE_URL"], autocommit=True) as database:
            database.execute("DROP SCHEMA public CASCADE")
            database.execute("CREATE SCHEMA public")


def serial(shell: Shell) -> int:
    (place,) = answer(shell("status", "--environment", "production", "--json"))["environments"]
    return int(place["releases"][0]["serial"])


@pytest.fixture
def archive(shell: Shell, tmp_path: Path) -> Path:
    file = tmp_path / "backup.tar"
    ok(shell("backup", str(file)))
    return file


# --- the drill --------------------------------------------------------------------------------------------------------


class Writer:
    """Kills a flag and lifts it, through the server, for as long as the block lasts."""

    def __init__(self, server: Server, token: str) -> None:
        self.server, self.headers = server, {"Authorization": f"Bearer {token}"}
        self.serials: list[int] = []
        self.wrong: list[Any] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def write(self, move: str) -> None:
        path = f"/api/flags/{FLAG}/{move}"
        status, _, told = ask(self.server.port, "POST", path, {"reason": "drill"}, **self.headers)
        if status == 200:
            self.serials.append(int(told["serial"]))
        else:
            self.wrong.append(told)
            self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            for move in ("kill", "lift"):
                self.write(move)

    def __enter__(self) -> Writer:
        self._thread.start()
        self.some_more()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        assert self.wrong == []

    def some_more(self) -> None:
        number = len(self.serials)
        until(lambda: len(self.serials) > number + 3 or bool(self.wrong), "releases")


@pytest.mark.slow
def test_the_drill_backup_under_writes_destroy_restore_verify_serve(shell: Shell, tmp_path: Path) -> None:
    server = Server(shell.environment, tmp_path)
    shell.environment = server.environment
    token = ok(shell("create_token", "drill", "--role", "publisher")).decode().strip()
    with server.running():
        assert backup_time(server, token) == 0
        with Writer(server, token) as writer:
            saved = answer(shell("backup", str(tmp_path), "--json"))
            writer.some_more()
        assert backup_time(server, token) == pytest.approx(moment(saved["createdAt"]))
        assert "running" in refused(shell("restore", saved["file"], "--replace"))
    kept, newest = saved["serials"][FIRST], max(writer.serials)
    assert 3 < kept < newest
    destroy(shell)
    told = answer(shell("restore", saved["file"], "--json"))
    assert told["intact"] is True and told["findings"] == []
    assert told["lost"] == [{"environment": FIRST, "backup": kept, "newest": newest}]
    ok(shell("verify_ledger"))
    with server.running():
        status, headers, _ = ask(server.port, "GET", "/api/config/published")
        assert status == 200 and headers["x-release-serial"] == str(kept)
        after = Writer(server, token)  # its token is the backup's
        after.write("kill")
        after.write("lift")
        assert after.wrong == [] and after.serials[-1] > kept
        assert backup_time(server, token) == pytest.approx(moment(saved["createdAt"]))
    ok(shell("verify_ledger"))  # the checkpoint lines went on
    assert lines(shell).read_text().splitlines()[-1].split()[2] == str(after.serials[-1])


def moment(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


def backup_time(server: Server, token: str) -> float:
    url = f"http://127.0.0.1:{server.port}/metrics"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})) as found:
        text = found.read().decode()
    (value,) = re.findall(r"^icontrol_backup_last_success_timestamp_seconds (\S+)$", text, re.MULTILINE)
    return float(value)


# --- the archive ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_archive_is_whole_private_and_replaces_nothing(shell: Shell, tmp_path: Path) -> None:
    place = tmp_path / "kept"
    place.mkdir()
    told = answer(shell("backup", str(place), "--json"))
    [file] = place.iterdir()
    assert str(file) == told["file"] and stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as tar:
        first, *members = tar.getmembers()
        assert first.name == "manifest.json"
        for member in members:
            content = tar.extractfile(member)
            assert content is not None
            read = content.read()
            assert told["files"][member.name] == {"bytes": len(read), "sha256": hashlib.sha256(read).hexdigest()}
            if member.name == "checkpoints.txt":
                assert read == lines(shell).read_bytes()
    assert told["serials"] == {FIRST: 2} and len(members) == 3
    assert "already" in refused(shell("backup", str(file)))
    assert list(place.iterdir()) == [file]


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's copy is a few bytes: no other process could read the tests' own database."""

    def copy(file: Path, query: str) -> tuple[str, list[Any]]:
        file.write_bytes(b"content")
        return "1.0", [("icontrol", "production", 7, "")]

    monkeypatch.setattr(copies, "copy", copy)


def test_a_backup_that_fails_leaves_nothing(
    world: World, copied: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    place = tmp_path / "kept"
    place.mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        failed = manage("backup", place)
    assert failed.code == 2 and "No space left" in failed.err
    assert list(place.iterdir()) == [] and not Timestamp.objects.exists()
    assert done("backup", place, "--json").json["serials"] == {FIRST: 7}


@pytest.mark.parametrize("name", ["none", "none/x.tar", "x.bak"])
def test_a_directory_that_is_missing_is_not_taken_for_a_file(
    world: World, copied: None, tmp_path: Path, name: str
) -> None:
    """The first night would write that file, and all later ones refuse to replace it."""
    failed = manage("backup", tmp_path / name)
    assert failed.code == 2 and "There is no directory" in failed.err
    assert list(tmp_path.iterdir()) == []


def test_a_backup_of_a_database_that_only_reads_is_one(
    world: World, copied: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(at: dt.datetime) -> None:
        raise OperationalError("cannot execute INSERT in a read-only transaction")

    monkeypatch.setattr("icontrol.management.commands.backup.note_success", refuse)
    told = done("backup", tmp_path / "x.tar", "--language", "fr")
    assert "n'est pas enregistrée" in told.err and (tmp_path / "x.tar").is_file()


def rewrite(archive: Path, edit: Callable[[dict[str, bytes]], None]) -> Path:
    """The same archive with other members; the manifest stays unless ``edit`` changes it."""
    with tarfile.open(archive) as tar:
        found = {member.name: tar.extractfile(member) for member in tar.getmembers()}
        contents = {name: content.read() for name, content in found.items() if content}
    edit(contents)
    target = archive.with_name("edited.tar")
    with tarfile.open(target, "w") as tar:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return target


def manifest(**values: Any) -> Callable[[dict[str, bytes]], None]:
    def edit(contents: dict[str, bytes]) -> None:
        contents["manifest.json"] = json.dumps(json.loads(contents["manifest.json"]) | values).encode()

    return edit


def flip(contents: dict[str, bytes]) -> None:
    name = next(name for name in contents if name.startswith("database"))
    contents[name] = contents[name][:-1] + bytes([contents[name][-1] ^ 1])


def lose(contents: dict[str, bytes]) -> None:
    del contents["secret_key"]


DAMAGED: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "a bit": (flip, "not what was written"),
    "a member": (lose, "not a backup"),
    "a manifest that is none": (lambda contents: contents.update({"manifest.json": b"["}), "not a backup"),
    "a manifest that is a list": (lambda contents: contents.update({"manifest.json": b"[]"}), "not a backup"),
    "another format": (manifest(format=2), "format is 2"),
    "a member elsewhere": (manifest(files={"../x": {}, "secret_key": {}}), "members"),
    "an engine that there is not": (manifest(engine="mysql"), "members"),
    "the database of another ledger": (manifest(serials={FIRST: 3}), "the newest release of icontrol/production is 2"),
    "a database without what the manifest names": (manifest(serials={FIRST: 2, "x/y": 1}), "release of x/y is –"),
    "a database with what the manifest does not name": (manifest(serials={}), "manifest says –"),
    "a newer program": (manifest(migrations=["releases.9999_later"], program="9.9"), "9999_later"),
}


@pytest.mark.slow
def test_what_is_no_backup_is_refused_and_changes_nothing(shell: Shell, archive: Path) -> None:
    def there() -> list[Path]:
        return sorted(path for path in data(shell).rglob("*") if path.suffix != ".lock")

    before = there()
    for name, (edit, words) in DAMAGED.items():
        assert words in refused(shell("restore", str(rewrite(archive, edit)), "--replace")), name
    short = archive.with_name("short.tar")
    short.write_bytes(archive.read_bytes()[:-20_000])
    assert "not a backup" in refused(shell("restore", str(short), "--replace"))
    assert "not a backup" in refused(shell("restore", str(archive.with_name("none.tar"))))
    assert "--replace" in refused(shell("restore", str(archive)))
    assert there() == before
    ok(shell("verify_ledger"))


@pytest.mark.slow
def test_a_backup_with_an_app_that_is_gone_is_an_older_one(shell: Shell, archive: Path) -> None:
    """Who has upgraded keeps those migrations in the database for ever."""
    ok(shell("restore", str(rewrite(archive, manifest(migrations=["sessions.0001_initial"]))), "--replace"))


def with_key(value: bytes) -> Callable[[dict[str, bytes]], None]:
    return with_member("secret_key", value)


def with_member(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    """Consistent in itself."""

    def edit(contents: dict[str, bytes]) -> None:
        contents[name] = content
        files = json.loads(contents["manifest.json"])["files"]
        files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        manifest(files=files)(contents)

    return edit


@pytest.mark.slow
def test_a_key_that_no_server_could_start_with_is_refused_before_anything_is_put_back(
    shell: Shell, archive: Path
) -> None:
    file = rewrite(archive, with_key(b"\xff" * 60))
    told = ok(shell("restore", str(file), "--replace")).decode()  # the settings name the key
    assert "ICONTROL_SECRET_KEY is not the backup's" in told
    if "DATABASE_URL" in shell.environment:
        return  # where they must
    del shell.environment["ICONTROL_SECRET_KEY"]
    ok(shell("restore", str(archive), "--replace"))
    there = sorted(data(shell).glob("[!.]*"))
    before = (data(shell) / "secret_key").read_bytes()
    for key in (b"", b"short\n", "é".encode() * 60, b"\xff" * 60):
        file = rewrite(archive, with_key(key))
        assert "secret_key cannot be used" in refused(shell("restore", str(file), "--replace"))
        assert (data(shell) / "secret_key").read_bytes() == before and sorted(data(shell).glob("[!.]*")) == there
    ok(shell("verify_ledger"))


@pytest.mark.slow
def test_an_empty_database_is_refused_and_another_program_on_the_port_is_no_server(shell: Shell, archive: Path) -> None:
    with socket.create_server(("127.0.0.1", int(shell.environment["PORT"]))):
        if "DATABASE_URL" in shell.environment:  # a server there may hold nothing but its port
            assert "running" in refused(shell("restore", str(archive), "--replace"))
            return
        empty = archive.with_name("empty.sqlite3")
        with contextlib.closing(sqlite3.connect(empty)) as file:
            file.execute("VACUUM")
        for content in (b"", empty.read_bytes()):
            edited = rewrite(archive, with_member("database.sqlite3", content))
            assert "no such table" in refused(shell("restore", str(edited), "--replace"))
        assert serial(shell) == 2
        assert "Servers can be started." in ok(shell("restore", str(archive), "--replace")).decode()


def packed(place: Path, content: bytes = b"x", pax: dict[str, str] | None = None, **values: Any) -> Path:
    """An archive of SQLite; ``values`` are the manifest's, ``pax`` what the key's header says besides."""
    members = {"secret_key": content, "database.sqlite3": b"y"}
    facts = {name: {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()} for name, text in members.items()}
    told: dict[str, Any] = {
        "format": 1,
        "program": "1",
        "engine": "sqlite",
        "engineVersion": "3",
        "createdAt": "2026-11-22T12:00:00Z",
    }
    told |= {"migrations": [], "serials": {}, "files": facts} | values
    with tarfile.open(place, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, text in {"manifest.json": json.dumps(told).encode(), **members}.items():
            member = tarfile.TarInfo(name)
            member.size, member.pax_headers = len(text), (pax or {}) if name == "secret_key" else {}
            tar.addfile(member, io.BytesIO(text))
    return place


@pytest.mark.parametrize("name", ["engine", "program", "createdAt", "migrations", "serials", "files"])
@pytest.mark.parametrize("value", [None, 5, [1], [{}], {"production": "x"}])
def test_a_manifest_of_other_kinds_is_refused_in_words(tmp_path: Path, name: str, value: Any) -> None:
    unpack(packed(tmp_path / "good.tar"), made(tmp_path / "good"))
    with pytest.raises(Refusal, match="not a backup"):
        unpack(packed(tmp_path / "bad.tar", **{name: value}), made(tmp_path / "bad"))


def test_a_member_is_no_larger_than_the_archive(tmp_path: Path) -> None:
    """A few bytes can stand for terabytes of holes, which would be written out before anything is compared."""
    sparse = {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(2**26), "GNU.sparse.numblocks": "1"}
    directory = made(tmp_path / "bad")
    with pytest.raises(Refusal, match="secret_key is no file"):
        unpack(packed(tmp_path / "bad.tar", pax=sparse), directory)
    assert list(directory.iterdir()) == []


def made(directory: Path) -> Path:
    directory.mkdir()
    return directory


# --- what was there ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_is_replaced_is_kept(shell: Shell, archive: Path) -> None:
    ok(shell("kill", FLAG, "--reason", "after the backup"))
    killed = data(shell) / ".restore-killed"  # it holds a copy of the database and the key
    killed.mkdir()
    (killed / "secret_key").touch()
    told = ok(shell("restore", str(archive), "--replace")).decode()
    assert not list(data(shell).glob(".restore-*"))
    assert "1 release(s) are lost, 3 to 3" in told and "0 error(s)" in told
    kept = re.findall(r"^Kept: (.*)$", told, re.MULTILINE)
    assert len(kept) == 2 and Path(kept[1]).read_text().splitlines()[-1].split()[2] == "3"
    assert serial(shell) == 2
    query = "SELECT max(serial) FROM {}releases_release"
    if "DATABASE_URL" in shell.environment:
        with psycopg.connect(shell.environment["DATABASE_URL"]) as database:
            schema = kept[0].removeprefix("schema ")
            newest = database.execute(query.format(f"{schema}.").encode()).fetchone()
    else:
        with contextlib.closing(sqlite3.connect(kept[0])) as file:
            newest = file.execute(query.format("")).fetchone()
    assert newest == (3,)
    ok(shell("kill", FLAG, "--reason", "again"))
    ok(shell("verify_ledger"))
    second = archive.with_name("second.tar")
    ok(shell("backup", str(second)))  # without what was set aside
    destroy(shell)
    lines(shell).unlink()
    assert "no checkpoint file" in ok(shell("restore", str(second))).decode()
    assert serial(shell) == 3
    ok(shell("verify_ledger"))
    lines(shell).write_text(f"{FIRST.replace('/', ' ')} 1 {'e' * 64}\n")
    contradicted = shell("restore", str(second), "--replace")
    assert "[checkpoint.contradiction]" in refused(contradicted)
    assert "1 error(s)" in contradicted.stdout.decode() and "can be started" not in contradicted.stdout.decode()


NOW = "20261128T030000Z"


@pytest.fixture
def old_and_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A database whose server was killed, so half of it stands in the log, and what is to replace it."""
    live, place = made(tmp_path / "live"), made(tmp_path / "data")
    with contextlib.closing(sqlite3.connect(live / "x.sqlite3", isolation_level=None)) as database:
        for statement in ("PRAGMA journal_mode=WAL", "CREATE TABLE t (v)", "INSERT INTO t VALUES ('old')"):
            database.execute(statement)
        for file in live.iterdir():
            shutil.copyfile(file, place / file.name)
    assert (place / "x.sqlite3-wal").stat().st_size
    new = tmp_path / "new"
    with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as database:
        database.execute("CREATE TABLE t (v)")
        database.execute("INSERT INTO t VALUES ('new')")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(place / "x.sqlite3"))
    return place / "x.sqlite3", new


def content(database: Path) -> str:
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        [(found,)] = file.execute("SELECT v FROM t")
    return str(found)


STEPS = ("link", "rename", "unlink", "fsync", "replace")


def test_a_restore_that_is_killed_leaves_the_old_database_or_the_new_one(
    old_and_new: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, new = old_and_new
    states: list[Path] = []

    def stop() -> None:
        """What is on the disk now is what a process that is killed now leaves."""
        states.append(shutil.copytree(database.parent, tmp_path / f"state{len(states)}"))

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            stop()
            try:
                return real(*arguments, **named)
            finally:
                stop()

        return call

    with monkeypatch.context() as patch:
        for name in STEPS:
            patch.setattr(os, name, watched(getattr(os, name)))
        kept = copies._sqlite_put_back(new, NOW)
    found = [content(state / database.name) for state in states]
    assert "old" in found and found[-1] == "new" and found == sorted(found, reverse=True)
    assert content(database) == "new" and kept is not None and content(Path(kept)) == "old"


@pytest.mark.parametrize("name", ["link", "fsync", "replace"])
def test_a_restore_that_fails_leaves_what_was_there(
    old_and_new: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    database, new = old_and_new

    def fail(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, name, fail)
        with pytest.raises(Refusal, match="cannot be replaced"):
            copies._sqlite_put_back(new, NOW)
    assert [file.name for file in database.parent.iterdir()] == [database.name]
    assert content(database) == "old"


def test_a_database_that_is_broken_is_kept_with_its_log(old_and_new: tuple[Path, Path]) -> None:
    database, new = old_and_new
    log = Path(f"{database}-wal")
    database.write_bytes(b"broken" * 1000)
    log.write_bytes(b"log")
    kept = copies._sqlite_put_back(new, NOW)
    assert kept is not None and Path(kept).read_bytes() == b"broken" * 1000
    assert content(database) == "new" and not log.exists()


def test_a_database_that_another_process_writes_into_is_not_replaced(
    old_and_new: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, new = old_and_new
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *arguments, **named: real(*arguments, **named | {"timeout": 0}))
    with contextlib.closing(real(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Refusal, match="Another process uses"):
            copies._sqlite_put_back(new, NOW)
        other.execute("ROLLBACK")
    assert content(database) == "old"


def test_a_restore_and_a_server_exclude_each_other(settings: Any, tmp_path: Path) -> None:
    settings.ICONTROL_DATA = tmp_path
    with contextlib.ExitStack() as held:
        for _ in range(2):  # two servers, on two ports
            server = hold_data()
            assert server is not None
            held.enter_context(server)
        assert hold_data(alone=True) is None
    alone = hold_data(alone=True)
    assert alone is not None
    with alone:
        assert hold_data() is None
    settings.ICONTROL_DATA = tmp_path / "cannot be written"
    server = hold_data()
    assert server is not None
    server.close()
    settings.ICONTROL_DATA.write_text("a file")
    assert "cannot be written" in manage("restore", tmp_path / "x.tar").err


# --- PostgreSQL's programs --------------------------------------------------------------------------------------------


@pytest.fixture
def postgresql(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL")


@pytest.mark.usefixtures("postgresql")
def test_programs_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "PLACES", ())
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Refusal) as refusal:
        copies.program("pg_dump")
    said = refusal.value.detail["en"]
    assert "pg_dump of version" in said and "apt-get install postgresql-client-" in said


@pytest.mark.usefixtures("postgresql")
def test_the_password_stands_on_no_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], *, env: dict[str, str], **_: Any) -> Any:
        seen.append((command, env))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(copies, "program", lambda name: name)
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "s3cret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://x:s3cret@localhost/x")
    copies._run("pg_restore", ["file"])
    [(command, environment)] = seen
    assert "s3cret" not in " ".join(command) and command[-1] == "file"
    assert [name for name, value in environment.items() if "s3cret" in value] == ["PGPASSWORD"]
