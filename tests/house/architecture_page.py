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
    ("ground", "icontrol.kernel: texts, refusals, problems, outages, locks", ("icontrol.kernel",)),
    ("server", "icontrol: settings, front door, supervisor, backup", ("icontrol",)),
    ("protocols", "flags: OFREP, Unleash", ("flags.ofrep", "flags.unleash")),
    ("engine", "flags.engine: evaluation", ("flags.engine",)),
    ("flagdoors", "flags: API, admin, commands", ("flags.api", "flags.admin", "flags.management", "flags.urls")),
    ("flags", "flags: contexts, usage, overview", ("flags",)),
    ("api", "releases.api", ("releases.api", "releases.urls")),
    ("admin", "releases.admin", ("releases.admin", "releases.admin_site", "releases.templatetags")),
    ("commands", "releases.management", ("releases.management",)),
    ("releases", "releases: ledger, gate, delivery, access", ("releases",)),
    ("formats", "configs: importers, exporters", ("configs.importers", "configs.exporters")),
    ("configs", "configs: drafts and versions, snapshot, validation", ("configs",)),
)


def room_of(module: str) -> str:
    if module == "icontrol":  # the version number
        return "ground"
    for name, _, modules in ROOMS:
        if any(module == place or module.startswith(f"{place}.") for place in modules):
            return name
    raise LookupError(module)


def arrows() -> list[tuple[str, str]]:
    """From room to room, without those that a longer way through other rooms says already."""
    sys.path.insert(0, str(ROOT))
    graph = grimp.build_graph("configs", "flags", "icontrol", "releases", cache_dir=None)
    direct: dict[str, set[str]] = {name: set() for name, _, _ in ROOMS}
    for module in graph.modules:
        here = room_of(module)
        direct[here] |= {room_of(other) for other in graph.find_modules_directly_imported_by(module)} - {here}
    return [
        (a, b)
        for a, others in direct.items()
        for b in sorted(others)
        if a in direct[b] or not any(b in direct[other] and a not in direct[other] for other in others - {b})
    ]


def picture() -> str:
    boxes = [f'    {name}["{words}"]' for name, words, _ in sorted(ROOMS, key=lambda room: room[0] == "ground")]
    return "\n".join(["flowchart TD", *boxes, *(f"    {a} --> {b}" for a, b in arrows())]) + "\n"


def main() -> None:
    drawn = picture()
    print(PICTURE.sub(lambda _: drawn, PAGE.read_text(encoding="utf-8"), count=1), end="")


if __name__ == "__main__":
    main()
