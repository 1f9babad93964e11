"""Restore a backup into a server that can be started. Existing data is kept aside."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from icontrol import environ, listening
from icontrol.backup import copies
from icontrol.backup.archive import CHECKPOINTS, DATABASE, KEY, Manifest, note_success, unpack
from icontrol.backup.copies import refuse
from icontrol.kernel.locks import lock
from icontrol.kernel.texts import Text, both, fill
from icontrol.starting import hold_data
from releases.ledger import checkpoints

#: Apps of earlier releases of the program. Their migrations stay in the migrations table, and so in backups.
FORMER_APPS = {"sessions"}
WORKPLACE = ".restore-"  # beginning of a directory's name


@dataclass(frozen=True, slots=True)
class Lost:
    """Releases of ``environment`` after the backup, by their range of serials."""

    environment: str
    backup: int
    newest: int


@dataclass(slots=True)
class Restored:
    manifest: Manifest
    lost: list[Lost] = field(default_factory=list)
    #: Where the previous database is kept.
    kept: list[str] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    #: The checkpoint file that was there before.
    old_lines: Path | None = None


def restore(file: Path, *, replace: bool, now: dt.datetime) -> Restored:
    """Check the archive and that the current data is not in use, set that aside, and put the members in place."""
    with _nobody_else():
        for left in settings.ICONTROL_DATA.glob(f"{WORKPLACE}*"):  # by a restore that was killed
            shutil.rmtree(left, ignore_errors=True)
        workplace = Path(tempfile.mkdtemp(prefix=WORKPLACE, dir=settings.ICONTROL_DATA))
        try:
            manifest = unpack(file, workplace)
            _check(manifest, replace)
            _check_members(manifest, workplace)
            done = Restored(manifest, lost=_lost(manifest))
            if kept := copies.put_back(workplace / DATABASE[manifest.engine], now=now):
                done.kept.append(kept)
            _put_key(workplace / KEY, done, now)
            _put_lines(workplace / CHECKPOINTS, done, now)
        finally:
            shutil.rmtree(workplace)
        copies.sync(settings.ICONTROL_DATA)
    call_command("migrate", interactive=False, verbosity=0)
    note_success(dt.datetime.fromisoformat(manifest.createdAt))
    checkpoints.record_all(acknowledged=True)
    return done


@contextlib.contextmanager
def _nobody_else() -> Iterator[None]:
    """Make sure that no server runs here and none starts meanwhile."""
    running = both("A server is running ({how}). Stop it first.")
    with contextlib.ExitStack() as held:
        try:
            settings.ICONTROL_DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
            data = hold_data(alone=True)
        except OSError as error:
            raise refuse(
                both("{path} cannot be written: {why}.", path=settings.ICONTROL_DATA, why=error.strerror)
            ) from None
        if data is None:
            raise refuse(fill(running, how=settings.ICONTROL_DATA))
        held.enter_context(data)
        if connection.vendor != "sqlite":  # a server that cannot write to the data directory has no lock there
            try:
                for socket in listening.claim(settings.HOST, settings.PORT):
                    held.enter_context(socket)
            except listening.Taken as why:
                raise refuse(fill(running, how=f"{settings.HOST} port {settings.PORT}: {why}")) from None
        if number := copies.others():
            how = both("{n} connection(s) to the database", n=number)
            raise refuse(fill(running, how=how))
        if not held.enter_context(lock("starting"))():
            raise refuse(fill(running, how=both("it is just starting")))
        yield


def _check(manifest: Manifest, replace: bool) -> None:
    if manifest.engine != connection.vendor:
        raise refuse(
            both(
                "The backup is from {a}, but the settings (DATABASE_URL) say {b}.",
                a=manifest.engine,
                b=connection.vendor,
            )
        )
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    unknown = sorted(set(manifest.migrations) - known)
    if newer := [name for name in unknown if name.partition(".")[0] not in FORMER_APPS]:
        raise refuse(
            both(
                "The backup is of a newer program, {version}: this one does not know {migration}.",
                version=manifest.program,
                migration=newer[0],
            )
        )
    if not replace and not copies.is_empty():
        raise refuse(both("A database already exists. --replace keeps it aside and puts the backup in its place."))


def _check_members(manifest: Manifest, workplace: Path) -> None:
    """Check that the database matches the manifest and that a server can start with the key."""
    found = _serials(workplace / DATABASE[manifest.engine])
    for name in sorted(found.keys() | manifest.serials.keys()):
        if found.get(name) != manifest.serials.get(name):
            raise refuse(
                both(
                    "The backup's database is not the one of its manifest: the newest release of {environment} is "
                    "{a}, and the manifest says {b}.",
                    environment=name,
                    a=found.get(name, "–"),
                    b=manifest.serials.get(name, "–"),
                )
            )
    key = (workplace / KEY).read_bytes().strip()
    if not environ.secret("ICONTROL_SECRET_KEY") and not (key.isascii() and environ.is_strong(key.decode("ascii"))):
        raise refuse(
            both(
                "The backup's secret_key cannot be used: it must have at least 50 random ASCII characters. Set "
                "ICONTROL_SECRET_KEY to another key and restore again."
            )
        )


def _serials(database: Path) -> dict[str, int]:
    """As :attr:`Manifest.serials`."""
    applications = {number: key for number, key in copies.rows(database, "configs_application", "id", "key")}  # noqa: C416  (rows are of any length to mypy)
    environments = {
        number: f"{applications.get(application)}/{key}"
        for number, application, key in copies.rows(database, "releases_environment", "id", "application_id", "key")
    }
    newest: dict[str, int] = {}
    for number, serial in copies.rows(database, "releases_release", "environment_id", "serial"):
        name = environments.get(number, number)
        newest[name] = max(int(serial), newest.get(name, 0))
    return newest


def _lost(manifest: Manifest) -> list[Lost]:
    """Releases in the current checkpoint file that the backup lacks."""
    newest: dict[str, int] = {}
    for _, line in checkpoints.read(settings.ICONTROL_CHECKPOINTS):
        if line is not None:
            name = f"{line.application}/{line.environment}"
            newest[name] = max(line.serial, newest.get(name, 0))
    return [
        Lost(name, manifest.serials.get(name, 0), serial)
        for name, serial in sorted(newest.items())
        if serial > manifest.serials.get(name, 0)
    ]


def _put_key(key: Path, done: Restored, now: dt.datetime) -> None:
    """A key in the settings takes precedence and stays."""
    if environ.secret("ICONTROL_SECRET_KEY"):
        if key.read_bytes().strip() != settings.SECRET_KEY.encode():
            done.notes.append(
                both(
                    "ICONTROL_SECRET_KEY is not the backup's (its member secret_key): people must log in again and "
                    "preview links end."
                )
            )
        return
    place = settings.ICONTROL_DATA / KEY
    if place.exists() and place.read_bytes() != key.read_bytes() and done.kept:
        aside = place.with_name(f"{KEY}.{now.strftime(checkpoints.STAMP)}")
        os.replace(place, aside)
        done.kept.append(str(aside))
    os.replace(key, place)


def _put_lines(lines: Path, done: Restored, now: dt.datetime) -> None:
    """Put back the backup's lines, so that the file continues with the next release; the old file would always
    contradict it.
    """
    path: Path = settings.ICONTROL_CHECKPOINTS
    path.parent.mkdir(parents=True, exist_ok=True)
    done.old_lines = checkpoints.keep_aside(now)
    if done.old_lines is not None:
        done.kept.append(str(done.old_lines))
    else:
        done.notes.append(
            both(
                "There was no checkpoint file here, so nothing says which releases came after the backup. Ask a "
                "copy: verify_ledger --against FILE."
            )
        )
    if lines.exists():
        shutil.copyfile(lines, path)
