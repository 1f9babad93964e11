"""Find, put, patch or remove one object of a snapshot, by section and name. Writes return a new document."""

from __future__ import annotations

from typing import Any

from configs.snapshot.merge import merge_patch
from configs.snapshot.traversal import NAMED_BY
from icontrol.kernel.refusals import Refusal


def check_section(section: str) -> str:
    """The member that names the section's objects. Refuses a section that is not a list of named objects."""
    if section not in NAMED_BY:
        raise Refusal("section.unknown", section=section[:80], sections=", ".join(NAMED_BY))
    return NAMED_BY[section]


def find(document: Any, section: str, name: str) -> dict[str, Any]:
    """The object. Refused if there is none or (in an incomplete draft) several."""
    found = _places(document, section, name)
    if not found:
        raise Refusal("object.unknown", section=section, name=name[:80])
    value: dict[str, Any] = document[section][found[0]]
    return value


def put(document: Any, section: str, name: str, value: Any) -> Any:
    """Replace or add the object ``value``. It may omit its name, but not have another one."""
    key = check_section(section)
    if not isinstance(value, dict) or value.get(key, name) != name:
        raise Refusal("object.malformed", section=section, name=name[:80], key=key)
    items = list(document[section])
    places = _places(document, section, name)
    at = places[0] if places else len(items)
    items[at : at + 1] = [{key: name, **value}]
    return {**document, section: items}


def add(document: Any, section: str, name: str, value: Any) -> Any:
    """Add a new object. Refused if one of that name exists."""
    if _places(document, section, name):
        raise Refusal("name.taken", name=f"{section}/{name}"[:160])
    return put(document, section, name, value)


def patch(document: Any, section: str, name: str, change: Any) -> Any:
    """Change the object by a JSON merge patch (RFC 7396)."""
    return put(document, section, name, merge_patch(find(document, section, name), change))


def remove(document: Any, section: str, name: str) -> Any:
    """Remove the object."""
    gone = find(document, section, name)
    return {**document, section: [item for item in document[section] if item is not gone]}


def _places(document: Any, section: str, name: str) -> list[int]:
    key = check_section(section)
    items = document[section]
    found = [at for at, item in enumerate(items) if isinstance(item, dict) and item.get(key) == name]
    if len(found) > 1:
        raise Refusal("object.ambiguous", section=section, name=name[:80], count=len(found))
    return found
