"""The life of each flag key in an environment: from the release that introduced it to the one that removed it.

A company once reused a flag's name, and machines that still ran the old code behind it lost 440 million dollars within
an hour (Knight Capital, 2012). So a key that was removed from an environment returns there only with an explicit
confirmation, and never as a flag of another kind.

The table is derived from the ledger. Each release writes its part (:func:`releases.ledger.chain.append`), so no query
reads all versions; ``verify_ledger`` compares the two.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Lag

from configs.models import ConfigVersion
from configs.snapshot.canonical import canonical
from configs.snapshot.traversal import objects
from flags.engine import hashed_attributes
from flags.engine.sentences import shown
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import both
from releases.confirmation import Confirmation
from releases.models import Environment, FlagLife, Release

MOST_NAMED = 10
BATCH = 500
#: Versions whose flags are cached while a ledger is read.
KEPT = 32


class FlagType(NamedTuple):
    """What a returning key must keep: the type of its values, and the bucketing.

    ``rules``: id of each rule with a share or a split → what it hashes, with which seed.
    """

    type: Any
    by: Sequence[Any]
    algorithm: Any
    seed: Any
    rules: Mapping[str, Sequence[Any]]

    @property
    def text(self) -> str:
        return canonical(self._asdict())

    def keeps(self, other: FlagType) -> bool:
        """Rules may be added and removed; a rule in both must bucket alike."""
        both_have = self.rules.keys() & other.rules.keys()
        return self[:-1] == other[:-1] and all(self.rules[rule] == other.rules[rule] for rule in both_have)


def kinds_of(snapshot: Any) -> dict[str, FlagType]:
    return {
        flag["key"]: kind_of(flag) for _, flag in objects(snapshot, "featureFlags") if isinstance(flag.get("key"), str)
    }


def kind_of(flag: Mapping[str, Any]) -> FlagType:
    """Also works for a draft that is not yet a valid snapshot."""
    bucketing = flag.get("bucketing")
    how = bucketing if isinstance(bucketing, dict) else {}
    by, seed = hashed_attributes(flag.get("bucketBy", "tenant")), how.get("seed", flag.get("key"))
    rules = {
        rule["id"]: [hashed_attributes(rule["bucketBy"]) if "bucketBy" in rule else by, rule.get("seed", seed)]
        for _, rule in objects(dict(flag), "rules")
        if isinstance(rule.get("id"), str) and ("rollout" in rule or "split" in rule)
    }
    return FlagType(flag.get("type"), by, how.get("algorithm", "murmur3"), seed, rules)


class FlagChanges(NamedTuple):
    """What a release does to live flags. ``came`` and ``retyped``: key → :attr:`FlagType.text`."""

    came: Mapping[str, str]
    retyped: Mapping[str, str]
    gone: Collection[str]


NO_CHANGES = FlagChanges({}, {}, ())


def changes_between(before: Mapping[str, FlagType], after: Mapping[str, FlagType]) -> FlagChanges:
    return FlagChanges(
        came={key: after[key].text for key in sorted(after.keys() - before.keys())},
        retyped={key: after[key].text for key in sorted(after.keys() & before.keys()) if after[key] != before[key]},
        gone=sorted(before.keys() - after.keys()),
    )


def flag_changes(head: Release, version: ConfigVersion | None) -> FlagChanges:
    """The changes from the newest release to ``version``. Parses its snapshot, so do not call it under a lock.

    What is live is read from the table, so an emergency can also leave a version whose text is damaged.
    """
    if version is None or version.pk == head.config_version_id:
        return NO_CHANGES  # once a version is live, there is always one
    alive = FlagLife.objects.filter(environment=head.environment_id, to_serial=None)
    before = dict(alive.values_list("key", "kind"))
    after = {key: kind.text for key, kind in kinds_of(version.document).items()}
    return FlagChanges(
        came={key: text for key, text in after.items() if key not in before},
        retyped={key: text for key, text in after.items() if before.get(key, text) != text},
        gone=sorted(before.keys() - after.keys()),
    )


def write(release: Release, changes: FlagChanges) -> None:
    """Write the changes from the previous release to this one. The caller holds the environment's lock."""
    alive = FlagLife.objects.filter(environment=release.environment_id, to_serial=None)
    if changes.gone:
        alive.filter(key__in=changes.gone).update(to_serial=release.serial)
    if changes.retyped:
        lives = list(alive.filter(key__in=changes.retyped))
        for life in lives:
            life.kind = changes.retyped[life.key]
        FlagLife.objects.bulk_update(lives, ["kind"], batch_size=BATCH)
    FlagLife.objects.bulk_create(
        FlagLife(environment_id=release.environment_id, key=key, kind=kind, from_serial=release.serial)
        for key, kind in changes.came.items()
    )


def flag_findings(
    environment: Environment, snapshot: Any, before: Mapping[str, FlagType], after: Mapping[str, FlagType]
) -> tuple[list[Problem], list[Confirmation]]:
    """Findings about keys when ``snapshot`` (with the kinds ``after``) is published and ``before`` is live.

    ``flag.key_reused`` has two forms: a problem where a removed key returns as another kind of flag, at once or later,
    and a confirmation where it returns unchanged. ``flag.kind_changed``, a warning, where a key that was never removed
    changes its kind. One query for the new and changed keys; none without such keys.
    """
    changed = {key for key in after.keys() & before.keys() if not after[key].keeps(before[key])}
    ended = _ended(environment, (after.keys() - before.keys()) | changed)
    problems, same = [], []
    for index, flag in objects(snapshot, "featureFlags") if ended or changed else ():
        key = flag.get("key")
        if not isinstance(key, str):
            continue
        life = ended.get(key)
        if life is not None and not after[key].keeps(FlagType(**json.loads(life.kind))):
            problems.append(_reused(index, life))
        elif key in changed:
            problems.append(_changed(index, key, after[key], before[key]))
        elif life is not None:
            same.append(life)
    return problems, [_confirmation(same)] if same else []


