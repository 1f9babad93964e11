"""Routes become pages and, where the product shows them in a tab bar, tabs."""

from __future__ import annotations

from typing import Any

from configs.importers.icontrol.files import ROUTES, TAB_BARS
from configs.importers.report import Report
from configs.importers.shapes import child
from icontrol.kernel.texts import both


def title_of(route_id: str, surface: str) -> str:
    """``dashboard_overview_cp`` on ``CP`` → ``Dashboard overview``."""
    words = route_id.removesuffix("_" + surface.lower()).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def pages(catalogue: dict[str, Any], report: Report) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = []
    bar_members = {member for bar in TAB_BARS.values() for member in bar[:2]}
    for index, route in enumerate(catalogue["routes"]):
        at, route_id, surface = f"{ROUTES}#/routes/{index}", route["route_id"], route["app_surface"]
        page = {
            "id": route_id,
            "title": title_of(route_id, surface),
            "path": route["path"],
            "surface": surface,
            "visible": route["status"] != "HIDDEN",
            "order": index + 1,
            "roles": [],
            "permissions": route["permissions_required"],
            "tenants": route["tenant_visibility"],
            "status": route["status"],
            "moduleId": route["page_module_id"],
        }
        if route["feature_flag_id"] is not None:
            page["flag"] = route["feature_flag_id"]
        nav = route.get("nav_visibility")
        if isinstance(nav, dict):
            nav = {name: value for name, value in nav.items() if name not in bar_members}
        if nav:
            page["nav"] = nav
        result.append(page)
        report.add("mapped", at, f"pages/{route_id}", both("The route is a page."))
        if not page["visible"]:
            report.add(
                "derived", child(at, "status"), f"pages/{route_id}", both("HIDDEN also makes the page invisible.")
            )
    report.add(
        "derived",
        f"{ROUTES}#/routes",
        "pages",
        both(
            "The order of the pages is the order of the routes in the file; roles are empty, because the file "
            "restricts pages by permissions only."
        ),
    )
    report.add(
        "warning",
        f"{ROUTES}#/routes",
        "pages",
        both(
            "The routes have no titles: {count} titles were made from ids, in English only. Read them before "
            "publishing.",
            count=len(result),
        ),
    )
    return result


def tabs(catalogue: dict[str, Any], pages: list[dict[str, Any]], report: Report) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = []
    for bar, (switch, position, container) in TAB_BARS.items():
        taken: dict[int, list[str]] = {}
        for index, page in enumerate(pages):
            nav = catalogue["routes"][index].get("nav_visibility")
            if not isinstance(nav, dict):
                continue
            at = f"{ROUTES}#/routes/{index}/nav_visibility"
            if not nav.get(switch):
                if position in nav:
                    report.add(
                        "left_out",
                        child(at, position),
                        "",
                        both("A position without a tab: “{switch}” is not true.", switch=switch),
                    )
                continue
            tab = {
                "id": f"{bar}.{page['id']}",
                "pageId": container,
                "label": page["title"],
                "visible": True,
                "order": nav[position],
                "targetPageId": page["id"],
            }
            result.append(tab)
            taken.setdefault(nav[position], []).append(tab["id"])
            report.add(
                "mapped",
                child(at, switch),
                f"tabs/{tab['id']}",
                both("The route is also a tab of the page “{page}”; its label is the page's title.", page=container),
            )
        for order, ids in sorted(taken.items()):
            if len(ids) > 1:
                report.add(
                    "warning",
                    f"{ROUTES}#/routes",
                    f"tabs/{min(ids)}",
                    both(
                        "Position {order} of the tabs “{bar}” is claimed by {count}: {ids}. They are placed in the "
                        "order of their ids.",
                        order=order,
                        bar=bar,
                        count=len(ids),
                        ids=", ".join(sorted(ids)),
                    ),
                )
    return result
