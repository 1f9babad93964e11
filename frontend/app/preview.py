"""What a preview link opens: a page for people, JSON for programs."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from configs.models import ConfigVersion
from flags.engine import resolved
from frontend.shell.frame import render
from icontrol.kernel.localized import localized_lazy, text_lazy
from icontrol.kernel.refusals import Refusal
from releases.access import actions as access
from releases.api.public import OpenPreviewView, environment_shown
from releases.delivery.public_form import render as public_form
from releases.ledger.chain import head_of
from releases.models import Environment
from releases.pages.facts import Difference, difference

JSON, HTML = "application/json", "text/html"
programs = OpenPreviewView.as_view()


@wraps(programs)  # for who lists routes it is the API's view
def open_preview(request: HttpRequest, token: str) -> HttpResponseBase:
    """Browsers ask for HTML; ``?format=json`` shows them what programs get."""
    wants_page = request.method in ("GET", "HEAD") and request.GET.get("format") != "json"
    if not (wants_page and request.get_preferred_type([JSON, HTML]) == HTML):
        response = programs(request, token=token)
    else:
        response = OpenPreviewView.protect(_page(request, token))
    patch_vary_headers(response, ("Accept",))
    return response


def _page(request: HttpRequest, token: str) -> HttpResponseBase:
    try:
        link = access.open_preview_link(token, now=timezone.now())
        version = link.config_version
        environment = environment_shown(version.application, request.GET.get("environment"))
    except Refusal as refusal:
        return _refused(request, refusal)
    public = public_form(resolved(version.document, environment))
    return render(
        request,
        "frontend/app/preview.html",
        text_lazy("Preview of {version}", version=version.version),
        version=version,
        expires_at=link.expires_at,
        config=public,
        shown_in=environment,
        **_against_live(version, environment, public),
    ).render()


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    title = localized_lazy(refusal.title)
    return render(request, "frontend/app/preview_dead.html", title, status=refusal.status, refusal=refusal).render()


def _against_live(version: ConfigVersion, environment: str, public: Any) -> dict[str, Any]:
    """What publishing would change, for whoever holds the link: both sides in the form that clients get, and live only
    from the default environment. What other environments have is for those who have their keys.
    """
    default = Environment.objects.filter(application=version.application, is_default=True).first()
    if default is None or default.key != environment:
        return {"compared": False}
    live = head_of(default).config_version
    before = public_form(resolved(live.document, environment)) if live is not None else {}
    found: Difference = difference(before, public)
    return {"compared": True, "live": live, "difference": found}
