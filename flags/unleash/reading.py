"""What Unleash's SDKs send: their key, their name, a context, counts. Anything odd in it is left out, not refused:
to an SDK a refusal means to stop asking."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest

from configs.reading import objects
from flags.engine.compiling import BOOLEAN_VARIANTS
from flags.engine.conditions import ENVIRONMENT

#: From this version of its specification on an SDK knows segments.
KNOWS_SEGMENTS = (4, 2)
#: Properties of a context, characters of one, and counts of one flag in one report.
MOST_PROPERTIES = 200
LONGEST_PROPERTY = 2_000
MOST_COUNTED = 10**9
_PROPERTY = re.compile(r"properties\[(.+)\]", re.DOTALL)
_SPECIFICATION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")
#: What a client that is told "off" reports as its variant.
_DISABLED = "disabled"


def client_key(request: HttpRequest) -> str | None:
    """``Authorization`` is the key itself, or ``Bearer`` and the key; ``None`` when nothing is there."""
    sent = request.headers.get("Authorization", "").strip()
    scheme, _, rest = sent.partition(" ")
    return (rest.strip() if scheme.lower() == "bearer" else sent) if sent else None


def client_name(request: HttpRequest) -> str:
    """The app and its SDK with the version, as their headers have it."""
    app, sdk = (request.headers.get(name, "")[:200] for name in ("Unleash-AppName", "Unleash-SDK"))
    return f"{app} ({sdk})" if sdk else app


def knows_segments(request: HttpRequest) -> bool:
    found = _SPECIFICATION.match(request.headers.get("Unleash-Client-Spec", ""))
    return found is not None and (int(found[1]), int(found[2])) >= KNOWS_SEGMENTS


def context(values: Mapping[str, Any], address: str) -> dict[str, Any]:
    """The attributes in a context of Unleash, those of ``properties`` among the others.

    ``remoteAddress`` is where the request came from unless the context says it; ``environment`` is the server's.
    """
    properties = values.get("properties")
    nested = properties if isinstance(properties, dict) else {}
    own = {name: value for name, value in values.items() if name != "properties"}
    found: dict[str, Any] = {"remoteAddress": address}
    for name, value in _usable({**nested, **own}):
        found[name] = value
        if len(found) >= MOST_PROPERTIES:
            break
    return found


def query_context(query: Mapping[str, str]) -> dict[str, Any]:
    """A context written as a query string: ``userId=1&properties[tenant]=acme``."""
    values: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for name, value in query.items():
        nested = _PROPERTY.fullmatch(name)
        if nested:
            properties[nested[1]] = value
        else:
            values[name] = value
    return {**values, "properties": properties}


def _usable(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if name == ENVIRONMENT or value is None or isinstance(value, list | dict):
            continue
        if len(name) <= LONGEST_PROPERTY and (not isinstance(value, str) or len(value) <= LONGEST_PROPERTY):
            yield name, value


def counts(body: Any, snapshot: Mapping[str, Any]) -> dict[tuple[str, str | None], int]:
    """Evaluations in a report of metrics, by flag and variant served (``None``: which one was not told).

    Flags and variants that are not in the snapshot, and numbers that are none, are left out.
    """
    bucket = body.get("bucket") if isinstance(body, dict) else None
    toggles = bucket.get("toggles") if isinstance(bucket, dict) else None
    found: dict[tuple[str, str | None], int] = {}
    if not isinstance(toggles, dict):
        return found
    for _, flag in objects(dict(snapshot), "featureFlags"):
        toggle = toggles.get(flag["key"])
        if isinstance(toggle, dict):
            counted = _boolean(flag, toggle) if flag["type"] == "boolean" else _dealt(flag, toggle)
            found.update({(flag["key"], variant): number for variant, number in counted.items() if number})
    return found


def _boolean(flag: dict[str, Any], toggle: dict[str, Any]) -> dict[str | None, int]:
    """A boolean flag's answers are its values, so a variant is known when it is the only one of that value."""
    found: dict[str | None, int] = {}
    values = {variant["key"]: variant["value"] for variant in flag.get("variants", BOOLEAN_VARIANTS)}
    for name, value in (("yes", True), ("no", False)):
        of_value = [key for key, other in values.items() if other is value]
        variant = of_value[0] if len(of_value) == 1 else None
        found[variant] = found.get(variant, 0) + _number(toggle.get(name))
    return found


def _dealt(flag: dict[str, Any], toggle: dict[str, Any]) -> dict[str | None, int]:
    """Asking for a variant counts as a yes or no as well: what is left of those did not ask which."""
    variants = toggle.get("variants")
    told = variants if isinstance(variants, dict) else {}
    off = flag.get("offVariant", "off")
    found: dict[str | None, int] = {v["key"]: _number(told.get(v["key"])) for v in flag["variants"]}
    if _DISABLED not in found:
        found[off] = found.get(off, 0) + _number(told.get(_DISABLED))
    asked = _number(toggle.get("yes")) + _number(toggle.get("no"))
    found[None] = max(0, asked - sum(found.values()))
    return found


def _number(value: Any) -> int:
    whole = value if isinstance(value, int) and not isinstance(value, bool) else 0
    return min(max(whole, 0), MOST_COUNTED)
