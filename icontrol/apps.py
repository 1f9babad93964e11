from __future__ import annotations

from django.apps import AppConfig


class IcontrolConfig(AppConfig):
    name = "icontrol"
    verbose_name = "iCONTROL"
