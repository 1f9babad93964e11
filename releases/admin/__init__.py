"""Django's admin: read-only lists, details and histories, and confirmation pages that call one action each.

The config versions' pages live here and not in ``configs``, because publishing is an action of releases.
"""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import admin as _django  # noqa: F401  registers first what is taken away here
from django.contrib.auth.models import Group, User

from configs.models import Application, ConfigVersion
from releases.admin.environments import EnvironmentAdmin
from releases.admin.ledger import ReleaseAdmin
from releases.admin.lists import (
    ApiTokenAdmin,
    ApplicationAdmin,
    AuditEventAdmin,
    ClientKeyAdmin,
    PreviewLinkAdmin,
    UserAdmin,
)
from releases.admin.names import give_names
from releases.admin.versions import ConfigVersionAdmin
from releases.models import ApiToken, AuditEvent, ClientKey, Environment, PreviewLink, Release

give_names()
admin.site.register(ConfigVersion, ConfigVersionAdmin)
admin.site.register(Application, ApplicationAdmin)
admin.site.register(Release, ReleaseAdmin)
admin.site.register(Environment, EnvironmentAdmin)
admin.site.register(PreviewLink, PreviewLinkAdmin)
admin.site.register(ClientKey, ClientKeyAdmin)
admin.site.register(ApiToken, ApiTokenAdmin)
admin.site.register(AuditEvent, AuditEventAdmin)
admin.site.unregister((User, Group))  # Django's own pages; what a role may do is explained in the control plane
admin.site.register(User, UserAdmin)
