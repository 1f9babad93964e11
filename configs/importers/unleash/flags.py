"""Converts Unleash's features to flags: every strategy becomes a rule, and the first that matches decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from configs.importers import ImportRefused
from configs.importers.report import Report
from configs.importers.shapes import child
from configs.importers.unleash.constraints import Broken, Condition, Never, Segments, is_id, usable_name
from configs.importers.unleash.files import FILE, Content, Feature, Place
from configs.importers.unleash.strategies import DEFAULT, Hash, Strategy, stickiness, strategy
from configs.importers.unleash.variants import Variants
from configs.validation.odd_values import legible
from flags.engine.sentences import shown
from icontrol.kernel.problems import Problem
from icontrol.kernel.texts import Text, both

#: The total that Unleash's server gives weights.
USUAL = 1000
#: Values in the conditions of all rules: rules repeat their strategy's conditions, and files may be hostile.
MOST_VALUES = 200_000


@dataclass(slots=True)
class Made:
    """A flag in the making. ``variants`` is ``None`` for a boolean flag."""

    feature: Feature
    flag: dict[str, Any]
    variants: Variants | None
    on: str = "on"
    off: str = "off"


@dataclass(slots=True)
class There:
    """A feature in one environment; ``common`` are the variants of strategies that have none of their own."""

    state: str
    parts: list[Strategy]
    common: list[dict[str, Any]]


class Flags:
    """Builds the flags of a file, in its order."""

    def __init__(self, segments: Segments, report: Report) -> None:
        self.segments = segments
        self.report = report
        self.values = 0
        self.drawn: list[str] = []

    def all(self, content: Content) -> list[dict[str, Any]]:
        made: dict[str, Made] = {}
        for feature in content.features:
            if is_id(feature.name):
                made[feature.name] = self.one(feature)
            else:
                self.report.add(
                    "warning",
                    feature.at,
                    "",
                    both(
                        "{name} was not imported, as it cannot be the key of a flag: letters, digits and . _ ~ ! * "
                        "' ( ) : -, not dots alone, at most 128 characters. Under another name clients would not "
                        "find it.",
                        name=legible(feature.name),
                    ),
                )
        for one in made.values():
            self.dependencies(one, made)
        if self.drawn:
            self.report.add(
                "derived",
                child(content.at, "features"),
                "featureFlags",
                both(
                    "Unleash hashes userId, or else sessionId; without either it draws at random at every evaluation. "
                    "Here such contexts are outside a rollout. That concerns {count}: {keys}.",
                    count=len(self.drawn),
                    keys=", ".join(self.drawn[:10]) + (", …" if len(self.drawn) > 10 else ""),
                ),
            )
        return [one.flag for one in made.values()]

    def one(self, feature: Feature) -> Made:
        key, target = feature.name, f"featureFlags/{feature.name}"
        self.report.add("mapped", feature.at, target, both("The feature becomes a flag."))
        theres = {name: self.there(feature, place) for name, place in feature.places.items()}
        described = {"description": feature.description} if feature.description.strip(" ") else {}
        flag: dict[str, Any] = {"key": key, **described, "state": "OFF"}
        sources = [
            *(variant for there in theres.values() for variant in there.common),
            *(variant for there in theres.values() for part in there.parts for variant in part.variants),
        ]
        if sources:
            return self.with_variants(feature, flag, theres, sources)
        flag |= {"type": "boolean"}
        plain = [there.parts[0] for there in theres.values() if len(there.parts) == 1 and not there.parts[0].conditions]
        hashes = {part.hash for part in plain if part.share is not None}
        if len(plain) == len(theres) and len(hashes) <= 1:
            # The plain cases: on, off, and a rollout.
            for part in plain:
                self.without_rule(key, part)
            for hashed in hashes:
                flag |= _flag_hash(hashed, key)
            _settle(flag, {name: _plainly(there.state, there.parts[0]) for name, there in theres.items()})
            return Made(feature, flag, None)
        made = Made(feature, flag | {"defaultVariant": "off"}, None)
        self.rules(made, theres)
        return made

    def without_rule(self, key: str, part: Strategy) -> None:
        self.drawing(key, part)
        if part.title.strip(" "):
            self.report.add(
                "left_out",
                part.at,
                "",
                both("Its title “{title}”: the flag needs no rule that could have it.", title=shown(part.title)),
            )

    def there(self, feature: Feature, place: Place) -> There:
        """The feature in one environment."""
        state, parts = "ON" if place.enabled else "OFF", []
        for number, (at, source) in enumerate(place.strategies, start=1):
            source = source | {"variants": _served(source.get("variants") or [])}
            try:
                parts.append(strategy((at, source), number, feature.name, self.segments, self.report))
            except Never as error:
                self.report.add("left_out", at, "", both("The strategy matches nobody: {why}", why=error.why))
                if isinstance(error, Broken):
                    state = "OFF"
                    self.off(feature, both("of that strategy"))
        if not place.strategies:
            usual = Hash(DEFAULT, feature.name)
            parts = [Strategy(feature.at, 1, "", [], None, usual, usual, [])]
        return There(state, parts, _served(place.variants))

    def with_variants(
        self, feature: Feature, flag: dict[str, Any], theres: dict[str, There], sources: list[dict[str, Any]]
    ) -> Made:
        variants = Variants(sources)
        off = variants.add("off")
        made = Made(feature, flag | {"type": variants.type}, variants, off=off)
        if any(not part.variants and not there.common for there in theres.values() for part in there.parts):
            made.on = variants.add("on", name=None)
        made.flag |= {"variants": variants.listed, "defaultVariant": off, "offVariant": off}
        target = f"featureFlags/{feature.name}"
        self.report.add(
            "derived",
            feature.at,
            target,
            both(
                "Payloads are values of type {type} (of a variant without one: its name). When the flag is off, it "
                "serves “{off}”.",
                type=variants.type,
                off=off,
            ),
        )
        for name, key in variants.renamed:
            self.report.add(
                "warning",
                feature.at,
                target,
                both(
                    "The variant {name} is called “{key}” here. Only Unleash's clients still get its name.",
                    name=legible(name),
                    key=key,
                ),
            )
        self.rules(made, theres)
        return made

    # --- rules --------------------------------------------------------------------------------------------------------

    def rules(self, made: Made, theres: dict[str, There]) -> None:
        rules = {
            name: [rule for part in there.parts for rule in self.rules_of(made, part, there.common)]
            for name, there in theres.items()
        }
        every = [rule for listed in rules.values() for rule in listed]
        hashes = [rule["hash"] for rule in every if rule["hash"]]
        if hashes:
            made.flag |= _flag_hash(hashes[0], made.feature.name)
        for rule in every:
            own = rule.pop("hash")
            if own and own.by != hashes[0].by:
                rule["bucketBy"] = _by(own)
            if own and own.seed != hashes[0].seed:
                rule["seed"] = own.seed
        _settle(
            made.flag,
            {
                name: {"state": theres[name].state, **({"rules": listed} if listed else {})}
                for name, listed in rules.items()
            },
        )

    def rules_of(self, made: Made, part: Strategy, common: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Overrides, then the rule for all; each with the ``hash`` that it needs, if any."""
        self.drawing(made.feature.name, part)
        sources, variants = part.variants or common, made.variants
        share = {} if part.share is None else {"rollout": part.share}
        shared = part.hash if share else None
        result: list[dict[str, Any]] = []

        def add(suffix: str, more: list[Condition], serves: dict[str, Any], hashed: Hash | None) -> None:
            asked = [*part.conditions, *more]
            self.count(asked)
            rule: dict[str, Any] = {"id": f"strategy-{part.number}{suffix}"}
            if part.title.strip(" "):
                rule["description"] = part.title
            if asked:
                rule["conditions"] = asked
            result.append({**rule, **serves, "hash": hashed})

        if variants is None or not sources:
            add("", [], {"variant": made.on, **share}, shared)
            return result
        if not part.variants:
            for number, source in enumerate(common, start=1):
                if asked := _overrides(source):
                    add(f".override-{number}", [asked], {"variant": variants.key(source), **share}, shared)
        likely = [source for source in sources if source["weight"]]
        if len(likely) == 1:
            add("", [], {"variant": variants.key(likely[0]), **share}, shared)
            return result
        hashed = part.split if part.variants else Hash(stickiness(sources[0].get("stickiness")), made.feature.name)
        if shared and (hashed.seed != shared.seed or hashed.by[0] != shared.by[0]):
            self.report.add(
                "warning",
                part.at,
                f"featureFlags/{made.feature.name}",
                both(
                    "Unleash hashes its rollout and the variants differently; here both are hashed like the rollout. "
                    "Those who are in stay in, but may get another variant."
                ),
            )
        total = sum(source["weight"] for source in likely)
        scale, whole = (10, {}) if total == USUAL else (1, {"total": total})
        split = [{"variant": variants.key(source), "weight": source["weight"] * scale} for source in sources]
        add("", [], {"split": split, **whole, **share}, shared or hashed)
        if shared is None:
            heaviest = max(likely, key=lambda source: source["weight"])
            add(".others", [], {"variant": variants.key(heaviest)}, None)
            self.report.add(
                "derived",
                part.at,
                f"featureFlags/{made.feature.name}",
                both(
                    "A context with none of {by} gets a random variant at every evaluation in Unleash, "
                    "and “{key}” here.",
                    by=shown(", ".join(hashed.by)),
                    key=variants.key(heaviest),
                ),
            )
        return result

    def drawing(self, key: str, part: Strategy) -> None:
        if part.share and part.hash.by == DEFAULT and key not in self.drawn[-1:]:
            self.drawn.append(key)

    def count(self, asked: list[Condition]) -> None:
        self.values += sum(map(_values_in, asked))
        if self.values > MOST_VALUES:
            message = both("The rules would hold more than {most} values in their conditions.", most=MOST_VALUES)
            raise ImportRefused([Problem(FILE, "import.too_much", message)])

    # --- dependencies -------------------------------------------------------------------------------------------------

    def dependencies(self, made: Made, others: dict[str, Made]) -> None:
        needs: list[dict[str, str]] = []
        for dependency in made.feature.dependencies:
            parent = others.get(dependency["feature"])
            name = shown(dependency["feature"])
            if parent is None:
                why = both("it needs “{it}”, which is not there", it=name)
            elif parent.feature.dependencies:
                why = both("it needs “{it}”, which needs others itself", it=name)
            elif dependency.get("enabled") is False:
                needs.append({"flag": parent.feature.name, "variant": parent.off})
                continue
            else:
                wanted = _wanted(parent, dependency.get("variants") or [])
                if wanted is None or len(wanted) == 1:
                    needs.append({"flag": parent.feature.name, **({"variant": wanted[0]} if wanted else {})})
                    continue
                why = both(
                    "it needs one of {count} variants of “{it}”; a flag here can need one, or any",
                    it=name,
                    count=len(wanted),
                )
                if not wanted:
                    why = both("it needs a variant that “{it}” does not have", it=name)
            for own in (made.flag, *made.flag.get("environments", {}).values()):
                own["state"] = "OFF"
            self.off(made.feature, why)
        if needs:
            made.flag["prerequisites"] = needs

    def off(self, feature: Feature, why: Text) -> None:
        self.report.add(
            "warning", feature.at, f"featureFlags/{feature.name}", both("The flag is off because {why}.", why=why)
        )


