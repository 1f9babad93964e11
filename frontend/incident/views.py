"""The incident page: who may see it, and which question an address asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import NONE
from csp.decorators import csp_replace
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator

from configs.drafts import version_of
from configs.policies import check_permission, check_version_name
from frontend.incident import pages
from frontend.incident.board import CHOICES, Board, matching
from frontend.incident.board import board as board_for
from frontend.shell import frame
from frontend.shell.access import View, staff_page
from icontrol.kernel.actors import PUBLISH, Actor
from icontrol.kernel.localized import localized_lazy, text_lazy
from icontrol.kernel.refusals import Refusal
from releases import admin_site
from releases.access.authentication import actor_of_user
from releases.access.password_forms import LoginForm
from releases.ledger.chain import head_of
from releases.models import Environment
from releases.pages.action_page import whole_number
from releases.pages.kill_switches import KILL, LIFT, SwitchTexts
from releases.policies import check_switch, live_flags

#: Not one script, not even ours.
without_scripts: Any = csp_replace({"script-src": [NONE], "connect-src": [NONE]})


@method_decorator(without_scripts, name="dispatch")
class Login(LoginView):
    """The admin's, throttled and audited alike, on a page that a slow phone can load."""

    template_name = "frontend/incident/login.html"
    authentication_form = LoginForm
    next_page = "incident"
    extra_context = {"title": text_lazy("Log in")}


@without_scripts
def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    context = {"title": localized_lazy(refusal.title), "refusal": refusal, "back": reverse("incident")}
    return TemplateResponse(request, "frontend/incident/confirm.html", context, status=refusal.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A write without a valid CSRF token. A browser gets a page that says what to do."""
    is_incident = request.path.startswith(reverse("incident"))
    is_face = not request.path.startswith(reverse("admin:index")) and "text/html" in request.headers.get("Accept", "")
    if not is_incident and not is_face:
        return admin_site.csrf_failure(request, reason)
    request.audit_kind = "csrf"  # type: ignore[attr-defined]
    return (refuse if is_incident else frame.refuse)(request, Refusal("http.csrf"))


def page(*methods: str) -> Callable[[View], View]:
    """For staff with a role, as in the admin. ``methods``: besides GET and HEAD."""

    def decorate(view: View) -> View:
        guarded: View = without_scripts(staff_page(*methods, refuse=refuse, login="incident-login")(view))
        return guarded

    return decorate


def _environment(request: HttpRequest, pk: int) -> Environment:
    check_permission(actor_of_user(request.user), PUBLISH)
    return get_object_or_404(Environment.objects.select_related("application"), pk=pk)


@page()
def board(request: HttpRequest) -> HttpResponseBase:
    actor, first = actor_of_user(request.user), whole_number(request.GET.get("environment", ""))
    found = board_for(actor, first)
    context = {"title": text_lazy("Incident"), "board": found, "why_not": _why_not(actor), "done": None}
    if found.cards and found.cards[0].environment.pk == first:
        context["done"] = _done(found, request.GET.get("flag", ""))
    return TemplateResponse(request, "frontend/incident/board.html", context)


def _why_not(actor: Actor) -> Refusal | None:
    """What who only looks is told once, instead of at every button."""
    try:
        check_permission(actor, PUBLISH)
    except Refusal as refusal:
        return refusal
    return None


def _done(found: Board, flag: str) -> dict[str, Any]:
    """What takes back what was done last: under the sentence that says what it was."""
    card = found.cards[0]
    return {"card": card, "flag": flag if flag in card.head.killed else ""}


def _switch(request: HttpRequest, pk: int, kind: SwitchTexts) -> HttpResponseBase:
    """A form names its flag; an address may name a part of it, and who asks for none chooses."""
    environment = _environment(request, pk)
    if request.method == "POST":
        flag = request.POST.get("flag", "")
        if not flag:
            raise Refusal("http.bad_request")
        return pages.Switch(pages.IncidentRenderer(), request, environment, flag, kind).serve()
    typed, head = request.GET.get("flag", "").strip(), head_of(environment)
    keys = {*head.killed} if kind is LIFT else live_flags(head.config_version)
    meant, refusal = matching(typed, keys), None
    if typed and not meant:
        try:
            check_switch(environment, head, kind.name, typed, live_flags(head.config_version))
        except Refusal as error:
            meant, refusal = sorted(keys), error
    if len(meant) > 1 or not typed or refusal:
        context = {
            "title": text_lazy("Lift which flag in {where}?", where=environment.key)
            if kind is LIFT
            else text_lazy("Kill which flag in {where}?", where=environment.key),
            "typed": typed,
            "refusal": refusal,
            "flags": meant[:CHOICES],
            "more": len(meant[CHOICES:]),
            "back": pages.board_of(environment),
        }
        status = refusal.status if refusal else 200
        return TemplateResponse(request, "frontend/incident/choose.html", context, status=status)
    question = pages.Switch(pages.IncidentRenderer(), request, environment, meant[0] if meant else typed, kind)
    question.part = "" if question.flag == typed else typed
    return question.serve()


@page("POST")
def kill(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _switch(request, pk, KILL)


@page("POST")
def lift(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _switch(request, pk, LIFT)


@page("POST")
def undo(request: HttpRequest, pk: int) -> HttpResponseBase:
    return pages.Undo(pages.IncidentRenderer(), request, _environment(request, pk)).serve()


@page("POST")
def rollback(request: HttpRequest, pk: int, version: str) -> HttpResponseBase:
    environment = _environment(request, pk)
    target = version_of(environment.application, check_version_name(version))
    return pages.Rollback(pages.IncidentRenderer(), request, environment, target).serve()


@page("POST")
def maintenance(request: HttpRequest, pk: int, *, on: bool) -> HttpResponseBase:
    return pages.Maintenance(pages.IncidentRenderer(), request, _environment(request, pk), on=on).serve()
