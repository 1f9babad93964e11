"""The texts of a diff: names of things, and one sentence per change in French and English.

Names and values are authors' text. They are shortened and stripped of control characters (a title must not rewrite the
reader's terminal), and otherwise unchanged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from configs.snapshot.canonical import NESTED, keyed
from configs.snapshot.traversal import NAMED_BY, OBJECTS
from icontrol.kernel.texts import Text, both, fill, joined, same

Path = tuple[str, ...]

#: section or nested list → one item of it, and the ending of its French participle.
NOUNS = {
    "pages": (both("Page"), "e"),
    "tabs": (both("Tab"), ""),
    "tables": (both("Table"), "e"),
    "columns": (both("column"), "e"),
    "actions": (both("action"), "e"),
    "featureFlags": (both("Flag"), ""),
    "segments": (both("Segment"), ""),
    "uiTokens": (both("Token"), ""),
    "roles": (both("Role"), ""),
    "permissions": (both("Permission"), "e"),
    "plans": (both("Plan"), "e"),
    "layout": (both("Layout"), "e"),
    "theme": (both("Theme"), ""),
}
SECTION = (both("Section"), "e")
#: A field that is not listed is shown by its own name.
FIELD_NAMES = {
    "title": both("title"),
    "label": both("label"),
    "name": both("name"),
    "description": both("description"),
    "path": both("address"),
    "surface": both("surface"),
    "visible": both("visible"),
    "order": both("order number"),
    "roles": both("roles"),
    "permissions": both("permissions"),
    "tenants": both("tenants"),
    "status": both("status"),
    "nav": both("navigation"),
    "flag": both("flag"),
    "moduleId": both("module"),
    "pageId": both("page"),
    "targetPageId": both("target page"),
    "tabId": both("tab"),
    "columns": both("columns"),
    "actions": both("actions"),
    "config": both("settings"),
    "key": both("key"),
    "type": both("type"),
    "width": both("width"),
    "widths": both("widths"),
    "align": both("alignment"),
    "format": both("format"),
    "state": both("state"),
    "rollout": both("rollout"),
    "rules": both("rules"),
    "disabled": both("switched off"),
    "variants": both("variants"),
    "defaultVariant": both("default variant"),
    "offVariant": both("variant when off"),
    "prerequisites": both("prerequisites"),
    "owner": both("owner"),
    "expiresAt": both("expiry"),
    "enabledFrom": both("on from"),
    "enabledUntil": both("on until"),
    "bucketBy": both("bucketed by"),
    "bucketing": both("bucketing"),
    "algorithm": both("algorithm"),
    "seed": both("seed"),
    "total": both("total of the weights"),
    "conditions": both("conditions"),
    "private": both("private"),
    "value": both("value"),
    "category": both("category"),
    "mode": both("mode"),
    "scope": both("scope"),
    "cssVar": both("CSS variable"),
    "menuOrder": both("menu order"),
    "defaultMode": both("default mode"),
    "defaultPreset": both("default preset"),
    "brand": both("brand"),
    "logos": both("logos"),
    "pages": both("pages"),
    "modules": both("modules"),
    "capabilities": both("capabilities"),
    "limits": both("limits"),
}
#: Fields that hold a text per language, whose keys are shown as languages.
TEXTS = ("title", "label", "name", "description")
LOCALES = {"fr": both("French"), "en": both("English")}
#: Fields whose values are keywords of the format, shown without quotation marks.
BARE_FIELDS = ("state", "type", "category", "mode", "align", "defaultMode", "surface", "status", "algorithm")
#: field → section that its value refers to.
REFERENCES = {"pageId": "pages", "targetPageId": "pages", "tabId": "tabs"}
GROUPS = {
    "tables": both("Tables"),
    "flags": both("Feature flags"),
    "tokens": both("UI tokens"),
    "rest": both("Everything else"),
}
GROUP_OF = {"tables": "tables", "featureFlags": "flags", "segments": "flags", "uiTokens": "tokens"}
LONGEST = 80
#: Parts of a change that a sentence names; it counts the rest.
MOST_PARTS = 6
_LINES = re.compile("[\t\n\r\u2028\u2029]+")
#: Control characters, surrogates, and marks that change the text direction.
_UNSHOWABLE = re.compile("[\0-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class ItemNames:
    """Names of the things in two normalised snapshots, the newer one first."""

    def __init__(self, a: Mapping[str, Any], b: Mapping[str, Any]) -> None:
        self.sides = [
            {
                section: {item[key]: item for item in snapshot.get(section, ())}
                for section, key in NAMED_BY.items()
                if keyed(snapshot.get(section), key)
            }
            for snapshot in (b, a)
        ]
        self.places = [{name: at for at, name in enumerate(side.get("pages", ()))} for side in self.sides]

    def group(self, path: Path) -> str:
        section = path[0]
        if section == "pages" and len(path) > 1:
            return f"page:{path[1]}"
        if section == "tabs" and len(path) > 1:
            page = self._item(path[:2]).get("pageId")
            return f"page:{page}" if isinstance(page, str) else "rest"
        return GROUP_OF.get(section, "rest")

    def rank(self, group: str) -> tuple[int, int, int, str]:
        """Reading order: pages in display order (removed ones last), tables, flags, tokens, the rest."""
        kind, _, name = group.partition(":")
        if kind != "page":
            return list(GROUPS).index(kind) + 1, 0, 0, ""
        for side, places in enumerate(self.places):
            if name in places:
                return 0, side, places[name], name
        return 0, len(self.sides), 0, name

    def name(self, path: Path) -> Text:
        """``“Orders” (orders)``, or only the id if there is no title; ``path`` is an item's."""
        item, shown = self._item(path), clean(path[-1])
        title = next((item[field] for field in ("title", "label") if item.get(field)), None)
        named: Text = {"en": _in(title, "en"), "fr": _in(title, "fr")}
        return both("“{title}” ({name})", title=named, name=shown) if named["en"] else same(shown)

    def _item(self, path: Path) -> dict[str, Any]:
        for side in self.sides:
            item = side.get(path[0], {}).get(path[1])
            if len(path) == 4 and item is not None:
                key = NESTED[path[0]][path[2]]
                inner = item.get(path[2])
                item = next((one for one in inner if one[key] == path[3]), None) if keyed(inner, key) else None
            if item is not None:
                return item
        return {}


