"""``manage.py migrate``: Django's, but one process at a time; it also reinstalls missing triggers."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from icontrol.starting import alone


class Command(Migrate):
    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        """Without the database checks: these require the triggers (icontrol.E001) that this installs."""
        return {**super().get_check_kwargs(options), "databases": []}

    def handle(self, *args: Any, **options: Any) -> None:
        with alone(self.stderr.write):
            super().handle(*args, **options)
