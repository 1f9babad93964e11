"""The iCONTROL product's own configuration files, eight of them, as a snapshot, version policies and a report.

Pure: no Django, no database. The same files give the same snapshot, byte for byte, in any order of their members.
``docs/reference/import-icontrol.md`` documents the mapping; its counts are tested.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from configs.importers import Imported
from configs.importers.icontrol import access, flags, pages, theme
from configs.importers.icontrol.files import (
    BRAND,
    FLAGS,
    METADATA,
    PLANS,
    POLICY,
    RBAC,
    ROUTES,
    SHAPES,
    STRUCTURE,
    TOKENS,
    check,
    load,
)
from configs.importers.report import Report
from configs.importers.shapes import child
from configs.snapshot.canonical import normalise
from icontrol.kernel.texts import both

__all__ = ["convert", "read"]


def read(directory: Path) -> Imported:
    """Read the eight files of ``directory``; :class:`ImportRefused` with all visible problems."""
    return convert(load(directory))


def convert(files: Mapping[str, Any]) -> Imported:
    """``files`` as ``load`` returns them; :class:`ImportRefused` if one has the wrong shape.

    The result shares nothing with ``files``.
    """
    unknown = check(files)
    report = Report()
    page_list = pages.pages(files[ROUTES], report)
    roles, granted = access.roles(files[RBAC], report)
    snapshot = {
        "pages": page_list,
        "tabs": pages.tabs(files[ROUTES], page_list, report),
        "featureFlags": flags.flags(files[FLAGS], report),
        "uiTokens": theme.tokens(files[TOKENS], report),
        "theme": theme.theme(files[TOKENS], files[BRAND], report),
        "roles": roles,
        "permissions": access.permissions(page_list, granted, report),
        "plans": access.plans(files[PLANS], page_list, report),
    }
    policies = {"default": flags.policy(files[POLICY], report)}
    _left_out(files, unknown, report)
    return Imported(*copy.deepcopy((normalise(snapshot), policies)), tuple(report.entries))


def _left_out(files: Mapping[str, Any], unknown: list[str], report: Report) -> None:
    for name, shape in SHAPES.items():
        for member in METADATA:
            member = member.removesuffix("?")
            if f"{member}?" in shape and member in files[name]:
                report.add(
                    "left_out",
                    child(f"{name}#", member),
                    "",
                    both("Describes how the file was made; no client reads it."),
                )
    for at in unknown:
        report.add("left_out", at, "", both("The importer does not know this member, so it was not imported."))
    report.add(
        "left_out",
        f"{STRUCTURE}#",
        "",
        both(
            "A JSON Schema of blueprints: data sources, tables, rules, forms. It says how such files must look and "
            "holds no table itself, so there is nothing to show. Its column and action types are those of our "
            "tables."
        ),
    )
