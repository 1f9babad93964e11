"""Counts of differences and problems, each computed once per process: a content never changes under its digest."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from configs.models import ConfigVersion
from configs.policies import problems_of
from configs.snapshot.diff import diff
from icontrol.kernel.problems import Problem
from releases.pages.facts import KINDS_OF_LINES

#: Entries kept; the oldest goes first. Lists of problems are long, and only of drafts and previews.
KEPT = 2_000
KEPT_PROBLEMS = 20


class _Kept:
    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[Any, Any] = {}
        self._lock = Lock()

    def get(self, key: Any) -> Any:
        return self._found.get(key)

    def put(self, key: Any, value: Any) -> Any:
        with self._lock:
            self._found[key] = value
            while len(self._found) > self._most:
                del self._found[next(iter(self._found))]
        return value


_kept, _checked = _Kept(KEPT), _Kept(KEPT_PROBLEMS)


def counts(before: ConfigVersion | None, after: ConfigVersion) -> Mapping[str, int]:
    """Kind of change → how many, from ``before`` (nothing) to ``after``."""
    key = before.digest if before else "", after.digest
    found = _kept.get(key)
    if found is None:
        changes: Counter[str] = Counter(
            change.kind for change in diff(before.readable if before else {}, after.readable)
        )
        found = _kept.put(key, {kind: changes[kind] for kind in KINDS_OF_LINES if changes[kind]})
    return found


def problems(version: ConfigVersion, now: dt.datetime) -> Sequence[Problem]:
    """Of its content today: dates pass, and environments come."""
    environments = tuple(version.application.environments.order_by("key").values_list("key", flat=True))
    key = version.application_id, version.digest, version.application.extra_schema, environments, now.date()
    found = _checked.get(key)
    if found is None:
        found = _checked.put(key, problems_of(version.application, version.readable, version.schema, now))
    return found
