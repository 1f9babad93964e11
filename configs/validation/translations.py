"""Texts that lack the fallback language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from configs.snapshot.traversal import objects
from configs.validation.references import Path
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.texts import both

#: section → members that users see; nested lists after a dot.
TEXTS: dict[str, tuple[str, ...]] = {
    "pages": ("title",),
    "tabs": ("label",),
    "tables": ("columns.label", "actions.label"),
    "featureFlags": ("description", "variants.description", "rules.description"),
    "roles": ("label", "description"),
    "permissions": ("label", "description"),
    "plans": ("label", "description"),
}


def translation_problems(snapshot: Any, default_locale: str) -> Iterator[Problem]:
    """``text.untranslated``, a warning: a text by language that is missing or blank in the default language."""
    for path, text in texts(snapshot):
        if not isinstance(text, dict) or not text:
            continue
        words = text.get(default_locale)
        if words is None or (isinstance(words, str) and not words.strip()):
            message = both(
                "The text in “{locale}” is missing, which readers of every other language fall back to.",
                locale=default_locale,
            )
            yield Problem(pointer(path), "text.untranslated", message, "warning")


def texts(snapshot: Any) -> Iterator[tuple[Path, Any]]:
    """All texts of the product's sections that users see."""
    for section, members in TEXTS.items():
        for index, item in objects(snapshot, section):
            for member in members:
                field, _, nested = member.partition(".")
                if not nested:
                    yield (section, index, field), item.get(field)
                    continue
                for number, inner in objects(item, field):
                    yield (section, index, field, number, nested), inner.get(nested)
    theme = snapshot.get("theme") if isinstance(snapshot, dict) else None
    brand = theme.get("brand") if isinstance(theme, dict) else None
    if isinstance(brand, dict):
        yield ("theme", "brand", "name"), brand.get("name")
