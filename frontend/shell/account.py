"""One's own account: role, password, sessions; and the page that asks for the password again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters

from frontend.shell.access import staff_page
from frontend.shell.frame import refuse, render
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.access import audit, sessions
from releases.access.password_forms import ConfirmForm, PasswordForm
from releases.access.passwords import is_temporary
from releases.access.people import rights_of
from releases.access.roles import role_with
from releases.admin_site import page_of_ours
from releases.models import Session

#: Sessions on the page, the last used first.
MOST_SESSIONS = 100


def _sessions_of(request: HttpRequest) -> QuerySet[Session]:
    mine = Session.objects.filter(user=request.user.pk, expire_date__gt=timezone.now())
    return mine.order_by("-last_seen_at")[:MOST_SESSIONS]


@sensitive_post_parameters()
@staff_page("POST", refuse=refuse, needs=None, temporary=True)
def account(request: HttpRequest) -> HttpResponseBase:
    """Who one is here. A form sent changes the password."""
    must_change = is_temporary(request.user)
    form: Any = PasswordForm(request.user, request.POST if request.method == "POST" else None, request=request)
    if form.is_valid():
        form.save()
        update_session_auth_hash(request, form.user)
        messages.success(request, gettext("Your password was changed."))
        return HttpResponseRedirect(reverse("home" if must_change else "account"))
    return render(
        request,
        "frontend/shell/account.html",
        text_lazy("Your account"),
        form=form,
        demand=Refusal("password.temporary") if must_change and not form.errors else None,
        role=role_with(rights_of(request.user)),
        sessions=[] if must_change else [(sessions.name_of(row.pk), row) for row in _sessions_of(request)],
        this_one=request.session.session_key,
    )


@staff_page("POST", refuse=refuse, needs=None)
def end_session(request: HttpRequest) -> HttpResponseBase:
    """``end``: the public name of one of one's own sessions."""
    ended = [row.pk for row in _sessions_of(request) if sessions.name_of(row.pk) == request.POST.get("end")]
    Session.objects.filter(pk__in=ended).delete()
    return HttpResponseRedirect(reverse("account"))


@sensitive_post_parameters()
@staff_page("POST", refuse=refuse, needs=None)
def confirm(request: HttpRequest) -> HttpResponseBase:
    """Confirm one's own password, then return to the page that required it."""
    form = ConfirmForm(request.POST if request.method == "POST" else None, request=request)
    if form.is_valid():
        sessions.confirm(request)
        audit.record("confirmed", who=audit.who_of(request), address=audit.address_of(request))
        return HttpResponseRedirect(page_of_ours(request.GET.get("next", ""), reverse("home")))
    return render(
        request,
        "frontend/shell/confirm.html",
        text_lazy("Confirm your password"),
        form=form,
        why=text_lazy(
            "To change accounts and tokens, you must have entered your password within the last {minutes} minutes.",
            minutes=sessions.CONFIRMED_FOR // dt.timedelta(minutes=1),
        ),
    )
