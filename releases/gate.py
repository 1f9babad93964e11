"""The gate: which client versions may go on, by the version policy of their platform. Pure, no Django.

The policies of an environment are one JSON object, ``{"default": {…}, "ios": {…}}``, carried by every release. Each
platform's policy stands alone: what it leaves out has the value of :class:`Policy`, not that of ``default``.

The gate is a courtesy to honest clients, not access control: a modified client can send any version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlsplit

from packaging import version as pep440

from configs import versions
from configs.problems import Problem, pointer
from configs.texts import LOCALE, Text, both, pick
from configs.versions import MAX_LENGTH, MalformedVersion

Enforcement = Literal["hard", "soft"]
Scheme = Literal["semver", "pep440", "dotted"]
PolicyStatus = Literal["OK", "UNKNOWN", "SOFT_BLOCK", "HARD_BLOCK", "MAINTENANCE", "MALFORMED"]

DEFAULT = "default"
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
#: An epoch (``1!1.0``) would stand above every version without one, so the ``!`` is not a letter here.
PEP440_LETTERS = re.compile(rf"[0-9A-Za-z.+_-]{{1,{MAX_LENGTH}}}")


def _parse_pep440(text: str) -> pep440.Version:
    if not PEP440_LETTERS.fullmatch(text):
        raise MalformedVersion(text)
    try:
        version = pep440.Version(text)
    except pep440.InvalidVersion:
        raise MalformedVersion(text) from None
    if len(str(version)) > MAX_LENGTH:  # 1c is normalised to 1rc0
        raise MalformedVersion(text)
    return version


PARSERS: dict[str, Callable[[str], Any]] = {
    "semver": versions.parse,
    "pep440": _parse_pep440,
    "dotted": versions.parse_dotted,
}


@lru_cache(maxsize=256)
def _bound(scheme: Scheme, text: str) -> Any:
    """A version that a policy names; parsed once, not with every request."""
    return PARSERS[scheme](text)


def newer(scheme: Scheme, a: str, b: str) -> bool:
    """Whether version ``a`` is above ``b``; a name that the scheme cannot read is above nothing."""
    try:
        return bool(_bound(scheme, a) > _bound(scheme, b))
    except MalformedVersion:
        return False


@dataclass(frozen=True, slots=True)
class Policy:
    """One platform's version policy. ``retry_after`` and ``poll_after`` are seconds.

    ``message``, for clients below the minimum, and ``maintenance_message`` are a string or ``{locale: string}``;
    ``scheme`` says how this platform's versions are compared.
    """

    latest: str = "0.0.0"
    min_supported: str = "0.0.0"
    enforcement: Enforcement = "hard"
    message: str | dict[str, str] = ""
    url: str = ""
    maintenance: bool = False
    maintenance_message: str | dict[str, str] = ""
    retry_after: int = 120
    safe_mode: bool = False
    capabilities: tuple[str, ...] = ()
    poll_after: int = 60
    scheme: Scheme = "semver"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Policy:
        """From what :func:`check_policies` accepted. Versions are normalised (``1.4`` becomes ``1.4.0``)."""
        values = {field: data[key] for field, key in KEYS.items() if key in data}
        scheme = values.get("scheme", "semver")
        for field in ("latest", "min_supported"):
            if field in values:
                values[field] = str(_bound(scheme, values[field]))
        values["capabilities"] = tuple(values.get("capabilities", ()))
        return cls(**values)

    def as_json(self) -> dict[str, Any]:
        """Every key, also those that have their default value."""
        data = {key: getattr(self, field) for field, key in KEYS.items()}
        data["capabilities"] = list(self.capabilities)
        return {key: dict(value) if isinstance(value, dict) else value for key, value in data.items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


#: field → JSON key
KEYS = {field.name: _camel(field.name) for field in fields(Policy)}


@dataclass(frozen=True, slots=True)
class Decision:
    """``status`` answers ``/meta/release``, ``config_status`` the published config; ``client_version`` normalised."""

    status: Literal[200, 400, 426, 503]
    config_status: Literal[200, 400, 426]
    policy_status: PolicyStatus
    requires_update: bool = False
    update_available: bool = False
    client_version: str | None = None


def for_platform(policies: Mapping[str, Any], platform: str | None) -> tuple[str, Policy]:
    """The policy for a client's platform header, and its name; ``default`` for all that is not in ``policies``.

    The name is one of few, whatever the client sends, so it may be part of a cache key.
    """
    name = platform.lower() if platform is not None and platform.isascii() else DEFAULT
    if name not in policies:
        name = DEFAULT
    return name, Policy.from_json(policies.get(name, {}))


def decide(policy: Policy, client_version: str | None) -> Decision:
    """The table of version policies, for the version header (``None`` if there is none). Never raises for a string.

    A malformed header is 400 during maintenance as well: it is a fault of the client, which its developer must see
    on every day alike. Maintenance outranks a block, and then nothing requires an update: the client shows that it
    has to wait, and goes on with the config.
    """
    try:
        version = None if client_version is None else PARSERS[policy.scheme](client_version)
    except MalformedVersion:
        return Decision(400, 400, "MALFORMED")
    shown = None if version is None else str(version)
    behind = version is not None and version < _bound(policy.scheme, policy.latest)
    if policy.maintenance:
        return Decision(503, 200, "MAINTENANCE", update_available=behind, client_version=shown)
    if version is None:
        return Decision(200, 200, "UNKNOWN")
    if version >= _bound(policy.scheme, policy.min_supported):
        return Decision(200, 200, "OK", update_available=behind, client_version=shown)
    if policy.enforcement == "soft":
        return Decision(200, 200, "SOFT_BLOCK", update_available=behind, client_version=shown)
    return Decision(426, 426, "HARD_BLOCK", requires_update=True, update_available=behind, client_version=shown)


def meta_fields(
    policy: Policy,
    decision: Decision,
    *,
    platform: str,
    accepted: str,
    locale: str,
    serial: int,
    published_config_version: str | None,
) -> dict[str, Any]:
    """The fields of ``GET /meta/release``, on 200 and, at top level of the problem, on 426 and 503.

    ``accepted`` is the client's ``Accept-Language``, ``locale`` the application's default language.
    """
    return {
        "latest": policy.latest,
        "minSupported": policy.min_supported,
        "message": pick(_message(policy, decision), accepted, locale) or "",
        "url": policy.url,
        "publishedConfigVersion": published_config_version,
        "requiresUpdate": decision.requires_update,
        "policyStatus": decision.policy_status,
        "updateAvailable": decision.update_available,
        "serial": serial,
        "platform": platform,
        "clientVersion": decision.client_version,
        "safeMode": policy.safe_mode,
        "capabilities": list(policy.capabilities),
        "pollAfter": policy.poll_after,
    }


def _message(policy: Policy, decision: Decision) -> str | dict[str, str]:
    """What there is to say: to a client that may go on, nothing."""
    match decision.policy_status:
        case "SOFT_BLOCK" | "HARD_BLOCK":
            return policy.message
        case "MAINTENANCE":
            return policy.maintenance_message
    return ""


# What an author may write ---------------------------------------------------------------------------------------------

Path = tuple[str | int, ...]


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
        if key in CHECKS:
            yield from CHECKS[key](value, (*path, key))
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


def _check_choice(*choices: str) -> Callable[[Any, Path], Iterator[Problem]]:
    def check(value: Any, path: Path) -> Iterator[Problem]:
        if value not in choices:
            listed = ", ".join(choices)
            yield _problem(path, "choice", "One of: {listed}.", "Au choix : {listed}.", listed=listed)

    return check


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


CHECKS: dict[str, Callable[[Any, Path], Iterator[Problem]]] = {
    "latest": _check_version_text,
    "minSupported": _check_version_text,
    "enforcement": _check_choice("hard", "soft"),
    "message": _check_message,
    "url": _check_url,
    "maintenance": _check_boolean,
    "maintenanceMessage": _check_message,
    "retryAfter": _check_seconds,
    "safeMode": _check_boolean,
    "capabilities": _check_capabilities,
    "pollAfter": _check_seconds,
    "scheme": _check_choice(*PARSERS),
}


def _problem(path: Path, code: str, en: str, fr: str, **values: Any) -> Problem:
    return Problem(pointer(path), f"policy.{code}", both(en, fr, **values))


def _wrong(path: Path, en: str, fr: str) -> Problem:
    wanted: Text = {"en": en, "fr": fr}
    return _problem(path, "type", "It must be {wanted}.", "Il faut {wanted}.", wanted=wanted)


def _too_many(path: Path, cap: int, en: str, fr: str) -> Problem:
    what: Text = {"en": en, "fr": fr}
    return _problem(path, "too_many", "At most {cap} {what}.", "{cap} {what} au plus.", cap=cap, what=what)
