"""Reading Unleash's JSON: three forms of it, one list of features and segments.

- what ``GET /client/features`` answers: ``{"features": […], "segments": […]}``;
- an export, or the older state of a whole instance, where strategies, environments and dependencies are lists of their
  own; of several environments each has what it says;
- what ``GET /client/delta`` answers: ``{"events": […]}``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from configs.importers import ImportRefused
from configs.importers.report import Report
from configs.importers.shapes import ANY, Checker, Shape, child
from configs.reading import shown
from configs.texts import both

FILE = "unleash#"
#: What one feature may have of strategies and of variants. Unleash's own limits are lower.
MOST = 100
LARGEST_WEIGHT = 100_000
MOST_ENVIRONMENTS = 16
_KEY = re.compile(r"\A[a-z][a-z0-9-]{0,62}\Z")

CONSTRAINT: Shape = {
    "contextName": str,
    "operator": str,
    "values?": ([str], None),
    "value?": (str, float, None),
    "inverted?": (bool, None),
    "caseInsensitive?": (bool, None),
}
VARIANT: Shape = {
    "name": str,
    "weight": int,
    "payload?": ({"type": str, "value": str}, None),
    "stickiness?": (str, None),
    "overrides?": ([{"contextName": str, "values": [str]}], None),
}
_STRATEGY: Shape = {
    "title?": (str, None),
    "disabled?": (bool, None),
    "parameters?": ({"*": ANY}, None),
    "constraints?": ([CONSTRAINT], None),
    "segments?": ([int], None),
    "variants?": ([VARIANT], None),
}
STRATEGY: Shape = {"name": str} | _STRATEGY
DEPENDENCIES: Shape = [{"feature": str, "enabled?": (bool, None), "variants?": ([str], None)}]
FEATURE: Shape = {
    "name": str,
    "description?": (str, None),
    "archived?": (bool, None),
    "archivedAt?": (str, None),
    # Of the feature in every environment that has none of its own.
    "variants?": ([VARIANT], None),
}
#: The state of a feature where it is not in a list of its own.
WHOLE: Shape = FEATURE | {
    "enabled": bool,
    "strategies?": ([STRATEGY], None),
    "dependencies?": (DEPENDENCIES, None),
}
SEGMENT: Shape = {"id": int, "name?": (str, None), "constraints?": ([CONSTRAINT], None)}
CLIENT: Shape = {"features": [WHOLE], "segments?": ([SEGMENT], None)}
DELTA: Shape = {
    "events": [
        {
            "type": str,
            "features?": [WHOLE],
            "segments?": ([SEGMENT], None),
            "feature?": WHOLE,
            "featureName?": str,
            "segment?": SEGMENT,
            "segmentId?": int,
        }
    ]
}
EXPORT: Shape = {
    "features": [FEATURE],
    "featureStrategies": [
        _STRATEGY
        | {
            "featureName": str,
            "name?": str,
            "strategyName?": str,
            "environment?": str,
            "id?": str,
            "sortOrder?": (int, None),
        }
    ],
    "featureEnvironments": [
        {"featureName": str, "enabled": bool, "environment?": str, "variants?": ([VARIANT], None)},
    ],
    "dependencies?": ([{"feature": str, "dependencies": DEPENDENCIES}], None),
    "segments?": ([SEGMENT], None),
    "featureStrategySegments?": ([{"featureStrategyId": str, "segmentId": int}], None),
}

#: (pointer, object)
Found = tuple[str, dict[str, Any]]


@dataclass(slots=True)
class Place:
    """What a feature is in one environment."""

    enabled: bool = False
    strategies: list[Found] = field(default_factory=list)
    variants: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Feature:
    """``at`` is where it stands, and so is the first of each pair. ``places`` by the keys of environments; ``""`` alone
    where the file is of one environment."""

    at: str
    name: str
    description: str
    archived: bool = False
    places: dict[str, Place] = field(default_factory=dict)
    dependencies: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Content:
    features: list[Feature]
    segments: list[Found]


def read(content: Any, report: Report) -> Content:
    """What the file holds; :class:`ImportRefused` with every problem. What nobody reads goes into the report."""
    checker = Checker()
    is_object = isinstance(content, dict)
    if is_object and "events" in content:
        shape, reader = DELTA, _delta
    elif is_object and "featureStrategies" in content:
        shape, reader = EXPORT, _export
    else:
        shape, reader = CLIENT, _client
    checker.check(content, shape, FILE)
    if checker.problems:
        raise ImportRefused(checker.problems)
    found = reader(content, checker, report)
    _check_sense(found, checker)
    if checker.problems:
        raise ImportRefused(checker.problems)
    _unread(checker.unknown, report)
    return Content(list(_alive(found.features, report)), found.segments)


def _alive(features: list[Feature], report: Report) -> Iterator[Feature]:
    for feature in features:
        if not feature.archived:
            yield feature
            continue
        report.add(
            "left_out",
            feature.at,
            "",
            "“{name}” is archived: Unleash's clients do not get it any more.",
            "« {name} » est archivée : les clients d'Unleash ne la reçoivent plus.",
            name=shown(feature.name),
        )


def _client(content: dict[str, Any], checker: Checker, report: Report) -> Content:
    return Content([_whole(*found) for found in _pairs(content, "features")], list(_pairs(content, "segments")))


def _whole(at: str, source: dict[str, Any]) -> Feature:
    feature = _named(at, source)
    strategies = list(_pairs(source, "strategies", at))
    feature.places[""] = Place(source["enabled"], strategies, source.get("variants") or [])
    feature.dependencies = source.get("dependencies") or []
    return feature


def _named(at: str, source: dict[str, Any]) -> Feature:
    archived = bool(source.get("archived") or source.get("archivedAt"))
    return Feature(at, source["name"], source.get("description") or "", archived)


def _delta(content: dict[str, Any], checker: Checker, report: Report) -> Content:
    features: dict[str, Feature] = {}
    segments: dict[int, Found] = {}
    for at, event in _pairs(content, "events"):
        if event["type"] == "hydration":
            features, segments = {}, {}
        for there, source in (*_pairs(event, "features", at), *_one(event, "feature", at)):
            features[source["name"]] = _whole(there, source)
        for there, source in (*_pairs(event, "segments", at), *_one(event, "segment", at)):
            segments[source["id"]] = (there, source)
        features.pop(event.get("featureName", ""), None)
        segments.pop(event.get("segmentId", -1), None)
    return Content(list(features.values()), list(segments.values()))


def _export(content: dict[str, Any], checker: Checker, report: Report) -> Content:
    features: dict[str, Feature] = {}
    used = {
        item.get("environment", "")
        for section in ("featureStrategies", "featureEnvironments")
        for item in content[section]
    } - {""}
    keys = _keys(used, checker, report) if len(used) > 1 else dict.fromkeys(used, "")
    for at, source in _pairs(content, "features"):
        feature = features[source["name"]] = _named(at, source)
        feature.places = {key: Place(variants=source.get("variants") or []) for key in keys.values() or ("",)}
    linked: dict[str, list[int]] = {}
    for link in content.get("featureStrategySegments") or []:
        linked.setdefault(link["featureStrategyId"], []).append(link["segmentId"])
    # As Unleash's server sorts them before an SDK sees them: an export is in the order of its database.
    for at, source in sorted(_pairs(content, "featureStrategies"), key=lambda found: found[1].get("sortOrder") or 0):
        named = {"name": source.get("name") or source.get("strategyName") or ""}
        segments = (source.get("segments") or []) + linked.get(source.get("id", ""), [])
        if source["featureName"] in features:
            for place in _places(features[source["featureName"]], source, keys):
                place.strategies.append((at, source | named | {"segments": segments}))
    for item in content["featureEnvironments"]:
        if item["featureName"] in features:
            for place in _places(features[item["featureName"]], item, keys):
                place.enabled, place.variants = item["enabled"], item.get("variants") or place.variants
    for item in content.get("dependencies") or []:
        if item["feature"] in features:
            features[item["feature"]].dependencies += item["dependencies"]
    return Content(list(features.values()), list(_pairs(content, "segments")))


def _places(feature: Feature, item: dict[str, Any], keys: dict[str, str]) -> Collection[Place]:
    """Where an item counts; one that names no environment, in all."""
    key = keys.get(item.get("environment", ""))
    return feature.places.values() if key is None else (feature.places[key],)


def _keys(names: Collection[str], checker: Checker, report: Report) -> dict[str, str]:
    """Environment's name → the key that it has here."""
    keys = {name: re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") for name in sorted(names)}
    if len(names) > MOST_ENVIRONMENTS or len(set(keys.values())) < len(keys) or not all(map(_KEY.match, keys.values())):
        message = both(
            "The file is of several environments whose names cannot all be keys here: {names}. Export one of them.",
            "Le fichier couvre plusieurs environnements dont les noms ne peuvent pas tous être des clés : {names}."
            " Exportez-en un seul.",
            names=", ".join(shown(name) for name in [*keys][:5]),
        )
        checker.report(FILE, "import.environments", message)
        return dict.fromkeys(keys, "")
    report.add(
        "derived",
        f"{FILE}/featureEnvironments",
        "featureFlags",
        "The file is of several environments: {names}. In the environment of that key each flag is what it was there,"
        " elsewhere it is off.",
        "Le fichier couvre plusieurs environnements : {names}. Dans l'environnement de cette clé, chaque drapeau est ce"
        " qu'il y était ; ailleurs, il est coupé.",
        names=", ".join(shown(name) if name == key else f"{shown(name)} → {key}" for name, key in keys.items()),
    )
    return keys


def _pairs(holder: dict[str, Any], section: str, at: str = FILE) -> Iterable[Found]:
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
            message = both(
                "A feature has more than {most} strategies or variants.",
                "Une fonctionnalité a plus de {most} stratégies ou variantes.",
                most=MOST,
            )
            checker.report(feature.at, "import.range", message)
        weights = [variant["weight"] for variants in lists for variant in variants]
        if min(weights, default=0) < 0 or any(sum(v["weight"] for v in one) > LARGEST_WEIGHT for one in lists):
            message = both(
                "Weights are not negative and make at most {most}.",
                "Les poids ne sont pas négatifs et font {most} au plus.",
                most=LARGEST_WEIGHT,
            )
            checker.report(feature.at, "import.range", message)


def _unique(named: list[tuple[str, str]], checker: Checker) -> None:
    seen: set[str] = set()
    for at, name in named:
        if name in seen:
            message = both("“{name}” stands twice.", "« {name} » figure deux fois.", name=shown(name))
            checker.report(at, "import.duplicate", message)
        seen.add(name)


def _unread(unknown: list[str], report: Report) -> None:
    """One line for each kind of member, not one for each of five hundred features."""
    kinds = Counter(re.sub(r"/[0-9]+(?=/|$)", "/*", at.removeprefix(FILE)) for at in unknown)
    for kind, count in kinds.items():
        report.add(
            "left_out",
            f"{FILE}/{kind.split('/')[1]}",
            "",
            "“{member}” ({count}): nothing here corresponds to it.",
            "« {member} » ({count}) : rien n'y correspond ici.",
            member=shown(kind[1:]),
            count=count,
        )
