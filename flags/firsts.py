"""Since when an environment has a flag: out of its ledger, each version read once per process.

A version's content never changes, so the keys found in it are kept by its digest. Only the first question after a
start reads all versions; their texts pass through one after the other.
"""

from __future__ import annotations

import datetime as dt
import json
from threading import Lock
from typing import NamedTuple

from django.db.models import F, Q, Window
from django.db.models.functions import Lag

from configs.models import ConfigVersion
from configs.reading import names
from releases.models import Environment, Release

#: Versions whose keys are kept.
KEPT = 20_000
CHUNK = 500  # names in one query


class First(NamedTuple):
    """The release that first brought a flag to an environment: the version in it, and when.

    ``since``: when it came for the last time; later than ``at`` if it was gone in between.
    """

    version: str
    at: dt.datetime
    since: dt.datetime


_lock = Lock()
_keys: dict[str, frozenset[str]] = {}  # digest → keys of flags
_sets: dict[frozenset[str], frozenset[str]] = {}  # versions next to each other mostly have the same keys


def firsts(environment: Environment) -> dict[str, First]:
    """By key, also of flags that have left since."""
    changes = list(
        Release.objects.filter(environment=environment, config_version__isnull=False)
        .annotate(before=Window(Lag("config_version"), order_by="serial"))
        .filter(Q(before=None) | ~Q(before=F("config_version")))
        .order_by("serial")
        .values_list("config_version", "config_version__version", "config_version__digest", "created_at")
    )
    known = _read({pk: digest for pk, _, digest, _ in changes})
    found: dict[str, First] = {}
    here: frozenset[str] = frozenset()
    for _, version, digest, at in changes:
        for key in known[digest] - here:
            found[key] = found[key]._replace(since=at) if key in found else First(version, at, at)
        here = known[digest]
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
