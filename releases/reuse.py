"""Flag keys that come back after they were gone. Old clients still know them under their old meaning.

A company once reused the name of a flag, and machines that still ran the old code behind it lost 440 million dollars
within an hour (Knight Capital, 2012). So a key that a published version dropped comes back only with an explicit yes,
and never as a flag of another kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from configs import states
from configs.models import ConfigVersion, RetiredFlag
from configs.problems import Problem, pointer
from configs.reading import names, objects, shown
from configs.texts import both
from flags.engine import hashed
from releases.policies import Confirmation

#: From a version up to the first one that was published, the version itself left out.
NEAREST_PUBLISHED = """
WITH RECURSIVE line(id, based_on_id, state) AS (
    SELECT id, based_on_id, state FROM configs_configversion WHERE id = %s
    UNION
    SELECT v.id, v.based_on_id, v.state FROM configs_configversion v JOIN line ON v.id = line.based_on_id
    WHERE line.state <> 'published'
) SELECT id FROM line WHERE state = 'published'
"""
MOST_NAMED = 10


def published_before(candidate: ConfigVersion, live: ConfigVersion | None) -> tuple[ConfigVersion, ...]:
    """The published versions that ``candidate`` follows: what is live, and the nearest published one in its ancestry.

    None for a version that was published already: its flags were looked at then. Costs no query where a version
    builds on what is live.
    """
    if candidate.state == states.PUBLISHED:
        return ()
    followed = [] if live is None else [live]
    if candidate.based_on_id is not None and (live is None or candidate.based_on_id != live.pk):
        with connection.cursor() as cursor:
            cursor.execute(NEAREST_PUBLISHED, [candidate.based_on_id])
            row = cursor.fetchone()
        if row is not None and (live is None or row[0] != live.pk):
            followed.append(ConfigVersion.objects.get(pk=row[0]))
    return tuple(followed)


def reused_flags(
    candidate: ConfigVersion, snapshot: Any, before: Sequence[ConfigVersion]
) -> tuple[list[Problem], list[Confirmation]]:
    """``flag.key_reused`` twice: problems where a key comes back as another kind of flag, at once or later, and a
    confirmation where it comes back as it was. ``flag.kind_changed``, a warning, where one that never was away becomes
    another kind. Asks the database only about keys that what came ``before`` did not have, or had as another kind."""
    if not before:
        return [], []
    had = [kinds_of(version.document) for version in before]
    known = set.intersection(*map(set, had))
    kinds = kinds_of(snapshot)
    changed = {key for key in kinds.keys() & known if not any(_same_kind(kinds[key], one[key]) for one in had)}
    retired = _retired(candidate, (names(snapshot, "featureFlags") - known) | changed)
    lasts = {pk: kinds_of(version.document) for pk, version in _lasts(retired.values()).items()}
    problems, same = [], []
    for index, flag in objects(snapshot, "featureFlags") if retired or changed else ():
        key = flag.get("key")
        if not isinstance(key, str):
            continue
        entry = retired.get(key)
        if entry is None:
            if key in changed:
                problems.append(_changed(index, key, kinds[key], had[0][key]))
            continue
        if _same_kind(kinds[entry.key], lasts[entry.last_id].get(entry.key)):
            if entry.key not in known:
                same.append(entry)
            continue
        message = both(
            "“{key}” was another kind of flag in {version}, and old clients may still ask for it: a key that comes "
            "back keeps its type and bucketing. Choose a new key.",
            "« {key} » était un drapeau d'une autre sorte dans {version}, et d'anciens clients le demandent peut-être "
            "encore : une clé qui revient garde son type et sa répartition. Choisissez une nouvelle clé.",
            key=shown(entry.key),
            version=entry.last.version,
        )
        problems.append(Problem(pointer(["featureFlags", index, "key"]), "flag.key_reused", message))
    return problems, [_confirmation(same)] if same else []


def _changed(index: int, key: str, now: Kind, before: Kind) -> Problem:
    retyped = now.type != before.type
    what = both(
        "of type {old}, and becomes one of type {new}: who asks for the old type gets the default in its code.",
        "de type {old} et devient de type {new} : qui demande l'ancien type obtient la valeur par défaut de son code.",
        old=shown(before.type),
        new=shown(now.type),
    )
    dealt = both(
        "dealt in another way until now: from this publish on others are in its shares and splits than before.",
        "réparti autrement jusqu'ici : dès cette publication, d'autres sont dans ses parts et ses répartitions.",
    )
    message = both("“{key}” was {what}", "« {key} » était {what}", key=shown(key), what=what if retyped else dealt)
    return Problem(pointer(["featureFlags", index, "key"]), "flag.kind_changed", message, "warning")


def _retired(candidate: ConfigVersion, keys: Iterable[str]) -> dict[str, RetiredFlag]:
    """The newest entry for each key that has one."""
    wanted = sorted(key for key in keys if len(key) <= 128)
    if not wanted:
        return {}
    entries = RetiredFlag.objects.filter(application=candidate.application_id, key__in=wanted)
    named = entries.select_related("last", "without").only("key", "last__version", "without__version")
    return {entry.key: entry for entry in named.order_by("pk")}


def _lasts(entries: Iterable[RetiredFlag]) -> dict[int, ConfigVersion]:
    return ConfigVersion.objects.in_bulk({entry.last_id for entry in entries})


def _confirmation(entries: Sequence[RetiredFlag]) -> Confirmation:
    named = [f"{entry.key} ({entry.last.version} → {entry.without.version})" for entry in entries[:MOST_NAMED]]
    if len(entries) > MOST_NAMED:
        named.append(f"+ {len(entries) - MOST_NAMED}")
    return Confirmation(
        "flag.key_reused",
        both(
            "Flag keys come back that were there before and then gone: {flags}. Clients that still know one of them "
            "act on it again.",
            "Des clés de drapeaux reviennent après avoir disparu : {flags}. Les clients qui en connaissent encore une "
            "y obéiront de nouveau.",
            flags=", ".join(named),
        ),
    )


def lost_flags(snapshot: Any, before: Sequence[ConfigVersion]) -> dict[str, ConfigVersion]:
    """The keys that ``snapshot`` does not have any more, each with the version that had it."""
    lost: dict[str, ConfigVersion] = {}
    here = names(snapshot, "featureFlags")
    for earlier in before:
        for key in names(earlier.document, "featureFlags") - here:
            lost.setdefault(key, earlier)
    return lost


def retire_flags(version: ConfigVersion, lost: Mapping[str, ConfigVersion]) -> None:
    """Record the keys that ``version``, now published, lost. Publishing calls it once a version."""
    RetiredFlag.objects.bulk_create(
        RetiredFlag(application_id=version.application_id, key=key, last=earlier, without=version)
        for key, earlier in sorted(lost.items())
    )


class Kind(NamedTuple):
    """What a key that comes back must keep: the type of its values, and who is in which bucket.

    ``rules``: of each rule that deals (a share or a split), by its id, what it hashes with which seed.
    """

    type: Any
    by: Sequence[Any]
    algorithm: Any
    seed: Any
    rules: Mapping[str, tuple[Sequence[Any], Any]]


def kinds_of(snapshot: Any) -> dict[str, Kind]:
    return {
        flag["key"]: kind_of(flag) for _, flag in objects(snapshot, "featureFlags") if isinstance(flag.get("key"), str)
    }


def kind_of(flag: Mapping[str, Any]) -> Kind:
    """Also of a draft that is no snapshot yet."""
    bucketing = flag.get("bucketing")
    how = bucketing if isinstance(bucketing, dict) else {}
    by, seed = hashed(flag.get("bucketBy", "tenant")), how.get("seed", flag.get("key"))
    rules = {
        rule["id"]: (hashed(rule["bucketBy"]) if "bucketBy" in rule else by, rule.get("seed", seed))
        for _, rule in objects(dict(flag), "rules")
        if isinstance(rule.get("id"), str) and ("rollout" in rule or "split" in rule)
    }
    return Kind(flag.get("type"), by, how.get("algorithm", "murmur3"), seed, rules)


def _same_kind(one: Kind, other: Kind | None) -> bool:
    """Rules may come and go; one that is in both deals as it did."""
    return (
        other is not None
        and one[:-1] == other[:-1]
        and all(one.rules[rule] == other.rules[rule] for rule in one.rules.keys() & other.rules.keys())
    )
