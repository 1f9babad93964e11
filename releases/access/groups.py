"""The staff roles as Django groups. ``migrate`` creates them once; an admin's later changes are kept."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import router

from releases.access.roles import ROLES, group_permissions


def sync_groups(sender: Any, using: str, **_: Any) -> None:
    if not router.allow_migrate_model(using, Group):
        return
    for role in ROLES:
        group, is_new = Group.objects.using(using).get_or_create(name=role)
        if not is_new:
            continue
        for label in ("auth", "configs", "releases"):
            create_permissions(apps.get_app_config(label), verbosity=0, using=using)
        wanted = group_permissions(role)
        group.permissions.set(
            permission
            for permission in Permission.objects.using(using).select_related("content_type")
            if f"{permission.content_type.app_label}.{permission.codename}" in wanted
        )
