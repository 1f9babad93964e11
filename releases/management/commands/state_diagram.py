"""``manage.py state_diagram``: writes ``docs/reference/states.md`` from the data of the transitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from configs.states import DRAFT, OWNERS, STATES, TRANSITIONS
from releases.management.base import speak_utf8


class Command(BaseCommand):
    help = "Prints the states of a config version and the moves between them, as Markdown with a diagram."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        speak_utf8()
        super().run_from_argv(argv)

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("\n".join(page()))


def page() -> Iterator[str]:
    yield "# States of a config version"
    yield ""
    yield "Made by `manage.py state_diagram` from `configs/states.py`. `make docs` writes it, `make lint` compares."
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {DRAFT}"
    for source, move, target in TRANSITIONS:
        yield f"    {source} --> {target}: {move}"
    yield "```"
    yield ""
    yield "| state | French | owner | moves |"
    yield "|---|---|---|---|"
    for state, name in STATES.items():
        moves = ", ".join(f"{move} → {target}" for source, move, target in TRANSITIONS if source == state)
        yield f"| {state} | {name['fr']} | {OWNERS[state]} | {moves or 'none'} |"
    yield ""
    yield (
        "Content changes in the state draft only. A published version that is released again, by a rollback or in "
        "another environment, stays published. What is live is no state: it is what the newest release of an "
        "environment points to."
    )
