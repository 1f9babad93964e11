"""Addresses of the control plane's pages. Those of an environment begin with its application and its key."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from configs.models import ConfigVersion
from releases.models import Environment, Release


def of(environment: Environment, page: str, *args: Any, **query: Any) -> str:
    """``of(production, "release", 12)`` → ``/cp/icontrol/production/releases/12``. Empty values are left out."""
    url = reverse(f"control-{page}", args=(environment.application.key, environment.key, *args))
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{url}?{urlencode(given)}" if given else url


def of_version(environment: Environment, version: ConfigVersion, page: str = "version", **query: Any) -> str:
    return of(environment, page, version.version, **query)


def of_release(release: Release, page: str = "release") -> str:
    return of(release.environment, page, release.serial)
