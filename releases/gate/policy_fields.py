"""The fields of a version policy, defined once for all interfaces, and their checks. Pure.

The checks, the admin form, the command options, the API schema and the sentences about changes all use this table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from configs import versions
from configs.versions import MalformedVersion
from icontrol.kernel.json_types import Keywords
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.texts import LOCALE, Text, both
from releases.gate.decision import DEFAULT, PARSERS

Path = tuple[str | int, ...]
PLATFORM = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
MAX_PLATFORMS = 32
MAX_LOCALES = 32
MAX_CAPABILITIES = 64
MAX_CAPABILITY = 100
MAX_TEXT = 2_000
MAX_SECONDS = 86_400
WEB = ("http", "https")
#: URL schemes of stores and installers that an update button may open. An allow-list: ``javascript:`` is an absolute
#: URL too.
STORES = (
    "amzn",
    "appmarket",
    "itms",
    "itms-apps",
    "itms-appss",
    "itms-services",
    "macappstore",
    "macappstores",
    "market",
    "ms-windows-store",
    "samsungapps",
)
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
NOT_IN_URL = re.compile("[\\s\0-\x20\x7f-\x9f\"'<>\\\\^`{|}\ud800-\udfff]")

FieldKind = Literal["version", "choice", "text", "address", "switch", "seconds", "names"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a version policy. ``text``: a string or one per language; ``help``: for the command line."""

    kind: FieldKind
    name: Text
    help: str
    choices: Mapping[str, Text] = field(default_factory=dict)


#: JSON key → field, in display order.
POLICY_FIELDS: dict[str, Field] = {
    "latest": Field("version", both("latest version"), "Newest client version."),
    "minSupported": Field("version", both("minimum version"), "Clients below it are blocked."),
    "enforcement": Field(
        "choice",
        both("below the minimum"),
        "Whether the block can be passed.",
        {
            "hard": both("hard: refused with 426"),
            "soft": both("soft: asked to update"),
        },
    ),
    "message": Field(
        "text",
        both("message below the minimum"),
        "What blocked clients show, in every language.",
    ),
    "url": Field("address", both("update address"), "Where the update is; empty for none."),
    "maintenance": Field("switch", both("maintenance"), "Whether clients have to wait."),
    "maintenanceMessage": Field(
        "text",
        both("message during maintenance"),
        "What clients show during maintenance, in every language.",
    ),
    "retryAfter": Field("seconds", both("try again after (seconds)"), "How long, during maintenance."),
    "safeMode": Field("switch", both("safe mode"), "Whether clients start with the least."),
    "capabilities": Field(
        "names",
        both("capabilities"),
        "What clients may use, instead of the list so far; may be repeated. Empty: nothing.",
    ),
    "pollAfter": Field("seconds", both("ask again after (seconds)"), "How often clients ask."),
    "scheme": Field(
        "choice",
        both("how versions are compared"),
        "How this platform's versions are compared.",
        {
            "semver": both("SemVer 2.0.0"),
            "pep440": both("PEP 440 (Python)"),
            "dotted": both("dotted, builds count: 1.4.2.17+45"),
        },
    ),
}


def _schema(field: Field) -> dict[str, Any]:
    match field.kind:
        case "choice":
            return {"type": "string", "enum": list(field.choices)}
        case "switch":
            return {"type": "boolean"}
        case "seconds":
            return {"type": "integer", "minimum": 1, "maximum": MAX_SECONDS}
        case "names":
            return {"type": "array", "items": {"type": "string"}}
        case "text":
            said = f"{field.name['en'].capitalize()}: a string, or one per language."
            per_language = {"type": "object", "additionalProperties": {"type": "string"}}
            return {"description": said, "anyOf": [{"type": "string"}, per_language]}
    return {"type": "string"}


PolicyJSON = Annotated[
    dict[str, Any],
    Keywords(
        "Policy",
        type="object",
        description="The version policy of one platform; what is left out has its default.",
        properties={key: _schema(field) for key, field in POLICY_FIELDS.items()},
    ),
]


def of_kind(*kinds: FieldKind) -> list[str]:
    """Keys of the fields of these kinds."""
    return [key for key, one in POLICY_FIELDS.items() if one.kind in kinds]


def policy_problems(policies: Any) -> list[Problem]:
    """All problems of an environment's policies, in the order of the document. Total on JSON."""
    if not isinstance(policies, dict):
        return [_wrong((), both("an object"))]
    return list(_check_platforms(policies))


def _check_platforms(policies: dict[str, Any]) -> Iterator[Problem]:
    if DEFAULT not in policies:
        yield _problem(
            (), "missing", both("There is no policy for “default”, which every other platform falls back to.")
        )
    if len(policies) > MAX_PLATFORMS:
        yield _too_many((), MAX_PLATFORMS, both("platforms"))
    for name, policy in policies.items():
        if not PLATFORM.fullmatch(name):
            yield _problem(
                (name,),
                "platform_name",
                both("A platform name has 1 to 32 of a–z, 0–9, “.”, “_” and “-”, and begins with a letter or a digit."),
            )
        if isinstance(policy, dict):
            yield from _check_policy(policy, (name,))
        else:
            yield _wrong((name,), both("an object"))


