"""What a flag does, in sentences: its state, its rules, what it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flags.engine.compiling import off_variant
from flags.engine.condition_sentences import phrase
from flags.engine.hashing import WHOLE
from flags.engine.sentences import percent, quoted
from icontrol.kernel.texts import Text, both, joined, same


def sentences(flag: Mapping[str, Any]) -> Iterator[Text]:
    """Of a valid flag, resolved for its environment, in the order in which it decides."""
    off, on = quoted(off_variant(flag)), quoted(flag.get("defaultVariant", "on"))
    state = flag["state"]
    if state == "FORCE_OFF":
        yield both("Forced off by the config: everybody gets {off}.", off=off)
        return
    if state == "OFF":
        yield both("Off: everybody gets {off}.", off=off)
        return
    for need in flag.get("prerequisites", ()):
        wanted = need.get("variant")
        yield (
            both("Only where the flag {key} serves {variant}.", key=quoted(need["flag"]), variant=quoted(wanted))
            if wanted
            else both("Only where the flag {key} is not off.", key=quoted(need["flag"]))
        )
    if flag.get("enabledFrom"):
        yield both("Off before {at}.", at=flag["enabledFrom"])
    if flag.get("enabledUntil"):
        yield both("Off from {at} on.", at=flag["enabledUntil"])
    rules = flag.get("rules", ())
    for rule in rules:
        yield rule_sentence(rule, flag)
    if state == "ROLLOUT":
        yield both(
            "{who}: {on} for {share} by {by}, {off} for the rest.",
            who=both("All others") if rules else both("Everybody"),
            on=on,
            share=percent(flag.get("rollout", 0)),
            by=_by(flag),
            off=off,
        )
    else:
        yield both("{who}: {on}.", who=both("All others") if rules else both("Everybody"), on=on)


def rule_sentence(rule: Mapping[str, Any], flag: Mapping[str, Any]) -> Text:
    """``Rule “pro”, if “plan” is “pro”: “on” for 25 % by “tenant”.``"""
    asked = rule.get("conditions") or ()
    who = both(", if {it}", it=joined(map(phrase, asked), both(" and "))) if asked else both(", everybody")
    share = rule.get("rollout", WHOLE)
    some = both(" for {share} by {by}", share=percent(share), by=_by({**flag, **rule})) if share < WHOLE else same("")
    return both(
        "Rule {id}{who}: {what}{some}.",
        id=quoted(rule["id"]),
        who=who,
        what=_served(rule, flag),
        some=some,
    )


def _served(rule: Mapping[str, Any], flag: Mapping[str, Any]) -> Text:
    if "split" in rule:
        total = rule.get("total", WHOLE) or 1
        parts = (
            both("{variant} {share}", variant=quoted(part["variant"]), share=percent(part["weight"] * WHOLE // total))
            for part in rule["split"]
        )
        return joined(parts, both(", "))
    return quoted(rule.get("variant") or flag.get("defaultVariant", "on"))


def _by(source: Mapping[str, Any]) -> Text:
    by = source.get("bucketBy") or "tenant"
    return joined(map(quoted, [by] if isinstance(by, str) else by), both(" or "))
