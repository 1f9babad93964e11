"""The ledger, read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from icontrol.kernel.localized import localized, localized_lazy, text_lazy
from releases.admin import buttons
from releases.admin.base import EnvironmentFilter, Fact, ReadOnlyAdmin
from releases.ledger.kinds import RELEASE_KINDS
from releases.ledger.summary import precede, summary
from releases.models import Release
from releases.pages import markup
from releases.pages.offered import Button


class KindFilter(admin.SimpleListFilter):
    title = text_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind, localized_lazy(text)) for kind, text in RELEASE_KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(kind=self.value()) if self.value() in RELEASE_KINDS else queryset


class ReleaseAdmin(ReadOnlyAdmin):
    list_display = ("number", "shown_kind", "did", "by", "shown_reason", "shown_hash")
    list_filter = (("environment", EnvironmentFilter), KindFilter)
    search_fields = ("reason", "actor", "config_version__version")
    lookups = ("environment__id__exact", "kind")
    left_out = ("add", "delete", "history")  # a release has no history: it never changes

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        found = super().get_queryset(request).select_related("environment__application", "config_version")
        return found.defer("config_version__extra_schema")

    def get_ordering(self, request: HttpRequest) -> Any:
        return ("-pk",)  # in the order of appending, all environments together

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        changelist.result_list = precede(list(changelist.result_list))
        return changelist

    # List ----------------------------------------------------------------------------------------------------------

    @admin.display(description=text_lazy("release"), ordering="pk")
    def number(self, release: Release) -> str:
        return f"{release.environment.key} {markup.number(release.serial)}"

    @admin.display(description=text_lazy("kind"), ordering="kind")
    def shown_kind(self, release: Release) -> SafeString:
        return markup.kind_chip(release.kind)

    @admin.display(description=text_lazy("what it did"))
    def did(self, release: Release) -> str:
        return str(localized(summary(release)))

    @admin.display(description=text_lazy("by"), ordering="created_at")
    def by(self, release: Release) -> SafeString | str:
        return markup.by_and_when(release.actor, release.created_at)

    @admin.display(description=text_lazy("reason"))
    def shown_reason(self, release: Release) -> str:
        return release.reason if len(release.reason) <= 80 else release.reason[:79] + "…"

    @admin.display(description=text_lazy("hash"))
    def shown_hash(self, release: Release) -> SafeString:
        return markup.digest(release.hash)

    # Detail --------------------------------------------------------------------------------------------------------

    def title_of(self, release: Release) -> str:
        return f"{release.environment.key} {markup.number(release.serial)}"

    def history_url(self, request: HttpRequest, obj: Any) -> None:
        return None

    def facts(self, request: HttpRequest, release: Release) -> list[Fact]:
        version = release.config_version
        flags = ", ".join(release.killed)
        return [
            Fact(text_lazy("Environment"), str(release.environment)),
            Fact(text_lazy("Kind"), markup.kind_chip(release.kind)),
            Fact(text_lazy("What it did"), localized(summary(release))),
            Fact(text_lazy("Config version"), buttons.link(version, version.version) if version else "–"),
            Fact(text_lazy("By"), release.actor),
            Fact(text_lazy("Reason"), release.reason),
            Fact(text_lazy("Time"), markup.moment(release.created_at)),
            Fact(text_lazy("Kill switches"), flags or "–"),
            Fact(text_lazy("Hash"), markup.digest(release.hash, full=True)),
            Fact(text_lazy("Hash before"), markup.digest(release.previous_hash, full=True)),
            Fact(text_lazy("Format"), release.format),
        ]

    def buttons(self, request: HttpRequest, release: Release) -> list[Button]:
        return [buttons.in_control("release", text_lazy("In the control plane"), release.environment, release.serial)]
