"""``manage.py demo``: the demo configuration, as on the first start."""

from __future__ import annotations

from icontrol.kernel.texts import both
from releases.bootstrap import load_demo
from releases.management.base import ActionCommand


class Command(ActionCommand):
    help = "Creates the application, its environments and the live demo, if they are missing."

    def run(self) -> None:
        made: list[str] = []
        load_demo(now=self.now, announce=made.append)
        nothing = both("Everything already exists; nothing was changed.")
        self.answer({"made": made}, made or [nothing])
