"""Who may do what: roles, permissions and tenant plans."""

from __future__ import annotations

from typing import Any

from configs.importers.icontrol.files import PLANS, RBAC, ROUTES
from configs.importers.report import Report
from configs.importers.shapes import child
from icontrol.kernel.texts import both


def covers(pattern: str, permission: str) -> bool:
    """``*`` covers everything, ``read:*`` all that starts with ``read:``, any other pattern only itself."""
    return permission.startswith(pattern[:-1]) if pattern.endswith("*") else pattern == permission


def roles(rbac: dict[str, Any], report: Report) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    granted: dict[str, list[str]] = {role: [] for role in rbac["roles"]}
    for index, rule in enumerate(rbac["rules"]):
        at = f"{RBAC}#/rules/{index}"
        if rule["who"] not in granted:
            report.add("left_out", at, "", both("“{who}” is not one of the file's roles.", who=rule["who"]))
            continue
        mine = granted[rule["who"]]
        mine.extend(name for name in dict.fromkeys(rule["can"]) if name not in mine)
        report.add("mapped", at, f"roles/{rule['who']}", both("The rule is the role's list of permissions."))
    for index, role in enumerate(rbac["roles"]):
        at = f"{RBAC}#/roles/{index}"
        report.add("mapped", at, f"roles/{role}", both("The role becomes a role."))
        if not granted[role]:
            report.add("warning", at, f"roles/{role}", both("No rule grants this role anything."))
    if rbac.get("constraints"):
        report.add(
            "left_out",
            f"{RBAC}#/constraints",
            "",
            both(
                "{count} sentences about who may change whom. They are prose: no program could enforce them.",
                count=len(rbac["constraints"]),
            ),
        )
    return [{"id": role, "permissions": names} for role, names in granted.items()], granted


def permissions(pages: list[dict[str, Any]], granted: dict[str, list[str]], report: Report) -> list[dict[str, Any]]:
    needed = sorted({name for page in pages for name in page["permissions"]})
    named = sorted({name for names in granted.values() for name in names if "*" not in name})
    report.add(
        "derived",
        f"{RBAC}#/rules",
        "permissions",
        both(
            "{count} permissions that the rules name are declared; patterns with * stay with their roles.",
            count=len(named),
        ),
    )
    report.add(
        "derived",
        f"{ROUTES}#/routes",
        "permissions",
        both("{count} permissions that the routes require are declared.", count=len(needed)),
    )
    specific = {pattern for names in granted.values() for pattern in names if pattern != "*"}
    unnamed = [name for name in needed if not any(covers(pattern, name) for pattern in specific)]
    if unnamed:
        owners = [role for role, names in granted.items() if "*" in names]
        report.add(
            "warning",
            f"{RBAC}#/rules",
            "permissions",
            both(
                "{count} permissions that pages require are granted by nothing but the * of {owners}: {names}.",
                count=len(unnamed),
                owners=", ".join(owners) or "–",
                names=", ".join(unnamed),
            ),
        )
    return [{"id": name} for name in sorted({*needed, *named})]


def plans(matrix: dict[str, Any], pages: list[dict[str, Any]], report: Report) -> list[dict[str, Any]]:
    known = {page["id"] for page in pages}
    roles = matrix.get("roles_by_plan", {})
    result: list[dict[str, Any]] = []
    for name, template in matrix["templates"].items():
        at = child(f"{PLANS}#/templates", name)
        plan = {
            "id": name,
            "modules": template["enabled_modules"],
            "pages": [page for page in template["enabled_pages"] if page in known],
            "capabilities": template["enabled_capabilities"],
            "limits": template["limits"],
        }
        report.add("mapped", at, f"plans/{name}", both("The template is a plan."))
        for index, page in enumerate(template["enabled_pages"]):
            if page not in known:
                report.add(
                    "warning",
                    f"{at}/enabled_pages/{index}",
                    f"plans/{name}",
                    both("There is no route “{page}”; the plan leaves it out.", page=page),
                )
        for member in ("billing_binding", "audit_required"):
            if member in template:
                report.add(
                    "left_out",
                    child(at, member),
                    "",
                    both("Plans say what a tenant gets; invoicing and audit duties are not configuration of a client."),
                )
        if name in roles:
            plan["roles"] = roles[name]
            report.add(
                "mapped",
                child(f"{PLANS}#/roles_by_plan", name),
                f"plans/{name}",
                both("The roles are the plan's roles."),
            )
        result.append(plan)
    for name in roles:
        if name not in matrix["templates"]:
            report.add(
                "left_out", child(f"{PLANS}#/roles_by_plan", name), "", both("There is no plan “{name}”.", name=name)
            )
    orphans = [page["id"] for page in pages if not any(page["id"] in plan["pages"] for plan in result)]
    if orphans:
        report.add(
            "warning",
            f"{ROUTES}#/routes",
            "plans",
            both("{count} pages are in no plan: {names}.", count=len(orphans), names=", ".join(orphans)),
        )
    return result
