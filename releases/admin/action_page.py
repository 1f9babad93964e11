"""A confirmation page: it shows what would happen, asks for a reason, and calls exactly one action.

Actions are transactions of their own (``durable``), so these are addresses of their own: Django's change form would
wrap them in another transaction.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone

from configs.policies import check_permission
from icontrol.kernel.actors import Actor
from icontrol.kernel.refusals import Refusal
from releases.access.authentication import actor_of_user
from releases.access.sessions import check_confirmed
from releases.admin_site import page_of_ours

if TYPE_CHECKING:
    from releases.admin.base import HouseAdmin

#: What a hidden field says when it is missing or no number: a serial that no release has.
NO_SERIAL = -1


def whole_number(text: str) -> int | None:
    """What an address or a form says where a key or a serial belongs; ``None`` where no column could hold it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


class ActionPage:
    """One question. A subclass looks (what is there now, what would change) and acts (one action)."""

    permission: str
    template = "admin/house/confirm.html"
    #: Fields besides the reason.
    form_class: type[forms.Form] | None = None
    asks_reason = True
    #: It lets others in: only for who typed the password lately.
    sensitive = False
    style = "primary"

    def __init__(self, admin: HouseAdmin, request: HttpRequest) -> None:
        self.admin = admin
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
    def reason(self) -> str:
        return self.typed.get("reason", "")

    @property
    def serial(self) -> int:
        """The serial that the page showed."""
        number = whole_number(self.typed.get("serial", ""))
        return NO_SERIAL if number is None else number

    def origin(self, otherwise: str) -> str:
        """The page of ours that the question was asked on, as its address says."""
        return page_of_ours(self.request.GET.get("next", ""), otherwise)

    # For subclasses ------------------------------------------------------------------------------------------------

    def look(self) -> dict[str, Any]:
        """The page's context: ``title``, ``button``, ``hidden`` (what was read) and what is to be shown.

        A refusal that is raised here is shown instead of the form: the action would say the same.
        """
        raise NotImplementedError

    def act(self) -> HttpResponse:
        """Call the action with what was typed, and say where to go."""
        raise NotImplementedError

    def frame(self) -> dict[str, Any]:
        """What even a refused page shows: at least ``title``."""
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
            context["confirmed"] = []  # what was said yes to is not what is there now
        context["refusal"] = refusal or context.get("refusal")
        return self.admin.page(self.request, self.template, context.pop("title"), status=status, **context)

    def done(self, message: Any, url: str) -> HttpResponse:
        messages.success(self.request, str(message))
        return HttpResponseRedirect(url)
