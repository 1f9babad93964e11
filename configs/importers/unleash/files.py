"""Reads Unleash's JSON in its several forms into one list of features and segments.

- the answer of ``GET /client/features``: ``{"features": […], "segments": […]}``;
- the answer of the admin API: such a list or one feature, each with its ``environments``;
- an export, or the older state of a whole instance, where strategies, environments and dependencies are lists of their
  own;
- the answer of ``GET /client/delta``: ``{"events": […]}``;
- the body of an import, which has one of these as ``data``.

With several environments, each keeps its own settings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from configs.importers import ImportRefused
from configs.importers.report import Report
from configs.importers.shapes import Checker, child
from configs.importers.unleash.forms import ADMIN, ANYTHING, DELTA, EXPORT, IMPORT, LIST, WHOLE
from configs.snapshot.traversal import KEY
from configs.validation.odd_values import legible
from flags.engine.sentences import shown
from icontrol.kernel.texts import LANGUAGES, both

FILE = "unleash#"
#: Strategies, and variants, per feature. Unleash's own limits are lower.
MOST = 100
LARGEST_WEIGHT = 100_000
MOST_ENVIRONMENTS = 16

#: (pointer, object)
Found = tuple[str, dict[str, Any]]


@dataclass(slots=True)
class Place:
    """A feature in one environment."""

    enabled: bool = False
    strategies: list[Found] = field(default_factory=list)
    variants: list[dict[str, Any]] = field(default_factory=list)
    #: Whether the file contains the strategies and variants.
    told: bool = True


@dataclass(slots=True)
class Feature:
    """``at`` is its place in the file, like the first of each pair. ``places``: environment key → place; only ``""``
    where the file covers one environment.
    """

    at: str
    name: str
    description: str
    archived: bool = False
    places: dict[str, Place] = field(default_factory=dict)
    dependencies: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Content:
    """``at`` is the prefix of the pointers."""

    at: str
    features: list[Feature]
    segments: list[Found]


def read(content: Any, report: Report) -> Content:
    """The file's content; :class:`ImportRefused` with every problem. Unread members go into the report."""
    checker, at = Checker(), FILE
    if isinstance(content, dict) and "data" in content and "features" not in content:
        checker.check(content, IMPORT, at)
        _stop(checker)
        content, at = content["data"], child(at, "data")
    names: Collection[str] = content if isinstance(content, dict) else ()
    if "events" in names:
        shape, reader = DELTA, _delta
    elif "featureStrategies" in names:
        shape, reader = EXPORT, _export
    elif "name" in names and "features" not in names:
        shape, reader = ANYTHING, _single
    else:
        shape, reader = LIST, _listed
    checker.check(content, shape, at)
    _stop(checker)
    found = Content(at, *reader(content, at, checker, report))
    _check_sense(found, checker)
    _stop(checker)
    _unread(checker.unknown, report)
    found.features = list(_alive(found.features, report))
    return found


def _stop(checker: Checker) -> None:
    if checker.problems:
        raise ImportRefused(checker.problems)


def _alive(features: list[Feature], report: Report) -> Iterator[Feature]:
    """Those that Unleash's clients get, and that the file defines."""
    for feature in features:
        untold = [name for name, place in feature.places.items() if not place.told]
        if feature.archived:
            report.add(
                "left_out",
                feature.at,
                "",
                both("{name} is archived: Unleash's clients do not get it any more.", name=legible(feature.name)),
            )
        elif untold:
            report.add(
                "warning",
                feature.at,
                "",
                both(
                    "{name} was not imported: the file does not say what its strategies{there} are. Ask for "
                    "/api/client/features, or export the feature.",
                    name=legible(feature.name),
                    there=f" ({', '.join(untold)})" if any(untold) else "",
                ),
            )
        else:
            yield feature


_Read = tuple[list[Feature], list[Found]]


def _listed(content: dict[str, Any], at: str, checker: Checker, report: Report) -> _Read:
    features = _features([*_pairs(content, "features", at)], at, checker, report)
    return features, list(_pairs(content, "segments", at))


def _single(content: dict[str, Any], at: str, checker: Checker, report: Report) -> _Read:
    return _features([(at, content)], at, checker, report), []


