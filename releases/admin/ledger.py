"""The ledger and its checkpoints, read-only."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from configs.policies import check_permission
from icontrol.kernel.actors import VIEW
from icontrol.kernel.localized import localized, localized_lazy, text_lazy
from releases.admin import buttons
from releases.admin.base import EnvironmentFilter, Fact, ReadOnlyAdmin
from releases.admin.buttons import address, page_of
from releases.ledger import checkpoints, verifications
from releases.ledger.chain import head_of, nothing, release_of
from releases.ledger.checkpoints import Line
from releases.ledger.kinds import RELEASE_KINDS
from releases.ledger.summary import precede, summary
from releases.ledger.verify import verify
from releases.models import Environment, Release
from releases.offers import of_release
from releases.pages import facts, markup
from releases.pages.offered import DONE, HIDDEN, Button

LINES_SHOWN = 200


#: What a release carries over from the one before unless it changes it.
CARRIED_ON = ("kill_switches", "policies")
WORDS_TYPED = 8


def _came_or_went(name: str, word: str) -> Q:
    now, before = Q(**{f"{name}__icontains": word}), Q(**{f"{name}_before__icontains": word})
    return (now & ~before) | (~now & before)


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
    detail_template = "admin/house/release.html"
    left_out = ("add", "delete", "history")  # a release has no history: it never changes

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        found = super().get_queryset(request).select_related("environment__application", "config_version")
        return found.defer("config_version__extra_schema")

    def get_ordering(self, request: HttpRequest) -> Any:
        return ("-pk",)  # in the order of appending, all environments together

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, term: str) -> tuple[QuerySet, bool]:
        """Also searches by effect: a flag finds the releases that killed or lifted it, a version number those that set
        it as minimum, not all that carried it over.
        """
        found, twice = super().get_search_results(request, queryset, term)
        words_typed = term.split()
        if not words_typed:
            return found, twice
        before = Release.objects.filter(environment=OuterRef("environment"), serial=OuterRef("serial") - 1)
        did = Release.objects.annotate(
            **{f"{name}_before": Coalesce(Subquery(before.values(name)), Value("", TextField())) for name in CARRIED_ON}
        )
        for word in words_typed[:WORDS_TYPED]:
            did = did.filter(reduce(or_, (_came_or_went(name, word) for name in CARRIED_ON)))
        return queryset.filter(Q(pk__in=found.values("pk")) | Q(pk__in=did.values("pk"))), twice

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        changelist.result_list = precede(list(changelist.result_list))
        return changelist

    def top_buttons(self, request: HttpRequest) -> list[Button]:
        return [Button(text_lazy("Checkpoints"), address("releases_release_checkpoints"))]

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
        version = release.config_version
        name = version.version if version else ""
        labels = {
            "undo": text_lazy("Undo this release"),
            "rollback": text_lazy("Roll back to {version}", version=name),
        }
        return [
            buttons.button(offer, labels[offer.action], "danger")
            for offer in of_release(self.actor(request), release, head_of(release.environment))
            if offer.code not in HIDDEN + DONE
        ]

    def more(self, request: HttpRequest, release: Release) -> dict[str, Any]:
        environment = release.environment
        before = release_of(environment, release.serial - 1)
        newer = release_of(environment, release.serial + 1)
        return {
            "environment": environment,
            "difference": facts.release_groups(before or nothing(environment), release),
            "policies": json.dumps(release.policy_set, indent=2, ensure_ascii=False),
            "before_url": page_of(before) if before else None,
            "newer_url": page_of(newer) if newer else None,
        }

    # Checkpoints ---------------------------------------------------------------------------------------------------

    def pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [("checkpoints/", self.checkpoints, "checkpoints")]

    def checkpoints(self, request: HttpRequest) -> HttpResponse:
        """The file's content and the last verification's findings. A new verification is a POST, because it reads
        everything.
        """
        check_permission(self.actor(request), VIEW)
        path = settings.ICONTROL_CHECKPOINTS
        releases = Release.objects.count()
        verdict = verifications.last()
        if request.method == "POST":
            environments = Environment.objects.select_related("application")
            found = list(verify(environments, own=path))
            verdict = verifications.keep(found, releases=releases, by=self.actor(request).name, now=timezone.now())
        return self.page(
            request,
            "admin/house/checkpoints.html",
            text_lazy("Checkpoints"),
            path=path,
            lines=self._newest_lines(path),
            verdict=verdict,
            releases=releases,
            since=releases - verdict.releases if verdict else 0,
            most=LINES_SHOWN,
        )

    def _newest_lines(self, path: Path) -> list[Line | None] | None:
        """Newest first; None if the file cannot be read."""
        try:
            return checkpoints.newest(path, LINES_SHOWN)[::-1]
        except OSError:
            return None
