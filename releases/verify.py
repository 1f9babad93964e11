"""Does the ledger still say what was released? Read-only; finds edits, gaps, swaps, insertions and a cut tail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from configs.canonical import digest
from configs.models import ConfigVersion
from configs.texts import Text, both
from releases import checkpoints
from releases.ledger import GENESIS, hash_of
from releases.models import Environment, Release


@dataclass(frozen=True, slots=True)
class Finding:
    """``place`` is ``application/environment`` and perhaps a serial; an ``error`` means that trust is lost."""

    severity: Literal["error", "warning"]
    code: str
    place: str
    message: Text


def verify(environments: Iterable[Environment], *, against: Iterable[Path]) -> Iterator[Finding]:
    """All findings, environment by environment, then the checkpoint files."""
    environments = list(environments)
    for environment in environments:
        yield from _chain(environment)
    for path in against:
        yield from _checkpoints(path, environments)


def _chain(environment: Environment) -> Iterator[Finding]:
    shas: dict[int, tuple[str, str]] = {}
    serial, previous, at = 0, GENESIS, None
    for release in Release.objects.filter(environment=environment).order_by("serial").iterator(chunk_size=500):
        place = f"{environment} {release.serial}"
        serial += 1
        if release.serial != serial:
            yield Finding(
                "error",
                "ledger.gap",
                place,
                both("Release {a} is missing.", "La publication {a} manque.", a=serial),
            )
            serial = release.serial
        version, sha = None, None
        if release.config_version_id is not None:
            if release.config_version_id not in shas:
                version = ConfigVersion.objects.get(pk=release.config_version_id)
                shas[release.config_version_id] = (version.version, digest(version.snapshot))
                if version.digest != digest(version.snapshot):
                    yield Finding(
                        "error",
                        "version.edited",
                        place,
                        both("Version {v} was edited.", "La version {v} a été modifiée.", v=version.version),
                    )
            version, sha = shas[release.config_version_id]
        if release.previous_hash != previous:
            yield Finding(
                "error",
                "ledger.chain",
                place,
                both("It does not follow the release before it.", "Elle ne suit pas la publication précédente."),
            )
        real = hash_of(
            release,
            application=environment.application.key,
            environment=environment.key,
            version=version,
            sha=sha,
        )
        if release.hash != real:
            yield Finding(
                "error",
                "ledger.edited",
                place,
                both("Its facts do not have its hash.", "Ses faits n'ont pas son empreinte."),
            )
        if at is not None and release.created_at < at:
            yield Finding(
                "error", "ledger.time", place, both("It is older than its predecessor.", "Elle précède son aînée.")
            )
        previous, at = release.hash, release.created_at


def _checkpoints(path: Path, environments: list[Environment]) -> Iterator[Finding]:
    known = {(environment.application.key, environment.key): environment for environment in environments}
    seen: dict[tuple[str, str], dict[int, str]] = {names: {} for names in known}
    for number, line in checkpoints.read(path):
        if line is None:
            yield Finding(
                "warning",
                "checkpoint.torn",
                f"{path.name}:{number}",
                both("Not a checkpoint line.", "Ce n'est pas une ligne de contrôle."),
            )
        elif (line.application, line.environment) in known:
            seen[line.application, line.environment][line.serial] = line.hash
    for names, lines in seen.items():
        rows = dict(Release.objects.filter(environment=known[names]).values_list("serial", "hash"))
        for serial, sha in sorted(lines.items()):
            if serial not in rows:
                yield Finding(
                    "error",
                    "checkpoint.beyond",
                    f"{known[names]} {serial}",
                    both(
                        "The checkpoint knows this release, the database does not: its tail was cut.",
                        "Le point de contrôle connaît cette publication, la base non : sa fin a été coupée.",
                    ),
                )
            elif rows[serial] != sha:
                yield Finding(
                    "error",
                    "checkpoint.contradiction",
                    f"{known[names]} {serial}",
                    both("The checkpoint has another hash.", "Le point de contrôle a une autre empreinte."),
                )
        gap = sorted(set(rows) - set(lines))
        if gap:
            yield Finding(
                "warning",
                "checkpoint.gap",
                f"{known[names]}",
                both(
                    "{n} release(s) have no checkpoint line (from {a}); the next start fills them in.",
                    "{n} publication(s) sans ligne de contrôle (dès la {a}) ; le prochain démarrage les ajoute.",
                    n=len(gap),
                    a=gap[0],
                ),
            )
