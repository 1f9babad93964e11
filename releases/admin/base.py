"""The base of all our admin pages: no deleting, mostly read-only, with a readable history."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import label_for_field, unquote
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst

from configs.policies import check_permission
from icontrol.kernel.actors import VIEW, Actor
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text
from releases.access.authentication import actor_of_user
from releases.admin.buttons import address, page_of
from releases.models import Environment
from releases.pages import histories, markup
from releases.pages.action_page import whole_number
from releases.pages.facts import Difference
from releases.pages.offered import Button

HISTORY_PAGE = 10
#: Words of a search: each is a condition on every field, and SQLite allows at most a thousand.
MOST_WORDS = 50


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of a detail page."""

    label: Any
    value: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of a history. ``button`` leads to an action on it."""

    record: Any
    what: Text
    changes: Difference
    button: Button | None = None
    #: Shown instead of changes where there is nothing to compare with.
    alone: Text | None = None


class EnvironmentFilter(admin.RelatedFieldListFilter):
    """Django's filter would query the application of each environment separately."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        environments = Environment.objects.select_related("application").order_by("application_id", "-is_default", "pk")
        return [(environment.pk, str(environment)) for environment in environments]


class HouseAdmin(admin.ModelAdmin):
    """Lists and histories. ``needs``: the permission required to see anything here."""

    needs = VIEW
    list_per_page = 50
    actions_on_bottom = False
    change_list_template = "admin/house/change_list.html"
    #: The lookups allowed in a list's URL. Django by default allows every lookup of every local field.
    lookups: tuple[str, ...] = ()
    #: Names of Django's own pages that do not exist here.
    left_out: tuple[str, ...] = ("delete",)

    def actor(self, request: HttpRequest) -> Actor:
        return actor_of_user(request.user)

    @property
    def media(self) -> Media:
        """Without jQuery and what needs it: it makes HTML from text, which the content security policy forbids."""
        return Media(js=["admin/js/core.js", "admin/js/actions.js"])

    # Who may see ---------------------------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self.actor(request).may(self.needs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in self.lookups

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # Pages ---------------------------------------------------------------------------------------------------------

    def pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        """Our own pages: (route, view, name)."""
        return []

    def get_urls(self) -> list[URLPattern]:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        own = [
            path(route, self.admin_site.admin_view(view), name=f"{prefix}{name}") for route, view, name in self.pages()
        ]
        gone = {f"{prefix}{name}" for name in self.left_out}
        return own + [pattern for pattern in super().get_urls() if pattern.name not in gone]

    def find(self, request: HttpRequest, object_id: Any) -> Any:
        check_permission(self.actor(request), self.needs)
        found = self.get_object(request, unquote(str(object_id)))
        if found is None:
            raise Http404
        return found

    def page_of(self, thing: Any) -> str:
        return page_of(thing)

    def page(
        self, request: HttpRequest, template: str, title: Any, *, status: int = 200, **context: Any
    ) -> TemplateResponse:
        request.current_app = self.admin_site.name
        crumbs = context.get("crumbs") or ()
        back = crumbs[-1][1] if crumbs else address(f"{self.opts.app_label}_{self.opts.model_name}_changelist")
        ours = {"opts": self.opts, "title": title, "back": back, **context}
        return TemplateResponse(request, template, {**self.admin_site.each_context(request), **ours}, status=status)

    #: The page of the control plane that changes what is listed.
    control = ""

    def top_buttons(self, request: HttpRequest) -> Sequence[Button]:
        """Above the list."""
        return [Button(text_lazy("In the control plane"), reverse(self.control))] if self.control else ()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if len(request.GET.get(SEARCH_VAR, "").split()) > MOST_WORDS:
            raise Refusal("http.bad_request")
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if any(whole_number(key) is None for key in ticked):  # Django would fail in its lookup
            typed = request.POST.copy()
            typed.setlist(ACTION_CHECKBOX_NAME, [key for key in ticked if whole_number(key) is not None])
            request.POST = typed  # type: ignore[assignment]
        context = {"title": capfirst(self.opts.verbose_name_plural), "buttons": self.top_buttons(request)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def title_of(self, obj: Any) -> Any:
        return str(obj)

    # History -------------------------------------------------------------------------------------------------------

    def history_rows(self, request: HttpRequest, obj: Any) -> Any:
        """Newest first; only what this person may read."""
        return obj.history.order_by("-history_id")

    def older(self, request: HttpRequest, rows: Any, record: Any) -> Any:
        """The record to compare with; None if there is none."""
        return rows.filter(history_id__lt=record.history_id).first()

    def changes_between(self, older: Any, newer: Any) -> Difference:
        """Field by field; ``older`` is None for the first entry."""
        return histories.field_changes(older, newer)

    def alone(self, older: Any, record: Any) -> Text | None:
        """The text for a record with nothing, or nothing meaningful, to compare with."""
        return None

    def entry_button(self, request: HttpRequest, obj: Any, record: Any) -> Button | None:
        return None

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.find(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        rows = self.history_rows(request, obj)
        page = Paginator(rows, HISTORY_PAGE).get_page(request.GET.get("p"))
        records = list(page.object_list)
        older = [*records[1:], self.older(request, rows, records[-1])] if records else []
        entries = [
            Entry(
                record,
                histories.event(record),
                self.changes_between(before, record),
                self.entry_button(request, obj, record),
                self.alone(before, record),
            )
            for record, before in zip(records, older, strict=True)
        ]
        title = text_lazy("History: {obj}", obj=self.title_of(obj))
        return self.page(
            request,
            "admin/house/history.html",
            title,
            original=obj,
            original_title=self.title_of(obj),
            entries=entries,
            page_obj=page,
        )


class ReadOnlyAdmin(HouseAdmin):
    """Read-only details. Each change has its own page, which calls one action."""

    detail_template = "admin/house/detail.html"
    left_out: tuple[str, ...] = ("add", "delete")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_url(self, request: HttpRequest, obj: Any) -> str | None:
        return address(f"{self.opts.app_label}_{self.opts.model_name}_history", obj.pk)

    #: Fields of the details, and methods that make one.
    shown: tuple[str, ...] = ()

    def facts(self, request: HttpRequest, obj: Any) -> Sequence[Fact]:
        return [
            Fact(capfirst(str(label_for_field(name, self.model, self))), self._fact(name, obj)) for name in self.shown
        ]

    def _fact(self, name: str, obj: Any) -> Any:
        value = getattr(self, name)(obj) if hasattr(self, name) else getattr(obj, name)
        match value:
            case dt.datetime():
                return markup.moment(value)
            case bool():
                return text_lazy("yes") if value else text_lazy("no")
            case str() if value.startswith("{"):
                return markup.block(json.dumps(json.loads(value), indent=2, ensure_ascii=False))
            case None | "":
                return "–"
        return value

    def buttons(self, request: HttpRequest, obj: Any) -> Sequence[Button]:
        return ()

    def more(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Context of the detail template besides facts and buttons."""
        return {}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        obj = self.find(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        context = {
            "original": obj,
            "facts": self.facts(request, obj),
            "buttons": self.buttons(request, obj),
            "history_url": self.history_url(request, obj),
        }
        return self.page(request, self.detail_template, self.title_of(obj), **{**context, **self.more(request, obj)})