def _features(sources: list[Found], at: str, checker: Checker, report: Report) -> list[Feature]:
    for there, source in sources:
        checker.check(source, ADMIN if _is_admins(source) else WHOLE, there)
    _stop(checker)
    names = {place["name"] for _, source in sources if _is_admins(source) for place in source["environments"]}
    keys = _keys(names, at, checker, report)
    return [
        _administered(there, source, keys, checker) if _is_admins(source) else _whole(there, source)
        for there, source in sources
    ]


def _is_admins(source: dict[str, Any]) -> bool:
    """Older versions mix both forms; the top-level members are then the client form."""
    return "environments" in source and not {"enabled", "strategies"} <= source.keys()


def _administered(at: str, source: dict[str, Any], keys: dict[str, str], checker: Checker) -> Feature:
    feature = _named(at, source)
    feature.places = {key: Place() for key in keys.values() or ("",)}
    feature.dependencies = source.get("dependencies") or []
    _unique([(there, place["name"]) for there, place in _pairs(source, "environments", at)], checker)
    for there, item in _pairs(source, "environments", at):
        variants = item.get("variants") or source.get("variants") or []
        told = item.get("strategies") is not None or item.get("hasStrategies") is False
        told = told and not (item.get("variantCount") and not variants)
        strategies = _sorted(_pairs(item, "strategies", there))
        feature.places[keys[item["name"]]] = Place(item["enabled"], strategies, variants, told)
    return feature


def _sorted(strategies: Iterable[Found]) -> list[Found]:
    """In the order in which Unleash's server sends them to SDKs; exports have the order of its database."""
    return sorted(strategies, key=lambda found: found[1].get("sortOrder") or 0)


def _whole(at: str, source: dict[str, Any]) -> Feature:
    feature = _named(at, source)
    strategies = list(_pairs(source, "strategies", at))
    # Clients disagree about features without a list of strategies, and an admin's token gets none.
    told = source.get("strategies") is not None
    feature.places[""] = Place(source["enabled"], strategies, source.get("variants") or [], told)
    feature.dependencies = source.get("dependencies") or []
    return feature


def _named(at: str, source: dict[str, Any]) -> Feature:
    archived = bool(source.get("archived") or source.get("archivedAt"))
    return Feature(at, source["name"], source.get("description") or "", archived)


def _delta(content: dict[str, Any], at: str, checker: Checker, report: Report) -> _Read:
    features: dict[str, Feature] = {}
    segments: dict[int, Found] = {}
    for event_at, event in _pairs(content, "events", at):
        if event["type"] == "hydration":
            features, segments = {}, {}
        for there, source in (*_pairs(event, "features", event_at), *_one(event, "feature", event_at)):
            features[source["name"]] = _whole(there, source)
        for there, source in (*_pairs(event, "segments", event_at), *_one(event, "segment", event_at)):
            segments[source["id"]] = (there, source)
        features.pop(event.get("featureName", ""), None)
        segments.pop(event.get("segmentId", -1), None)
    return list(features.values()), list(segments.values())


def _export(content: dict[str, Any], at: str, checker: Checker, report: Report) -> _Read:
    features: dict[str, Feature] = {}
    used = {
        item.get("environment", "")
        for section in ("featureStrategies", "featureEnvironments")
        for item in content[section]
    } - {""}
    keys = _keys(used, at, checker, report)
    for there, source in _pairs(content, "features", at):
        feature = features[source["name"]] = _named(there, source)
        feature.places = {key: Place(variants=source.get("variants") or []) for key in keys.values() or ("",)}
    linked: dict[str, list[int]] = {}
    for link in content.get("featureStrategySegments") or []:
        linked.setdefault(link["featureStrategyId"], []).append(link["segmentId"])
    for there, source in _sorted(_pairs(content, "featureStrategies", at)):
        named = {"name": source.get("name") or source.get("strategyName") or ""}
        segments = (source.get("segments") or []) + linked.get(source.get("id", ""), [])
        if source["featureName"] in features:
            for place in _places(features[source["featureName"]], source, keys):
                place.strategies.append((there, source | named | {"segments": segments}))
    for item in content["featureEnvironments"]:
        if item["featureName"] in features:
            for place in _places(features[item["featureName"]], item, keys):
                place.enabled, place.variants = item["enabled"], item.get("variants") or place.variants
    for item in content.get("dependencies") or []:
        if item["feature"] in features:
            features[item["feature"]].dependencies += item["dependencies"]
    return list(features.values()), list(_pairs(content, "segments", at))


