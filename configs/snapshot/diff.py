"""Semantic diff of two snapshots, matched on ids: ``apply(diff(a, b), a) == b`` for normalised a and b.

A change is data: a stable id (its path: ``pages/orders/title/fr``), a kind, the values, a display group, and a sentence
in French and English. Items are matched on ``id``/``key`` wherever a list names its items; objects are compared field
by field; other lists (a flag's rules, roles of a page) are one value. The same function serves API, admin, commands and
the browser; any subset of its changes can be applied, so a single fix can be published alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from configs.snapshot.canonical import NESTED, ORDERED, keyed, normalise
from configs.snapshot.sentences import ItemNames, group_title, sentence
from configs.snapshot.traversal import NAMED_BY
from icontrol.kernel.texts import Text

ChangeKind = Literal["added", "removed", "changed", "moved"]
Path = tuple[str, ...]
#: Lists with a manual order; a new ``order`` there is a move.
MOVABLE = (*ORDERED, "columns")
#: section → the field that items displayed together share.
SIBLINGS = {"tabs": "pageId", "pages": "surface"}


StepJSON = TypedDict("StepJSON", {"from": int, "to": int})
ValuesJSON = TypedDict("ValuesJSON", {"from": Any, "to": Any, "position": StepJSON}, total=False)


class ChangeJSON(ValuesJSON):
    """One difference. ``from`` is left out where nothing was, ``to`` where nothing is."""

    id: str
    kind: ChangeKind
    group: str
    path: list[str]
    sentence: Text


class Absent:
    """ "No such field", which is not the same as null."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``before``/``after`` are :data:`ABSENT` where the field did not or does not exist.

    ``position`` (1-based among items displayed together: from, to) is set on ``moved`` only. ``group`` is
    ``page:<id>``, ``tables``, ``flags``, ``tokens`` or ``rest``.
    """

    path: Path
    kind: ChangeKind
    before: Any
    after: Any
    group: str
    group_title: Text
    sentence: Text
    position: tuple[int, int] | None = None

    @property
    def id(self) -> str:
        return change_id(self.path)

    def as_json(self) -> ChangeJSON:
        values: ValuesJSON = {}
        if self.before is not ABSENT:
            values["from"] = self.before
        if self.after is not ABSENT:
            values["to"] = self.after
        if self.position is not None:
            values["position"] = {"from": self.position[0], "to": self.position[1]}
        return {
            "id": self.id,
            "kind": self.kind,
            "group": self.group,
            "path": list(self.path),
            **values,
            "sentence": self.sentence,
        }


def diff(a: dict[str, Any], b: dict[str, Any]) -> list[Change]:
    """All changes from ``a`` to ``b``, in reading order: pages, tables, flags, tokens, the rest."""
    a, b = normalise(a), normalise(b)
    words = ItemNames(a, b)
    return sorted(_Diff(a, b, words).sections(), key=lambda change: words.rank(change.group))


def grouped(changes: Sequence[Change]) -> list[tuple[str, Text, list[Change]]]:
    """``(group, title, changes)`` in reading order."""
    groups: dict[str, tuple[str, Text, list[Change]]] = {}
    for change in changes:
        groups.setdefault(change.group, (change.group, change.group_title, []))[2].append(change)
    return list(groups.values())


def apply(changes: Iterable[Change], a: dict[str, Any]) -> dict[str, Any]:
    """Apply changes to ``a``; any subset of ``diff(a, b)`` is legal. Returns a new, normalised snapshot."""
    result = _copy(normalise(a))
    for change in changes:
        _apply_one(result, change.path, change.after)
    normalised: dict[str, Any] = normalise(result)
    return normalised


def change_id(path: Iterable[str]) -> str:
    """``("pages", "orders", "title")`` → ``pages/orders/title``; steps are escaped as in a JSON Pointer."""
    return "/".join(step.replace("~", "~0").replace("/", "~1") for step in path)


def named_path(snapshot: Any, pointer: str) -> Path:
    """A JSON Pointer into ``snapshot`` as a change's path: ``/tabs/0/pageId`` → ``("tabs", "open", "pageId")``. It ends
    at a list whose items have no names: such a list is one value.
    """
    path: Path = ()
    value = snapshot
    for step in pointer.split("/")[1:]:
        if isinstance(value, list):
            key = _name_of_items(path)
            if key is None or not keyed(value, key):
                break
            value = value[int(step)]
            path = (*path, value[key])
        else:
            name = step.replace("~1", "/").replace("~0", "~")
            value = value[name]
            path = (*path, name)
    return path


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value


def _apply_one(root: dict[str, Any], path: Path, after: Any) -> None:
    """Walk to the parent of the change. Lists on the way have named items; their steps are ids or keys."""
    parent: Any = root
    for depth, step in enumerate(path[:-1]):
        parent = parent[_index(parent, path[:depth], step) if isinstance(parent, list) else step]
    last = path[-1]
    if isinstance(parent, list):
        at = _index(parent, path[:-1], last)
        parent[at : at + 1] = [] if after is ABSENT else [_copy(after)]
    elif after is ABSENT:
        parent.pop(last, None)
    else:
        parent[last] = _copy(after)


def _index(items: list[Any], path: Path, name: str) -> int:
    """The index of ``name`` in the named list at ``path``; the end if it is not there."""
    key = _name_of_items(path)
    return next((at for at, item in enumerate(items) if item[key] == name), len(items))


def _name_of_items(path: Path) -> str | None:
    """The member that names the items of the list at ``path``; None where items have no names."""
    if len(path) == 1:
        return NAMED_BY.get(path[0])
    return NESTED.get(path[0], {}).get(path[2]) if len(path) == 3 else None


class _Diff:
    def __init__(self, a: dict[str, Any], b: dict[str, Any], words: ItemNames) -> None:
        self.a, self.b, self.words = a, b, words

    def sections(self) -> Iterator[Change]:
        for section in sorted({*self.a, *self.b}, key=_section_rank):
            before, after = self.a.get(section, ABSENT), self.b.get(section, ABSENT)
            if section in NAMED_BY:
                yield from self.named((section,), before, after)
            elif before is ABSENT or after is ABSENT:
                yield self.change((section,), "added" if before is ABSENT else "removed", before, after)
            else:
                yield from self.value((section,), before, after)

    def value(self, path: Path, before: Any, after: Any) -> Iterator[Change]:
        if isinstance(before, dict) and isinstance(after, dict):
            for field in sorted({*before, *after}):
                yield from self.value((*path, field), before.get(field, ABSENT), after.get(field, ABSENT))
        elif not _same(before, after):
            yield self.change(path, "changed", before, after)

    def named(self, path: Path, before: Any, after: Any) -> Iterator[Change]:
        """The changes of a list whose items may have names. With an id missing or repeated, the list is one value."""
        key = _name_of_items(path)
        if key is None or not (keyed(before, key) and keyed(after, key)):
            yield from self.value(path, before, after)
            return
        old, new = ({item[key]: item for item in items} for items in (before, after))
        places: tuple[dict[str, int], dict[str, int]] | None = None
        for name in sorted({*old, *new}):
            here = (*path, name)
            if name not in new:
                yield self.change(here, "removed", old[name], ABSENT)
            elif name not in old:
                yield self.change(here, "added", ABSENT, new[name])
            elif not _same(old[name], new[name]):
                for field, was, now in _members(old[name], new[name]):
                    if field == "order" and path[-1] in MOVABLE and not _same(was, now):
                        places = places or (_places(path, old), _places(path, new))
                        yield self.change((*here, field), "moved", was, now, (places[0][name], places[1][name]))
                    elif len(path) == 1 and field in NESTED.get(path[0], ()):
                        yield from self.named((*here, field), was, now)
                    else:
                        yield from self.value((*here, field), was, now)

    def change(
        self,
        path: Path,
        kind: ChangeKind,
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


def _members(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(field, before, after) of all fields of two items."""
    for field in sorted({*before, *after}):
        yield field, before.get(field, ABSENT), after.get(field, ABSENT)


def _section_rank(section: str) -> tuple[int, str]:
    known = list(NAMED_BY)
    return (known.index(section) if section in known else len(known), section)


def _places(path: Path, items: dict[str, dict[str, Any]]) -> dict[str, int]:
    """name → 1-based place among the items displayed together: tabs of one page, pages of one surface."""
    scope = SIBLINGS.get(path[0]) if len(path) == 1 else None
    counts: Counter[str] = Counter()
    places = {}
    for name, item in items.items():
        neighbours = repr(item.get(scope)) if scope else ""
        counts[neighbours] += 1
        places[name] = counts[neighbours]
    return places


def _same(a: Any, b: Any) -> bool:
    """Deep equality in which true is not 1. The quick comparison comes first."""
    return bool(a == b) and (repr(a) == repr(b) or _same_kind(a, b))


def _same_kind(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same_kind(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_same_kind(x, y) for x, y in zip(a, b, strict=True))
    return a is b if isinstance(a, bool) or isinstance(b, bool) else bool(a == b)
