"""Version policies on the command line: converts between policies and options, and describes changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management.base import CommandParser

from icontrol.kernel.texts import LANGUAGES, Text, both, fill
from releases.gate.decision import DEFAULT, Policy, newer
from releases.gate.policy_fields import POLICY_FIELDS, of_kind

MINIMUM = "minSupported"
SWITCH = {"on": True, "off": False}
WORD = {True: "on", False: "off"}
#: Options that set one field, by the field's key.
FLAGS = {key: "--" + re.sub("[A-Z]", lambda letter: f"-{letter[0].lower()}", key) for key in POLICY_FIELDS}
FLAGS["capabilities"] = "--capability"  # one at a time
#: Kind of a field → arguments of argparse.
HOW: dict[str, dict[str, Any]] = {
    "version": {"metavar": "VERSION"},
    "text": {"metavar": "TEXT"},
    "address": {"metavar": "URL"},
    "switch": {"choices": SWITCH},
    "seconds": {"metavar": "SECONDS", "type": int},
    "names": {"metavar": "NAME", "action": "append"},
}
#: Options that set a message in one language: flag → (field, language).
MESSAGES = {f"{FLAGS[key]}-{language}": (key, language) for key in of_kind("text") for language in LANGUAGES}


def add_fields(parser: CommandParser) -> None:
    for key, field in POLICY_FIELDS.items():
        how = HOW.get(field.kind, {"metavar": "|".join(field.choices)})
        parser.add_argument(FLAGS[key], dest=key, help=field.help, **how)
    for flag, (_, language) in MESSAGES.items():
        parser.add_argument(flag, metavar="TEXT", help=f"The same in one language ({language}); empty removes it.")


def given_fields(options: Mapping[str, Any], policy: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the options set; ``policy``: the platform's current one."""
    fields = {key: options[key] for key in POLICY_FIELDS if options[key] is not None}
    for field in of_kind("switch"):
        if field in fields:
            fields[field] = SWITCH[fields[field]]
    if "capabilities" in fields:
        fields["capabilities"] = [name for name in fields["capabilities"] if name]
    for flag, (field, language) in MESSAGES.items():
        text = options[flag[2:].replace("-", "_")]
        if text is not None:
            fields[field] = _with_text(fields.get(field, policy.get(field, "")), language, text)
    return fields


def _with_text(message: Any, language: str, text: str) -> dict[str, str]:
    """A message for all languages becomes the English one, which every other language falls back to."""
    so_far = dict(message) if isinstance(message, dict) else {"en": message} if message else {}
    return {name: words for name, words in {**so_far, language: text}.items() if words}


def as_options(policy: Mapping[str, Any], platform: str = DEFAULT) -> list[str]:
    """Arguments of ``policy`` that set these fields: the inverse of :func:`given_fields`."""
    named = [] if platform == DEFAULT else [("--platform", platform)]
    for key, flag in FLAGS.items():
        match policy.get(key):
            case None:
                continue
            case bool(value):
                named.append((flag, WORD[value]))
            case list(names):
                named += [(flag, name) for name in names or [""]]
            case dict(texts):
                named += [(f"{flag}-{language}", text) for language, text in texts.items()]
            case value:
                named.append((flag, str(value)))
    # argparse reads a value that begins with a hyphen as an option.
    return [part for flag, value in named for part in ([f"{flag}={value}"] if value[:1] == "-" else [flag, value])]


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The differences between two sets of complete policies, per platform and field; a missing platform has the default
    values.
    """
    nothing = Policy().as_json()
    changes = []
    for platform in dict.fromkeys([*before, *after]):
        old, new = before.get(platform, nothing), after.get(platform, nothing)
        if (platform in before) != (platform in after):
            changes.append({"platform": platform, "field": None, "from": platform in before, "to": platform in after})
        changes += [
            {"platform": platform, "field": field, "from": old.get(field, nothing[field]), "to": new[field]}
            for field in new
            if old.get(field, nothing[field]) != new[field] and platform in after
        ]
    return changes


def changed_lines(changes: list[dict[str, Any]]) -> Iterator[Text]:
    for change in changes:
        if change["field"] is None:
            done = both("  {platform}: added") if change["to"] else both("  {platform}: removed")
            yield fill(done, platform=change["platform"])
        else:
            yield both(
                "  {platform}: {field} {old} → {new}",
                platform=change["platform"],
                field=change["field"],
                old=as_typed(change["from"]),
                new=as_typed(change["to"]),
            )


def minimum_line(platform: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Text:
    """The change of the minimum version, and which clients it affects."""
    old, new = before[MINIMUM], after[MINIMUM]
    if old == new:
        line = both("  {platform}: the minimum stays {old}")
    elif newer(after["scheme"], new, old):
        line = both("  {platform}: the minimum rises from {old} to {new}; those below {new} have to update then")
    else:
        line = both(
            "  {platform}: the minimum falls from {old} to {new}; those from {new} up to {old} need no update then"
        )
    return fill(line, platform=platform, old=old, new=new)


def as_typed(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def in_short(policy: Mapping[str, Any]) -> Text:
    """One line: the fields that decide which clients are served."""
    return both(
        "minimum {minimum} ({enforcement}), latest {latest}{rest}",
        minimum=policy["minSupported"],
        latest=policy["latest"],
        enforcement={"hard": both("hard"), "soft": both("soft")}[policy["enforcement"]],
        rest=both(", MAINTENANCE") if policy["maintenance"] else "",
    )
