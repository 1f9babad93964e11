"""The admin site: Django's, with our name, refusals as readable pages, and no deleting.

Outside the package ``releases.admin``, which registers itself on this site when it is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from configs.policies import check_permission
from icontrol.kernel import responses
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.access.authentication import actor_of_user
from releases.access.passwords import is_temporary

#: Pages for people who must change their password first.
BEFORE = {"logout", "jsi18n"}
View = Callable[..., HttpResponseBase]


class HouseSite(admin.AdminSite):
    site_header = site_title = "iCONTROL"
    index_title = text_lazy("Administration")
    site_url = None

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def get_urls(self) -> list[Any]:
        gone = {"password_change", "password_change_done"}  # one's own account is outside the admin
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", None) not in gone]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect_to_login(page_of_ours(request.GET.get("next", ""), reverse("admin:index")), reverse("login"))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return super().admin_view(self._refusing(view), cacheable)

    def _refusing(self, view: View) -> View:
        """Shows missing permissions and missing objects as a page instead of a JSON problem.

        A model's page checks its admin's ``needs`` before Django looks anything up.
        """
        owner = getattr(view, "__self__", None)
        needs = getattr(owner, "needs", None)

        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # Changes that this request makes to the account itself (its password) have the account as actor.
            request.user.history_actor = f"user:{request.user.get_username()}"  # type: ignore[union-attr]
            page = request.resolver_match and request.resolver_match.url_name
            if page not in BEFORE and is_temporary(request.user):
                return HttpResponseRedirect(reverse("account"))
            # There are no pop-ups here, and Django would look up any field that these name.
            for name in (IS_POPUP_VAR, TO_FIELD_VAR):
                if name in request.GET or name in request.POST:
                    return self.refuse(request, Refusal("http.bad_request"))
            try:
                if needs is not None:
                    check_permission(actor_of_user(request.user), needs)
                return view(request, *args, **kwargs)
            except (Refusal, PermissionDenied, Http404, DataError, OverflowError) as error:
                refusal = responses.to_refusal(error)
                assert refusal is not None
                return self.refuse(request, refusal)

        return inner

    def refuse(self, request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
        request.current_app = self.name
        context = {**self.each_context(request), "title": refusal.title, "refusal": refusal}
        return TemplateResponse(request, "admin/house/refusal.html", context, status=refusal.status)


def page_of_ours(named: str, otherwise: str) -> str:
    """The URL's ``next`` target, if it is a page of this server."""
    ours = named.startswith("/") and url_has_allowed_host_and_scheme(named, allowed_hosts=None)
    return named if ours else otherwise


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A write without a valid CSRF token: under /admin/ a page with what to do, elsewhere a problem."""
    request.audit_kind = "csrf"  # type: ignore[attr-defined]
    refusal = Refusal("http.csrf")
    if not request.path.startswith(reverse("admin:index")):
        return responses.response(refusal)
    site: HouseSite = admin.site  # type: ignore[assignment]
    return site.refuse(request, refusal)
