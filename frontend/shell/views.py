"""The way in: the first page, login, logout, theme."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from frontend.shell.frame import THEME, THEMES, render
from icontrol.kernel.localized import text_lazy
from releases.access.password_forms import LoginForm
from releases.admin_site import page_of_ours

#: Seconds that a chosen theme is kept.
KEPT = 365 * 24 * 3600


def home(request: HttpRequest) -> HttpResponseBase:
    """Staff goes on to the control plane; everybody else reads what this is."""
    if request.user.is_active and request.user.is_staff:
        return HttpResponseRedirect(reverse("control"))
    return render(request, "frontend/shell/home.html", text_lazy("Deploy is not release"))


class Login(LoginView):
    """For staff, throttled and audited."""

    template_name = "frontend/shell/login.html"
    authentication_form = LoginForm
    next_page = "home"
    extra_context = {"title": text_lazy("Log in"), "face": "", "environment": None}

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        return super().get_context_data(**given, theme=self.request.COOKIES.get(THEME, ""))


class Logout(LogoutView):
    next_page = "home"


@require_POST
def theme(request: HttpRequest) -> HttpResponseBase:
    """``theme``: light or dark; anything else is the system's. Then back to the page ``next``."""
    response = HttpResponseRedirect(page_of_ours(request.POST.get("next", ""), reverse("home")))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(THEME, chosen, KEPT, secure=request.is_secure(), httponly=True, samesite="Lax")
    else:
        response.delete_cookie(THEME)
    return response
