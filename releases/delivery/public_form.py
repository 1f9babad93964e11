"""Renders the public form of a stored snapshot. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from configs.validation.references import Node, conditions_in, needing, needs
from flags.engine import resolved

FORCE_OFF = "FORCE_OFF"
#: Internal fields, for the product's staff. (A flag's schema is for authors of its values.)
INTERNAL = frozenset({"owner", "description", "schema"})
#: Variant fields that only the Unleash API uses.
UNLEASH = ("name", "payload")
#: Sections whose items may have internal fields, at any depth (a flag's rules and variants have descriptions too).
DESCRIBED = ("featureFlags", "segments", "roles", "permissions", "plans")


def render(snapshot: Mapping[str, Any], *, killed: Collection[str] = (), surface: str = "") -> dict[str, Any]:
    """The public form of a snapshot in an environment: with engaged kill switches, without internal fields and private
    conditions.

    A flag that needs a private segment or a pattern, directly or through a segment or another flag, is marked
    ``remote``: only the server can evaluate it. With ``surface`` only that surface's pages (and those without one) and
    what belongs to them. The argument is not modified.
    """
    snapshot = resolved(snapshot, "")  # unless it is already: nothing of other environments, no disabled rules
    result = {**snapshot, **{section: _without_internal(snapshot.get(section, [])) for section in DESCRIBED}}
    remote = _remote_flags(snapshot)
    result["segments"] = [
        {key: value for key, value in segment.items() if key != "conditions"} if segment.get("private") else segment
        for segment in result["segments"]
    ]
    for flag in result["featureFlags"]:
        for variant in flag.get("variants", ()):
            for name in UNLEASH:
                variant.pop(name, None)
        if flag["key"] in killed:
            flag["state"] = FORCE_OFF
        if flag["key"] in remote:
            flag["remote"] = True
    return _on_surface(result, surface) if surface else result


def _without_internal(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Copies of the items without internal fields, also in the objects of their lists (rules, variants)."""
    return [
        {
            key: _without_internal(value)
            if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value)
            else value
            for key, value in item.items()
            if key not in INTERNAL
        }
        for item in items
    ]


def _remote_flags(snapshot: Mapping[str, Any]) -> set[str]:
    """Keys of the flags that only the server can evaluate: they depend on something private, on a pattern (browsers
    have no linear-time engine), or on a flag that its author marked as remote.
    """
    remote: set[Node] = {("featureFlags", flag["key"]) for flag in snapshot.get("featureFlags", []) if _is_remote(flag)}
    remote |= {("segments", segment["id"]) for segment in snapshot.get("segments", []) if _is_hidden(segment)}
    return (
        {name for section, name in needing(remote, needs(snapshot)) if section == "featureFlags"} if remote else set()
    )


def _is_remote(flag: dict[str, Any]) -> bool:
    return flag.get("remote", False) or any(_has_pattern(rule) for rule in flag.get("rules", []))


def _is_hidden(segment: dict[str, Any]) -> bool:
    return segment.get("private", False) or _has_pattern(segment)


def _has_pattern(holder: dict[str, Any]) -> bool:
    return any(condition.get("operator") == "matches" for _, condition in conditions_in(holder, ()))


def _leads_to(action: dict[str, Any], pages: set[str]) -> bool:
    """False for a button to a page of another surface."""
    page = action.get("config", {}).get("pageId")
    return page is None or page in pages


def _on_surface(snapshot: dict[str, Any], surface: str) -> dict[str, Any]:
    pages = [page for page in snapshot.get("pages", []) if page.get("surface") in (None, surface)]
    here = {page["id"] for page in pages}
    tabs = [tab for tab in snapshot.get("tabs", []) if tab["pageId"] in here]
    result = {
        **snapshot,
        "pages": pages,
        "tabs": [{key: value for key, value in tab.items() if key != "targetPageId" or value in here} for tab in tabs],
        "tables": [
            {**table, "actions": [action for action in table["actions"] if _leads_to(action, here)]}
            for table in snapshot.get("tables", [])
            if table["pageId"] in here
        ],
        "plans": [
            {**plan, "pages": [page for page in plan["pages"] if page in here]} if "pages" in plan else plan
            for plan in snapshot.get("plans", [])
        ],
    }
    layout = snapshot.get("layout", {})
    if isinstance(layout.get("menuOrder"), list):
        result["layout"] = {**layout, "menuOrder": [page for page in layout["menuOrder"] if page in here]}
    return result
