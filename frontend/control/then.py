"""What did clients get at a time: the version, the policies, the kill switches, and the bytes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from frontend.control.ledger import release_named
from frontend.control.page import environment_page, render
from frontend.control.times import name_of, parse, zone_named, zones
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.delivery.live import live_of
from releases.delivery.representations import representation
from releases.ledger.chain import release_of, served_at
from releases.models import Environment, Release
from releases.pages.action_page import whole_number
from releases.pages.facts import policies_of

SHOWN = "%Y-%m-%d %H:%M:%S"


@environment_page()
def then(request: HttpRequest, environment: Environment) -> HttpResponseBase:
    """``at`` in ``zone``, or the ``serial`` of a release."""
    text, name = request.GET.get("at", "").strip(), name_of(request.GET.get("zone", ""))
    zone = zone_named(name)
    now = timezone.now()
    serial = whole_number(request.GET.get("serial", ""))
    context: dict[str, Any] = {}
    found: Release | None = None
    at = (parse(text, name) if text else now) if serial is None else None
    if serial is not None:
        found = release_named(environment, serial)
        at = found.created_at
    else:
        context["is_wrong"] = at is None
        if at is not None:
            newest = served_at(Release.objects.filter(environment=environment), at).order_by("-serial")
            first = newest.values_list("serial", flat=True).first()
            found = release_of(environment, first) if first else None
    if found is not None:
        context |= _answer(environment, found)
    return render(
        request,
        "frontend/control/then.html",
        text_lazy("What clients got"),
        section="then",
        environment=environment,
        status=422 if context.get("is_wrong") else 200,
        at=at,
        asked=bool(text) or serial is not None,
        in_future=at is not None and at > now,
        typed=text[:40] if context.get("is_wrong") or at is None else at.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S"),
        local=at.astimezone(zone).strftime(SHOWN) if at else None,
        utc=at.astimezone(dt.UTC).strftime(SHOWN) if at else None,
        zone=name,
        zones=zones(),
        **context,
    )


def _answer(environment: Environment, release: Release) -> dict[str, Any]:
    after = release_of(environment, release.serial + 1)
    context: dict[str, Any] = {"release": release, "after": after, "policies": policies_of(release)}
    if release.config_version is not None:
        live = live_of(release)
        context["served"] = representation(live, "")
        context["surfaces"] = sorted(
            {page["surface"] for page in live.snapshot.get("pages", []) if page.get("surface")}
        )
    return context


@environment_page()
def served(request: HttpRequest, environment: Environment, serial: int) -> HttpResponseBase:
    """The published config of a release as clients got it; of one ``surface`` or whole."""
    release = release_named(environment, serial)
    if release.config_version is None:
        raise Refusal("release.none", environment=environment.key)
    surface = request.GET.get("surface", "")
    shown = representation(live_of(release), surface)
    response = HttpResponse(shown.body, content_type="application/json")
    name = f"{environment.application.key}-{environment.key}-{serial}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Config-Digest"] = shown.digest
    return response