def _places(feature: Feature, item: dict[str, Any], keys: dict[str, str]) -> Collection[Place]:
    """The environments of an item; all, if it names none."""
    key = keys.get(item.get("environment", ""))
    return feature.places.values() if key is None else (feature.places[key],)


def _keys(names: Collection[str], at: str, checker: Checker, report: Report) -> dict[str, str]:
    """Environment name → its key here; empty where it is the only one."""
    if len(names) <= 1:
        return dict.fromkeys(names, "")
    keys = {name: re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") for name in sorted(names)}
    if (
        len(names) > MOST_ENVIRONMENTS
        or len(set(keys.values())) < len(keys)
        or not all(map(KEY.fullmatch, keys.values()))
    ):
        named: list[Any] = [legible(name) for name in [*keys][:5]]
        message = both(
            "The file is of several environments whose names cannot all be keys here: {names}. Export one of them.",
            names={language: ", ".join(name[language] for name in named) for language in LANGUAGES},
        )
        checker.report(at, "import.environments", message)
        return dict.fromkeys(keys, "")
    report.add(
        "derived",
        at,
        "featureFlags",
        both(
            "The file is of several environments: {names}. In the environment of that key each flag is what it was "
            "there, elsewhere it is off.",
            names=", ".join(shown(name) if name == key else f"{shown(name)} → {key}" for name, key in keys.items()),
        ),
    )
    for name, key in keys.items():
        if name.lower() != key:
            report.add(
                "warning",
                at,
                "featureFlags",
                both("The environment {name} is called “{key}” here.", name=legible(name), key=key),
            )
    return keys


def _pairs(holder: dict[str, Any], section: str, at: str) -> Iterable[Found]:
    for index, item in enumerate(holder.get(section) or []):
        yield child(child(at, section), index), item


def _one(holder: dict[str, Any], member: str, at: str) -> Iterable[Found]:
    if member in holder:
        yield child(at, member), holder[member]


def _check_sense(found: Content, checker: Checker) -> None:
    _unique([(feature.at, feature.name) for feature in found.features], checker)
    _unique([(at, str(source["id"])) for at, source in found.segments], checker)
    for feature in found.features:
        places = feature.places.values()
        strategies = [source for place in places for _, source in place.strategies]
        lists = [*(place.variants for place in places), *(source.get("variants") or [] for source in strategies)]
        if max(*(len(place.strategies) for place in places), *map(len, lists)) > MOST:
            message = both("A feature has more than {most} strategies or variants.", most=MOST)
            checker.report(feature.at, "import.range", message)
        weights = [variant["weight"] for variants in lists for variant in variants]
        if min(weights, default=0) < 0 or any(sum(v["weight"] for v in one) > LARGEST_WEIGHT for one in lists):
            message = both("Weights are not negative and make at most {most}.", most=LARGEST_WEIGHT)
            checker.report(feature.at, "import.range", message)


def _unique(named: list[tuple[str, str]], checker: Checker) -> None:
    seen: set[str] = set()
    for at, name in named:
        if name in seen:
            message = both("{name} occurs twice.", name=legible(name))
            checker.report(at, "import.duplicate", message)
        seen.add(name)


def _unread(unknown: list[str], report: Report) -> None:
    """One line per kind of member, not one per feature."""
    kinds = Counter(re.sub(r"/[0-9]+(?=/|$)", "/*", at.removeprefix(FILE)) for at in unknown)
    for kind, count in kinds.items():
        report.add(
            "left_out",
            f"{FILE}/{kind.split('/')[1]}",
            "",
            both("“{member}” ({count}): nothing here corresponds to it.", member=shown(kind[1:]), count=count),
        )
