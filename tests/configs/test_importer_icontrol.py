"""The importer of the product's files: on a small made-up set, and on the real files where they are at hand.

That nothing is dropped silently is shown by changing the input: whatever is changed or added must change the result,
be refused, or be covered by a line of the report that says that it was left out.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from configs.canonical import canonical, parse_strict
from configs.importers import Imported, ImportRefused
from configs.importers.icontrol import convert, read
from configs.importers.icontrol.access import covers
from configs.importers.icontrol.files import SHAPES, STRUCTURE
from configs.importers.icontrol.pages import title_of
from configs.importers.shapes import child
from configs.problems import errors
from configs.validation import check_snapshot
from releases.gate import check_policies

REPOSITORY = Path(__file__).parents[2]
REAL = REPOSITORY.parent / "shared" / "data" / "icontrol"
PAGE = REPOSITORY / "docs" / "reference" / "import-icontrol.md"
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


def refused(edit: Edit) -> list[tuple[str, str]]:
    with pytest.raises(ImportRefused) as caught:
        edited(edit)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


def by(items: list[dict[str, Any]], key: str = "id") -> dict[str, dict[str, Any]]:
    return {item[key]: item for item in items}


def lines(imported: Imported, kind: str) -> dict[str, str]:
    """source → English sentence."""
    return {entry.source: entry.message["en"] for entry in imported.report if entry.kind == kind}


def walk(value: Any, at: str) -> Iterator[tuple[str, Any, Any, Any]]:
    """(pointer, container, key, value) of everything in a document."""
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, inner in pairs:
        yield child(at, key), value, key, inner
        if isinstance(inner, dict | list):
            yield from walk(inner, child(at, key))


def everything(files: Files) -> Iterator[tuple[str, Any, Any, Any]]:
    for name, content in files.items():
        yield from walk(content, f"{name}#")


def covered(at: str, sources: set[str]) -> bool:
    """Whether ``at`` or something above it is in ``sources``."""
    file, _, path = at.partition("#")
    steps = path.split("/")
    return any(f"{file}#" + "/".join(steps[:length]) in sources for length in range(1, len(steps) + 1))


def changed(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + "x"
        case list():
            return ["x"]
        case dict():
            return {"x": 1}
    return "x"


# Nothing is dropped silently -------------------------------------------------------------------------------------


@either
def test_every_leaf_is_mapped_or_left_out_in_the_report(make: Callable[[], Files]) -> None:
    files = make()
    told = {entry.source for entry in convert(files).report if entry.kind in ("mapped", "left_out")}

    silent = [at for at, _, _, value in everything(files) if value in ([], {}) or not isinstance(value, dict | list)]
    assert len(silent) > 50
    assert [at for at in silent if not covered(at, told)] == []


@either
def test_a_changed_leaf_changes_the_result_unless_it_is_left_out(make: Callable[[], Files]) -> None:
    files = make()
    before = convert(files)
    left = {entry.source for entry in before.report if entry.kind == "left_out"}
    without_a_page = {entry.source for entry in before.report if entry.kind == "warning"} - {
        "ROUTE_CATALOG.json#/routes",
        "rbac.json#/rules",
    }

    unnoticed = []
    for at, container, key, value in everything({name: files[name] for name in files if name != STRUCTURE}):
        if isinstance(value, dict | list) and value:
            continue
        container[key] = changed(value)
        try:
            after = convert(files)
        except ImportRefused as refusal:
            noticed = any(covered(at, {problem.pointer}) for problem in refusal.problems)
        else:
            noticed = (after.snapshot, after.policies) != (before.snapshot, before.policies)
        container[key] = value
        if not noticed and not covered(at, left | without_a_page):
            unnoticed.append(at)
    assert unnoticed == []


@either
def test_an_added_member_is_used_refused_or_reported_by_its_own_pointer(make: Callable[[], Files]) -> None:
    files = make()
    before = convert(files)
    roots = [(f"{name}#", content) for name, content in files.items() if name != STRUCTURE]
    inside = [
        (at, value) for root, content in roots for at, _, _, value in walk(content, root) if isinstance(value, dict)
    ]

    silent = []
    for at, value in roots + inside:
        value["zzz"] = 1
        try:
            after = convert(files)
        except ImportRefused as refusal:
            noticed = any(problem.pointer == f"{at}/zzz" for problem in refusal.problems)
        else:
            noticed = after.snapshot != before.snapshot or f"{at}/zzz" in lines(after, "left_out")
        del value["zzz"]
        if not noticed:
            silent.append(at)
    assert silent == []


@either
def test_every_line_speaks_both_languages(make: Callable[[], Files]) -> None:
    for entry in convert(make()).report:
        assert entry.message["en"] and entry.message["fr"]
        assert entry.message["en"] != entry.message["fr"]
        assert "{" not in entry.message["en"] + entry.message["fr"]
        assert (entry.target == "") == (entry.kind == "left_out")


# The result ------------------------------------------------------------------------------------------------------


@either
def test_the_result_is_fit_for_preview_and_its_policy_for_the_gate(make: Callable[[], Files]) -> None:
    imported = convert(make())

    assert errors(check_snapshot(imported.snapshot)) == []
    assert check_policies(imported.policies) == []


def test_a_second_import_is_identical_whatever_the_order_of_the_members(tmp_path: Path) -> None:
    def backwards(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: backwards(value[key]) for key in reversed(value)}
        return [backwards(item) for item in value] if isinstance(value, list) else value

    for name, content in small().items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")

    first, second, turned = read(tmp_path), read(tmp_path), convert(backwards(small()))

    assert first == second
    assert canonical(first.snapshot) == canonical(turned.snapshot)
    assert first.policies == turned.policies
    assert Counter(map(str, first.report)) == Counter(map(str, turned.report))


def test_the_input_is_left_as_it_was() -> None:
    files = small()
    convert(files)
    assert files == small()


def test_routes_become_pages() -> None:
    pages = by(convert(small()).snapshot["pages"])

    assert pages["kettle_app"] == {
        "id": "kettle_app",
        "title": "Kettle",
        "path": "#/kettle",
        "surface": "APP",
        "visible": True,
        "order": 6,
        "roles": [],
        "permissions": [],
        "tenants": ["t1"],
        "status": "ACTIVE",
        "moduleId": "mod.kettle",
        "flag": "steam",
    }
    assert pages["cellar_app"]["visible"] is False
    assert pages["cellar_app"]["path"] is None
    assert pages["system_cp"]["nav"] == "sidebar"
    assert pages["tea_time_cp"]["nav"] == {"drawer": False}
    assert "nav" not in pages["biscuits_cp"]


@pytest.mark.parametrize(
    ("route_id", "surface", "title"),
    [
        ("dashboard_overview_cp", "CP", "Dashboard overview"),
        ("home_app", "APP", "Home"),
        ("app", "APP", "App"),
        ("cp_app", "APP", "Cp"),
        ("plain", "CP", "Plain"),
    ],
)
def test_titles(route_id: str, surface: str, title: str) -> None:
    assert title_of(route_id, surface) == title


def test_tabs_point_to_their_bar_and_their_page_and_clashes_are_told() -> None:
    imported = convert(small())

    assert imported.snapshot["tabs"] == [
        {
            "id": f"dashboard.{name}_cp",
            "pageId": "dashboard_cp",
            "label": label,
            "visible": True,
            "order": 1,
            "targetPageId": f"{name}_cp",
        }
        for name, label in (("biscuits", "Biscuits"), ("tea_time", "Tea time"))
    ]
    clash = [entry for entry in imported.report if entry.kind == "warning" and entry.target.startswith("tabs/")]
    assert [entry.target for entry in clash] == ["tabs/dashboard.biscuits_cp"]
    assert "dashboard.biscuits_cp, dashboard.tea_time_cp" in clash[0].message["en"]


def test_a_switched_off_tab_is_none_and_its_position_is_left_out() -> None:
    def edit(files: Files) -> None:
        files["ROUTE_CATALOG.json"]["routes"][3]["nav_visibility"]["dashboard_tabs"] = False

    imported = edited(edit)

    assert [tab["id"] for tab in imported.snapshot["tabs"]] == ["dashboard.tea_time_cp"]
    assert "ROUTE_CATALOG.json#/routes/3/nav_visibility/tab_order" in lines(imported, "left_out")


@pytest.mark.parametrize(
    ("source", "rollout"),
    [(12.5, 1300), (12.49, 1200), (0, 0), (0.4, 0), (0.5, 100), (99.5, 10000), (100, 10000), (None, 0)],
)
def test_shares_are_rounded_as_the_product_rounds_them(source: float | None, rollout: int) -> None:
    flag = {"state": "ROLLOUT"} | ({} if source is None else {"rollout": source})
    imported = edited(lambda files: files["feature_flags.default.json"]["flags"].update(steam=flag))
    assert by(imported.snapshot["featureFlags"], "key")["steam"]["rollout"] == rollout


def test_flags_keep_their_buckets_and_a_strange_name_is_kept_with_a_warning() -> None:
    imported = convert(small())
    flags = by(imported.snapshot["featureFlags"], "key")

    # The seed is there: left out it would be the key, and every tenant would change its bucket.
    assert flags["undefined"] == {
        "key": "undefined",
        "state": "OFF",
        "type": "boolean",
        "bucketBy": "tenant",
        "bucketing": {"algorithm": "fnv1a", "seed": ""},
    }
    assert "undefined" in lines(imported, "warning")["feature_flags.default.json#/flags/undefined"]


def test_a_share_without_rollout_is_left_out() -> None:
    flag = {"state": "ON", "rollout": 5}
    imported = edited(lambda files: files["feature_flags.default.json"]["flags"].update(steam=flag))

    assert "rollout" not in by(imported.snapshot["featureFlags"], "key")["steam"]
    assert "feature_flags.default.json#/flags/steam/rollout" in lines(imported, "left_out")


def test_roles_permissions_and_plans() -> None:
    imported = convert(small())

    assert imported.snapshot["roles"] == [
        {"id": "GHOST", "permissions": []},
        {"id": "GUEST", "permissions": ["read:menu", "read:*"]},
        {"id": "HOST", "permissions": ["*"]},
    ]
    assert imported.snapshot["permissions"] == [{"id": "openCellar"}, {"id": "read:menu"}]
    assert imported.snapshot["plans"] == [
        {
            "id": "MUG",
            "modules": ["pantry"],
            "pages": ["tea_time_cp"],
            "capabilities": ["BREW"],
            "limits": {"cups": 3, "spoons": None},
            "roles": ["GUEST"],
        }
    ]
    warnings = lines(imported, "warning")
    assert "openCellar" in warnings["rbac.json#/rules"] and "HOST" in warnings["rbac.json#/rules"]
    assert "attic_cp" in warnings["TENANT_FEATURE_MATRIX.json#/templates/MUG/enabled_pages/1"]
    assert "rbac.json#/roles/2" in warnings
    assert "kettle_app" in warnings["ROUTE_CATALOG.json#/routes"]


@pytest.mark.parametrize(
    ("pattern", "permission", "yes"),
    [
        ("*", "anything", True),
        ("read:*", "read:menu", True),
        ("read:*", "write:menu", False),
        ("read:*", "reader", False),
        ("read:menu", "read:menu", True),
        ("read:menu", "read:menus", False),
    ],
)
def test_patterns(pattern: str, permission: str, yes: bool) -> None:
    assert covers(pattern, permission) is yes


def test_rules_and_plans_for_nobody_are_left_out() -> None:
    def edit(files: Files) -> None:
        files["rbac.json"]["rules"].append({"who": "CAT", "can": ["sleep"]})
        files["TENANT_FEATURE_MATRIX.json"]["roles_by_plan"]["JUG"] = ["HOST"]

    imported = edited(edit)

    assert {"rbac.json#/rules/2", "TENANT_FEATURE_MATRIX.json#/roles_by_plan/JUG"} <= lines(imported, "left_out").keys()
    assert "sleep" not in canonical(imported.snapshot)


def test_tokens_have_the_category_of_their_value() -> None:
    imported = convert(small())
    found = {token["key"]: token for token in imported.snapshot["uiTokens"]}

    assert {key: token["category"] for key, token in found.items()} == {
        "base.radius": "radius",
        "base.ink": "color",
        "cp.spacing.small": "spacing",
        "china.light.wall": "gradient",
        "china.light.cup": "color",
        "china.light.glow": "other",
        "china.light.shelf.back": "gradient",
        "china.light.shelf.wall": "color",
    }
    assert found["china.light.wall"] == {
        "key": "china.light.wall",
        "value": "linear-gradient(#fff, #eee)",
        "category": "gradient",
        "mode": "light",
        "scope": "cp.room",
        "cssVar": "--wall",
    }
    # Only the outer token of the name sets the property.
    assert "cssVar" not in found["china.light.shelf.wall"]
    assert "design.tokens.json#/cssVarsMapping/saucer" in lines(imported, "left_out")


def test_the_brand_decides_on_the_mode_and_an_empty_logo_is_none() -> None:
    imported = edited(lambda files: files["design.tokens.json"].update(defaultMode="dark"))

    assert imported.snapshot["theme"] == {
        "defaultPreset": "china",
        "defaultMode": "light",
        "presets": [{"id": "china", "scope": "cp.room", "modes": ["light"]}],
        "brand": {
            "name": "Tea room",
            "shortName": "Tea",
            "legalName": "Tea room Ltd",
            "tenantId": "tea",
            "titleSuffix": "- tea",
            "accentColor": "#0a0",
        },
        "logos": {"primary": "/logo.svg"},
    }
    assert "design.tokens.json#/defaultMode" in lines(imported, "warning")
    assert "brand.default.json#/LOGO_COMPACT" in lines(imported, "left_out")


@pytest.mark.parametrize(
    ("status", "minimum", "more", "warned"),
    [
        ("OK", "0.0.0", {}, False),
        ("OK", "0", {}, False),
        ("OK", "1.0.0", {"enforcement": "soft"}, True),
        ("SOFT_BLOCK", "1.0.0", {"enforcement": "soft"}, True),
        ("HARD_BLOCK", "1.0.0", {"enforcement": "hard"}, True),
        ("MAINTENANCE", "1.0.0", {"maintenance": True}, False),
    ],
)
def test_the_version_policy(status: str, minimum: str, more: dict[str, Any], warned: bool) -> None:
    change = {"status": status, "min_version": minimum}
    imported = edited(lambda files: files["version_policy.default.json"].update(change))

    assert imported.policies == {
        "default": {
            "latest": "1.2",
            "minSupported": minimum,
            "message": "",
            "safeMode": False,
            "capabilities": ["brew"],
            **more,
        }
    }
    assert any(source.startswith("version_policy") for source in lines(imported, "warning")) is warned


# Refusals --------------------------------------------------------------------------------------------------------


def test_what_is_missing_or_unreadable_is_told_at_once(tmp_path: Path) -> None:
    for name, content in small().items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "rbac.json").unlink()
    (tmp_path / "brand.default.json").write_text('{"a": 1, "a": 2}', encoding="utf-8")
    (tmp_path / "ROUTE_CATALOG.json").write_bytes(b"\xff")
    (tmp_path / "design.tokens.json").unlink()
    (tmp_path / "design.tokens.json").mkdir()

    with pytest.raises(ImportRefused) as caught:
        read(tmp_path)

    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [
        ("ROUTE_CATALOG.json#", "json.encoding"),
        ("brand.default.json#", "json.duplicate_key"),
        ("design.tokens.json#", "import.unreadable"),
        ("rbac.json#", "import.file_missing"),
    ]
    assert all(problem.message["en"] and problem.message["fr"] for problem in caught.value.problems)


@pytest.mark.parametrize("name", ["absent", "file"])
def test_a_directory_is_needed(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ImportRefused) as caught:
        read(tmp_path / name)
    assert [problem.code for problem in caught.value.problems] == ["import.directory"]


def test_wrong_shapes_are_told_at_once() -> None:
    def edit(files: Files) -> None:
        files["ROUTE_CATALOG.json"]["routes"][0]["path"] = 7
        del files["ROUTE_CATALOG.json"]["routes"][1]["route_id"]
        files["TENANT_FEATURE_MATRIX.json"]["templates"] = []
        files["feature_flags.default.json"]["flags"]["a/b"] = {"state": "MAYBE"}
        files["rbac.json"]["rules"][0]["can"] = "*"
        files["design.tokens.json"]["base"]["radius"] = True
        files["version_policy.default.json"] = None

    assert refused(edit) == [
        ("ROUTE_CATALOG.json#/routes/0/path", "import.shape"),
        ("ROUTE_CATALOG.json#/routes/1", "import.missing"),
        ("TENANT_FEATURE_MATRIX.json#/templates", "import.shape"),
        ("design.tokens.json#/base/radius", "import.shape"),
        ("feature_flags.default.json#/flags/a~1b/state", "import.shape"),
        ("rbac.json#/rules/0/can", "import.shape"),
        ("version_policy.default.json#", "import.shape"),
    ]


def test_what_makes_no_sense_is_told_at_once() -> None:
    def edit(files: Files) -> None:
        del files["ROUTE_CATALOG.json"]["routes"][3]["nav_visibility"]["tab_order"]
        files["feature_flags.default.json"]["flags"]["steam"]["rollout"] = 100.5
        files["version_policy.default.json"]["min_version"] = "v1"
        files["TENANT_FEATURE_MATRIX.json"]["templates"]["MUG"]["plan"] = "JUG"
        files["design.tokens.json"]["presets"]["china"]["id"] = "tin"

    assert refused(edit) == [
        ("feature_flags.default.json#/flags/steam/rollout", "import.range"),
        ("ROUTE_CATALOG.json#/routes/3/nav_visibility", "import.missing"),
        ("version_policy.default.json#/min_version", "import.version"),
        ("TENANT_FEATURE_MATRIX.json#/templates/MUG/plan", "import.contradiction"),
        ("design.tokens.json#/presets/china/id", "import.contradiction"),
    ]


@pytest.mark.parametrize("junk", [None, [], "text", 1, {}])
def test_a_file_of_something_else_is_refused_not_crashed_on(junk: Any) -> None:
    for name in SHAPES:
        if name == STRUCTURE and junk == {}:
            continue
        files = small() | {name: copy.deepcopy(junk)}
        with pytest.raises(ImportRefused) as caught:
            convert(files)
        assert {problem.pointer for problem in caught.value.problems} == {f"{name}#"}


# The real files, and what the documentation says of them ---------------------------------------------------------


@real_files
def test_the_documentation_counts_right() -> None:
    imported = read(REAL)
    told = {name: int(number) for name, number in re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE.read_text(), re.M)}

    sections = {name: len(items) for name, items in imported.snapshot.items() if isinstance(items, list)}
    assert told == sections | Counter(entry.kind for entry in imported.report)


@real_files
def test_the_real_files() -> None:
    imported = read(REAL)
    snapshot = imported.snapshot
    pages, tabs = snapshot["pages"], snapshot["tabs"]

    assert Counter(page["surface"] for page in pages) == {"CP": 34, "APP": 16}
    assert [page["id"] for page in pages if page["path"] is None] == ["notfound_cp"]
    assert [page["id"] for page in pages if not page["visible"]] == ["client_catalog_app"]
    assert sum(count == 2 for count in Counter(page["path"] for page in pages).values()) == 5
    assert Counter(tab["pageId"] for tab in tabs) == {"dashboard_cp": 6, "system_cp": 10}
    assert len({tab["targetPageId"] for tab in tabs}) == 14
    assert {flag["state"] for flag in snapshot["featureFlags"]} == {"OFF"}
    assert "undefined" in by(snapshot["featureFlags"], "key")
    modes = Counter(token.get("mode") for token in snapshot["uiTokens"])
    assert (modes["light"] + modes["dark"], modes[None]) == (58, 30)
    assert [len(plan["pages"]) for plan in snapshot["plans"]] == [35, 35, 35]
    assert imported.policies["default"] == {
        "latest": "0.0.0",
        "minSupported": "0.0.0",
        "message": "",
        "safeMode": False,
        "capabilities": [],
    }
    text = " ".join(lines(imported, "warning").values())
    assert "cp.settings" in text
    assert any(entry.message["en"].startswith("15 pages are in no plan") for entry in imported.report)
    assert any(
        entry.message["en"].startswith("8 permissions that pages require are granted by nothing but the * of DEVELOPER")
        for entry in imported.report
    )
    assert sum(entry.kind == "warning" and entry.target.startswith("tabs/") for entry in imported.report) == 6


@real_files
def test_importing_the_real_files_twice_gives_the_same() -> None:
    assert canonical(read(REAL).snapshot) == canonical(read(REAL).snapshot)
