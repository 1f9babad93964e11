"""Look up the application, environment or version that a person or program names."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from configs import history
from configs.drafts import Stored, stored_entry, stored_version, version_of
from configs.models import Application, ConfigVersion
from configs.policies import check_version_name
from configs.snapshot.traversal import KEY
from icontrol.kernel.refusals import Refusal
from releases.ledger.chain import head_of
from releases.models import Environment
from releases.policies import check_something_live

LIVE = "live"


def find_application(key: str | None = None) -> Application:
    """By key; without one the default application."""
    if key is None:
        found = Application.objects.filter(is_default=True).first()
    else:
        found = Application.objects.filter(key=key).first() if KEY.fullmatch(key) else None
    if found is None:
        raise Refusal("application.unknown", application=(key or "–")[:80])
    return found


def find_environment(key: str | None = None, *, application: str | None = None) -> Environment:
    """By key in the application; without one its default environment."""
    app = find_application(application)
    environments = Environment.objects.filter(application=app)
    if key is None:
        found = environments.filter(is_default=True).first()
    else:
        found = environments.filter(key=key).first() if KEY.fullmatch(key) else None
    if found is None:
        raise Refusal("environment.unknown", application=app.key, environment=(key or "–")[:80])
    found.application = app
    return found


def moment(text: str) -> dt.datetime | None:
    """Parse a time: RFC 3339, or without a zone in the server's. ``None`` if invalid."""
    try:
        at = parse_datetime(text.replace(" ", "+")) if len(text) <= 40 and text.isascii() else None
    except ValueError:
        at = None
    if at is None or not 1970 <= at.year <= 9000:
        return None
    return make_aware(at) if is_naive(at) else at


def live_version(environment: Environment) -> ConfigVersion:
    return check_something_live(environment, head_of(environment))


def find_version(environment: Environment, name: Any) -> ConfigVersion:
    """``draft``, ``preview``, ``live`` (in the environment) or a SemVer."""
    if name == LIVE:
        return live_version(environment)
    if name in ("draft", "preview"):
        return version_of(environment.application, name)
    return version_of(environment.application, check_version_name(str(name)))


def find_stored(environment: Environment, to: str | int) -> Stored:
    """A content to revert a draft to: a version, by any of its names, or a history entry, by its number."""
    if isinstance(to, int):
        return stored_entry(history.entry(environment.application, to))
    version = find_version(environment, to)
    return stored_version(version, f"{to} ({version.version})" if to != version.version else to)
