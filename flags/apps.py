from __future__ import annotations

from django.apps import AppConfig


class FlagsConfig(AppConfig):
    name = "flags"
    verbose_name = "Flags"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from flags import codes, usage  # noqa: F401  (fills the catalogue)
        from flags.ofrep import codes as ofrep_codes  # noqa: F401
        from releases import housekeeping
        from releases.metrics import COLLECTORS

        housekeeping.OLD["counts of flags"] = usage.old
        COLLECTORS.append(usage.counter)
