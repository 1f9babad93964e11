"""``manage.py kill``: force a flag off for everybody, at once."""

from __future__ import annotations

from releases.management.switches import SwitchCommand


class Command(SwitchCommand):
    kind = "kill"
    help = "Forces a flag off for everybody until it is lifted, whatever is published or rolled back meanwhile."
