"""Does the ledger still say what was released? Read-only; finds edits, gaps, swaps, insertions and a cut tail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.utils import timezone

from configs.canonical import digest
from configs.models import ConfigVersion
from configs.texts import Text, both
from releases import checkpoints, flag_life
from releases.ledger import GENESIS, SKEW, hash_of
from releases.models import Environment, FlagLife, Release

FLAGS_DIFFER = "flag_life.differs"


@dataclass(frozen=True, slots=True)
class Finding:
    """``place`` is ``application/environment`` and perhaps a serial; an ``error`` means that trust is lost."""

    severity: Literal["error", "warning"]
    code: str
    place: str
    message: Text


def verify(
    environments: Iterable[Environment],
    *,
    against: Iterable[Path],
    seen: Callable[[Environment, int], None] = lambda environment, serial: None,
) -> Iterator[Finding]:
    """All findings, environment by environment, then the checkpoint files. ``seen`` hears of every release read."""
    environments = list(environments)
    for environment in environments:
        found = list(_chain(environment, seen))
        yield from found or _flag_lives(environment)  # a ledger that was edited tells nothing about flags
    for path in against:
        yield from _checkpoints(path, environments)


def _error(code: str, place: str, en: str, fr: str, **values: Any) -> Finding:
    return Finding("error", code, place, both(en, fr, **values))


def _chain(environment: Environment, seen: Callable[[Environment, int], None]) -> Iterator[Finding]:
    names: dict[int | None, tuple[str | None, str | None]] = {None: (None, None)}
    expected, previous, at, was_edited = 1, GENESIS, None, False
    for release in Release.objects.filter(environment=environment).order_by("serial").iterator(chunk_size=500):
        seen(environment, release.serial)
        place = f"{environment} {release.serial}"
        if release.serial != expected:
            yield _error("ledger.gap", place, "Release {n} is missing.", "La publication {n} manque.", n=expected)
        if release.config_version_id is not None and release.config_version_id not in names:
            version = ConfigVersion.objects.filter(pk=release.config_version_id).first()
            names[release.config_version_id] = (version.version, digest(version.snapshot)) if version else (None, None)
            if version is None:
                yield _error("version.missing", place, "Its config version is gone.", "Sa version de config manque.")
            elif version.digest != digest(version.snapshot):
                yield _error(
                    "version.edited",
                    place,
                    "The content of {v} was edited.",
                    "Le contenu de {v} a été modifié.",
                    v=version.version,
                )
        if release.previous_hash != previous:
            yield _error(
                "ledger.chain",
                place,
                "It does not follow the release before it.",
                "Elle ne suit pas la publication précédente.",
            )
        name, sha = names[release.config_version_id]
        is_edited = release.hash != hash_of(
            release, application=environment.application.key, environment=environment.key, version=name, sha=sha
        )
        if is_edited:
            yield _error(
                "ledger.edited", place, "Its facts do not have its hash.", "Ses faits n'ont pas son empreinte."
            )
            if at is not None and release.created_at < at:
                yield _error("ledger.time", place, "It is older than its predecessor.", "Elle précède son aînée.")
        else:
            yield from _clock(release, None if was_edited else at, place)
        was_edited = is_edited
        expected, previous, at = release.serial + 1, release.hash, release.created_at


def _clock(release: Release, before: dt.datetime | None, place: str) -> Iterator[Finding]:
    """A clock that was wrong is no edit: the hash holds the time, and the order is that of the serials."""
    if before is not None and release.created_at < before:
        yield Finding(
            "warning",
            "ledger.clock",
            place,
            both(
                "The clock of the server that appended the release before it was ahead, or its own behind: by {time}.",
                "L'horloge du serveur qui a ajouté la publication précédente avançait, ou la sienne retardait : de "
                "{time}.",
                time=before - release.created_at,
            ),
        )
    if release.created_at > timezone.now() + SKEW:
        yield Finding(
            "warning",
            "ledger.future",
            place,
            both(
                "Its time lies in the future: the clock of the server that appended it was wrong.",
                "Sa date est à venir : l'horloge du serveur qui l'a ajoutée était fausse.",
            ),
        )


def _flag_lives(environment: Environment) -> Iterator[Finding]:
    """The table that ``flag.key_reused`` and the ages of flags are read from. It follows from the ledger."""
    lives, releases = FlagLife.objects.filter(environment=environment), Release.objects.filter(environment=environment)
    number = releases.count()
    stored = {flag_life.Life(*row) for row in lives.values_list("key", "kind", "from_serial", "to_serial")}
    wrong = stored ^ set(flag_life.lives_told_by(releases))
    if wrong and releases.count() == number:  # else they are of different moments
        keys = sorted({life.key for life in wrong})
        yield Finding(
            "warning",
            FLAGS_DIFFER,
            f"{environment}",
            both(
                "What is kept about {n} flag key(s) is not what the ledger says: {keys}.",
                "Ce qui est gardé sur {n} clé(s) de drapeau n'est pas ce que dit le registre : {keys}.",
                n=len(keys),
                keys=", ".join(keys[: flag_life.MOST_NAMED]),
            ),
        )


def _checkpoints(path: Path, environments: list[Environment]) -> Iterator[Finding]:
    known = {(environment.application.key, environment.key): environment for environment in environments}
    lines: dict[tuple[str, str], dict[int, set[str]]] = {names: {} for names in known}
    foreign: set[tuple[str, str]] = set()
    for number, line in checkpoints.read(path):
        if line is None:
            yield Finding(
                "warning",
                "checkpoint.torn",
                f"{path.name}:{number}",
                both("Not a checkpoint line.", "Ce n'est pas une ligne de contrôle."),
            )
        elif (names := (line.application, line.environment)) in known:
            lines[names].setdefault(line.serial, set()).add(line.hash)
        else:
            foreign.add(names)
    for names in sorted(foreign - set(Environment.objects.values_list("application__key", "key"))):
        yield _error(
            "checkpoint.unknown",
            "/".join(names),
            "The checkpoint knows this environment, the database does not.",
            "Le point de contrôle connaît cet environnement, la base non.",
        )
    for names, environment in known.items():
        yield from _compare(environment, lines[names])


def _compare(environment: Environment, lines: dict[int, set[str]]) -> Iterator[Finding]:
    """The lines of one environment (serial → hashes) with its rows."""
    rows = dict(Release.objects.filter(environment=environment).values_list("serial", "hash"))
    for serial, shas in sorted(lines.items()):
        place = f"{environment} {serial}"
        if serial not in rows:
            yield _error(
                "checkpoint.beyond",
                place,
                "The checkpoint knows this release, the database does not: its tail was cut.",
                "Le point de contrôle connaît cette publication, la base non : sa fin a été coupée.",
            )
        elif shas != {rows[serial]}:
            yield _error(
                "checkpoint.contradiction",
                place,
                "The checkpoint has another hash.",
                "Le point de contrôle a une autre empreinte.",
            )
    gap = sorted(set(rows) - set(lines))
    if gap:
        yield Finding(
            "warning",
            "checkpoint.gap",
            f"{environment}",
            both(
                "{n} release(s) have no checkpoint line (from {a}); the next start fills them in.",
                "{n} publication(s) sans ligne de contrôle (dès la {a}) ; le prochain démarrage les ajoute.",
                n=len(gap),
                a=gap[0],
            ),
        )
