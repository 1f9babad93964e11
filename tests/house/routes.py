"""Every address of the program, walked from the URLconf."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PAGES = ("account", "admin/", "app", "confirm", "cp/", "i18n/", "login", "logout", "theme", "toolbox")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes() -> dict[str, Any]:
    """Route as Django writes it (``api/releases/<int:serial>``) → view."""
    found: dict[str, Any] = {}
    for route, view in _walk(get_resolver().url_patterns):
        # Of the admin's regular expressions only the parameter's name: the list of apps in one of them grows.
        found.setdefault(re.sub(r"\^?\(\?P<(\w+)>[^)]*\)(/?)\$?", r"<\1>\2", route).rstrip("$"), view)
    return found


def _walk(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def is_page(route: str) -> bool:
    """For people and their browsers; all others answer programs."""
    return not route or route.startswith(
        ("admin/", "api/docs", "cp", "i18n/", "login", "logout", "theme", "toolbox", "app", "account", "confirm")
    )


def methods(view: Any) -> list[str]:
    """What the view answers: the handlers of a class of the API, GET and POST of a page."""
    cls = getattr(view, "cls", None)
    return [method for method in METHODS if hasattr(cls, method.lower())] if cls else ["GET", "POST"]


def path(route: str, values: dict[str, Any]) -> str:
    """The address, each parameter filled in by the name of the segment before it (``releases/<int:serial>``), one
    that follows another parameter by its own name."""

    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}/{values[match[1]]}"

    route = route.replace("cp/<str:application>/<str:environment>/", "cp/icontrol/production/")
    return "/" + re.sub(r"<\w+:(\w+)>", lambda match: str(values[match[1]]), re.sub(r"(\w+)/<[^>]*>", fill, route))
