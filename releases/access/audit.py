"""The access audit: logins, refusals, changed rights. One log line and one row for each.

Account events (login, logout, password, role) are written at once, in the transaction of the event. What strangers can
repeat at will (wrong passwords, refused tokens, 403) is counted in memory and written once a minute per address and
kind, so a flood costs a bounded number of rows and lines. No secrets are recorded: no password, no token, no typed name
that is not an account's.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from django.contrib.auth.models import Group, User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from simple_history.signals import post_create_historical_record

from icontrol.kernel.background import background
from icontrol.kernel.texts import Text, both
from releases.models import AuditEvent

logger = logging.getLogger("icontrol.audit")
EVENT_KINDS: dict[str, Text] = {
    "login": both("login"),
    "logout": both("logout"),
    "confirmed": both("password confirmed"),
    "login_failed": both("wrong password"),
    "login_throttled": both("too many tries"),
    "token_refused": both("token refused"),
    "forbidden": both("not allowed"),
    "csrf": both("form without a valid CSRF token"),
    "password_changed": both("password changed"),
    "rights_changed": both("rights changed"),
    "access_ended": both("all access ended"),
    "others": both("others, not counted separately"),
}
KEPT = dt.timedelta(days=365)
#: Separate entries per minute and process: of one address and kind, and in all. The rest is only counted.
MOST_OF_ONE, MOST = 5, 30


@dataclass(frozen=True, slots=True)
class _Key:
    kind: str
    address: str
    who: str = ""
    detail: str = ""

    def line(self) -> str:
        parts = [self.kind, self.who, f"from {self.address}" if self.address else "", self.detail]
        return " ".join(part for part in parts if part)


def record(kind: str, *, who: str = "", address: str = "", detail: str = "", now: dt.datetime | None = None) -> None:
    """Record an event of an account or the console: one row, at once."""
    key = _Key(kind, address, who, _clipped(detail))
    logger.info("%s", key.line())
    AuditEvent.objects.create(
        at=now or timezone.now(), kind=kind, who=who[:200], address=address[:64], detail=key.detail
    )


class _Counted:
    """Counts events that anybody can repeat: the first of a minute is logged, then the number of all."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        with self._lock:
            self._since: dt.datetime | None = None
            self._counts: dict[_Key, int] = {}

    def add(self, key: _Key, now: dt.datetime, times: int = 1) -> None:
        with self._lock:
            self._since = self._since or now
            key = next(wider for wider in self._wider(key) if wider in self._counts or self._has_room(wider))
            is_new = key not in self._counts
            self._counts[key] = self._counts.get(key, 0) + times
        if is_new:
            logger.info("%s", key.line())
        background.wake()

    def _wider(self, key: _Key) -> Iterator[_Key]:
        yield key
        yield replace(key, who="", detail="others")
        yield _Key("others", "")

    def _has_room(self, key: _Key) -> bool:
        if key.kind == "others":
            return True
        alike = sum(key.kind == other.kind and key.address == other.address for other in self._counts)
        return len(self._counts) < MOST and (alike < MOST_OF_ONE or key.detail == "others")

    def write(self) -> None:
        with self._lock:
            if self._since is None:
                return
            at, counts = self._since, self._counts
            self._since, self._counts = None, {}
        rows = [
            AuditEvent(at=at, kind=key.kind, who=key.who, address=key.address, detail=key.detail, count=count)
            for key, count in counts.items()
        ]
        try:
            AuditEvent.objects.bulk_create(rows)
        except Exception:  # it waits for the next minute
            for key, count in counts.items():
                self.add(key, at, count)
            raise
        for key, count in counts.items():
            if count > 1:
                logger.info("%s: %s times within a minute", key.line(), count)


def old(now: dt.datetime) -> QuerySet[AuditEvent]:
    """The rows that housekeeping removes. The trigger that protects younger ones uses the database's clock."""
    kept = KEPT + dt.timedelta(minutes=1)
    return AuditEvent.objects.filter(at__lt=now - kept).filter(at__lt=Now() - kept)


counted = _Counted()
background.regularly(counted.write, every=60)


def count(kind: str, request: Any, *, who: str = "", detail: str = "") -> None:
    """Count an event that anybody can repeat at will."""
    counted.add(_Key(kind, address_of(request), who[:200], _clipped(detail)), timezone.now())


def _clipped(detail: str) -> str:
    return detail if len(detail) <= 500 else f"{detail[:499]}…"


def address_of(request: Any) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def who_of(request: Any) -> str:
    """The actor's name of an authenticated request; empty for strangers."""
    user = getattr(request, "user", None)
    token = getattr(user, "token", None)
    if token is not None:
        return f"token:{token.name}"
    return f"user:{user.get_username()}" if user is not None and user.is_authenticated else ""


class Refusals:
    """Middleware: counts every 403."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        response = self.get_response(request)
        if response.status_code == 403:
            match = request.resolver_match
            detail = f"{request.method} {match.route if match else '–'}"
            count(getattr(request, "audit_kind", "forbidden"), request, who=who_of(request), detail=detail)
        return response


# Signals of Django and simple-history
# ----------------------------------------------------------------------------------


def on_logged_in(sender: Any, request: HttpRequest | None, user: Any, **_: Any) -> None:
    record("login", who=f"user:{user.get_username()}", address=address_of(request) if request else "")


def on_logged_out(sender: Any, request: HttpRequest | None, user: Any, **_: Any) -> None:
    if user is not None:
        record("logout", who=f"user:{user.get_username()}", address=address_of(request) if request else "")


def on_login_failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """The typed name is recorded only if it is an account: people type passwords into the wrong field."""
    if request is None:
        return
    name = str(credentials.get("username", ""))
    is_known = User.objects.filter(username=name).exists()
    kind = "login_throttled" if getattr(request, "login_throttled", False) else "login_failed"
    count(kind, request, who=f"user:{name}" if is_known else "", detail="" if is_known else "no such account")


RIGHTS = {"is_active", "is_staff", "is_superuser", "groups", "user_permissions", "permissions"}


def on_history(sender: Any, instance: Any, history_instance: Any, **_: Any) -> None:
    """Record which rights of an account or role changed."""
    if not isinstance(instance, (User, Group)):
        return
    model, before = str(instance._meta.model_name), history_instance.prev_record
    if before is None:
        told = [f"{name}: yes" for name in ("is_staff", "is_superuser") if getattr(instance, name, False)]
    else:
        changes = history_instance.diff_against(before, foreign_keys_are_objs=True).changes
        told = [
            f"{change.field}: {_names(change.old, model)} → {_names(change.new, model)}"
            for change in changes
            if change.field in RIGHTS
        ]
    if told:
        detail = f"{model}:{instance}: {'; '.join(told)}"
        record("rights_changed", who=history_instance.history_user_id, detail=detail)


def _names(value: Any, model: str) -> str:
    """A field's value by names; a many-to-many field comes as rows of the join table. Permissions by codename."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    others = (row[name] for row in value for name in row if name != model)
    return ", ".join(sorted(str(getattr(other, "codename", other)) for other in others)) or "–"


def connect() -> None:
    user_logged_in.connect(on_logged_in, dispatch_uid="releases.access.audit.logged_in")
    user_logged_out.connect(on_logged_out, dispatch_uid="releases.access.audit.logged_out")
    user_login_failed.connect(on_login_failed, dispatch_uid="releases.access.audit.login_failed")
    post_create_historical_record.connect(on_history, dispatch_uid="releases.access.audit.history")
