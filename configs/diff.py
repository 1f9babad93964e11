"""Semantic diff of two snapshots, matched on ids: ``apply(diff(a, b), a) == b`` for normalised a and b.

A change is data: a stable id (its path: ``pages/orders/title/fr``), a kind, the values, a group to show it under, and
a sentence in French and English. Items are matched on ``id``/``key`` wherever a list names its items; objects are
compared field by field; other lists (a flag's rules, roles of a page) are one value. The same function serves API,
admin, commands and the browser; any subset of its changes can be applied, so that one fix can be published alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from configs.canonical import KEYS, NESTED, ORDERED, keyed, normalise
from configs.sentences import Words, group_title, sentence
from configs.texts import Text

Kind = Literal["added", "removed", "changed", "moved"]


class Absent:
    """Stands for "no such field", which is not the same as null."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``before``/``after`` are :data:`ABSENT` where a field was not there or is no more.

    ``position`` (1-based, among visible siblings: from, to) is set on ``moved`` only. ``group`` is ``page:<id>``,
    ``tables``, ``flags``, ``tokens`` or ``rest``.
    """

    path: tuple[str, ...]
    kind: Kind
    before: Any
    after: Any
    group: str
    group_title: Text
    sentence: Text
    position: tuple[int, int] | None = None

    @property
    def id(self) -> str:
        return "/".join(step.replace("~", "~0").replace("/", "~1") for step in self.path)

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"id": self.id, "kind": self.kind, "group": self.group, "path": list(self.path)}
        if self.before is not ABSENT:
            body["from"] = self.before
        if self.after is not ABSENT:
            body["to"] = self.after
        if self.position is not None:
            body["position"] = {"from": self.position[0], "to": self.position[1]}
        return {**body, "sentence": dict(self.sentence)}


def diff(a: dict[str, Any], b: dict[str, Any]) -> list[Change]:
    """All changes that lead from ``a`` to ``b``, in reading order: pages, tables, flags, tokens, the rest."""
    a, b = normalise(a), normalise(b)
    changes = list(_Diff(a, b).sections())
    order = {"page": 0, "tables": 1, "flags": 2, "tokens": 3, "rest": 4}
    return sorted(changes, key=lambda change: (order[change.group.partition(":")[0]], change.group))


def grouped(changes: Sequence[Change]) -> list[tuple[str, Text, list[Change]]]:
    """``(group, title, changes)`` in reading order."""
    groups: dict[str, tuple[str, Text, list[Change]]] = {}
    for change in changes:
        groups.setdefault(change.group, (change.group, change.group_title, []))[2].append(change)
    return list(groups.values())


def apply(changes: Iterable[Change], a: dict[str, Any]) -> dict[str, Any]:
    """``a`` with the changes made; any subset of ``diff(a, b)`` is legal. Returns a new, normalised snapshot."""
    result = _copy(normalise(a))
    for change in changes:
        _apply_one(result, change.path, change.after)
    normalised: dict[str, Any] = normalise(result)
    return normalised


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value


def _apply_one(root: dict[str, Any], path: tuple[str, ...], after: Any) -> None:
    """Walk to the parent of the change; a list on the way is a named list, whose step is an id or key."""
    parent: Any = root
    for depth, step in enumerate(path[:-1]):
        parent = parent[_index(parent, _key(path[:depth]), step) if isinstance(parent, list) else step]
    last = path[-1]
    if isinstance(parent, list):
        at = _index(parent, _key(path[:-1]), last)
        parent[at : at + 1] = [] if after is ABSENT else [_copy(after)]
    elif after is ABSENT:
        parent.pop(last, None)
    else:
        parent[last] = _copy(after)


def _index(items: list[Any], key: str | None, name: str) -> int:
    return next((at for at, item in enumerate(items) if item.get(key) == name), len(items))


def _key(path: tuple[str, ...]) -> str | None:
    """The member that names the items of the list at ``path``; None where the path is no named list."""
    if len(path) == 1:
        return KEYS.get(path[0])
    if len(path) == 3:
        return NESTED.get(path[0], {}).get(path[2])
    return None


class _Diff:
    def __init__(self, a: dict[str, Any], b: dict[str, Any]) -> None:
        self.a, self.b = a, b
        self.words = Words(a, b)

    def sections(self) -> Iterator[Change]:
        for section in sorted({*self.a, *self.b}, key=_section_rank):
            before, after = self.a.get(section, ABSENT), self.b.get(section, ABSENT)
            yield from self.value((section,), before, after)

    def value(self, path: tuple[str, ...], before: Any, after: Any) -> Iterator[Change]:
        key = _key(path)
        if key is not None and keyed(before, key) and keyed(after, key):
            yield from self.items(path, key, before, after)
        elif isinstance(before, dict) and isinstance(after, dict):
            for field in sorted({*before, *after}):
                yield from self.value((*path, field), before.get(field, ABSENT), after.get(field, ABSENT))
        elif not _same(before, after):
            yield self.change(path, "changed", before, after)

    def items(self, path: tuple[str, ...], key: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
        old = {item[key]: item for item in before}
        new = {item[key]: item for item in after}
        for name in sorted({*old, *new}):
            if name not in new:
                yield self.change((*path, name), "removed", old[name], ABSENT)
            elif name not in old:
                yield self.change((*path, name), "added", ABSENT, new[name])
            else:
                yield from self.fields((*path, name), old[name], new[name], old, new)

    def fields(
        self,
        path: tuple[str, ...],
        before: dict[str, Any],
        after: dict[str, Any],
        old: dict[str, Any],
        new: dict[str, Any],
    ) -> Iterator[Change]:
        for field in sorted({*before, *after}):
            was, now = before.get(field, ABSENT), after.get(field, ABSENT)
            if field == "order" and _is_ordered(path) and not _same(was, now):
                position = (_position(path, old, before), _position(path, new, after))
                yield self.change((*path, field), "moved", was, now, position)
            else:
                yield from self.value((*path, field), was, now)

    def change(
        self,
        path: tuple[str, ...],
        kind: Kind,
        before: Any,
        after: Any,
        position: tuple[int, int] | None = None,
    ) -> Change:
        group = self.words.group(path)
        return Change(
            path=path,
            kind=kind,
            before=before,
            after=after,
            group=group,
            group_title=group_title(self.words, group),
            sentence=sentence(
                self.words,
                path,
                kind,
                None if before is ABSENT else before,
                None if after is ABSENT else after,
                was_absent=before is ABSENT,
                is_absent=after is ABSENT,
                position=position,
            ),
            position=position,
        )


def _section_rank(section: str) -> tuple[int, str]:
    known = list(KEYS)
    return (known.index(section) if section in known else len(known), section)


def _is_ordered(path: tuple[str, ...]) -> bool:
    return (len(path) == 2 and path[0] in ORDERED) or path[2:3] == ("columns",)


def _position(path: tuple[str, ...], items: dict[str, Any], item: dict[str, Any]) -> int:
    """1-based place among the siblings that people see side by side: tabs of one page, pages of one surface."""
    scope = {"tabs": "pageId", "pages": "surface"}.get(path[0]) if len(path) == 2 else None
    siblings = [other for other in items.values() if scope is None or other.get(scope) == item.get(scope)]
    return next(at for at, other in enumerate(siblings, start=1) if other is item)


def _same(a: Any, b: Any) -> bool:
    """Deep equality in which true is not 1."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return bool(a == b)
