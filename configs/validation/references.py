"""What JSON Schema cannot express: unique ids, unique paths, and references to existing objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from configs.snapshot.traversal import NAMED_BY, names, objects, strings
from configs.validation.suggestions import Suggestions
from flags.engine.sentences import shown
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.texts import Text, both, fill

Path = tuple["str | int", ...]
#: (place, section that must contain it, name)
Reference = tuple[Path, str, str]
#: name → the names that it refers to, each with the place of the reference
Graph = Mapping[str, list[tuple[str, Path]]]
#: (section, name) of a flag or a segment
Node = tuple[str, str]

_NO_SUCH = {
    "pages": both("There is no page “{name}”{near}."),
    "tabs": both("There is no tab “{name}”{near}."),
    "featureFlags": both("There is no flag “{name}”{near}."),
    "segments": both("There is no segment “{name}”{near}."),
    "roles": both("There is no role “{name}”{near}."),
    "permissions": both("There is no permission “{name}”{near}."),
}


def identity_problems(snapshot: Any) -> Iterator[Problem]:
    """``id.duplicate`` in sections and in the named lists inside them; ``path.duplicate`` of pages."""
    for section, key in NAMED_BY.items():
        yield from _twice(snapshot, section, key, (section,))
    for index, table in objects(snapshot, "tables"):
        yield from _twice(table, "columns", "id", ("tables", index, "columns"))
        yield from _twice(table, "actions", "id", ("tables", index, "actions"))
    for index, flag in objects(snapshot, "featureFlags"):
        yield from _twice(flag, "variants", "key", ("featureFlags", index, "variants"))
        yield from _twice(flag, "rules", "id", ("featureFlags", index, "rules"))
    yield from _same_address(snapshot)


def _twice(container: Any, field: str, key: str, path: Path) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, item in objects(container, field):
        name = item.get(key)
        if not isinstance(name, str):
            continue
        if name in seen:
            message = both(
                "“{name}” occurs twice in “{field}”; each “{key}” must be unique.",
                name=shown(name),
                field=field,
                key=key,
            )
            yield Problem(pointer([*path, index, key]), "id.duplicate", message)
        seen.add(name)


def _same_address(snapshot: Any) -> Iterator[Problem]:
    """Two pages with one path on one surface. A page without ``surface`` is on all of them."""
    pages: dict[str, dict[str | None, str]] = {}
    for index, page in objects(snapshot, "pages"):
        path, surface = page.get("path"), page.get("surface")
        if not isinstance(path, str) or not isinstance(surface, str | None):
            continue
        taken = pages.setdefault(path, {})
        if surface in taken or None in taken:
            other = taken[surface if surface in taken else None]
        elif surface is None and taken:
            other = next(iter(taken.values()))
        else:
            taken[surface] = shown(page.get("id"))
            continue
        message = both(
            "The address “{path}” is already taken by the page “{other}” on the same surface.",
            path=shown(path),
            other=other,
        )
        yield Problem(pointer(["pages", index, "path"]), "path.duplicate", message)


def reference_problems(snapshot: Any, suggestions: Suggestions) -> Iterator[Problem]:
    """``reference.missing`` (with ``target``), ``reference.mismatch``, ``segment.cycle``."""
    known = {section: names(snapshot, section) for section in _NO_SUCH}
    for path, section, name in references(snapshot):
        if name not in known[section]:
            yield missing(path, section, name, suggestions.near(name, known[section]))
    yield from _tabs_of_other_pages(snapshot)
    graph = {
        segment["id"]: [(name, path) for path, name in segment_references(segment, ("segments", index))]
        for index, segment in objects(snapshot, "segments")
        if isinstance(segment.get("id"), str)
    }
    yield from cycle_problems(graph, "segment.cycle", _segment_cycle)


def missing(path: Path, section: str, name: str, near: Text, code: str = "reference.missing") -> Problem:
    template = _NO_SUCH[section]
    message = fill(template, name=shown(name), near=near)
    return Problem(pointer(path), code, message, target=(section, name))


def references(snapshot: Any) -> Iterator[Reference]:
    """Every reference between sections, except between flags (see :mod:`configs.validation.flags`)."""
    for index, page in objects(snapshot, "pages"):
        here = ("pages", index)
        yield from _one(page, "flag", "featureFlags", here)
        yield from _many(page, "roles", "roles", here)
        yield from _many(page, "permissions", "permissions", here)
    for index, tab in objects(snapshot, "tabs"):
        here = ("tabs", index)
        yield from _one(tab, "pageId", "pages", here)
        yield from _one(tab, "targetPageId", "pages", here)
        yield from _one(tab, "flag", "featureFlags", here)
    for index, table in objects(snapshot, "tables"):
        here = ("tables", index)
        yield from _one(table, "pageId", "pages", here)
        yield from _one(table, "tabId", "tabs", here)
        for number, action in objects(table, "actions"):
            yield from _many(action, "roles", "roles", (*here, "actions", number))
            yield from _one(action.get("config"), "pageId", "pages", (*here, "actions", number, "config"))
    for index, role in objects(snapshot, "roles"):
        for path, section, name in _many(role, "permissions", "permissions", ("roles", index)):
            # A pattern such as read:* grants current and future permissions, so it refers to none.
            if "*" not in name:
                yield path, section, name
    for index, plan in objects(snapshot, "plans"):
        yield from _many(plan, "pages", "pages", ("plans", index))
        yield from _many(plan, "roles", "roles", ("plans", index))
    yield from _many(snapshot.get("layout"), "menuOrder", "pages", ("layout",))
    for index, flag in objects(snapshot, "featureFlags"):
        for number, rule in objects(flag, "rules"):
            for path, name in segment_references(rule, ("featureFlags", index, "rules", number)):
                yield path, "segments", name
    for index, segment in objects(snapshot, "segments"):
        for path, name in segment_references(segment, ("segments", index)):
            yield path, "segments", name


def _one(container: Any, field: str, section: str, path: Path) -> Iterator[Reference]:
    name = container.get(field) if isinstance(container, dict) else None
    if isinstance(name, str):
        yield (*path, field), section, name


def _many(container: Any, field: str, section: str, path: Path) -> Iterator[Reference]:
    for index, name in strings(container, field):
        yield (*path, field, index), section, name


def conditions_in(container: dict[str, Any], path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """(where, condition) for all ``conditions`` of a rule or a segment, nested ones included."""
    pending = [((*path, "conditions", index), item) for index, item in objects(container, "conditions")]
    while pending:
        here, condition = pending.pop()
        yield here, condition
        for field in ("all", "any"):
            pending += [((*here, field, index), item) for index, item in objects(condition, field)]
        if isinstance(condition.get("not"), dict):
            pending.append(((*here, "not"), condition["not"]))


def segment_references(container: dict[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    """(where, segment) in the conditions of a rule or a segment."""
    for here, condition in conditions_in(container, path):
        if isinstance(condition.get("segment"), str):
            yield (*here, "segment"), condition["segment"]


def needs(snapshot: Any) -> dict[Node, set[Node]]:
    """The segments and flags that each flag and segment depends on."""
    found: dict[Node, set[Node]] = {}
    for _, segment in objects(snapshot, "segments"):
        if isinstance(segment.get("id"), str):
            asked = found.setdefault(("segments", segment["id"]), set())
            asked |= {("segments", name) for _, name in segment_references(segment, ())}
    for _, flag in objects(snapshot, "featureFlags"):
        if isinstance(flag.get("key"), str):
            asked = found.setdefault(("featureFlags", flag["key"]), set())
            for _, rule in objects(flag, "rules"):
                asked |= {("segments", name) for _, name in segment_references(rule, ())}
            others = (needed.get("flag") for _, needed in objects(flag, "prerequisites"))
            asked |= {("featureFlags", name) for name in others if isinstance(name, str)}
    return found


def needing(ends: Iterable[Node], graph: Mapping[Node, Iterable[Node]]) -> set[Node]:
    """``ends`` and everything that depends on one of these, directly or not."""
    users: dict[Node, list[Node]] = {}
    for node, asked in graph.items():
        for other in asked:
            users.setdefault(other, []).append(node)
    found = set(ends)
    pending = list(found)
    while pending:
        for user in users.get(pending.pop(), ()):
            if user not in found:
                found.add(user)
                pending.append(user)
    return found


def _tabs_of_other_pages(snapshot: Any) -> Iterator[Problem]:
    pages_of: dict[str, set[str]] = {}
    for _, tab in objects(snapshot, "tabs"):
        if isinstance(tab.get("id"), str) and isinstance(tab.get("pageId"), str):
            pages_of.setdefault(tab["id"], set()).add(tab["pageId"])
    for index, table in objects(snapshot, "tables"):
        page, tab_id = table.get("pageId"), table.get("tabId")
        if not isinstance(page, str) or not isinstance(tab_id, str) or tab_id not in pages_of:
            continue
        if page not in pages_of[tab_id]:
            message = both(
                "The tab “{tab}” belongs to the page “{owner}”, the table to “{page}”.",
                tab=shown(tab_id),
                owner=shown(min(pages_of[tab_id])),
                page=shown(page),
            )
            yield Problem(pointer(["tables", index, "tabId"]), "reference.mismatch", message)


def cycle_problems(graph: Graph, code: str, say: Callable[[str], Text]) -> Iterator[Problem]:
    """One problem for each reference that closes a cycle, found depth first in the order of the names."""
    done: set[str] = set()
    for start in sorted(graph):
        if start in done:
            continue
        trail = [start]
        inside = {start}
        pending = [iter(graph[start])]
        while pending:
            following = next(pending[-1], None)
            if following is None:
                pending.pop()
                name = trail.pop()
                inside.discard(name)
                done.add(name)
                continue
            name, path = following
            if name in inside:
                circle = [*trail[trail.index(name) :], name]
                yield Problem(pointer(path), code, say(shown(" → ".join(circle), 200)))
            elif name in graph and name not in done:
                trail.append(name)
                inside.add(name)
                pending.append(iter(graph[name]))


def _segment_cycle(circle: str) -> Text:
    return both("These segments refer to each other in a circle: {circle}.", circle=circle)
