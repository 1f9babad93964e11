"""Feature flags: checks without evaluation (variants, weights, types, prerequisites, dates).

:mod:`configs.validation.conditions` checks their conditions; :mod:`configs.validation.flag_advice` has the warnings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from configs.payloads import says
from configs.snapshot.caps import MAX_INTEGER
from configs.snapshot.traversal import objects
from configs.validation.references import Path, cycle_problems, missing
from configs.validation.schema_words import TYPES, json_type
from configs.validation.schemas import value_finding
from configs.validation.suggestions import Suggestions
from flags.engine.compiling import BOOLEAN_VARIANTS, DEFAULT_VARIANT, OFF_VARIANT
from flags.engine.sentences import shown
from flags.engine.values import instant_of
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.texts import Text, both

WHOLE = 10_000
#: The schema refuses any other start.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


_NO_CONDITIONS = both("The private segment has no conditions; they are left out only in what clients get.")


def flag_problems(snapshot: Any, suggestions: Suggestions) -> Iterator[Problem]:
    """``flag.…`` and ``date.invalid``: all problems of all flags that need no context or clock."""
    variants: dict[str, set[str] | None] = {}
    for _, flag in objects(snapshot, "featureFlags"):
        if isinstance(flag.get("key"), str):
            variants[flag["key"]] = variants_of(flag)
    graph: dict[str, list[tuple[str, Path]]] = {}
    for index, flag in objects(snapshot, "featureFlags"):
        here: Path = ("featureFlags", index)
        yield from _dates(flag, here)
        yield from _values(flag, here, suggestions)
        yield from _variants_used(flag, here, suggestions)
        yield from _weights(flag, here)
        for number, needed in objects(flag, "prerequisites"):
            there = (*here, "prerequisites", number)
            name = needed.get("flag")
            if not isinstance(name, str):
                continue
            if name not in variants:
                near = suggestions.near(name, variants)
                yield missing((*there, "flag"), "featureFlags", name, near, "flag.prerequisite_missing")
                continue
            yield from _unknown(name, variants[name], needed.get("variant"), (*there, "variant"), suggestions)
            if isinstance(flag.get("key"), str):
                graph.setdefault(flag["key"], []).append((name, (*there, "flag")))
    yield from cycle_problems(graph, "flag.prerequisite_cycle", _circle)
    for index, segment in objects(snapshot, "segments"):
        if segment.get("private") is True and "conditions" not in segment:
            yield Problem(pointer(["segments", index]), "segment.conditions_missing", _NO_CONDITIONS)


def variants_of(flag: dict[str, Any]) -> set[str] | None:
    """Keys of a flag's variants; ``None`` when unknown (not a list, or a member without a key)."""
    variants = flag.get("variants")
    if variants is None:
        return {str(variant["key"]) for variant in BOOLEAN_VARIANTS} if flag.get("type") == "boolean" else None
    if not isinstance(variants, list):
        return None
    keys = [item.get("key") if isinstance(item, dict) else None for item in variants]
    return {key for key in keys if isinstance(key, str)} if all(isinstance(key, str) for key in keys) else None


def _values(flag: dict[str, Any], here: Path, suggestions: Suggestions) -> Iterator[Problem]:
    kind = flag.get("type")
    if kind not in ("boolean", "string", "integer", "number", "object"):
        return
    if "variants" not in flag and kind != "boolean":
        message = both(
            "Only a boolean flag may leave out its variants; this one needs “on” and “off” (or others, named by "
            "defaultVariant and offVariant) of type {kind}.",
            kind=kind,
        )
        yield Problem(pointer(here), "flag.variants_missing", message)
    for index, variant in objects(flag, "variants"):
        if "value" not in variant:
            continue
        there: Path = (*here, "variants", index, "value")
        if not has_type(variant["value"], kind):
            message = both(
                "The flag is of type {kind}; this value is {found}.",
                kind=kind,
                found=TYPES[json_type(variant["value"])],
            )
            yield Problem(pointer(there), "flag.value_type", message)
            continue
        if "schema" in flag and (found := value_finding(variant["value"], flag["schema"], suggestions)):
            yield replace(found, pointer=pointer(there) + found.pointer)
        yield from _payload(variant, kind, (*here, "variants", index))


