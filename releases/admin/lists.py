"""Accounts, tokens, keys, links, applications and the access audit: lists and facts. The control plane changes them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from icontrol.kernel.actors import ADMINISTER, EDIT
from icontrol.kernel.localized import localized, text_lazy
from releases.access.audit import EVENT_KINDS
from releases.admin.base import EnvironmentFilter, ReadOnlyAdmin


class UserAdmin(ReadOnlyAdmin):
    needs = ADMINISTER
    control = "control-people"
    list_display = ("username", "first_name", "last_name", "roles", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    lookups = ("is_active__exact", "groups__id__exact", "groups__isnull")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    shown = ("username", "roles", "first_name", "last_name", "email", "is_active", "is_superuser", "last_login")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=text_lazy("role"))
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or "–"


class ApiTokenAdmin(ReadOnlyAdmin):
    needs = ADMINISTER
    control = "control-tokens"
    list_display = ("name", "role", "owner", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("owner",)
    list_filter = ("role",)
    lookups = ("role__exact",)
    search_fields = ("name",)
    ordering = ("-pk",)
    shown = (
        "name",
        "role",
        "owner",
        "created_at",
        "created_by",
        "expires_at",
        "last_used_at",
        "revoked_at",
        "revoked_by",
    )


class ClientKeyAdmin(ReadOnlyAdmin):
    needs = ADMINISTER
    control = "control-access"
    list_display = ("name", "environment", "key", "surface", "created_at", "revoked_at")
    list_select_related = ("environment__application",)
    list_filter = (("environment", EnvironmentFilter),)
    lookups = ("environment__id__exact",)
    search_fields = ("name", "key")
    ordering = ("-pk",)
    shown = ("name", "environment", "key", "surface", "created_at", "revoked_at")


class PreviewLinkAdmin(ReadOnlyAdmin):
    needs = EDIT
    control = "control-links"
    list_display = ("reason", "config_version", "created_by", "created_at", "expires_at", "revoked_at")
    ordering = ("-pk",)
    shown = ("config_version", "reason", "created_at", "created_by", "expires_at", "revoked_at", "revoked_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request).select_related("config_version__application")
        return found.defer("config_version__extra_schema")


class ApplicationAdmin(ReadOnlyAdmin):
    needs = ADMINISTER
    control = "control-applications"
    list_display = ("key", "name", "default_locale", "highest_version", "is_default", "created_at")
    shown = ("key", "name", "default_locale", "highest_version", "is_default", "created_at", "extra_schema")


class KindFilter(admin.SimpleListFilter):
    title = text_lazy("what")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind, localized(text)) for kind, text in EVENT_KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() in EVENT_KINDS else queryset


class AuditEventAdmin(ReadOnlyAdmin):
    """Not guarded by Django's permission: administrators may read this."""

    needs = ADMINISTER
    control = "control-audit"
    list_display = ("at", "what", "who", "address", "detail", "count")
    list_filter = (KindFilter,)
    lookups = ("kind",)
    search_fields = ("who", "address", "detail")
    ordering = ("-at", "-pk")  # counted events are written up to a minute later
    shown = ("at", "what", "who", "address", "detail", "count")
    left_out = ("add", "delete", "history")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.actor(request).may(self.needs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.actor(request).may(self.needs)

    @admin.display(description=text_lazy("what"), ordering="kind")
    def what(self, event: Any) -> Any:
        return localized(EVENT_KINDS[event.kind]) if event.kind in EVENT_KINDS else event.kind

    def history_url(self, request: HttpRequest, obj: Any) -> str | None:
        return None
