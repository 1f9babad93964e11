from __future__ import annotations

from django.urls import path, register_converter

from flags.ofrep import views


class AnyText:
    """Any text, also empty or with slashes: an invalid key is answered like an unknown flag."""

    regex = "(?s:.*)"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(AnyText, "anytext")

urlpatterns = [
    path("ofrep/v1/evaluate/flags", views.AllFlagsView.as_view(), name="ofrep-all"),
    path("ofrep/v1/evaluate/flags/<anytext:key>", views.OneFlagView.as_view(), name="ofrep-one"),
]
