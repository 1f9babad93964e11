"""A confirmation page: shows what would happen, asks for a reason, and calls exactly one action.

Actions are ``durable`` transactions, so these pages have their own URLs: Django's change form would wrap them in
another transaction.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone

from configs.policies import check_permission
from icontrol.kernel.actors import Actor
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.responses import language
from icontrol.kernel.texts import Text, pick
from releases.access.authentication import actor_of_user
from releases.access.sessions import check_confirmed
from releases.admin_site import page_of_ours

#: Stands for a missing or invalid hidden field: a serial that no release has.
NO_SERIAL = -1


def whole_number(text: str) -> int | None:
    """A key or serial from a URL or form; ``None`` if it is not a number that a column can hold."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


class PageRenderer(Protocol):
    """Renders a confirmation in its own frame: the Django admin's, the control plane's or the incident page's."""

    def page(
        self, request: HttpRequest, template: str, title: Any, *, status: int = 200, **context: Any
    ) -> HttpResponse: ...

    def page_of(self, thing: Any) -> str:
        """The address of a version, a release or an environment there."""
        ...


class ActionPage:
    """One confirmation. A subclass implements ``look`` (the current state and what would change) and ``act`` (one
    action).
    """

    permission: str
    template = "admin/house/confirm.html"
    #: Fields besides the reason.
    form_class: type[forms.Form] | None = None
    asks_reason = True
    #: Gives others access, so it needs a recently typed password.
    sensitive = False
    style = "primary"

    def __init__(self, renderer: PageRenderer, request: HttpRequest) -> None:
        self.renderer = renderer
        self.request = request
        self.typed = request.POST
        self.form: forms.Form | None = None

    @property
    def actor(self) -> Actor:
        return actor_of_user(self.request.user)

    @property
    def now(self) -> dt.datetime:
        return timezone.now()

    @property
    def proposed(self) -> Text | None:
        """A reason to begin with, if there is one."""
        return None

    @property
    def reason(self) -> str:
        """As typed; at first the proposed one, for the ledger: with plain spaces, as if typed."""
        if self.request.method == "POST" or (proposed := self.proposed) is None:
            return self.typed.get("reason", "")
        return str(pick(proposed, language()))

    @property
    def serial(self) -> int:
        """The serial that the form was shown with."""
        number = whole_number(self.typed.get("serial", ""))
        return NO_SERIAL if number is None else number

    def origin(self, otherwise: str) -> str:
        """The page of ours that led here, from the URL."""
        return page_of_ours(self.request.GET.get("next", ""), otherwise)

    # For subclasses ------------------------------------------------------------------------------------------------

    def look(self) -> dict[str, Any]:
        """The page's context: ``title``, ``button``, ``hidden`` (what was read) and the content.

        A refusal raised here replaces the form: the action would refuse too.
        """
        raise NotImplementedError

    def act(self) -> HttpResponse:
        """Call the action with the form's input; returns where to go."""
        raise NotImplementedError

    def frame(self) -> dict[str, Any]:
        """The context of a refused page too: at least ``title``."""
        raise NotImplementedError

    def initial(self) -> dict[str, Any]:
        return {}

    # The page ------------------------------------------------------------------------------------------------------

    def serve(self) -> HttpResponse:
        check_permission(self.actor, self.permission)
        if self.sensitive:
            check_confirmed(self.request)
        if self.request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        refusal, status = None, 200
        is_sent = self.request.method == "POST"
        if self.form_class is not None:
            self.form = self.form_class(self.typed if is_sent else None, initial=self.initial())
        if is_sent:
            if self.form is not None and not self.form.is_valid():
                status = 422
            else:
                try:
                    return self.act()
                except Refusal as error:
                    check_permission(self.actor, self.permission)
                    refusal, status = error, error.status
        return self.show(refusal, status)

    def show(self, refusal: Refusal | None, status: int) -> HttpResponse:
        context = {"style": self.style, "asks_reason": self.asks_reason, "reason": self.reason, "form": self.form}
        context |= {"confirmed": self.typed.getlist("confirm")}
        context |= self.frame()
        try:
            context |= {"open": True, **self.look()}
        except Refusal as error:
            refusal = refusal or error
        if refusal is not None and refusal.code == "publish.conflict":
            context["confirmed"] = []  # the confirmation was for another state
        context["refusal"] = refusal or context.get("refusal")
        return self.renderer.page(self.request, self.template, context.pop("title"), status=status, **context)

    def done(self, message: Any, url: str) -> HttpResponse:
        messages.success(self.request, str(message))
        return HttpResponseRedirect(url)
