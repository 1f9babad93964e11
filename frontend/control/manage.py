"""Who has access, what exists, who changed what: the pages around releases, with their own row of tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from frontend.control import navigation
from frontend.control.page import Renderer, actor_of, default_environment, page
from frontend.control.page import render as render_page
from icontrol.kernel.actors import ADMINISTER, EDIT, VIEW, Actor
from icontrol.kernel.localized import text_lazy
from releases.models import Environment
from releases.pages.action_page import ActionPage

#: The entry of the navigation that these pages belong to.
SECTION = "access"


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: Any
    route: str
    needs: str
    of_environment: bool = False

    def url(self, environment: Environment | None) -> str:
        key = (environment.application.key, environment.key) if environment and self.of_environment else ()
        return reverse(self.route, args=key)


TABS = (
    Tab("people", text_lazy("People"), "control-people", ADMINISTER),
    Tab("tokens", text_lazy("API tokens"), "control-tokens", ADMINISTER),
    Tab("keys", text_lazy("Client keys"), "control-keys", ADMINISTER, of_environment=True),
    Tab("links", text_lazy("Preview links"), "control-links", EDIT),
    Tab("applications", text_lazy("Applications and environments"), "control-applications", ADMINISTER),
    Tab("edits", text_lazy("Edit history"), "control-edits", VIEW),
    Tab("audit", text_lazy("Logins and refusals"), "control-audit", ADMINISTER),
)


def _shown(actor: Actor, environment: Environment | None) -> list[Tab]:
    return [tab for tab in TABS if actor.may(tab.needs) and (environment is not None or not tab.of_environment)]


@page()
def first(request: HttpRequest) -> HttpResponseBase:
    """To the first of the pages that this person may see."""
    environment = default_environment()
    return HttpResponseRedirect(_shown(actor_of(request), environment)[0].url(environment))


def render(
    request: HttpRequest, template: str, title: Any, *, tab: str, environment: Environment | None = None, **given: Any
) -> TemplateResponse:
    place = environment or default_environment()
    tabs = [
        navigation.Link(shown.label, shown.url(place), is_current=shown.name == tab)
        for shown in _shown(actor_of(request), place)
    ]
    return render_page(request, template, title, section=SECTION, environment=environment, tabs=tabs, **given)


class ManagePage(ActionPage):
    """A confirmation or a form in this frame."""

    template = "frontend/control/confirm.html"

    def __init__(self, request: HttpRequest, back: str, environment: Environment | None = None) -> None:
        super().__init__(Renderer(SECTION, environment, back), request)
        self.back = back

    def secret_page(
        self, title: Any, secret: str, *, use: Any = None, what: Any = None, picture: str = ""
    ) -> TemplateResponse:
        """Shows a secret once, in the answer to the form. ``picture``: the same as a QR code."""
        return render_page(
            self.request,
            "frontend/control/secret.html",
            title,
            section=SECTION,
            secret=secret,
            use=use,
            what=what,
            picture=picture,
            next_url=self.back,
        )


class RevokePage(ManagePage):
    """``thing``: what its holder is refused with from then on. Subclasses say how it is revoked."""

    permission = ADMINISTER
    style = "danger"

    def __init__(self, request: HttpRequest, thing: Any, back: str, environment: Environment | None = None) -> None:
        super().__init__(request, back, environment)
        self.thing = thing

    @property
    def called(self) -> Any:
        return self.thing.name

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Revoke “{thing}”?", thing=self.called)}

    def look(self) -> dict[str, Any]:
        return {
            "button": text_lazy("Revoke"),
            "notes": [text_lazy("Its holder is refused from then on.")],
            "open": self.thing.revoked_at is None,
        }

    def revoke(self) -> None:
        raise NotImplementedError

    def act(self) -> HttpResponse:
        self.revoke()
        return self.done(text_lazy("“{thing}” is revoked.", thing=self.called), self.back)
