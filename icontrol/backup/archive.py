"""A backup: everything a server needs to start again, in one file: the database, the checkpoint lines and the secret
key.

A tar archive. Its first member, ``manifest.json``, has the format, the highest serial of each environment, and the
SHA-256 of every other member. The file appears under its name only when it is complete, and never replaces another.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from icontrol import __version__
from icontrol.backup import copies
from icontrol.backup.copies import refuse
from icontrol.kernel.texts import both, fill
from releases.ledger.checkpoints import STAMP
from releases.models import Timestamp

FORMAT = 1
MANIFEST, CHECKPOINTS, KEY = "manifest.json", "checkpoints.txt", "secret_key"
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
LARGEST_MANIFEST = 10 * 2**20
MEMBER_KINDS = {"engine": str, "program": str, "createdAt": str, "migrations": list, "serials": dict, "files": dict}
BLOCK = 2**20
NEWEST = """
    SELECT a.key, e.key, r.serial, r.hash FROM releases_release r
    JOIN releases_environment e ON e.id = r.environment_id JOIN configs_application a ON a.id = e.application_id
    WHERE r.serial = (SELECT MAX(serial) FROM releases_release WHERE environment_id = e.id) ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """``serials``: ``application/environment`` → highest serial. ``files``: member → size and SHA-256."""

    format: int
    program: str
    engine: str
    engineVersion: str  # noqa: N815  (as JSON has it)
    createdAt: str  # noqa: N815
    migrations: list[str]
    serials: dict[str, int]
    files: dict[str, dict[str, Any]]


def back_up(target: Path, *, now: dt.datetime) -> tuple[Path, Manifest]:
    """Write the archive. ``target`` is its name, ending in ``.tar``, or a directory in which a name is chosen.

    No directory is created: a missing one may be a disk that is not mounted.
    """
    path = target / f"icontrol-{now.strftime(STAMP)}.tar" if target.is_dir() else target
    if path.suffix != ".tar" or not path.parent.is_dir():
        raise refuse(
            both(
                "There is no directory {path}. Create it first, or name a file that ends with .tar.",
                path=path.parent if path.suffix == ".tar" else path,
            )
        )
    if path.exists():
        raise refuse(both("{path} already exists.", path=path))
    try:
        workplace = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        try:
            manifest = _write(workplace, now)
            _pack(workplace, manifest, now)
            os.link(workplace / "archive", path)  # unlike a rename, it never replaces a file
        finally:
            shutil.rmtree(workplace)
        copies.sync(path.parent)
    except OSError as error:
        raise refuse(both("{path} cannot be written: {why}.", path=path, why=error.strerror)) from None
    return path, manifest


def note_success(at: dt.datetime) -> None:
    """For the metric."""
    Timestamp.objects.update_or_create(name=Timestamp.BACKED_UP, defaults={"at": at})


def _write(workplace: Path, now: dt.datetime) -> Manifest:
    """Write the members and describe them. Checkpoint lines first, so that none belongs to a release that the copy
    lacks.
    """
    if settings.ICONTROL_CHECKPOINTS.exists():
        shutil.copyfile(settings.ICONTROL_CHECKPOINTS, workplace / CHECKPOINTS)
    (workplace / KEY).write_text(f"{settings.SECRET_KEY}\n", encoding="utf-8")
    version, rows = copies.copy(workplace / DATABASE[connection.vendor], NEWEST)
    return Manifest(
        format=FORMAT,
        program=__version__,
        engine=connection.vendor,
        engineVersion=version,
        createdAt=now.isoformat(),
        migrations=[".".join(key) for key in sorted(MigrationLoader(connection).applied_migrations)],
        serials={f"{application}/{environment}": serial for application, environment, serial, _ in rows},
        files={
            file.name: {"bytes": file.stat().st_size, "sha256": _digest(file)} for file in sorted(workplace.iterdir())
        },
    )


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _pack(workplace: Path, manifest: Manifest, now: dt.datetime) -> None:
    def add(name: str, size: int, content: IO[bytes]) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = size, int(now.timestamp()), 0o600
        tar.addfile(member, content)

    text = json.dumps(asdict(manifest), indent=2).encode()
    with (workplace / "archive").open("xb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            add(MANIFEST, len(text), io.BytesIO(text))
            for name, facts in manifest.files.items():
                with (workplace / name).open("rb") as content:
                    add(name, facts["bytes"], content)
        file.flush()
        os.fsync(file.fileno())


# Reading --------------------------------------------------------------------------------------------------------------


def unpack(archive: Path, directory: Path) -> Manifest:
    """Unpack every member of the manifest into ``directory`` and verify it; the rest of the archive is ignored."""
    damaged = both("{path} is not a backup, or it is damaged: {why}.")
    try:
        with tarfile.open(archive, "r:") as tar:
            first = tar.next()
            content = tar.extractfile(first) if first and first.name == MANIFEST else None
            if content is None:
                raise ValueError("it has no manifest")
            manifest = _read(content.read(LARGEST_MANIFEST))
            for name, facts in manifest.files.items():
                _extract(tar, name, facts, directory / name)
    except (tarfile.TarError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise refuse(fill(damaged, path=archive, why=error)) from None
    except OSError as error:
        raise refuse(fill(damaged, path=archive, why=error.strerror or error)) from None
    return manifest


def _read(text: bytes) -> Manifest:
    found = json.loads(text)
    if found["format"] != FORMAT:
        raise ValueError(f"its format is {found['format']}, and this program reads {FORMAT}")
    manifest = Manifest(**{name: found[name] for name in Manifest.__dataclass_fields__})
    if not all(isinstance(getattr(manifest, name), kind) for name, kind in MEMBER_KINDS.items()):
        raise ValueError("its manifest is none")
    if not all(isinstance(name, str) for name in manifest.migrations):
        raise ValueError("its migrations are none")
    if not all(isinstance(serial, int) for serial in manifest.serials.values()):
        raise ValueError("its serials are none")
    needed = {DATABASE.get(manifest.engine), KEY}
    if not needed <= manifest.files.keys() <= needed | {CHECKPOINTS}:
        raise ValueError("its members are others than a backup's")
    dt.datetime.fromisoformat(manifest.createdAt)
    return manifest


def _extract(tar: tarfile.TarFile, name: str, facts: dict[str, Any], target: Path) -> None:
    member, sha = tar.getmember(name), hashlib.sha256()
    content = tar.extractfile(member)
    if content is None or not member.isfile() or member.issparse():  # a sparse member is as large as it claims
        raise ValueError(f"{name} is no file")
    with target.open("xb") as file:
        while block := content.read(BLOCK):
            sha.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    if (target.stat().st_size, sha.hexdigest()) != (facts["bytes"], facts["sha256"]):
        raise ValueError(f"{name} is not what was written")