def _wanted(parent: Made, names: list[str]) -> list[str] | None:
    """The variants of which the parent must serve one; ``None``: any but off. One without a name matches any name."""
    if parent.variants is None or not names:
        return None
    every = [variant["key"] for variant in parent.variants.listed if variant["key"] != parent.off]
    named = {key for name in names for key in parent.variants.keys(name)} | {parent.on}
    wanted = [key for key in every if key in named]
    return None if wanted == every else wanted


def _served(variants: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """If all weights are zero, no variant is served."""
    return variants if any(variant["weight"] for variant in variants) else []


def _overrides(source: dict[str, Any]) -> Condition | None:
    asked: list[Condition] = [
        {"attribute": one["contextName"], "operator": "in", "values": one["values"]}
        for one in source.get("overrides") or []
        if one["values"] and usable_name(one["contextName"])
    ]
    return (asked[0] if len(asked) == 1 else {"any": asked}) if asked else None


def _settle(flag: dict[str, Any], places: dict[str, dict[str, Any]]) -> None:
    """Sets state, rollout and rules in a flag: for all environments, or per environment."""
    if "" in places:
        flag |= places[""]
    else:
        flag["environments"] = places


def _plainly(state: str, part: Strategy) -> dict[str, Any]:
    if part.share is None:
        return {"state": state}
    return {"state": "ROLLOUT" if state == "ON" else state, "rollout": part.share}


def _flag_hash(hashed: Hash, key: str) -> dict[str, Any]:
    seed = {} if hashed.seed == key else {"bucketing": {"algorithm": "murmur3", "seed": hashed.seed}}
    return {"bucketBy": _by(hashed), **seed}


def _by(hashed: Hash) -> str | list[str]:
    return hashed.by[0] if len(hashed.by) == 1 else list(hashed.by)


def _values_in(condition: Condition) -> int:
    parts = [*condition.get("any", ()), *condition.get("all", ())]
    parts += [condition["not"]] if "not" in condition else []
    return 1 + len(condition.get("values", ())) + sum(map(_values_in, parts))
