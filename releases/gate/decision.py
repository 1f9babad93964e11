"""The gate: decides by the version policy of their platform which client versions are served. Pure, no Django.

The policies of an environment are one JSON object, ``{"default": {…}, "ios": {…}}``, carried by every release. Platform
policies are independent: a missing field has the default of :class:`Policy`, not the value of ``default``.

The gate is a courtesy to honest clients, not access control: a modified client can send any version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Annotated, Any, Literal, TypedDict

from packaging import version as pep440

from configs import versions
from configs.versions import MAX_LENGTH, MalformedVersion
from icontrol.kernel.texts import pick

Enforcement = Literal["hard", "soft"]
Scheme = Literal["semver", "pep440", "dotted"]
PolicyStatus = Literal["OK", "UNKNOWN", "SOFT_BLOCK", "HARD_BLOCK", "MAINTENANCE", "MALFORMED"]

DEFAULT = "default"
#: An epoch (``1!1.0``) would rank above every version without one, so ``!`` is not allowed.
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
    """A version in a policy; parsed once, not with every request."""
    return PARSERS[scheme](text)


def newer(scheme: Scheme, a: str, b: str) -> bool:
    """Whether version ``a`` is above ``b``; False if the scheme cannot read one."""
    try:
        return bool(_bound(scheme, a) > _bound(scheme, b))
    except MalformedVersion:
        return False


@dataclass(frozen=True, slots=True)
class Policy:
    """One platform's version policy. ``retry_after`` and ``poll_after`` are seconds.

    ``message``, for clients below the minimum, and ``maintenance_message`` are a string or ``{locale: string}``;
    ``scheme``: how this platform's versions are compared.
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
        """From JSON that :func:`check_policies` accepted. Versions are normalised (``1.4`` becomes ``1.4.0``)."""
        values = {field: data[key] for field, key in KEYS.items() if key in data}
        scheme = values.get("scheme", "semver")
        for field in ("latest", "min_supported"):
            if field in values:
                values[field] = str(_bound(scheme, values[field]))
        values["capabilities"] = tuple(values.get("capabilities", ()))
        return cls(**values)

    def as_json(self) -> dict[str, Any]:
        """Every key, also those with their default value."""
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
    """The policy for a client's platform header, and its name; ``default`` for unknown platforms.

    The name is always a key of ``policies`` or ``default``, so it can be part of a cache key.
    """
    name = platform.lower() if platform is not None and platform.isascii() else DEFAULT
    if name not in policies:
        name = DEFAULT
    return name, Policy.from_json(policies.get(name, {}))


def decide(policy: Policy, client_version: str | None) -> Decision:
    """The decision for a version header (``None`` if missing). Never raises for a string.

    A malformed header is 400 during maintenance too: it is a bug of the client that its developer must always see.
    Maintenance outranks a block, and then no update is required: the client shows that it has to wait, and keeps using
    its config.
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


class GateFieldsJSON(TypedDict):
    """The gate's answer to one client."""

    latest: str
    minSupported: str
    message: str
    url: str
    publishedConfigVersion: str | None
    requiresUpdate: bool
    policyStatus: PolicyStatus
    updateAvailable: bool
    serial: int
    platform: str
    clientVersion: str | None
    safeMode: bool
    capabilities: list[str]
    pollAfter: Annotated[int, "Seconds."]


def meta_fields(
    policy: Policy,
    decision: Decision,
    *,
    platform: str,
    accepted: str,
    locale: str,
    serial: int,
    published_config_version: str | None,
) -> GateFieldsJSON:
    """The fields of ``GET /meta/release``, on 200 and, at top level of the problem, on 426 and 503.

    ``accepted``: the client's ``Accept-Language``; ``locale``: the application's default language.
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
    """The message for the client; none for a client that is served."""
    match decision.policy_status:
        case "SOFT_BLOCK" | "HARD_BLOCK":
            return policy.message
        case "MAINTENANCE":
            return policy.maintenance_message
    return ""
