"""What the tests of the importer work on: a small made-up set of the product's files, and the real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from configs.importers import Imported
from configs.importers.icontrol import convert
from configs.importers.icontrol.files import SHAPES
from configs.snapshot.canonical import parse_strict

REPOSITORY = Path(__file__).parents[2]
REAL = REPOSITORY.parent / "shared" / "data" / "icontrol"
real_files = pytest.mark.skipif(not REAL.is_dir(), reason=f"NOT RUN: the product's real files are not at {REAL}")

Files = dict[str, Any]
Edit = Callable[[Files], object]


def small() -> Files:
    """One of everything."""

    def route(name: str, surface: str, **more: Any) -> dict[str, Any]:
        return {
            "route_id": f"{name}_{surface.lower()}",
            "path": f"#/{name}",
            "app_surface": surface,
            "page_module_id": f"mod.{name}",
            "permissions_required": [],
            "feature_flag_id": None,
            "tenant_visibility": "all",
            "status": "ACTIVE",
            **more,
        }

    return {
        "ROUTE_CATALOG.json": {
            "version": "1.0",
            "routes": [
                route("dashboard", "CP"),
                route("system", "CP", nav_visibility="sidebar"),
                route("tea_time", "CP", nav_visibility={"dashboard_tabs": True, "tab_order": 1, "drawer": False}),
                route("biscuits", "CP", nav_visibility={"dashboard_tabs": True, "tab_order": 1}),
                route("cellar", "APP", status="HIDDEN", path=None, permissions_required=["openCellar"]),
                route("kettle", "APP", feature_flag_id="steam", tenant_visibility=["t1"], nav_visibility=None),
            ],
        },
        "TENANT_FEATURE_MATRIX.json": {
            "generated": "today",
            "templates": {
                "MUG": {
                    "plan": "MUG",
                    "enabled_modules": ["pantry"],
                    "enabled_pages": ["tea_time_cp", "attic_cp"],
                    "enabled_capabilities": ["BREW"],
                    "limits": {"cups": 3, "spoons": None},
                    "billing_binding": None,
                    "audit_required": False,
                }
            },
            "roles_by_plan": {"MUG": ["GUEST"]},
        },
        "brand.default.json": {
            "APP_DISPLAY_NAME": "Tea room",
            "APP_SHORT_NAME": "Tea",
            "LEGAL_NAME": "Tea room Ltd",
            "TENANT_ID": "tea",
            "TITLE_SUFFIX": "- tea",
            "THEME_MODE": "light",
            "ACCENT_COLOR": "#0a0",
            "LOGO_PRIMARY": "/logo.svg",
            "LOGO_COMPACT": "",
        },
        "design.tokens.json": {
            "version": "1.0",
            "defaultPresetId": "china",
            "defaultMode": "light",
            "base": {"radius": 4, "ink": "#222"},
            "cp": {"spacing": {"small": "2px"}},
            "presets": {
                "china": {
                    "id": "china",
                    "modes": ["light"],
                    "scope": "cp.room",
                    "tokensByMode": {
                        "light": {
                            "wall": "linear-gradient(#fff, #eee)",
                            "cup": "hsl(10 20% 30%)",
                            "glow": "none",
                            "shelf": {"back": "var(--wall)", "wall": "#00f"},
                        }
                    },
                }
            },
            "cssVarsMapping": {"wall": "--wall", "cup": "--cup", "saucer": "--saucer"},
        },
        "feature_flags.default.json": {
            "flags": {"steam": {"state": "ROLLOUT", "rollout": 12.5}, "undefined": {"state": "OFF"}}
        },
        "rbac.json": {
            "roles": ["GUEST", "HOST", "GHOST"],
            "rules": [{"who": "HOST", "can": ["*"]}, {"who": "GUEST", "can": ["read:menu", "read:*"]}],
            "constraints": ["Guests wash nothing."],
        },
        "structure.schema.json": {"title": "Blueprint", "properties": {"tables": {"type": "object"}}},
        "version_policy.default.json": {
            "status": "OK",
            "min_version": "0.0.0",
            "latest_version": "1.2",
            "message": "",
            "safe_mode": False,
            "capabilities": ["brew"],
        },
    }


def real() -> Files:
    return {name: parse_strict((REAL / name).read_bytes()) for name in SHAPES}


either = pytest.mark.parametrize("make", [small, pytest.param(real, marks=real_files)])


def edited(edit: Edit) -> Imported:
    files = small()
    edit(files)
    return convert(files)


def lines(imported: Imported, kind: str) -> dict[str, str]:
    """source → English sentence."""
    return {entry.source: entry.message["en"] for entry in imported.report if entry.kind == kind}
