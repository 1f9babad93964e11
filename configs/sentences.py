"""The words of a diff: what is called how, and one sentence per change in French and English."""

from __future__ import annotations

import json
from typing import Any

from configs.texts import Text, both, pick

#: section → (English, French) for one item.
NOUNS = {
    "pages": ("Page", "Page"),
    "tabs": ("Tab", "Onglet"),
    "tables": ("Table", "Table"),
    "columns": ("Column", "Colonne"),
    "actions": ("Action", "Action"),
    "featureFlags": ("Flag", "Drapeau"),
    "segments": ("Segment", "Segment"),
    "uiTokens": ("Token", "Jeton"),
    "roles": ("Role", "Rôle"),
    "permissions": ("Permission", "Permission"),
    "plans": ("Plan", "Offre"),
    "layout": ("Layout", "Disposition"),
    "theme": ("Theme", "Thème"),
}
#: field → (English, French); a field that is not here is shown by its own name.
FIELDS = {
    "title": ("title", "titre"),
    "label": ("label", "libellé"),
    "path": ("path", "adresse"),
    "surface": ("surface", "surface"),
    "visible": ("visible", "visible"),
    "order": ("order", "ordre"),
    "roles": ("roles", "rôles"),
    "permissions": ("permissions", "permissions"),
    "tenants": ("tenants", "clients"),
    "status": ("status", "statut"),
    "flag": ("flag", "drapeau"),
    "moduleId": ("module", "module"),
    "pageId": ("page", "page"),
    "targetPageId": ("target page", "page cible"),
    "tabId": ("tab", "onglet"),
    "type": ("type", "type"),
    "width": ("width", "largeur"),
    "align": ("alignment", "alignement"),
    "format": ("format", "format"),
    "state": ("state", "état"),
    "rollout": ("rollout", "déploiement progressif"),
    "rules": ("rules", "règles"),
    "variants": ("variants", "variantes"),
    "description": ("description", "description"),
    "owner": ("owner", "responsable"),
    "expiresAt": ("expiry", "échéance"),
    "bucketBy": ("bucketed by", "réparti par"),
    "value": ("value", "valeur"),
    "category": ("category", "catégorie"),
    "mode": ("mode", "mode"),
    "pages": ("pages", "pages"),
    "modules": ("modules", "modules"),
    "capabilities": ("capabilities", "capacités"),
    "limits": ("limits", "limites"),
    "conditions": ("conditions", "conditions"),
    "fr": ("French", "français"),
    "en": ("English", "anglais"),
}
GROUPS = {
    "tables": both("Tables", "Tables"),
    "flags": both("Feature flags", "Drapeaux de fonctionnalité"),
    "tokens": both("UI tokens", "Jetons d'interface"),
    "rest": both("Everything else", "Le reste"),
}
LONGEST = 80


class Words:
    """Names of the things in two snapshots, the newer one first."""

    def __init__(self, a: dict[str, Any], b: dict[str, Any]) -> None:
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        for snapshot in (a, b):
            for section in ("pages", "tabs", "tables"):
                items = snapshot.get(section)
                for item in items if isinstance(items, list) else ():
                    if isinstance(item, dict) and isinstance(item.get("id"), str):
                        self.items[section, item["id"]] = item

    def group(self, path: tuple[str, ...]) -> str:
        section = path[0]
        if section == "pages" and len(path) > 1:
            return f"page:{path[1]}"
        if section == "tabs" and len(path) > 1:
            page = self.items.get(("tabs", path[1]), {}).get("pageId")
            return f"page:{page}" if isinstance(page, str) else "rest"
        return {"tables": "tables", "featureFlags": "flags", "segments": "flags", "uiTokens": "tokens"}.get(
            section, "rest"
        )

    def name(self, section: str, name: str) -> Text:
        item = self.items.get((section, name), {})
        title = item.get("title") or item.get("label")
        if isinstance(title, str | dict) and title:
            return both("“{title}” ({name})", "« {title} » ({name})", title=_text(title), name=name)
        return both("{name}", "{name}", name=name)


def _text(title: Any) -> Any:
    return {language: str(pick(title, language)) for language in ("en", "fr")} if isinstance(title, dict) else title


def group_title(words: Words, group: str) -> Text:
    kind, _, name = group.partition(":")
    return both("Page {name}", "Page {name}", name=words.name("pages", name)) if kind == "page" else GROUPS[kind]


def sentence(
    words: Words,
    path: tuple[str, ...],
    kind: str,
    before: Any,
    after: Any,
    *,
    was_absent: bool,
    is_absent: bool,
    position: tuple[int, int] | None,
) -> Text:
    """``Page “Orders” (orders): title “A” → “B”`` and its French."""
    subject, rest = _subject(words, path)
    if kind == "added":
        return both("{subject} added", "{subject} : ajout", subject=subject)
    if kind == "removed":
        return both("{subject} removed", "{subject} : retrait", subject=subject)
    if position is not None:
        if position[0] == position[1]:
            return both(
                "{subject}: order number {before} → {after}, same place ({place})",
                "{subject} : numéro d'ordre {before} → {after}, même place ({place})",
                subject=subject,
                before=_shown((), before, was_absent),
                after=_shown((), after, is_absent),
                place=position[1],
            )
        return both(
            "{subject}: moved from position {before} to {after}",
            "{subject} : déplacement de la position {before} à {after}",
            subject=subject,
            before=position[0],
            after=position[1],
        )
    return both(
        "{subject}: {field}{before} → {after}",
        "{subject} : {field}{before} → {after}",
        subject=subject,
        field=_field(rest),
        before=_shown(rest, before, was_absent),
        after=_shown(rest, after, is_absent),
    )


def _subject(words: Words, path: tuple[str, ...]) -> tuple[Text, tuple[str, ...]]:
    """What the change is about, and the fields inside it that are left."""
    section = path[0]
    noun = both(*NOUNS[section]) if section in NOUNS else both("Section {s}", "Section {s}", s=section)
    if section in ("layout", "theme") or section not in NOUNS or len(path) == 1:
        return noun, path[1:]
    subject = both("{noun} {name}", "{noun} {name}", noun=noun, name=words.name(section, path[1]))
    if section == "tables" and len(path) > 3 and path[2] in NOUNS:
        inner = both("{noun} {name}", "{noun} {name}", noun=both(*NOUNS[path[2]]), name=path[3])
        return both("{subject} › {inner}", "{subject} › {inner}", subject=subject, inner=inner), path[4:]
    return subject, path[2:]


def _field(rest: tuple[str, ...]) -> Text:
    if not rest:
        return both("", "")
    names = [FIELDS.get(step, (step, step)) for step in rest]
    return {"en": ", ".join(name[0] for name in names) + " ", "fr": ", ".join(name[1] for name in names) + " "}


def _shown(rest: tuple[str, ...], value: Any, absent: bool) -> Text:
    if absent:
        return both("none", "aucun")
    if value is True or value is False:
        return both("yes", "oui") if value else both("no", "non")
    if rest[-1:] == ("rollout",) and isinstance(value, int):
        percent = f"{value / 100:.2f}".rstrip("0").rstrip(".")
        return {"en": f"{percent} %", "fr": f"{percent.replace('.', ',')} %"}
    if isinstance(value, str):
        return both("“{v}”", "« {v} »", v=_short(value))
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return both("{v}", "{v}", v=_short(", ".join(value)))
    if isinstance(value, list):
        return both("[{n} entries]", "[{n} entrées]", n=len(value))
    return both("{v}", "{v}", v=_short(json.dumps(value, ensure_ascii=False, sort_keys=True)))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
