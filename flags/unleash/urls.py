from __future__ import annotations

from django.urls import path

from flags.unleash import views

urlpatterns = [
    path("client/features", views.FeaturesView.as_view(), name="unleash-features"),
    path("client/register", views.RegisterView.as_view(), name="unleash-register"),
    path("client/metrics", views.MetricsView.as_view(), name="unleash-metrics"),
    path("frontend", views.FrontendView.as_view(), name="unleash-frontend"),
    path("frontend/client/register", views.FrontendRegisterView.as_view(), name="unleash-frontend-register"),
    path("frontend/client/metrics", views.FrontendMetricsView.as_view(), name="unleash-frontend-metrics"),
]
