"""What becomes what, on a small made-up set of files."""

from __future__ import annotations

from typing import Any

import pytest

from configs.importers.icontrol import convert
from configs.importers.icontrol.access import covers
from configs.importers.icontrol.pages import title_of
from configs.snapshot.canonical import canonical
from tests.configs.icontrol_files import Files, edited, lines, small


def by(items: list[dict[str, Any]], key: str = "id") -> dict[str, dict[str, Any]]:
    return {item[key]: item for item in items}


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
            "maintenanceMessage" if status == "MAINTENANCE" else "message": "",
            "safeMode": False,
            "capabilities": ["brew"],
            **more,
        }
    }
    assert any(source.startswith("version_policy") for source in lines(imported, "warning")) is warned
