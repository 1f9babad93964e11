"""One line per release, ``application environment serial hash``, in a file outside the database.

A hash chain alone cannot show that its tail was cut; this file can. It is written after each commit; gaps are filled at
start and at the next append, after a comparison. A write error is logged and never undoes a publish.

If the file has no line of an environment with several releases, it is new or was removed. A mark before the lines then
written, ``# application environment 1-serial anew``, records this until somebody acknowledges it.
"""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.conf import settings
from django.db import DatabaseError

from releases.models import Environment, Release

logger = logging.getLogger("icontrol.checkpoints")
BLOCK = 64 * 1024
#: The time in the names of files that are made or set aside; of backups too.
STAMP = "%Y%m%dT%H%M%SZ"


#: Written with single spaces and one newline; anything else in the file is a torn or foreign line.
LINE = re.compile(rb"([a-z0-9-]+) ([a-z0-9-]+) ([1-9][0-9]{0,17}) ([0-9a-f]{64})\n?")


ANEW = re.compile(rb"# ([a-z0-9-]+) ([a-z0-9-]+) 1-([1-9][0-9]{0,17}) anew\n?")


class Line(NamedTuple):
    application: str
    environment: str
    serial: int
    hash: str


def parse(raw: bytes) -> Line | None:
    """One line, or None for anything else (a torn write)."""
    found = LINE.fullmatch(raw)
    if found is None:
        return None
    application, environment, serial, sha = (field.decode("ascii") for field in found.groups())
    return Line(application, environment, int(serial), sha)


def written_anew(path: Path) -> dict[tuple[str, str], int]:
    """(application, environment) → highest serial whose lines were rewritten from the database and not acknowledged."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        marks = [found for found in map(ANEW.fullmatch, file) if found]
    return {(mark[1].decode(), mark[2].decode()): int(mark[3]) for mark in marks}


def read(path: Path) -> Iterator[tuple[int, Line | None]]:
    """(line number, line) of a checkpoint file; nothing when there is no file yet."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if not ANEW.fullmatch(raw):
                yield number, parse(raw)


def newest(path: Path, most: int) -> list[Line | None]:
    """The last lines in file order, None for a torn one; reads at most one block from the end."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        start = max(0, file.seek(0, os.SEEK_END) - BLOCK)
        file.seek(start)
        lines = file.readlines()
    return [parse(raw) for raw in lines[1 if start else 0 :] if not ANEW.fullmatch(raw)][-most:]


def record(environment: Environment, *, acknowledged: bool = False) -> bool:
    """Extend the file to the environment's newest release. False if that failed; the log has the reason.

    ``acknowledged``: somebody knows that the file is new.
    """
    path: Path = settings.ICONTROL_CHECKPOINTS
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            return _fill(file, environment, acknowledged)
    except (OSError, DatabaseError) as error:
        logger.error("checkpoint of %s not written: %s", environment, error)
        return False


def committed(release: Release) -> None:
    """Called after each release."""
    record(release.environment)


def record_all(*, acknowledged: bool = False) -> bool:
    """Extend the file for every environment, at start."""
    environments = Environment.objects.select_related("application")
    return all([record(environment, acknowledged=acknowledged) for environment in environments])


def renew(now: dt.datetime) -> Path | None:
    """Rewrite the file from the ledger. Returns where the old one is kept; None if there was none.

    For use after a restore: the lines of lost releases would always contradict the database.

    :raises OSError: the old one cannot be kept aside, or the new one cannot be written.
    """
    aside = keep_aside(now)
    if not record_all(acknowledged=True):
        raise OSError(errno.EIO, "it cannot be written; the log says why", str(settings.ICONTROL_CHECKPOINTS))
    return aside


def keep_aside(now: dt.datetime) -> Path | None:
    """Rename the file, with a timestamp. Returns the new name; None if there is no file."""
    path: Path = settings.ICONTROL_CHECKPOINTS
    aside = path.with_name(f"{path.name}.{now:{STAMP}}")
    try:
        os.link(path, aside)  # unlike a rename, it never replaces a file
        path.unlink()
    except FileNotFoundError:
        return None
    return aside


def _fill(file: BinaryIO, environment: Environment, acknowledged: bool) -> bool:
    last = _last_line(file, environment)
    releases = Release.objects.filter(environment=environment)
    if last is not None and not releases.filter(serial=last.serial, hash=last.hash).exists():
        logger.critical("checkpoint %s contradicts the database: run verify_ledger", " ".join(map(str, last)))
        return False
    newer = releases.filter(serial__gt=last.serial if last else 0).order_by("serial")
    lines = [
        f"{environment.application.key} {environment.key} {serial} {sha}\n"
        for serial, sha in newer.values_list("serial", "hash")
    ]
    if last is None and len(lines) > 1 and not acknowledged:
        logger.critical(
            "the checkpoint file had no line of %s: its %d releases were written from the database as it is now. "
            "Unless the file is new here, compare a copy kept elsewhere: verify_ledger --against",
            *(environment, len(lines)),
        )
        names = f"{environment.application.key} {environment.key}"
        lines.insert(0, f"# {names} 1-{lines[-1].split()[2]} anew\n")
    if lines:
        file.seek(0, os.SEEK_END)
        if file.tell() and not _ends_with_newline(file):
            lines.insert(0, "\n")  # keeps a torn line visible, on its own line
        file.write("".join(lines).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    return True


def _ends_with_newline(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _last_line(file: BinaryIO, environment: Environment) -> Line | None:
    """The environment's last line, read from the end of the file, so a long file costs no more."""
    names = (environment.application.key, environment.key)
    end = file.seek(0, os.SEEK_END)
    rest = b""
    while end > 0:
        start = max(0, end - BLOCK)
        file.seek(start)
        block = file.read(end - start) + rest
        lines = block.split(b"\n")
        rest, whole = (lines[0], lines[1:]) if start else (b"", lines)
        for raw in reversed(whole):
            line = parse(raw)
            if line is not None and (line.application, line.environment) == names:
                return line
        end = start
    return None
