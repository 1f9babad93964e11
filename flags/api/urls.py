from __future__ import annotations

from django.urls import path

from flags.api import kill_switches, views

urlpatterns = [
    path("api/flags", views.FlagsView.as_view(), name="flags"),
    path("api/flags/<str:key>", views.FlagView.as_view(), name="flag"),
    path("api/flags/<str:key>/explain", views.ExplainView.as_view(), name="flag-explain"),
    path("api/flags/<str:key>/kill", kill_switches.KillView.as_view(), name="flag-kill"),
    path("api/flags/<str:key>/lift", kill_switches.LiftView.as_view(), name="flag-lift"),
]
