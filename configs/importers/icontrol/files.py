"""The product's eight files: their names, required shapes, and a reader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from configs import versions
from configs.importers import ImportRefused
from configs.importers.shapes import ANY, Checker, child
from configs.snapshot.canonical import NotStrictJSON, parse_strict
from icontrol.kernel.problems import Problem
from icontrol.kernel.texts import both

ROUTES = "ROUTE_CATALOG.json"
PLANS = "TENANT_FEATURE_MATRIX.json"
BRAND = "brand.default.json"
TOKENS = "design.tokens.json"
FLAGS = "feature_flags.default.json"
RBAC = "rbac.json"
STRUCTURE = "structure.schema.json"
POLICY = "version_policy.default.json"

MODES = ("dark", "light")
#: Members that record a file's origin. No client reads them.
METADATA = {"version?": ANY, "source?": ANY, "generated?": ANY, "remarks?": ANY}
LEAF_TREE: dict[str, Any] = {}
LEAF_TREE["*"] = (str, float, LEAF_TREE)

SHAPES: dict[str, dict[str, Any]] = {
    ROUTES: METADATA
    | {
        "routes": [
            {
                "route_id": str,
                "path": (str, None),
                "app_surface": str,
                "page_module_id": str,
                "permissions_required": [str],
                "feature_flag_id": (str, None),
                "tenant_visibility": (str, [str]),
                "status": str,
                "nav_visibility?": (
                    None,
                    str,
                    {
                        # Further menu settings of the page; the snapshot's "nav" is free-form too.
                        "*": ANY,
                        "dashboard_tabs?": bool,
                        "tab_order?": int,
                        "system_tabs?": bool,
                        "system_order?": int,
                    },
                ),
            }
        ]
    },
    PLANS: METADATA
    | {
        "templates": {
            "*": {
                "plan": str,
                "enabled_modules": [str],
                "enabled_pages": [str],
                "enabled_capabilities": [str],
                "limits": {"*": (float, None)},
                "billing_binding?": (str, None),
                "audit_required?": bool,
            }
        },
        "roles_by_plan?": {"*": [str]},
    },
    BRAND: {
        "APP_DISPLAY_NAME": str,
        "APP_SHORT_NAME": str,
        "LEGAL_NAME": str,
        "TENANT_ID": str,
        "TITLE_SUFFIX": str,
        "THEME_MODE": frozenset(MODES),
        "ACCENT_COLOR": str,
        "LOGO_PRIMARY": str,
        "LOGO_COMPACT": str,
    },
    TOKENS: METADATA
    | {
        "defaultPresetId": str,
        "defaultMode": frozenset(MODES),
        "base": LEAF_TREE,
        "cp": LEAF_TREE,
        "presets": {
            "*": {
                "id": str,
                "modes": [frozenset(MODES)],
                "scope": str,
                "tokensByMode": {f"{mode}?": LEAF_TREE for mode in MODES},
            }
        },
        "cssVarsMapping": {"*": str},
    },
    FLAGS: {"flags": {"*": {"state": frozenset(("ON", "OFF", "ROLLOUT", "FORCE_OFF")), "rollout?": float}}},
    RBAC: METADATA | {"roles": [str], "rules": [{"who": str, "can": [str]}], "constraints?": [str]},
    STRUCTURE: {"*": ANY},
    POLICY: {
        "status": frozenset(("OK", "SOFT_BLOCK", "HARD_BLOCK", "MAINTENANCE")),
        "min_version": str,
        "latest_version": str,
        "message": str,
        "safe_mode": bool,
        "capabilities": [str],
    },
}

#: tab bar → (switch, position, page that carries the bar)
TAB_BARS = {
    "dashboard": ("dashboard_tabs", "tab_order", "dashboard_cp"),
    "system": ("system_tabs", "system_order", "system_cp"),
}


def load(directory: Path) -> dict[str, Any]:
    """``{file name: its content}``, as strict JSON; :class:`ImportRefused` for what is missing or unreadable."""
    if not directory.is_dir():
        message = both("{path} is not a directory.", path=str(directory))
        raise ImportRefused([Problem("", "import.directory", message)])
    files: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in SHAPES:
        try:
            files[name] = parse_strict((directory / name).read_bytes())
        except FileNotFoundError:
            message = both("{name} is not in {path}.", name=name, path=str(directory))
            problems.append(Problem(f"{name}#", "import.file_missing", message))
        except OSError as error:
            message = both("Cannot be read: {why}.", why=str(error.strerror))
            problems.append(Problem(f"{name}#", "import.unreadable", message))
        except NotStrictJSON as error:
            problems.extend(Problem(f"{name}#{found.pointer}", found.code, found.message) for found in error.problems)
    if problems:
        raise ImportRefused(problems)
    return files


def check(files: Mapping[str, Any]) -> list[str]:
    """Pointers of the members that this importer does not know; :class:`ImportRefused` for all wrong shapes at once."""
    checker = Checker()
    for name, shape in SHAPES.items():
        checker.check(files[name], shape, f"{name}#")
    if not checker.problems:
        _check_sense(files, checker)
    if checker.problems:
        raise ImportRefused(checker.problems)
    return checker.unknown


def _check_sense(files: Mapping[str, Any], checker: Checker) -> None:
    """What the mapping relies on beyond types."""
    for key, flag in files[FLAGS]["flags"].items():
        if not 0 <= flag.get("rollout", 0) <= 100:
            message = both("A share must be from 0 to 100 percent.")
            checker.report(child(child(f"{FLAGS}#/flags", key), "rollout"), "import.range", message)
    for index, route in enumerate(files[ROUTES]["routes"]):
        nav = route.get("nav_visibility")
        for switch, position, _ in TAB_BARS.values():
            if isinstance(nav, dict) and nav.get(switch) and position not in nav:
                message = both("A tab needs “{name}”.", name=position)
                checker.report(f"{ROUTES}#/routes/{index}/nav_visibility", "import.missing", message)
    for member in ("min_version", "latest_version"):
        try:
            versions.parse(files[POLICY][member])
        except versions.MalformedVersion as error:
            checker.report(f"{POLICY}#/{member}", "import.version", error.sentence)
    repeated = [
        (f"{PLANS}#/templates", name, template["plan"], "plan") for name, template in files[PLANS]["templates"].items()
    ] + [(f"{TOKENS}#/presets", name, preset["id"], "id") for name, preset in files[TOKENS]["presets"].items()]
    for at, name, inner, member in repeated:
        if name != inner:
            message = both("“{name}” has “{inner}” as its own name.", name=name, inner=inner)
            checker.report(child(child(at, name), member), "import.contradiction", message)
