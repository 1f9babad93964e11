"""All URLs. icontrol.assets serves static files earlier."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("frontend.urls")),
    path("", include("releases.urls")),
    path("", include("flags.api.urls")),
    path("", include("flags.ofrep.urls")),
    path("unleash/api/", include("flags.unleash.urls")),
]
handler400 = "icontrol.kernel.responses.bad_request"
handler403 = "icontrol.kernel.responses.forbidden"
handler404 = "icontrol.kernel.responses.not_found"
handler500 = "icontrol.kernel.responses.server_error"
