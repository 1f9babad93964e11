"""Django's command line; its help lists our commands first."""

from __future__ import annotations

import sys

from django.core.management import ManagementUtility, get_commands, load_command_class

OURS = ("configs", "flags", "icontrol", "releases")


class Utility(ManagementUtility):
    def main_help_text(self, commands_only: bool = False) -> str:
        theirs = super().main_help_text(commands_only)
        ours = sorted(name for name, app in get_commands().items() if app in OURS)
        if commands_only or not ours:
            return theirs
        width = max(map(len, ours))
        lines = [f"    {name:{width}}  {load_command_class(get_commands()[name], name).help}".rstrip() for name in ours]
        return "\n".join(["", "Commands of iCONTROL (docs/reference/commands.md):", "", *lines, theirs])


def execute() -> None:
    Utility(sys.argv).execute()
