"""Accounts and roles: Django's pages, plus the actor in the history. Accounts are deactivated, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from icontrol.kernel.actors import ADMINISTER
from icontrol.kernel.localized import text_lazy
from releases.access.password_forms import AddForm, OthersPasswordForm
from releases.access.people import end_access, rights_of
from releases.admin.base import HouseAdmin
from releases.admin.buttons import address, page_of
from releases.pages.action_page import ActionPage
from releases.pages.offered import Button


class WrittenByForm(HouseAdmin):
    """A model that Django's form writes: Django's permissions, and the actor's name in the history."""

    needs = ADMINISTER
    sensitive = frozenset({"add_view", "change_view", "delete_view", "user_change_password"})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and self.actor(request).may(self.needs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.actor(request).may(self.needs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The page that sets a password also saves the object that this returns."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.history_actor = self.actor(request).name
        return found

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.history_actor = self.actor(request).name
        super().save_model(request, obj, form, change)


class EndForm(forms.Form):
    deactivate = forms.BooleanField(required=False, initial=True, label=text_lazy("Deactivate the account as well"))


class EndAccess(ActionPage):
    """Ends all access of a person at once."""

    permission = ADMINISTER
    sensitive = True
    form_class = EndForm
    style = "danger"

    def __init__(self, admin: HouseAdmin, request: HttpRequest, person: User) -> None:
        super().__init__(admin, request)
        self.person = person

    def frame(self) -> dict[str, Any]:
        return {
            "title": text_lazy("End all access of “{person}”?", person=self.person),
            "crumbs": [(str(self.person), page_of(self.person))],
        }

    def look(self) -> dict[str, Any]:
        return {
            "button": text_lazy("End all access"),
            "notes": [text_lazy("All sessions, API tokens and preview links of this person end at once.")],
        }

    def act(self) -> HttpResponse:
        assert self.form is not None
        ended = end_access(self.person, **self.form.cleaned_data, reason=self.reason, actor=self.actor, now=self.now)
        return self.done(
            text_lazy(
                "Access ended: {sessions} session(s), {tokens} token(s), {links} preview link(s).",
                sessions=ended.sessions,
                tokens=ended.tokens,
                links=ended.links,
            ),
            page_of(self.person),
        )


class UserAdmin(WrittenByForm, DjangoUserAdmin):
    """Permissions come from groups alone."""

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
    add_form, change_password_form = AddForm, OthersPasswordForm
    change_form_template = "admin/house/account.html"
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
        """Only superusers change superusers, passwords included."""
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

    def pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [("<int:pk>/end/", self.end_view, "end")]

    def end_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.find(request, pk)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        return EndAccess(self, request, person).serve()

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        person = kwargs.get("obj")
        if person is not None and self.has_change_permission(request, person):
            label, url = text_lazy("End all access"), address("auth_user_end", person.pk)
            context["buttons"] = [Button(label, url, "danger")]
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A person without any permission left loses tokens, links and sessions."""
        super().save_related(request, form, formsets, change)
        person = User.objects.get(pk=form.instance.pk)
        if change and not rights_of(person):
            end_access(person, reason="rights taken away", actor=self.actor(request), now=timezone.now())


class GroupAdmin(WrittenByForm, DjangoGroupAdmin):
    """The roles. ``migrate`` creates their permissions once; changes made here are kept."""

    filter_horizontal = ()  # screen readers cannot read the label of Django's two-box widget's search icon
