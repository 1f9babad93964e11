"""Reads what Unleash's SDKs send: key, name, context, counts. Invalid parts are ignored, not refused: after a refusal
an SDK stops asking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.http import HttpRequest

from configs.payloads import name_of
from configs.snapshot.traversal import objects
from flags.engine import off_variant
from flags.engine.compiling import BOOLEAN_VARIANTS
from flags.engine.conditions import ENVIRONMENT
from flags.models import UNTOLD
from flags.usage import MOST_REPORTED

#: An SDK knows segments from this version of the specification on.
KNOWS_SEGMENTS = (4, 2)
#: Properties of a context, and characters of each.
MOST_PROPERTIES = 200
LONGEST_PROPERTY = 2_000
_PROPERTY = re.compile(r"properties\[(.+)\]", re.DOTALL)
_SPECIFICATION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")
#: The variant that a client reports when it got "off".
_DISABLED = "disabled"


def client_name(request: HttpRequest) -> str:
    """The app and its SDK with the version, as their headers have it; newer SDKs write ``X-`` before the names."""
    sent = request.headers
    app, sdk = (sent.get(name, sent.get(f"X-{name}", ""))[:200] for name in ("Unleash-AppName", "Unleash-SDK"))
    return f"{app} ({sdk})" if sdk else app


def knows_segments(request: HttpRequest) -> bool:
    found = _SPECIFICATION.match(request.headers.get("Unleash-Client-Spec", ""))
    return found is not None and (int(found[1]), int(found[2])) >= KNOWS_SEGMENTS


def context(values: Mapping[str, Any], address: str) -> dict[str, Any]:
    """The attributes of an Unleash context, including those in ``properties``.

    A usable field takes precedence over a property of that name. ``remoteAddress`` defaults to the address of the
    request; ``environment`` is the server's.
    """
    properties = values.get("properties")
    found = dict(_usable({name: value for name, value in values.items() if name != "properties"}))
    for name, value in _usable(properties if isinstance(properties, dict) else {}):
        found.setdefault(name, value)
    return {"remoteAddress": address, **dict(islice(found.items(), MOST_PROPERTIES))}


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
    """Evaluations in a report of metrics, by flag and variant served.

    An SDK counts on (``yes``) and off (``no``), and only for some calls the variant; on without a variant is
    ``UNTOLD``. Flags that are not in the snapshot and invalid numbers are ignored.
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


def _boolean(flag: dict[str, Any], toggle: dict[str, Any]) -> dict[str, int]:
    """A boolean flag's answers are its values. Of several with one value the off one counts, else UNTOLD."""
    found: dict[str, int] = {}
    off = off_variant(flag)
    values = {variant["key"]: variant["value"] for variant in flag.get("variants", BOOLEAN_VARIANTS)}
    for name, value in (("yes", True), ("no", False)):
        of_value = [key for key, other in values.items() if other is value]
        known = of_value or ([UNTOLD] if value else [off])
        variant = known[0] if len(known) == 1 else off if off in known else UNTOLD
        found[variant] = found.get(variant, 0) + _number(toggle.get(name))
    return found


def _dealt(flag: dict[str, Any], toggle: dict[str, Any]) -> dict[str, int]:
    """A call for a variant also counts as yes or no. A no without a variant served the off variant; a yes without one
    (the app only asked whether the flag is on) any other. More reports without a name than no's mean that a variant
    without a name was served. Of several variants with one name the first counts.
    """
    variants = toggle.get("variants")
    told = variants if isinstance(variants, dict) else {}
    off, yes, no = off_variant(flag), _number(toggle.get("yes")), _number(toggle.get("no"))
    disabled = _number(told.get(_DISABLED))
    keys = {name_of(variant): variant["key"] for variant in reversed(flag["variants"])}
    found = {key: _number(told.get(name)) for name, key in keys.items() if name is not None}
    if None in keys:
        found[keys[None]] = max(0, disabled - no)
        disabled = min(disabled, no)
    found[off] = found.get(off, 0) + max(0, no - disabled) + (0 if _DISABLED in keys else disabled)
    found[UNTOLD] = max(0, yes + no - sum(found.values()))
    return found


def _number(value: Any) -> int:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    return int(min(max(number, 0), MOST_REPORTED))
