"""Since when an environment has had a flag: out of its ledger, each version read once per process.

A version's content never changes, so the keys found in it are kept by its digest. Only the first question after a
start reads all versions; their texts pass through one after the other.
"""

from __future__ import annotations

import datetime as dt
import json
from threading import Lock
from typing import NamedTuple

from django.db.models import Min

from configs.models import ConfigVersion
from configs.reading import names
from releases.models import Environment, Release

#: Versions whose keys are kept.
KEPT = 20_000
CHUNK = 500  # names in one query


class First(NamedTuple):
    """The release that brought a flag to an environment: the version in it, and when."""

    version: str
    at: dt.datetime


_lock = Lock()
_keys: dict[str, frozenset[str]] = {}  # digest → keys of flags
_sets: dict[frozenset[str], frozenset[str]] = {}  # versions next to each other mostly have the same keys


def firsts(environment: Environment) -> dict[str, First]:
    """By key, also of flags that have left since."""
    rows = (
        Release.objects.filter(environment=environment, config_version__isnull=False)
        .order_by()
        .values_list("config_version", "config_version__version", "config_version__digest")
        .annotate(at=Min("created_at"), serial=Min("serial"))
    )
    versions = sorted(rows, key=lambda row: row[-1])
    known = _read({pk: digest for pk, _, digest, _, _ in versions})
    found: dict[str, First] = {}
    for _, version, digest, at, _ in versions:
        for key in known[digest]:
            if key not in found:
                found[key] = First(version, at)
    return found


def _read(versions: dict[int, str]) -> dict[str, frozenset[str]]:
    """Digest → keys for versions (primary key → digest)."""
    with _lock:
        known = {digest: _keys[digest] for digest in versions.values() if digest in _keys}
    missing = [pk for pk, digest in versions.items() if digest not in known]
    for start in range(0, len(missing), CHUNK):
        chunk = ConfigVersion.objects.filter(pk__in=missing[start : start + CHUNK]).order_by()
        for pk, snapshot in chunk.values_list("pk", "snapshot").iterator(chunk_size=20):
            known[versions[pk]] = frozenset(names(json.loads(snapshot), "featureFlags"))
    with _lock:
        if len(_keys) > KEPT:
            _keys.clear()
            _sets.clear()
        for digest, keys in known.items():
            known[digest] = _keys[digest] = _sets.setdefault(keys, keys)
    return known
