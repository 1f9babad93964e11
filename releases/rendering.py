"""From the stored snapshot to what a client may see. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

FORCE_OFF = "FORCE_OFF"
#: For people who run the product, not for its clients.
INTERNAL = frozenset({"owner", "description"})
#: Sections whose items may carry internal fields, at any depth (a flag's rules and variants have descriptions too).
DESCRIBED = ("featureFlags", "segments", "roles", "permissions", "plans")


def render(snapshot: dict[str, Any], *, killed: Collection[str] = (), surface: str = "") -> dict[str, Any]:
    """The public form of a snapshot: engaged kill switches applied, internal fields and private conditions left out.

    A flag that needs a private segment, directly or through another segment or a prerequisite, is marked ``remote``:
    only the server can evaluate it. With ``surface`` only that surface's pages (and those without one) and what hangs
    on them. The argument stays as it is.
    """
    result = {**snapshot, **{section: _without_internal(snapshot.get(section, [])) for section in DESCRIBED}}
    hidden = _hidden_segments(result["segments"])
    result["segments"] = [
        {key: value for key, value in segment.items() if key != "conditions"} if segment.get("private") else segment
        for segment in result["segments"]
    ]
    for flag in result["featureFlags"]:
        if flag["key"] in killed:
            flag["state"] = FORCE_OFF
    for flag in _remote_flags(result["featureFlags"], hidden):
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


def _hidden_segments(segments: list[dict[str, Any]]) -> set[str]:
    """Private segments, and those that refer to one."""
    hidden = {segment["id"] for segment in segments if segment.get("private")}
    uses = {segment["id"]: _segments_in(segment.get("conditions")) for segment in segments} if hidden else {}
    while more := {name for name, used in uses.items() if used & hidden} - hidden:
        hidden |= more
    return hidden


def _remote_flags(flags: list[dict[str, Any]], hidden: set[str]) -> list[dict[str, Any]]:
    """Flags with a hidden segment in a rule, and those that such a flag is a prerequisite of."""
    remote = {flag["key"] for flag in flags if hidden and _segments_in(flag.get("rules")) & hidden}
    needs = {flag["key"]: {other["flag"] for other in flag.get("prerequisites", [])} for flag in flags if remote}
    while more := {key for key, needed in needs.items() if needed & remote} - remote:
        remote |= more
    return [flag for flag in flags if flag["key"] in remote]


def _segments_in(value: Any) -> set[str]:
    """Ids of the segments that conditions name, at any depth."""
    if isinstance(value, list):
        return set().union(*(_segments_in(item) for item in value))
    if isinstance(value, dict):
        own = {value["segment"]} if isinstance(value.get("segment"), str) else set()
        return own.union(*(_segments_in(item) for item in value.values()))
    return set()


def _leads_to(action: dict[str, Any], pages: set[str]) -> bool:
    """False for a button to a page of another surface: here it would lead nowhere."""
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
