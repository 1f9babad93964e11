"""Who may see a page of the control plane, and the frame around it: navigation, environment, shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from configs.models import ConfigVersion
from frontend.control import addresses, navigation
from frontend.shell import access, frame
from icontrol.kernel.actors import VIEW, Actor
from icontrol.kernel.localized import localized_lazy
from icontrol.kernel.refusals import Refusal
from releases.access.authentication import actor_of_user
from releases.models import Environment, Release
from releases.pages.facts import environments_of


def actor_of(request: HttpRequest) -> Actor:
    return actor_of_user(request.user)


def default_environment() -> Environment | None:
    """Where the navigation leads from pages without an environment."""
    found = Environment.objects.select_related("application")
    return found.order_by("-application__is_default", "application_id", "-is_default", "pk").first()


def render(
    request: HttpRequest,
    template: str,
    title: Any,
    *,
    section: str,
    environment: Environment | None = None,
    status: int = 200,
    **given: Any,
) -> TemplateResponse:
    """``section``: the entry of :mod:`frontend.control.navigation` that is marked."""
    actor = actor_of(request)
    places = environments_of(environment.application_id) if environment else []
    context = {
        "navigation": list(navigation.links(actor, section, environment or default_environment())),
        "elsewhere": list(navigation.elsewhere(section, places, environment)) if environment else [],
        "may": actor.may,
        **given,
    }
    return frame.render(request, template, title, face="control", environment=environment, status=status, **context)


def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    return render(
        request,
        "frontend/control/refusal.html",
        localized_lazy(refusal.title),
        section="",
        status=refusal.status,
        refusal=refusal,
        back=reverse("control"),
    )


def page(*methods: str, needs: str = VIEW) -> Callable[[access.View], access.View]:
    """For staff with the permission ``needs``. ``methods``: besides GET and HEAD."""
    return access.staff_page(*methods, refuse=refuse, needs=needs)


def environment_page(*methods: str, needs: str = VIEW) -> Callable[[Callable[..., HttpResponseBase]], access.View]:
    """The same for ``/cp/<application>/<environment>/…``: the view gets the environment."""

    def decorate(view: Callable[..., HttpResponseBase]) -> access.View:
        @wraps(view)
        def named(
            request: HttpRequest, application: str, environment: str, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            return view(request, frame.environment_named(application, environment), *args, **kwargs)

        return page(*methods, needs=needs)(named)

    return decorate


class Renderer:
    """Shows confirmations (:class:`releases.pages.action_page.ActionPage`) in this frame."""

    def __init__(self, section: str, environment: Environment | None = None, back: str = "") -> None:
        self.section, self.environment, self.back = section, environment, back

    def page(
        self, request: HttpRequest, template: str, title: Any, *, status: int = 200, **context: Any
    ) -> TemplateResponse:
        context = {"environment": self.environment, "back": self.back or reverse("control"), **context}
        return render(request, template, title, section=self.section, status=status, **context)

    def page_of(self, thing: Any) -> str:
        match thing:
            case Release():
                return addresses.of_release(thing)
            case ConfigVersion() if self.environment:
                return addresses.of_version(self.environment, thing)
        return reverse("control")
