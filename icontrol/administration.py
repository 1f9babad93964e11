"""Makes Django's admin use our site class. Not in ``apps.py``: Django would take it for the app ``icontrol``."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    default_site = "releases.admin_site.HouseSite"
