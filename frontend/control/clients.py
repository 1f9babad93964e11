"""Clients seen: how many, of which version, platform and tenant, and how a version spreads."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from frontend.control.adoption_chart import MARKERS, RANGES, chart, name_of
from frontend.control.page import environment_page, render
from icontrol.kernel.localized import text_lazy
from releases.delivery.adoption import seen_clients, seen_tenants, steps, told
from releases.ledger.chain import head_of
from releases.models import Environment, Release
from releases.pages.action_page import whole_number

VERSIONS, TENANTS = 50, 25
#: Kinds of releases that a chart of versions marks.
MARKED = ("publish", "rollback", "undo", "policy")


@environment_page()
def clients(request: HttpRequest, environment: Environment) -> HttpResponseBase:
    now = timezone.now()
    wanted = whole_number(request.GET.get("hours", ""))
    hours = wanted if wanted in RANGES else 24
    seen, tenants = seen_clients(environment, now, hours), seen_tenants(environment, now, hours)
    columns = steps(environment, now, hours=hours, columns=RANGES[hours])
    head = head_of(environment)
    marked = Release.objects.filter(environment=environment, kind__in=MARKED, created_at__gte=columns[0].at)
    releases = list(marked.select_related("config_version").order_by("-serial")[:MARKERS])[::-1]
    for release in releases:
        release.environment = environment
    return render(
        request,
        "frontend/control/clients.html",
        text_lazy("Clients seen"),
        section="clients",
        environment=environment,
        hours=hours,
        ranges=[(1, text_lazy("1 h")), (24, text_lazy("24 h")), (168, text_lazy("7 d"))],
        seen=seen,
        versions=[(name_of(one.version), one) for one in seen.versions[:VERSIONS]],
        more_versions=len(seen.versions[VERSIONS:]),
        tenants=tenants[:TENANTS],
        more_tenants=len(tenants[TENANTS:]),
        tenants_seen=len(tenants),
        told=told(head, now) if head.serial else 0,
        last_hour=seen_clients(environment, now, 1).clients,
        head=head,
        chart=chart(columns, releases, now),
        begin=columns[0].at,
        now=now,
    )
