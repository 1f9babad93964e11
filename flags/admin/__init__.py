"""The admin's pages of flags: their use, which are stale, and why a context gets a variant."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin

from flags.admin.flags import FlagsAdmin
from flags.models import Flags
from icontrol.kernel.localized import text_lazy

Flags._meta.verbose_name = text_lazy("flags of an environment")
Flags._meta.verbose_name_plural = text_lazy("flags")
apps.get_app_config("flags").verbose_name = text_lazy("Flags")
admin.site.register(Flags, FlagsAdmin)