def _check_policy(policy: dict[str, Any], path: Path) -> Iterator[Problem]:
    for key, value in policy.items():
        if key in POLICY_FIELDS:
            yield from _check_field(POLICY_FIELDS[key], value, (*path, key))
        else:
            yield _problem((*path, key), "unknown_key", both("A version policy has no such key."))
    scheme = policy.get("scheme", "semver")
    if isinstance(scheme, str) and scheme in PARSERS:  # without a scheme versions cannot be checked
        yield from _check_versions(policy, PARSERS[scheme], path)


def _check_versions(policy: dict[str, Any], parse: Callable[[str], Any], path: Path) -> Iterator[Problem]:
    parsed: dict[str, Any] = {}
    for key in ("latest", "minSupported"):
        text = policy.get(key, "0.0.0")
        if isinstance(text, str):
            try:
                parsed[key] = parse(text)
            except MalformedVersion as error:
                yield Problem(pointer((*path, key)), "policy.version", error.sentence)
            else:
                if isinstance(parsed[key], versions.Version) and parsed[key].build:
                    yield _problem(
                        (*path, key),
                        "build",
                        both(
                            "SemVer treats all builds of a version as equal, so “+{build}” has no effect. Leave it "
                            "out, or choose the scheme “dotted”, which compares builds.",
                            build=parsed[key].build,
                        ),
                    )
    if len(parsed) == 2 and parsed["minSupported"] > parsed["latest"]:
        yield _problem(
            (*path, "minSupported"),
            "unsatisfiable",
            both(
                "Nobody can install {minimum}: the newest is {latest}. Lower the minimum, or raise the latest version.",
                minimum=str(parsed["minSupported"]),
                latest=str(parsed["latest"]),
            ),
        )


def _check_version_text(value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield _wrong(path, both("a version in quotes"))


def _check_boolean(value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield _wrong(path, both("true or false"))


def _check_seconds(value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield _wrong(path, both("a whole number of seconds"))
    elif not 1 <= value <= MAX_SECONDS:
        yield _problem(path, "range", both("From 1 to {cap} seconds.", cap=MAX_SECONDS))


def _check_field(one: Field, value: Any, path: Path) -> Iterator[Problem]:
    if one.kind != "choice":
        yield from CHECKS[one.kind](value, path)
    elif not isinstance(value, str) or value not in one.choices:
        listed = ", ".join(one.choices)
        yield _problem(path, "choice", both("One of: {listed}.", listed=listed))


def _check_string(value: Any, path: Path, *, cap: int = MAX_TEXT) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield _wrong(path, both("a string"))
        return
    if len(value) > cap:
        yield _problem(path, "too_long", both("At most {cap} characters.", cap=cap))
    if UNSTORABLE.search(value):
        yield _problem(path, "characters", both("It contains a NUL or half a surrogate pair, which cannot be stored."))


def _check_message(value: Any, path: Path) -> Iterator[Problem]:
    if isinstance(value, str):
        yield from _check_string(value, path)
    elif isinstance(value, dict):
        if len(value) > MAX_LOCALES:
            yield _too_many(path, MAX_LOCALES, both("languages"))
        for locale, text in value.items():
            if not LOCALE.fullmatch(locale):
                yield _problem((*path, locale), "locale", both("A language is written like fr or pt-BR."))
            yield from _check_string(text, (*path, locale))
    else:
        yield _wrong(path, both("a string or one string per language"))


def _check_url(value: Any, path: Path) -> Iterator[Problem]:
    before = list(_check_string(value, path))
    yield from before
    if not before and value and not _is_absolute(value):
        yield _problem(
            path,
            "url",
            both("Empty, or an absolute address: https://…, http://…, or a store such as itms-apps: or market:."),
        )


def _is_absolute(url: str) -> bool:
    if NOT_IN_URL.search(url):
        return False
    try:
        parts = urlsplit(url)
        if parts.scheme in WEB:
            return bool(parts.hostname) and parts.port != 0  # an invalid port raises
    except ValueError:
        return False
    return parts.scheme in STORES and len(url) > len(parts.scheme + ":")


def _check_capabilities(value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield _wrong(path, both("a list of strings"))
        return
    if len(value) > MAX_CAPABILITIES:
        yield _too_many(path, MAX_CAPABILITIES, both("capabilities"))
    seen: set[str] = set()
    for index, item in enumerate(value):
        yield from _check_string(item, (*path, index), cap=MAX_CAPABILITY)
        if not isinstance(item, str):
            continue
        if item in seen:
            yield _problem((*path, index), "duplicate", both("It is already in the list."))
        seen.add(item)


CHECKS: dict[FieldKind, Callable[[Any, Path], Iterator[Problem]]] = {
    "version": _check_version_text,
    "text": _check_message,
    "address": _check_url,
    "switch": _check_boolean,
    "seconds": _check_seconds,
    "names": _check_capabilities,
}


def _problem(path: Path, code: str, message: Text) -> Problem:
    return Problem(pointer(path), f"policy.{code}", message)


def _wrong(path: Path, wanted: Text) -> Problem:
    return _problem(path, "type", both("It must be {wanted}.", wanted=wanted))


def _too_many(path: Path, cap: int, what: Text) -> Problem:
    return _problem(path, "too_many", both("At most {cap} {what}.", cap=cap, what=what))
