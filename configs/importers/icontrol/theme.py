"""Design tokens, and the theme: default preset and mode, presets, brand, logos."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from configs.importers.icontrol.files import BRAND, MODES, TOKENS
from configs.importers.report import Report
from configs.importers.shapes import child
from icontrol.kernel.texts import both

BRAND_NAMES = {
    "APP_DISPLAY_NAME": "name",
    "APP_SHORT_NAME": "shortName",
    "LEGAL_NAME": "legalName",
    "TENANT_ID": "tenantId",
    "TITLE_SUFFIX": "titleSuffix",
    "ACCENT_COLOR": "accentColor",
}
LOGOS = {"LOGO_PRIMARY": "primary", "LOGO_COMPACT": "compact"}

COLOR = re.compile(r"#[0-9a-fA-F]{3,8}|(rgb|hsl)a?\([^()]*\)")
GRADIENT = re.compile(r"(repeating-)?(linear|radial|conic)-gradient\(.*", re.DOTALL)
REFERENCE = re.compile(r"var\((--[A-Za-z0-9_-]+)\)")
#: Words in a token's name → category, for values that do not show it themselves.
WORDS = {
    "shadow": "shadow",
    "radius": "radius",
    "spacing": "spacing",
    "font": "typography",
    "mono": "typography",
    "titlesize": "typography",
}


def leaves(tree: dict[str, Any], at: str, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, str]]:
    """(path, value, pointer) of every leaf."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, child(at, name), (*path, name))
        else:
            yield (*path, name), value, child(at, name)


def category(path: tuple[str, ...], value: str | float, neighbours: dict[str, str]) -> str:
    """A value's category: by its form, for ``var(--x)`` by the token that sets ``--x``, else by the token's name.

    ``neighbours`` is {custom property: category} of the same preset and mode. Names alone would mislead: the
    background “gradient” of one preset is a plain colour, the “surfaces” of another are gradients.
    """
    if isinstance(value, str):
        if COLOR.fullmatch(value):
            return "color"
        if GRADIENT.fullmatch(value):
            return "gradient"
        if (reference := REFERENCE.fullmatch(value)) and reference[1] in neighbours:
            return neighbours[reference[1]]
    name = ".".join(path).lower()
    return next((found for word, found in WORDS.items() if word in name), "other")


def tokens(content: dict[str, Any], report: Report) -> list[dict[str, Any]]:
    """``base.…``, ``cp.…`` and ``<preset>.<mode>.…``, one token for every leaf."""
    result: list[dict[str, Any]] = []
    css_vars: dict[str, str] = content["cssVarsMapping"]
    used: set[str] = set()

    def add(prefix: tuple[str, ...], tree: dict[str, Any], at: str, mapping: dict[str, str], **more: str) -> None:
        found = list(leaves(tree, at))
        # The mapping applies to outer members only: a nested one of the same name is another token.
        mapped = {path: mapping[path[0]] for path, _, _ in found if len(path) == 1 and path[0] in mapping}
        neighbours = {mapped[path]: category(path, value, {}) for path, value, _ in found if path in mapped}
        used.update(path[0] for path in mapped)
        for path, value, source in found:
            key = ".".join((*prefix, *path))
            token = {"key": key, "value": value, "category": category(path, value, neighbours), **more}
            if path in mapped:
                token["cssVar"] = mapped[path]
            result.append(token)
            report.add("mapped", source, f"uiTokens/{key}", both("The value becomes a token."))

    for group in ("base", "cp"):
        add((group,), content[group], f"{TOKENS}#/{group}", {})
    for name, preset in content["presets"].items():
        at = child(child(f"{TOKENS}#/presets", name), "tokensByMode")
        for mode in MODES:
            tree = preset["tokensByMode"].get(mode, {})
            add((name, mode), tree, child(at, mode), css_vars, mode=mode, scope=preset["scope"])
    report.add(
        "derived",
        f"{TOKENS}#",
        "uiTokens",
        both(
            "The file has no categories: they follow from the values, and from the names where a value does not "
            "show it."
        ),
    )
    for name in css_vars:
        at = child(f"{TOKENS}#/cssVarsMapping", name)
        if name in used:
            report.add("mapped", at, "uiTokens", both("The custom property of the presets' tokens of this name."))
        else:
            report.add("left_out", at, "", both("No preset has such a token."))
    return result


def theme(content: dict[str, Any], brand: dict[str, Any], report: Report) -> dict[str, Any]:
    """The theme. Where brand and tokens disagree on the default mode, the brand wins: it is the tenant's choice."""

    def mapped(at: str, target: str) -> None:
        report.add("mapped", at, f"theme/{target}", both("Part of the theme."))

    result: dict[str, Any] = {
        "defaultPreset": content["defaultPresetId"],
        "defaultMode": brand["THEME_MODE"],
        "presets": [
            {"id": name, "scope": preset["scope"], "modes": preset["modes"]}
            for name, preset in sorted(content["presets"].items())
        ],
        "brand": {target: brand[name] for name, target in BRAND_NAMES.items()},
        "logos": {target: brand[name] for name, target in LOGOS.items() if brand[name]},
    }
    mapped(f"{TOKENS}#/defaultPresetId", "defaultPreset")
    mapped(f"{BRAND}#/THEME_MODE", "defaultMode")
    for name in content["presets"]:
        for member in ("id", "scope", "modes"):
            mapped(child(child(f"{TOKENS}#/presets", name), member), "presets")
    for name, target in BRAND_NAMES.items():
        mapped(f"{BRAND}#/{name}", f"brand.{target}")
    for name, target in LOGOS.items():
        if brand[name]:
            mapped(f"{BRAND}#/{name}", f"logos.{target}")
        else:
            report.add("left_out", f"{BRAND}#/{name}", "", both("Empty: there is no logo."))
    at = f"{TOKENS}#/defaultMode"
    if content["defaultMode"] == brand["THEME_MODE"]:
        mapped(at, "defaultMode")
    else:
        report.add(
            "warning",
            at,
            "theme/defaultMode",
            both(
                "The tokens have “{tokens}” and the brand has “{brand}”; the brand wins.",
                tokens=content["defaultMode"],
                brand=brand["THEME_MODE"],
            ),
        )
    return result
