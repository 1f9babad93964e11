"""``docs/architecture.md`` with its picture as the imports draw it: ``python -m tests.house.architecture_page``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "architecture.md"
PICTURE = re.compile(r"(?<=```mermaid\n).*?(?=```)", re.S)
#: (name, words, modules), from the top; the first that fits counts.
ROOMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("kernel", "icontrol.kernel: texts, refusals, problems, outages", ("icontrol.kernel", "icontrol.environ")),
    ("server", "icontrol: settings, front door, supervisor, backup", ("icontrol",)),
    ("faces", "frontend: Toolbox, control plane, app, incident page", ("frontend",)),
    ("protocols", "flags: OFREP, Unleash", ("flags.ofrep", "flags.unleash", "flags.client_views")),
    ("engine", "flags.engine: evaluation", ("flags.engine",)),
    ("flagdoors", "flags: API, commands", ("flags.api", "flags.management")),
    ("flags", "flags: explaining, usage, overview", ("flags",)),
    ("api", "releases.api", ("releases.api", "releases.urls")),
    ("pages", "releases.pages: confirmations, differences in sentences", ("releases.pages",)),
    ("admin", "releases.admin", ("releases.admin", "releases.admin_site", "releases.templatetags")),
    ("commands", "releases.management", ("releases.management",)),
    (
        "tables",
        "releases.models",
        (
            "releases.models",
            "releases.ledger.kinds",
            "releases.access.roles",
            "releases.confirmation",
            "releases.codes",
        ),
    ),
    (
        "ledger",
        "releases.ledger: chain, checkpoints, verify",
        ("releases.ledger", "releases.flag_life", "releases.news"),
    ),
    ("gate", "releases.gate: 200, 426, 503", ("releases.gate",)),
    ("delivery", "releases.delivery: what is live", ("releases.delivery",)),
    ("access", "releases.access: people, tokens, sessions", ("releases.access",)),
    ("releases", "releases: actions, publishing, policies", ("releases",)),
    ("formats", "configs: importers, exporters", ("configs.importers", "configs.exporters")),
    ("validation", "configs.validation: all problems", ("configs.validation",)),
    (
        "snapshot",
        "configs.snapshot: canonical text, differences",
        ("configs.snapshot", "configs.payloads", "configs.versions"),
    ),
    ("configs", "configs: actions, drafts, versions", ("configs",)),
)
#: What wires an app together and what migrates it may reach everywhere.
LEFT_OUT = {"apps", "migrations"}


def room_of(module: str) -> str:
    if module == "icontrol":  # the version number
        return "kernel"
    for name, _, modules in ROOMS:
        if any(module == place or module.startswith(f"{place}.") for place in modules):
            return name
    raise LookupError(module)


def arrows() -> list[tuple[str, str]]:
    """From room to room, without those that a longer way through other rooms says already."""
    sys.path.insert(0, str(ROOT))
    graph = grimp.build_graph("configs", "flags", "frontend", "icontrol", "releases", cache_dir=None)
    direct: dict[str, set[str]] = {name: set() for name, _, _ in ROOMS}
    for module in graph.modules:
        if LEFT_OUT.intersection(module.split(".")):
            continue
        here = room_of(module)
        direct[here] |= {room_of(other) for other in graph.find_modules_directly_imported_by(module)} - {here}
    return [
        (a, b)
        for a, others in direct.items()
        for b in sorted(others)
        if a in direct[b] or not any(b in direct[other] and a not in direct[other] for other in others - {b})
    ]


def picture() -> str:
    boxes = [f'    {name}["{words}"]' for name, words, _ in sorted(ROOMS, key=lambda room: room[0] == "kernel")]
    return "\n".join(["flowchart TD", *boxes, *(f"    {a} --> {b}" for a, b in arrows())]) + "\n"


def main() -> None:
    drawn = picture()
    print(PICTURE.sub(lambda _: drawn, PAGE.read_text(encoding="utf-8"), count=1), end="")


if __name__ == "__main__":
    main()