def clean(text: str) -> str:
    """An author's text made safe for a sentence: one line, at most 80 characters, no control characters."""
    short = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return _UNSHOWABLE.sub("�", _LINES.sub(" ↵ ", short))


def _in(title: Any, language: str) -> str:
    """An author's text in a language, or any other it has; empty when it is not a text."""
    if isinstance(title, dict):
        title = title.get(language) or title.get("en") or next((text for text in title.values() if text), "")
    return clean(title).strip() if isinstance(title, str) else ""


def group_title(words: ItemNames, group: str) -> Text:
    kind, _, name = group.partition(":")
    return both("Page {name}", name=words.name(("pages", name))) if kind == "page" else GROUPS[kind]


def sentence(
    words: ItemNames,
    path: Path,
    kind: str,
    before: Any,
    after: Any,
    *,
    was_absent: bool,
    is_absent: bool,
    position: tuple[int, int] | None,
) -> Text:
    """``Page “Orders” (orders), title (French): “A” → “B”`` and its French."""
    subject, ending, rest = _subject(words, path)
    if kind == "added":
        return both("{s} added", s=subject, e=ending)
    if kind == "removed":
        return both("{s} removed", s=subject, e=ending)
    if position is not None and position[0] != position[1]:
        moved = both("{s} moved from position {before} to position {after}")
        return fill(moved, s=subject, e=ending, before=position[0], after=position[1])
    if rest == ("visible",) and isinstance(before, bool) and isinstance(after, bool):
        if after:
            return both("{s} is visible now", s=subject)
        return both("{s} is hidden now", s=subject, e=ending)
    if path[0] == "featureFlags" and rest[:1] == ("environments",):
        rest = rest[1:] or rest
        sides = [{path[-1]: side} if len(path) == 4 else side or {} for side in (before, after)]
        if len(path) < 5 and all(isinstance(side, dict) for side in sides):
            changes = _environments(words, path, *sides)
            if changes is not None:
                return both("{s}, {inner}", s=subject, inner=changes)
    if isinstance(before, list) and isinstance(after, list):
        change = _list_change(before, after)
    else:
        if isinstance(before, str) and isinstance(after, str):
            before, after = _around_difference(before, after)
        change = both(
            "{before} → {after}",
            before=_shown(words, path, before, was_absent),
            after=_shown(words, path, after, is_absent),
        )
    if position is not None:
        change = both("{change}, still in position {place}", change=change, place=position[1])
    return both("{s}{field}: {change}", s=subject, field=_field(rest), change=change)


def _subject(words: ItemNames, path: Path) -> tuple[Text, str, Path]:
    """The subject of the sentence, the ending of its participle, and the remaining path of fields inside it."""
    section = path[0]
    if section in OBJECTS:
        noun, ending = NOUNS[section]
        return noun, ending, path[1:]
    if section not in NAMED_BY or len(path) == 1:
        name = clean(section)
        return both("{n} “{name}”", n=SECTION[0], name=name), SECTION[1], path[1:]
    noun, ending = NOUNS[section]
    subject = both("{n} {name}", n=noun, name=words.name(path[:2]))
    if len(path) < 4 or path[2] not in NESTED.get(section, ()):
        return subject, ending, path[2:]
    noun, ending = NOUNS[path[2]]
    inner = both("{n} {name}", n=noun, name=words.name(path[:4]))
    return both("{s}, {inner}", s=subject, inner=inner), ending, path[4:]


