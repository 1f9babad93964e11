"""Accounts and roles: Django's own pages, with who did it in the history. Accounts are deactivated, never deleted."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from configs.actors import ADMINISTER
from releases.admin.base import HouseAdmin


class WrittenByForm(HouseAdmin):
    """A model that Django's own form writes: Django's permissions, and the actor's name in the history."""

    needs = ADMINISTER

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and self.actor(request).may(self.needs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.actor(request).may(self.needs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Also the page that sets somebody's password saves what this returns."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.history_actor = self.actor(request).name
        return found

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.history_actor = self.actor(request).name
        super().save_model(request, obj, form, change)


class UserAdmin(WrittenByForm, DjangoUserAdmin):
    """What somebody may do comes from the groups alone, so that it is one question with one answer."""

    list_display = ("username", "first_name", "last_name", "roles", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    lookups = ("is_active__exact", "groups__id__exact", "groups__isnull")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("Personal info"), {"fields": ("first_name", "last_name", "email")}),
        (gettext_lazy("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
    )
    readonly_fields = ("is_superuser",)
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2", "is_staff", "groups")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def roles(self, user: Any) -> str:
        return ", ".join(group.name for group in user.groups.all()) or "–"

    roles.short_description = gettext_lazy("groups")  # type: ignore[attr-defined]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_changeform_initial_data(request), "is_staff": True}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever is no superuser changes no superuser, not even the password."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or not obj.is_superuser or request.user.is_superuser)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if (
            found is not None
            and request.resolver_match
            and request.resolver_match.url_name == "auth_user_password_change"
        ):
            found._change_reason = "password changed"
        return found


class GroupAdmin(WrittenByForm, DjangoGroupAdmin):
    """The roles. Their permissions are made once by ``migrate``; what is changed here stays."""

    filter_horizontal = ()  # Django's two boxes name their search symbol in a way that no screen reader takes
