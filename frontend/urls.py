"""Addresses of the faces."""

from __future__ import annotations

from django.urls import include, path

from frontend.app import preview
from frontend.app import views as app
from frontend.incident import views
from frontend.shell import account, api_docs
from frontend.shell import views as shell
from frontend.toolbox import views as toolbox

urlpatterns = [
    path("", shell.home, name="home"),
    path("login", shell.Login.as_view(), name="login"),
    path("logout", shell.Logout.as_view(), name="logout"),
    path("account", account.account, name="account"),
    path("account/sessions/end", account.end_session, name="account-end-session"),
    path("confirm", account.confirm, name="confirm"),
    path("api/docs", api_docs.page, name="docs"),
    path("theme", shell.theme, name="theme"),
    path("toolbox", toolbox.default, name="toolbox"),
    path("toolbox/<str:application>/", toolbox.draft, name="toolbox-draft"),
    path("app", app.client, name="app"),
    path("toolbox/<str:application>/here", toolbox.here, name="toolbox-here"),
    path("preview/<str:token>", preview.open_preview, name="open-preview"),
    path("cp/incident", views.board, name="incident"),
    path("cp/incident/login", views.Login.as_view(), name="incident-login"),
    path("cp/incident/<int:pk>/kill", views.kill, name="incident-kill"),
    path("cp/incident/<int:pk>/lift", views.lift, name="incident-lift"),
    path("cp/incident/<int:pk>/undo", views.undo, name="incident-undo"),
    path("cp/incident/<int:pk>/rollback/<str:version>", views.rollback, name="incident-rollback"),
    path("cp/incident/<int:pk>/maintenance/on", views.maintenance, {"on": True}, name="incident-maintenance-on"),
    path("cp/incident/<int:pk>/maintenance/off", views.maintenance, {"on": False}, name="incident-maintenance-off"),
    # Behind the fixed addresses under /cp: an application may have any key.
    path("", include("frontend.control.manage_urls")),
    path("", include("frontend.control.urls")),
]
