"""The admin's pages of flags: what each is used for, which may go, and why somebody gets what."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin

from flags.admin.flags import FlagsAdmin
from flags.models import Flags
from icontrol.kernel.bilingual import words

Flags._meta.verbose_name = words("flags of an environment", "drapeaux d'un environnement")
Flags._meta.verbose_name_plural = words("flags", "drapeaux")
apps.get_app_config("flags").verbose_name = words("Flags", "Drapeaux")
admin.site.register(Flags, FlagsAdmin)
