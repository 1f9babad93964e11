"""Routes become pages and, where the product shows them in a tab bar, tabs."""

from __future__ import annotations

from typing import Any

from configs.importers.icontrol.files import ROUTES, TAB_BARS
from configs.importers.report import Report
from configs.importers.shapes import child


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
        report.add("mapped", at, f"pages/{route_id}", "The route is a page.", "La route est une page.")
        if not page["visible"]:
            report.add(
                "derived",
                child(at, "status"),
                f"pages/{route_id}",
                "HIDDEN also makes the page invisible.",
                "HIDDEN rend aussi la page invisible.",
            )
    report.add(
        "derived",
        f"{ROUTES}#/routes",
        "pages",
        "The order of the pages is the order of the routes in the file; roles are empty, because the file restricts "
        "pages by permissions only.",
        "L'ordre des pages est celui des routes dans le fichier ; les rôles sont vides, car le fichier ne restreint "
        "les pages que par permissions.",
    )
    report.add(
        "warning",
        f"{ROUTES}#/routes",
        "pages",
        "The routes have no titles: {count} titles were made from ids, in English only. Read them before publishing.",
        "Les routes n'ont pas de titre : {count} titres viennent des identifiants, en anglais seulement. À relire "
        "avant de publier.",
        count=len(result),
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
                        "A position without a tab: “{switch}” is not true.",
                        "Une position sans onglet : « {switch} » n'est pas vrai.",
                        switch=switch,
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
                "The route is also a tab of the page “{page}”; its label is the page's title.",
                "La route est aussi un onglet de la page « {page} » ; son libellé est le titre de la page.",
                page=container,
            )
        for order, ids in sorted(taken.items()):
            if len(ids) > 1:
                report.add(
                    "warning",
                    f"{ROUTES}#/routes",
                    f"tabs/{min(ids)}",
                    "Position {order} of the tabs “{bar}” is claimed by {count}: {ids}. They stand in the order of "
                    "their ids.",
                    "La position {order} des onglets « {bar} » est prise par {count} : {ids}. Ils se suivent dans "
                    "l'ordre de leurs identifiants.",
                    order=order,
                    bar=bar,
                    count=len(ids),
                    ids=", ".join(sorted(ids)),
                )
    return result
