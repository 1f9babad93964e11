from __future__ import annotations

from django.urls import path

from flags.api import kill_switches

urlpatterns = [
    path("api/flags/<str:key>/kill", kill_switches.KillView.as_view(), name="flag-kill"),
    path("api/flags/<str:key>/lift", kill_switches.LiftView.as_view(), name="flag-lift"),
]
