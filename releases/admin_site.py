"""The admin site: Django's, with our name, refusals as readable pages, and no deleting.

Outside the package ``releases.admin``, which registers itself on this site when it is imported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.auth.views import PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy

from configs.policies import check_permission
from icontrol.kernel import responses
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.access import audit, sessions
from releases.access.authentication import actor_of_user
from releases.access.password_forms import ConfirmForm, LoginForm, PasswordForm
from releases.access.passwords import is_temporary
from releases.models import Session

#: Sessions on the page, the last used first.
MOST_SESSIONS = 100
#: Pages for people who must change their password first.
BEFORE = {"password_change", "password_change_done", "logout", "jsi18n"}
View = Callable[..., HttpResponseBase]


class PasswordPage(SuccessMessageMixin, PasswordChangeView):
    success_message = gettext_lazy("Your password was changed.")


class HouseSite(admin.AdminSite):
    site_header = site_title = "iCONTROL"
    index_title = text_lazy("What clients get now")
    site_url = None
    login_form = LoginForm

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def get_urls(self) -> list[Any]:
        own = [
            path("sessions/", self.admin_view(self.sessions), name="sessions"),
            path("confirm/", self.admin_view(self.confirm), name="confirm"),
        ]
        return own + super().get_urls()

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Django's view with our form, which needs the request; then redirects home."""
        request.current_app = self.name
        view = PasswordPage.as_view(
            template_name="admin/house/password.html",
            form_class=partial(PasswordForm, request=request),
            success_url=reverse("admin:index"),
            extra_context={
                **self.each_context(request),
                "refusal": Refusal("password.temporary") if is_temporary(request.user) else None,
                "button": text_lazy("Change my password"),
                **(extra_context or {}),
            },
        )
        return view(request)

    def confirm(self, request: HttpRequest) -> HttpResponseBase:
        """Confirm one's own password, then return to the page that required it."""
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        form = ConfirmForm(request.POST if request.method == "POST" else None, request=request)
        if form.is_valid():
            sessions.confirm(request)
            audit.record("confirmed", who=audit.who_of(request), address=audit.address_of(request))
            return HttpResponseRedirect(page_of_ours(request.GET.get("next", ""), reverse("admin:index")))
        minutes = sessions.CONFIRMED_FOR // dt.timedelta(minutes=1)
        why = text_lazy(
            "To change accounts and tokens, you must have entered your password within the last {minutes} minutes.",
            minutes=minutes,
        )
        context = {
            **self.each_context(request),
            "title": text_lazy("Confirm your password"),
            "button": text_lazy("Confirm"),
            "notes": [why],
            "form": form,
        }
        return TemplateResponse(request, "admin/house/password.html", context)

    def sessions(self, request: HttpRequest) -> HttpResponseBase:
        """A person's own sessions; each can be ended."""
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        mine = Session.objects.filter(user=request.user.pk, expire_date__gt=timezone.now()).order_by("-last_seen_at")
        shown = [(sessions.name_of(session.pk), session) for session in mine[:MOST_SESSIONS]]
        if request.method == "POST":
            ended = [session.pk for name, session in shown if name == request.POST.get("end")]
            Session.objects.filter(pk__in=ended).delete()
            return HttpResponseRedirect(request.path)
        context = {
            **self.each_context(request),
            "title": text_lazy("Your sessions"),
            "sessions": shown,
            "this_one": request.session.session_key,
        }
        return TemplateResponse(request, "admin/house/sessions.html", context)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return super().admin_view(self._refusing(view), cacheable)

    def _refusing(self, view: View) -> View:
        """Shows missing permissions and missing objects as a page instead of a JSON problem.

        A model's page checks its admin's ``needs`` before Django looks anything up; a ``sensitive`` one requires a
        recently typed password.
        """
        owner = getattr(view, "__self__", None)
        needs = getattr(owner, "needs", None)
        is_sensitive = getattr(view, "__name__", "") in getattr(owner, "sensitive", ())

        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # Changes that this request makes to the account itself (its password) have the account as actor.
            request.user.history_actor = f"user:{request.user.get_username()}"  # type: ignore[union-attr]
            page = request.resolver_match and request.resolver_match.url_name
            if page not in BEFORE and is_temporary(request.user):
                return HttpResponseRedirect(reverse("admin:password_change"))
            # There are no pop-ups here, and Django would look up any field that these name.
            for name in (IS_POPUP_VAR, TO_FIELD_VAR):
                if name in request.GET or name in request.POST:
                    return self.refuse(request, Refusal("http.bad_request"))
            try:
                if needs is not None:
                    check_permission(actor_of_user(request.user), needs)
                if is_sensitive:
                    sessions.check_confirmed(request)
                return view(request, *args, **kwargs)
            except sessions.Unconfirmed:
                return self.to_confirm(request)
            except (Refusal, PermissionDenied, Http404, DataError, OverflowError) as error:
                refusal = responses.to_refusal(error)
                assert refusal is not None
                return self.refuse(request, refusal)

        return inner

    def to_confirm(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST":
            lost = text_lazy("What you sent was not saved. Confirm your password, then fill in the form again.")
            messages.warning(request, str(lost))
        return HttpResponseRedirect(f"{reverse('admin:confirm')}?{urlencode({'next': request.get_full_path()})}")

    def refuse(self, request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
        request.current_app = self.name
        context = {**self.each_context(request), "title": refusal.title, "refusal": refusal}
        return TemplateResponse(request, "admin/house/refusal.html", context, status=refusal.status)


def page_of_ours(named: str, otherwise: str) -> str:
    """The URL's ``next`` target, if it is an admin page."""
    ours = named.startswith(reverse("admin:index")) and url_has_allowed_host_and_scheme(named, allowed_hosts=None)
    return named if ours else otherwise


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A write without a valid CSRF token: under /admin/ a page with what to do, elsewhere a problem."""
    request.audit_kind = "csrf"  # type: ignore[attr-defined]
    refusal = Refusal("http.csrf")
    if not request.path.startswith(reverse("admin:index")):
        return responses.response(refusal)
    site: HouseSite = admin.site  # type: ignore[assignment]
    return site.refuse(request, refusal)