def _ended(environment: Environment, keys: Iterable[str]) -> dict[str, Any]:
    """The last ended life of each key, with the names of the version that had it (``last``) and of the one that removed
    it (``without``).
    """
    wanted = sorted(key for key in keys if len(key) <= FlagLife.MAX_KEY)
    if not wanted:
        return {}
    same = FlagLife.objects.filter(environment=OuterRef("environment"), key=OuterRef("key"))
    version = Release.objects.filter(environment=environment).values("config_version__version")
    lives = (
        FlagLife.objects.filter(environment=environment, key__in=wanted, to_serial__isnull=False)
        .exclude(Exists(same.filter(to_serial__gt=OuterRef("to_serial"))))
        .annotate(
            last=Subquery(version.filter(serial=OuterRef("to_serial") - 1)),
            without=Subquery(version.filter(serial=OuterRef("to_serial"))),
        )
    )
    return {life.key: life for life in lives}


def _reused(index: int, life: Any) -> Problem:
    message = both(
        "“{key}” was another kind of flag in {version}, and old clients may still ask for it: a returning "
        "key must keep its type and bucketing. Choose a new key.",
        key=shown(life.key),
        version=life.last,
    )
    return Problem(pointer(["featureFlags", index, "key"]), "flag.key_reused", message)


def _changed(index: int, key: str, now: FlagType, before: FlagType) -> Problem:
    retyped = now.type != before.type
    what = both(
        "of type {old} and becomes type {new}: a client that asks for the old type gets the default in its code.",
        old=shown(before.type),
        new=shown(now.type),
    )
    dealt = both("bucketed differently until now: from this release on, its shares and splits hold other people.")
    message = both("“{key}” was {what}", key=shown(key), what=what if retyped else dealt)
    return Problem(pointer(["featureFlags", index, "key"]), "flag.kind_changed", message, "warning")


def _confirmation(lives: Sequence[Any]) -> Confirmation:
    named = [f"{life.key} ({life.last} → {life.without})" for life in lives[:MOST_NAMED]]
    if len(lives) > MOST_NAMED:
        named.append(f"+ {len(lives) - MOST_NAMED}")
    return Confirmation(
        "flag.key_reused",
        both(
            "These flag keys return after they were removed: {flags}. Clients that still know one of them will "
            "act on it again.",
            flags=", ".join(named),
        ),
    )


class First(NamedTuple):
    """The release that first introduced a flag in an environment: its version and time.

    ``since``: when it was last introduced; later than ``at`` if it was removed in between.
    """

    version: str
    at: dt.datetime
    since: dt.datetime


def first_seen(environment: Environment, key: str | None = None) -> dict[str, First]:
    """Key → first release, also for removed flags; with ``key``, only this one. Two queries; no version is read."""
    lives = FlagLife.objects.filter(environment=environment, **({} if key is None else {"key": key}))
    spans = lives.values("key").annotate(first=Min("from_serial"), newest=Max("from_serial"))
    found = list(spans.order_by().values_list("key", "first", "newest"))
    releases = {
        serial: (version, at)
        for serial, version, at in Release.objects.filter(
            environment=environment, serial__in={serial for _, *serials in found for serial in serials}
        ).values_list("serial", "config_version__version", "created_at")
    }
    return {name: First(*releases[first], releases[newest][1]) for name, first, newest in found}


class Life(NamedTuple):
    """A row of the table, derived from the ledger."""

    key: str
    kind: str
    from_serial: int
    to_serial: int | None


def lives_told_by(releases: QuerySet[Any]) -> list[Life]:
    """The lives of all flags, derived from the releases of one environment. Parses each version once, and again if it
    returns after many others.
    """

    @lru_cache(maxsize=KEPT)
    def kinds_in(version: int) -> dict[str, FlagType]:
        return kinds_of(ConfigVersion.objects.select_related("content").get(pk=version).document)

    changes = (
        releases.filter(config_version__isnull=False)
        .annotate(before=Window(Lag("config_version"), order_by="serial"))
        .filter(Q(before=None) | ~Q(before=F("config_version")))
        .order_by("serial")
        .values_list("serial", "config_version")
    )
    ended: list[Life] = []
    alive: dict[str, Life] = {}
    kinds: dict[str, FlagType] = {}
    for serial, version in list(changes):
        was, kinds = kinds, kinds_in(version)
        changed = changes_between(was, kinds)
        ended += [alive.pop(key)._replace(to_serial=serial) for key in changed.gone]
        alive |= {key: alive[key]._replace(kind=kind) for key, kind in changed.retyped.items()}
        alive |= {key: Life(key, kind, serial, None) for key, kind in changed.came.items()}
    return [*ended, *alive.values()]


def rebuild(environment: Environment) -> None:
    """Rewrite the lives of one environment from its ledger. ``write.conflict``: there was a release meanwhile."""
    releases = Release.objects.filter(environment=environment)
    number, told = releases.count(), lives_told_by(releases)
    with transaction.atomic():
        Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
        if releases.count() != number:
            raise Refusal("write.conflict")
        FlagLife.objects.filter(environment=environment).delete()
        FlagLife.objects.bulk_create(
            (FlagLife(environment=environment, **life._asdict()) for life in told), batch_size=BATCH
        )
