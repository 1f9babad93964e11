"""The live flags of an environment, and one flag: facts, a chart of its use, and the form that asks why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern
from django.utils import timezone

from configs.policies import check_permission
from flags.admin.chart import bars
from flags.admin.explain_form import ExplainForm
from flags.engine import Reason, attributes_of, resolved
from flags.explaining import explain
from flags.models import UNTOLD
from flags.overview import ASKED_AT_ONCE, FlagFacts, Overview, counts_of, overview
from icontrol.kernel.actors import EDIT, PUBLISH, VIEW
from icontrol.kernel.localized import localized, text_lazy
from icontrol.kernel.refusals import Refusal
from releases.admin.base import Fact, HouseAdmin
from releases.admin.buttons import flags_url, switch_of
from releases.lookup import find_environment
from releases.models import Environment
from releases.offers import of_flag
from releases.pages.markup import amount, chip, moment
from releases.pages.offered import Button

#: Reasons that need attention → style; the others look normal.
STYLES = {Reason.UNKNOWN: "warned", Reason.ERROR: "refused", Reason.DISABLED: "plain"}


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One flag. ``facts`` is None when only its engaged kill switch remains; ``button`` is for publishers."""

    key: str
    facts: FlagFacts | None
    button: Button | None

    @property
    def killed(self) -> bool:
        return self.facts is None or self.facts.killed


class FlagsAdmin(HouseAdmin):
    """For everybody who may read what is live. The model only lists the environments; no row is edited here."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.actor(request).may(VIEW)

    has_module_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    left_out = ("add", "change", "delete", "history")

    def get_urls(self) -> list[URLPattern]:
        return [pattern for pattern in super().get_urls() if pattern.name]  # without the one that leads to "change"

    def pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("environment/<int:pk>/", self.environment_page, "environment"),
            ("environment/<int:pk>/flag/<str:key>/", self.flag_page, "flag"),
        ]

    # All flags --------------------------------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return self.table(request, lambda: find_environment())

    def environment_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.table(request, lambda: self.find(request, pk))

    def table(self, request: HttpRequest, find: Callable[[], Environment]) -> HttpResponse:
        check_permission(self.actor(request), VIEW)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        environment, now = find(), timezone.now()
        found, refusal = None, None
        try:
            found = overview(environment, now)
        except Refusal as nothing_live:
            refusal = nothing_live
        only_stale = request.GET.get("stale") == "1"
        return self.page(
            request,
            "admin/house/flags.html",
            text_lazy("Flags of {environment}", environment=environment.key),
            environment=environment,
            environments=Environment.objects.select_related("application"),
            head=found.head if found else None,
            refusal=refusal,
            rows=self.rows(request, found, only_stale=only_stale) if found else (),
            stale_count=sum(1 for flag in found.flags if flag.stale) if found else 0,
            only_stale=only_stale,
            asked_at_once=ASKED_AT_ONCE,
            may_switch=self.actor(request).may(PUBLISH),
            now=now,
        )

    def rows(self, request: HttpRequest, found: Overview, *, only_stale: bool) -> list[FlagRow]:
        """Forced-off flags first."""
        rows = [self.row(request, found, flag.key, flag) for flag in found.flags if flag.stale or not only_stale]
        if not only_stale:
            rows += [self.row(request, found, key, None) for key in found.gone]
        return sorted(rows, key=lambda row: (not row.killed, row.key))

    def row(self, request: HttpRequest, found: Overview, key: str, facts: FlagFacts | None) -> FlagRow:
        return FlagRow(key, facts, self.switch(request, found, key))

    def switch(self, request: HttpRequest, found: Overview, key: str) -> Button | None:
        offer = of_flag(self.actor(request), found.head, key, {key})  # it is live, or forced off
        return switch_of(offer, found.environment, key, origin=request.get_full_path())

    # One flag ---------------------------------------------------------------------------------------------------------

    def flag_page(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        check_permission(self.actor(request), VIEW)
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        environment, now = self.find(request, pk), timezone.now()
        found = overview(environment, now, key)
        flag, live = found.flag(key), found.head.config_version
        form = ExplainForm(
            request.POST if request.method == "POST" else None,
            asked=attributes_of(resolved(live.document, environment.key), key) if live else (),
            edits=self.actor(request).may(EDIT),
        )
        explained, refusal, status = None, None, 200
        if form.is_bound:
            if not form.is_valid():
                status = 422
            else:
                try:
                    explained = self.explained(request, environment, key, form, now)
                except Refusal as refused:  # no preview, or the draft has no such flag
                    refusal, status = refused, refused.status
        button = self.switch(request, found, key)
        if button and flag.killed:  # no column says here what is lifted
            button = replace(button, label=text_lazy("Lift the kill switch"))
        counts = counts_of(environment, key, now)
        return self.page(
            request,
            "admin/house/flag.html",
            key,
            status=status,
            crumbs=[(environment.key, flags_url(environment))],
            environment=environment,
            head=found.head,
            flag=flag,
            facts=self.facts(flag),
            buttons=[button] if button else (),
            bars=bars(counts, flag.source, now.date()),
            counts=counts,
            untold=UNTOLD,
            form=form,
            explained=explained,
            style=STYLES.get(explained.explanation.evaluation.reason, "well") if explained else "",
            refusal=refusal,
        )

    def explained(
        self, request: HttpRequest, environment: Environment, key: str, form: ExplainForm, now: dt.datetime
    ) -> Any:
        return explain(
            environment,
            key,
            form.cleaned_data["attributes"],
            channel=form.cleaned_data["channel"],
            actor=self.actor(request),
            now=now,
        )

    def facts(self, flag: Any) -> list[Fact]:
        source, none = flag.source, "–"
        return [
            Fact(text_lazy("State"), flag.state),
            Fact(
                text_lazy("Kill switch"),
                chip("danger", text_lazy("engaged: off for everybody")) if flag.killed else none,
            ),
            Fact(text_lazy("Type"), source["type"]),
            Fact(text_lazy("Owner"), source.get("owner") or none),
            Fact(text_lazy("Description"), localized(source.get("description")) or none),
            Fact(text_lazy("In this environment since"), moment(flag.first.since)),
            Fact(text_lazy("First version"), flag.first.version),
            Fact(text_lazy("Expires"), source.get("expiresAt") or none),
            Fact(text_lazy("Last evaluated (hour)"), moment(flag.last_evaluated)),
            Fact(text_lazy("Evaluations in 24 hours"), amount(flag.use.day)),
            Fact(text_lazy("Evaluations in 30 days"), amount(flag.use.month)),
            Fact(text_lazy("Stale because"), " ".join(map(localized, flag.reasons)) or none),
        ]
