"""The access audit, read-only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from icontrol.kernel.actors import ADMINISTER
from icontrol.kernel.localized import localized, text_lazy
from releases.access.audit import EVENT_KINDS
from releases.admin.base import Fact, ReadOnlyAdmin
from releases.models import AuditEvent
from releases.pages import markup


class KindFilter(admin.SimpleListFilter):
    title = text_lazy("what")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind, localized(text)) for kind, text in EVENT_KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() in EVENT_KINDS else queryset


class AuditEventAdmin(ReadOnlyAdmin):
    """Not guarded by Django's permission: administrators may read this."""

    needs = ADMINISTER
    list_display = ("when", "what", "who", "address", "detail", "count")
    list_display_links = None
    list_filter = (KindFilter,)
    lookups = ("kind",)
    search_fields = ("who", "address", "detail")
    ordering = ("-at", "-pk")  # counted events are written up to a minute later
    left_out = ("add", "delete", "history")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.actor(request).may(self.needs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.actor(request).may(self.needs)

    @admin.display(description=text_lazy("when"), ordering="at")
    def when(self, event: AuditEvent) -> SafeString | str:
        return markup.moment(event.at)

    @admin.display(description=text_lazy("what"), ordering="kind")
    def what(self, event: AuditEvent) -> Any:
        return localized(EVENT_KINDS[event.kind]) if event.kind in EVENT_KINDS else event.kind

    def history_url(self, request: HttpRequest, obj: Any) -> str | None:
        return None

    def facts(self, request: HttpRequest, event: AuditEvent) -> Sequence[Fact]:
        return [
            Fact(text_lazy("When"), self.when(event)),
            Fact(text_lazy("What"), self.what(event)),
            Fact(text_lazy("Who"), event.who or "–"),
            Fact(text_lazy("Address"), event.address or "–"),
            Fact(text_lazy("Detail"), event.detail or "–"),
            Fact(text_lazy("Times"), str(event.count)),
        ]