def _payload(variant: dict[str, Any], kind: str, here: Path) -> Iterator[Problem]:
    """Readers of the value and readers of the payload must get the same."""
    if kind == "boolean":
        message = both("For Unleash's clients a boolean flag has no variants, and so no names and payloads.")
        for member in sorted({"name", "payload"} & variant.keys()):
            yield Problem(pointer([*here, member]), "flag.payload", message)
        return
    own = variant.get("payload")
    text = own.get("value") if isinstance(own, dict) else None
    if isinstance(text, str) and not says(kind, variant["value"], text):
        message = both(
            "“{text}” does not match the variant's value, {value}: Unleash's clients would get another value "
            "than everybody else.",
            text=shown(text),
            value=shown(variant["value"]),
        )
        yield Problem(pointer([*here, "payload", "value"]), "flag.payload", message)


def has_type(value: Any, kind: str) -> bool:
    """Whether a value has the flag's type; 2.0 is an integer, as in JSON Schema."""
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "object":
            return isinstance(value, dict)
        case "integer":
            return not isinstance(value, bool) and (
                isinstance(value, int)
                or (isinstance(value, float) and value.is_integer() and abs(value) <= MAX_INTEGER)
            )
        case _:
            return isinstance(value, int | float) and not isinstance(value, bool)


def _variants_used(flag: dict[str, Any], here: Path, suggestions: Suggestions) -> Iterator[Problem]:
    key, known = shown(flag.get("key")), variants_of(flag)
    for field, meant in (("defaultVariant", DEFAULT_VARIANT), ("offVariant", OFF_VARIANT)):
        if field in flag:
            yield from _unknown(key, known, flag[field], (*here, field), suggestions)
        elif known is not None and meant not in known:
            message = both(
                "The flag has no variant “{meant}”, which is the one meant when “{field}” is left out.",
                meant=meant,
                field=field,
            )
            yield Problem(pointer(here), "flag.variant_unknown", message)
    for number, rule in objects(flag, "rules"):
        there = (*here, "rules", number)
        yield from _unknown(key, known, rule.get("variant"), (*there, "variant"), suggestions)
        for place, part in objects(rule, "split"):
            yield from _unknown(key, known, part.get("variant"), (*there, "split", place, "variant"), suggestions)


def _unknown(key: str, known: set[str] | None, name: Any, path: Path, suggestions: Suggestions) -> Iterator[Problem]:
    if known is None or not isinstance(name, str) or name in known:
        return
    message = both(
        "The flag “{key}” has no variant “{name}”{near}.",
        key=shown(key),
        name=shown(name),
        near=suggestions.near(name, known),
    )
    yield Problem(pointer(path), "flag.variant_unknown", message)


def _weights(flag: dict[str, Any], here: Path) -> Iterator[Problem]:
    for number, rule in objects(flag, "rules"):
        split = rule.get("split")
        if not isinstance(split, list) or not split:
            continue
        weights: list[Any] = [part.get("weight") if isinstance(part, dict) else None for part in split]
        whole = rule.get("total", WHOLE)
        if all(has_type(weight, "integer") for weight in (*weights, whole)) and sum(weights) != whole:
            message = both(
                "The weights add up to {sum}; they must make {whole} (100 %).",
                sum=shown(sum(weights)),
                whole=shown(whole),
            )
            yield Problem(pointer([*here, "rules", number, "split"]), "flag.variant_weights", message)


def _dates(flag: dict[str, Any], here: Path) -> Iterator[Problem]:
    times: dict[str, datetime] = {}
    for field in ("expiresAt", "enabledFrom", "enabledUntil"):
        text = flag.get(field)
        if not isinstance(text, str) or not _DATE.match(text):
            continue
        moment = instant_of(text)
        if moment is None:
            message = both("“{text}” is not a date in the calendar.", text=shown(text))
            yield Problem(pointer([*here, field]), "date.invalid", message)
        else:
            times[field] = moment
    start, end = times.get("enabledFrom"), times.get("enabledUntil")
    if start and end and start >= end:
        message = both(
            "The flag would go off at {end} and on only at {start}, so it would never be on.",
            start=shown(flag["enabledFrom"]),
            end=shown(flag["enabledUntil"]),
        )
        yield Problem(pointer([*here, "enabledUntil"]), "flag.window_empty", message)


def _circle(circle: str) -> Text:
    return both("These flags are prerequisites of each other in a circle: {circle}.", circle=circle)
