"""The frame around every page: faces, environment, language, theme, person."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from icontrol.kernel.localized import localized_lazy
from icontrol.kernel.refusals import Refusal
from releases.models import Environment
from releases.pages.facts import choose, environments_of

#: Cookie of the theme that somebody chose; without it the system's.
THEME = "theme"
THEMES = ("light", "dark")


def environment_named(application: str, environment: str) -> Environment:
    """The environment of an address ``/cp/<application>/<environment>/…``.

    :raises Refusal: ``application.unknown`` or ``environment.unknown``.
    """
    found = Environment.objects.filter(application__key=application).values_list("application_id", flat=True).first()
    if found is None:
        raise Refusal("application.unknown", application=application[:80])
    return choose(environments_of(found), environment)


def render(
    request: HttpRequest,
    template: str,
    title: Any,
    *,
    face: str = "",
    environment: Environment | None = None,
    status: int = 200,
    **given: Any,
) -> TemplateResponse:
    """``face``: ``toolbox``, ``control`` or ``app``, marked in the navigation; ``environment``: named in the header."""
    theme = request.COOKIES.get(THEME, "")
    context = {
        "title": title,
        "face": face,
        "environment": environment,
        "theme": theme if theme in THEMES else "",
        **given,
    }
    return TemplateResponse(request, template, context, status=status)


def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    """A refusal as a page: what happened, what next."""
    return render(
        request,
        "frontend/shell/refusal.html",
        localized_lazy(refusal.title),
        status=refusal.status,
        refusal=refusal,
        back=reverse("home"),
    )