def _field(rest: Path) -> Text:
    """``, brand › name (French)``; empty when the change concerns the whole item."""
    if not rest:
        return same("")
    by_language = len(rest) > 1 and rest[-2] in TEXTS
    steps = rest[:-1] if by_language else rest
    named = joined((FIELD_NAMES.get(step) or same(clean(step)) for step in steps), same(" › "))
    if by_language:
        named = both("{field} ({locale})", field=named, locale=LOCALES.get(rest[-1]) or clean(rest[-1]))
    return both(", {field}", field=named)


def _shown(words: ItemNames, path: Path, value: Any, absent: bool) -> Text:
    """A value as shown beside the arrow."""
    match value:
        case None if absent:
            return both("(not set)")
        case None:
            return both("(empty)")
        case bool():
            return both("yes") if value else both("no")
        case str() if path[-1] in REFERENCES:
            return words.name((REFERENCES[path[-1]], value))
        case str() if path[-1] in BARE_FIELDS and value.isidentifier():
            return same(clean(value))
        case str():
            return quoted_text(value)
        case int() if path[0] == "featureFlags" and path[-1] == "rollout" and "variants" not in path[2:3]:
            percent = f"{value // 100}.{value % 100:02}".rstrip("0").rstrip(".") if value >= 0 else str(value / 100)
            return {"en": f"{percent}%", "fr": f"{percent.replace('.', ',')} %"}
    return same(clean(_json(value)))


def quoted_text(text: str) -> Text:
    return both("“{v}”", v=clean(text))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _around_difference(before: str, after: str) -> tuple[str, str]:
    """Two long texts from shortly before their first difference; short ones unchanged."""
    if max(len(before), len(after)) <= LONGEST:
        return before, after
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    start = same - LONGEST // 4
    return (before, after) if start <= 0 else ("…" + before[start:], "…" + after[start:])


def _environments(words: ItemNames, path: Path, before: Any, after: Any) -> Text | None:
    """What environments have of their own, before and after: ``staging › state: (not set) → ROLLOUT; …``. ``None``
    where that is half typed.
    """
    parts = []
    for environment in sorted({*before, *after}):
        was, own = (side.get(environment) or {} for side in (before, after))
        if not (isinstance(was, dict) and isinstance(own, dict)):
            return None
        for field in sorted({*was, *own}):
            if _json(was.get(field)) == _json(own.get(field)):
                continue
            old, new = was.get(field, []), own.get(field, [])
            if field == "rules" and isinstance(old, list) and isinstance(new, list):
                change = _list_change(old, new)
            else:
                old, new = (_shown(words, (*path, field), side.get(field), field not in side) for side in (was, own))
                change = both("{before} → {after}", before=old, after=new)
            where = joined((same(clean(environment)), FIELD_NAMES.get(field) or same(clean(field))), same(" › "))
            parts.append(both("{field}: {change}", field=where, change=change))
    return joined(_first_parts(parts), both("; ")) if parts else None


def _list_change(before: list[Any], after: list[Any]) -> Text:
    """Entries added, removed and changed in a list whose entries have names; else the numbers of entries before and
    after.
    """
    old, new = _names(before), _names(after)
    if old is None or new is None:
        texts = _json(before), _json(after)
        if max(map(len, texts)) <= LONGEST:
            return both("{a} → {b}", a=clean(texts[0]), b=clean(texts[1]))
        if len(before) == len(after):
            return both("{n} entries, other content", n=len(after))
        return both("{a} → {b} entries", a=len(before), b=len(after))
    parts = [
        *(both("+ {name}", name=quoted_text(name)) for name in new if name not in old),
        *(both("− {name}", name=quoted_text(name)) for name in old if name not in new),
        *(
            _entry_change(quoted_text(name), old[name], new[name])
            for name in new
            if name in old and _json(old[name]) != _json(new[name])
        ),
    ]
    if [name for name in old if name in new] != [name for name in new if name in old]:
        texts = ", ".join(old), ", ".join(new)
        if not parts and max(map(len, texts)) <= LONGEST:
            return both("{a} → {b}", a=clean(texts[0]), b=clean(texts[1]))
        parts.append(both("another order"))
    return joined(_first_parts(parts), same(", "))


def _first_parts(parts: list[Text]) -> list[Text]:
    more = len(parts) - MOST_PARTS
    return parts if more <= 0 else [*parts[:MOST_PARTS], both("{n} more", n=more)]


def _entry_change(name: Text, before: Any, after: Any) -> Text:
    """A rule that is only switched off or on is told so."""
    if isinstance(before, dict) and isinstance(after, dict):
        was, disabled = before.get("disabled") is True, after.get("disabled") is True
        if was is not disabled and _json({**before, "disabled": 0}) == _json({**after, "disabled": 0}):
            return both("{name} switched off", name=name) if disabled else both("{name} switched on", name=name)
    return both("{name} changed", name=name)


def _names(items: list[Any]) -> dict[str, Any] | None:
    """name → entry of a list of strings, or of objects with an id or key; None when a name is missing or repeated."""
    names: list[Any] = [item.get("id") or item.get("key") if isinstance(item, dict) else item for item in items]
    if not all(isinstance(name, str) for name in names) or len(set(names)) != len(names):
        return None
    return dict(zip(names, items, strict=True))
