"""The fields of a version policy, once for all doors, and what an author may write into them. Pure.

The checks, the form in the admin, the options of the commands, the API's shape and every sentence about a change follow
the table.
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
#: The stores and installers that an update button may open. A list, because ``javascript:`` is an absolute URL too.
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

Kind = Literal["version", "choice", "text", "address", "switch", "seconds", "names"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a version policy, for all doors. ``text`` is a string or one per language; ``help`` is for the
    command line."""

    kind: Kind
    name: Text
    help: str
    choices: Mapping[str, Text] = field(default_factory=dict)


#: JSON key → field, in the order in which people read them.
FIELDS: dict[str, Field] = {
    "latest": Field("version", both("latest version", "dernière version"), "Newest client version."),
    "minSupported": Field("version", both("minimum version", "version minimale"), "Clients below it are blocked."),
    "enforcement": Field(
        "choice",
        both("below the minimum", "sous le minimum"),
        "Whether the block can be passed.",
        {
            "hard": both("hard: refused with 426", "ferme : refus par 426"),
            "soft": both("soft: asked to update", "souple : invitation à mettre à jour"),
        },
    ),
    "message": Field(
        "text",
        both("message below the minimum", "message sous le minimum"),
        "What blocked clients show, in every language.",
    ),
    "url": Field("address", both("update address", "adresse de mise à jour"), "Where the update is; empty for none."),
    "maintenance": Field("switch", both("maintenance", "maintenance"), "Whether clients have to wait."),
    "maintenanceMessage": Field(
        "text",
        both("message during maintenance", "message pendant la maintenance"),
        "What clients show during maintenance, in every language.",
    ),
    "retryAfter": Field(
        "seconds", both("try again after (seconds)", "réessayer après (secondes)"), "How long, during maintenance."
    ),
    "safeMode": Field("switch", both("safe mode", "mode sans échec"), "Whether clients start with the least."),
    "capabilities": Field(
        "names",
        both("capabilities", "capacités"),
        "What clients may use, instead of the list so far; may be repeated. Empty: nothing.",
    ),
    "pollAfter": Field(
        "seconds", both("ask again after (seconds)", "redemander après (secondes)"), "How often clients ask."
    ),
    "scheme": Field(
        "choice",
        both("how versions are compared", "comparaison des versions"),
        "How this platform's versions are compared.",
        {
            "semver": both("SemVer 2.0.0", "SemVer 2.0.0"),
            "pep440": both("PEP 440 (Python)", "PEP 440 (Python)"),
            "dotted": both("dotted, builds count: 1.4.2.17+45", "à points, le build compte : 1.4.2.17+45"),
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
        properties={key: _schema(field) for key, field in FIELDS.items()},
    ),
]


def of_kind(*kinds: Kind) -> list[str]:
    """Keys of the fields of these kinds."""
    return [key for key, one in FIELDS.items() if one.kind in kinds]


def check_policies(policies: Any) -> list[Problem]:
    """All that is wrong with the policies of an environment, at once, in the order of the document. Total on JSON."""
    if not isinstance(policies, dict):
        return [_wrong((), "an object", "un objet")]
    return list(_check_platforms(policies))


def _check_platforms(policies: dict[str, Any]) -> Iterator[Problem]:
    if DEFAULT not in policies:
        yield _problem(
            (),
            "missing",
            "There is no policy for “default”, which every other platform falls back to.",
            "Il n'y a pas de politique « default », celle de toutes les autres plateformes.",
        )
    if len(policies) > MAX_PLATFORMS:
        yield _too_many((), MAX_PLATFORMS, "platforms", "plateformes")
    for name, policy in policies.items():
        if not PLATFORM.fullmatch(name):
            yield _problem(
                (name,),
                "platform_name",
                "A platform is named with 1 to 32 of a–z, 0–9, “.”, “_” and “-”, and begins with a letter or a digit.",
                "Une plateforme se nomme avec 1 à 32 caractères parmi a–z, 0–9, « . », « _ » et « - », et commence "
                "par une lettre ou un chiffre.",
            )
        if isinstance(policy, dict):
            yield from _check_policy(policy, (name,))
        else:
            yield _wrong((name,), "an object", "un objet")


def _check_policy(policy: dict[str, Any], path: Path) -> Iterator[Problem]:
    for key, value in policy.items():
        if key in FIELDS:
            yield from _check_field(FIELDS[key], value, (*path, key))
        else:
            yield _problem(
                (*path, key), "unknown_key", "A version policy has no such key.", "Clé inconnue d'une politique."
            )
    scheme = policy.get("scheme", "semver")
    if isinstance(scheme, str) and scheme in PARSERS:  # else there is no telling what a version is
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
                        "To SemVer all builds of a version are the same, so “+{build}” bounds nothing. Leave it out, or"
                        " choose the scheme “dotted”, which compares builds.",
                        "Pour SemVer, tous les builds d'une version se valent : « +{build} » ne borne rien. Retirez-le,"
                        " ou choisissez le schéma « dotted », qui compare les builds.",
                        build=parsed[key].build,
                    )
    if len(parsed) == 2 and parsed["minSupported"] > parsed["latest"]:
        yield _problem(
            (*path, "minSupported"),
            "unsatisfiable",
            "Nobody can install {minimum}: the newest is {latest}. Lower the minimum, or raise the latest version.",
            "Personne ne peut installer {minimum} : la plus récente est {latest}. Baissez le minimum, ou relevez la "
            "dernière version.",
            minimum=str(parsed["minSupported"]),
            latest=str(parsed["latest"]),
        )


