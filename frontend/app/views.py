"""The app: public, like the config that it is made of."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from frontend.shell.frame import render
from icontrol.kernel.localized import text_lazy


@require_safe
@never_cache
def client(request: HttpRequest) -> HttpResponseBase:
    """The rest is the browser's: it asks what every client asks."""
    return render(request, "frontend/app/client.html", text_lazy("App"), face="app")
