"""The session engine: Django's, plus owner, start, address, and a maximum age.

A session ends after a time without use (``SESSION_COOKIE_AGE``), and in any case some time after the login
(``ICONTROL_SESSION_LIFETIME``). The server enforces both, not the cookie.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone

from releases.access.last_use import expiry, used_session
from releases.models import Session

#: The session key of the login time.
STARTED, ADDRESS, BROWSER = "started", "address", "browser"
#: The session key of the time when the password was last typed.
CONFIRMED = "confirmed"
CONFIRMED_FOR = dt.timedelta(minutes=10)
LONGEST_BROWSER = 200


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> Any:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        now = timezone.now()
        row: Any = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        row.started_at = dt.datetime.fromtimestamp(data[STARTED], dt.UTC) if STARTED in data else now
        row.last_seen_at = now
        row.address, row.browser = data.get(ADDRESS, ""), data.get(BROWSER, "")
        row.expire_date = expiry(row.started_at, now)
        return row

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        if row is None:
            return {}
        used_session(row, timezone.now())
        return self.decode(row.session_data)


def begin(request: HttpRequest) -> None:
    """At a login: record what the list of sessions shows."""
    request.session[STARTED] = request.session[CONFIRMED] = int(timezone.now().timestamp())
    request.session[ADDRESS] = str(request.META.get("REMOTE_ADDR", ""))[:64]
    browser = request.headers.get("User-Agent", "")[:LONGEST_BROWSER]
    request.session[BROWSER] = "".join(char if char.isprintable() else "�" for char in browser)


class Unconfirmed(Exception):
    """The password was typed too long ago for this."""


def check_confirmed(request: HttpRequest) -> None:
    """For actions that give others access: an unattended browser must not allow them.

    :raises Unconfirmed: the password must be typed again first.
    """
    at = dt.datetime.fromtimestamp(request.session.get(CONFIRMED, 0), dt.UTC)
    if abs(timezone.now() - at) > CONFIRMED_FOR:
        raise Unconfirmed


def confirm(request: HttpRequest) -> None:
    """The password was typed again. As at a login, the session gets a new key."""
    request.session[CONFIRMED] = int(timezone.now().timestamp())
    request.session.cycle_key()


def name_of(session_key: str) -> str:
    """The public name of a session: its key is a secret."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:16]