def _check_version_text(value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield _wrong(path, "a version in quotes", "une version entre guillemets")


def _check_boolean(value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield _wrong(path, "true or false", "true ou false")


def _check_seconds(value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield _wrong(path, "a whole number of seconds", "un nombre entier de secondes")
    elif not 1 <= value <= MAX_SECONDS:
        yield _problem(path, "range", "From 1 to {cap} seconds.", "De 1 à {cap} secondes.", cap=MAX_SECONDS)


def _check_field(one: Field, value: Any, path: Path) -> Iterator[Problem]:
    if one.kind != "choice":
        yield from CHECKS[one.kind](value, path)
    elif not isinstance(value, str) or value not in one.choices:
        listed = ", ".join(one.choices)
        yield _problem(path, "choice", "One of: {listed}.", "Au choix : {listed}.", listed=listed)


def _check_string(value: Any, path: Path, *, cap: int = MAX_TEXT) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield _wrong(path, "a string", "une chaîne")
        return
    if len(value) > cap:
        yield _problem(path, "too_long", "At most {cap} characters.", "{cap} caractères au plus.", cap=cap)
    if UNSTORABLE.search(value):
        yield _problem(
            path,
            "characters",
            "There is a NUL or half a surrogate pair in it, which cannot be stored.",
            "Elle contient un NUL ou une moitié de paire de substitution, impossibles à enregistrer.",
        )


def _check_message(value: Any, path: Path) -> Iterator[Problem]:
    if isinstance(value, str):
        yield from _check_string(value, path)
    elif isinstance(value, dict):
        if len(value) > MAX_LOCALES:
            yield _too_many(path, MAX_LOCALES, "languages", "langues")
        for locale, text in value.items():
            if not LOCALE.fullmatch(locale):
                yield _problem(
                    (*path, locale),
                    "locale",
                    "A language is written like fr or pt-BR.",
                    "Une langue s'écrit comme fr ou pt-BR.",
                )
            yield from _check_string(text, (*path, locale))
    else:
        yield _wrong(path, "a string or one string per language", "une chaîne ou une chaîne par langue")


def _check_url(value: Any, path: Path) -> Iterator[Problem]:
    before = list(_check_string(value, path))
    yield from before
    if not before and value and not _is_absolute(value):
        yield _problem(
            path,
            "url",
            "Empty, or an absolute address: https://…, http://…, or a store such as itms-apps: or market:.",
            "Vide, ou une adresse absolue : https://…, http://…, ou une boutique comme itms-apps: ou market:.",
        )


def _is_absolute(url: str) -> bool:
    if NOT_IN_URL.search(url):
        return False
    try:
        parts = urlsplit(url)
        if parts.scheme in WEB:
            return bool(parts.hostname) and parts.port != 0  # a port that is no port raises
    except ValueError:
        return False
    return parts.scheme in STORES and len(url) > len(parts.scheme + ":")


def _check_capabilities(value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield _wrong(path, "a list of strings", "une liste de chaînes")
        return
    if len(value) > MAX_CAPABILITIES:
        yield _too_many(path, MAX_CAPABILITIES, "capabilities", "capacités")
    seen: set[str] = set()
    for index, item in enumerate(value):
        yield from _check_string(item, (*path, index), cap=MAX_CAPABILITY)
        if not isinstance(item, str):
            continue
        if item in seen:
            yield _problem((*path, index), "duplicate", "It is in the list already.", "Elle est déjà dans la liste.")
        seen.add(item)


CHECKS: dict[Kind, Callable[[Any, Path], Iterator[Problem]]] = {
    "version": _check_version_text,
    "text": _check_message,
    "address": _check_url,
    "switch": _check_boolean,
    "seconds": _check_seconds,
    "names": _check_capabilities,
}


def _problem(path: Path, code: str, en: str, fr: str, **values: Any) -> Problem:
    return Problem(pointer(path), f"policy.{code}", both(en, fr, **values))


def _wrong(path: Path, en: str, fr: str) -> Problem:
    wanted: Text = {"en": en, "fr": fr}
    return _problem(path, "type", "It must be {wanted}.", "Il faut {wanted}.", wanted=wanted)


def _too_many(path: Path, cap: int, en: str, fr: str) -> Problem:
    what: Text = {"en": en, "fr": fr}
    return _problem(path, "too_many", "At most {cap} {what}.", "{cap} {what} au plus.", cap=cap, what=what)
