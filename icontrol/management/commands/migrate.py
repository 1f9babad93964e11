"""``manage.py migrate``: Django's, one process at a time, and the way back when a trigger is missing."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from icontrol.starting import alone


class Command(Migrate):
    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        """Without the checks of the database: they ask for the triggers (icontrol.E001) that this installs."""
        return {**super().get_check_kwargs(options), "databases": []}

    def handle(self, *args: Any, **options: Any) -> None:
        with alone(self.stderr.write):
            super().handle(*args, **options)
