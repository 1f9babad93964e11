"""``manage.py lift``: end a kill."""

from __future__ import annotations

from releases.management.switches import SwitchCommand


class Command(SwitchCommand):
    kind = "lift"
    help = "Lifts a kill switch: the flag follows its config again."
