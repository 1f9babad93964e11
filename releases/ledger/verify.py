"""Verifies the ledger. Read-only; finds edits, gaps, swaps, insertions and a cut tail, and rows beside the ledger that
were changed outside the program. :mod:`releases.ledger.findings` lists the findings.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db.models import Model, Q
from django.utils import timezone

from configs.models import Application, ConfigVersion
from releases import flag_life
from releases.ledger import checkpoints
from releases.ledger.chain import GENESIS, SKEW, hash_of
from releases.ledger.findings import FLAGS_DIFFER, Finding, find
from releases.models import ClientKey, Environment, FlagLife, Release

Names = tuple[str, str]  # of an application and an environment
#: Seconds to wait for the line of a release that was just committed.
PATIENCE = 1.0
#: Columns that decide what clients get but are not part of a release. The history has each change.
DECIDING: dict[type[Model], tuple[str, ...]] = {
    Application: ("key", "default_locale", "is_default"),
    Environment: ("application_id", "key", "is_default"),
    ClientKey: ("environment_id", "key", "surface", "revoked_at"),
}


def verify(
    environments: Iterable[Environment],
    *,
    own: Path | None = None,
    against: Iterable[Path] = (),
    only_files: bool = False,
    seen: Callable[[Environment, int], None] = lambda environment, serial: None,
) -> Iterator[Finding]:
    """All findings, environment by environment, then the rows beside them, then the checkpoint files.

    ``own``: the server's file, with a line for each release; ``against``: copies, which may end earlier (OSError: one
    cannot be read); ``only_files``: check only the files. ``seen`` is called for every release read.
    """
    environments = list(environments)
    if not only_files:
        for environment in environments:
            found = list(_chain(environment, seen))
            yield from found or _flag_lives(environment)  # an edited ledger says nothing reliable about flags
        yield from _rows(environments)
    if own is not None:
        try:
            yield from _checkpoints(own, environments, is_own=True)
        except OSError as error:
            yield find("checkpoint.unreadable", own.name, path=own, why=error.strerror)
    for path in against:
        if path != own:
            yield from _checkpoints(path, environments, is_own=False)


def _chain(environment: Environment, seen: Callable[[Environment, int], None]) -> Iterator[Finding]:
    names: dict[int | None, tuple[str | None, str | None]] = {None: (None, None)}
    expected, previous, at, was_edited = 1, GENESIS, None, False
    for release in Release.objects.filter(environment=environment).order_by("serial").iterator(chunk_size=500):
        seen(environment, release.serial)
        place = f"{environment} {release.serial}"
        if release.serial != expected:
            yield find("ledger.gap", place, n=expected)
        if release.config_version_id is not None and release.config_version_id not in names:
            versions = ConfigVersion.objects.select_related("content")
            version = versions.filter(pk=release.config_version_id).first()
            names[release.config_version_id] = (version.version, version.digest) if version else (None, None)
            if version is None:
                yield find("version.missing", place)
            elif not version.content.is_intact:
                yield find("version.edited", place, v=version.version)
        if release.previous_hash != previous:
            yield find("ledger.chain", place)
        name, sha = names[release.config_version_id]
        is_edited = release.hash != hash_of(
            release, application=environment.application.key, environment=environment.key, version=name, sha=sha
        )
        if is_edited:
            yield find("ledger.edited", place)
            if at is not None and release.created_at < at:
                yield find("ledger.time", place)
        else:
            yield from _clock(release, None if was_edited else at, place)
        was_edited = is_edited
        expected, previous, at = release.serial + 1, release.hash, release.created_at


def _clock(release: Release, before: dt.datetime | None, place: str) -> Iterator[Finding]:
    """A wrong clock is not an edit: the hash covers the time, and serials determine the order."""
    if before is not None and release.created_at < before:
        yield find("ledger.clock", place, time=before - release.created_at)
    if release.created_at > timezone.now() + SKEW:
        yield find("ledger.future", place)


def _flag_lives(environment: Environment) -> Iterator[Finding]:
    """Check the table behind ``flag.key_reused`` and the ages of flags, which is derived from the ledger."""
    lives, releases = FlagLife.objects.filter(environment=environment), Release.objects.filter(environment=environment)
    number = releases.count()
    stored = {flag_life.Life(*row) for row in lives.values_list("key", "kind", "from_serial", "to_serial")}
    wrong = stored ^ set(flag_life.lives_told_by(releases))
    if wrong and releases.count() == number:  # otherwise they are from different times
        keys = sorted({life.key for life in wrong})
        yield find(FLAGS_DIFFER, f"{environment}", n=len(keys), keys=", ".join(keys[: flag_life.MOST_NAMED]))


# Rows beside the ledger -----------------------------------------------------------------------------------------------


def _rows(environments: list[Environment]) -> Iterator[Finding]:
    """Compare environments, their applications and client keys with the last entries of their history."""
    applications = {environment.application_id for environment in environments}
    mine = [environment.pk for environment in environments]
    yield from _history_of(Application, Q(id__in=applications))
    yield from _history_of(Environment, Q(id__in=mine) | Q(application_id__in=applications))
    yield from _history_of(ClientKey, Q(environment_id__in=mine))


def _history_of(model: type[Any], which: Q) -> Iterator[Finding]:
    columns = DECIDING[model]
    # The history first: a row that changes meanwhile is newer and is checked again.
    last, found = _both(model, columns, which)
    suspects = [pk for pk in last.keys() | found.keys() if last.get(pk) != found.get(pk)]
    if suspects:
        last, found = _both(model, columns, Q(id__in=suspects))
    for pk in sorted(suspects):
        row, told = found.get(pk), last.get(pk)
        name = f"{model._meta.model_name} {(row or told or {}).get('key', pk)}"
        if row == told:
            continue
        if row is None:
            yield find("row.gone", name, row=name)
        elif told is None:
            yield find("row.unknown", name, row=name)
        else:
            fields = ", ".join(column for column in columns if row[column] != told[column])
            yield find("row.edited", name, row=name, fields=fields)


def _both(
    model: type[Any], columns: tuple[str, ...], which: Q
) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
    """id → deciding columns, by the last history entries and by the rows."""
    entries = model.history.filter(which).order_by("history_id").values("id", *columns)
    last = {entry.pop("id"): entry for entry in entries.iterator()}
    return last, {row.pop("id"): row for row in model._default_manager.filter(which).values("id", *columns)}


# Checkpoint files -----------------------------------------------------------------------------------------------------


def _checkpoints(path: Path, environments: list[Environment], *, is_own: bool) -> Iterator[Finding]:
    if is_own and not path.exists():
        if number := Release.objects.filter(environment__in=environments).count():
            yield find("checkpoint.missing", path.name, n=number, path=path)
        return
    known = {(environment.application.key, environment.key): environment for environment in environments}
    lines: dict[Names, dict[int, set[str]]] = {names: {} for names in known}
    foreign: set[Names] = set()
    for number, line in checkpoints.read(path):
        if line is None:
            yield find("checkpoint.torn", f"{path.name}:{number}")
        elif (names := (line.application, line.environment)) in known:
            lines[names].setdefault(line.serial, set()).add(line.hash)
        else:
            foreign.add(names)
    for names, serial in sorted(checkpoints.written_anew(path).items()):
        if names in known:
            yield find("checkpoint.anew", "/".join(names), n=serial)
    for names in sorted(foreign - set(Environment.objects.values_list("application__key", "key"))):
        yield find("checkpoint.unknown", "/".join(names))
    for names, environment in known.items():
        rows = dict(Release.objects.filter(environment=environment).values_list("serial", "hash"))
        yield from _compare(environment, rows, lines[names])
        missing = sorted(set(rows) - set(lines[names]))
        if is_own and missing:
            missing = _not_written(path, names, missing)
        newest = max(lines[names], default=0)
        gap = missing if is_own else [serial for serial in missing if serial < newest]
        if gap:
            yield find("checkpoint.gap", f"{environment}", n=len(gap), a=gap[0])
        if len(missing) > len(gap):
            yield find("checkpoint.behind", f"{environment}", n=len(missing) - len(gap))


def _compare(environment: Environment, rows: dict[int, str], lines: dict[int, set[str]]) -> Iterator[Finding]:
    """Compare the lines of one environment (serial → hashes) with its rows."""
    for serial, shas in sorted(lines.items()):
        if serial not in rows:
            yield find("checkpoint.beyond", f"{environment} {serial}")
        elif shas != {rows[serial]}:
            yield find("checkpoint.contradiction", f"{environment} {serial}")


def _not_written(path: Path, names: Names, missing: list[int]) -> list[int]:
    """The serials that still have no line a moment later: a server writes the line just after the commit."""
    end = time.monotonic() + PATIENCE
    while missing:
        there = {line.serial for _, line in checkpoints.read(path) if line and (line[0], line[1]) == names}
        missing = [serial for serial in missing if serial not in there]
        if time.monotonic() >= end:
            break
        time.sleep(PATIENCE / 20)
    return missing
