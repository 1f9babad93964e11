"""When tokens and sessions were last used, to the minute or so: noted in memory, written in the background."""

from __future__ import annotations

import datetime as dt
from threading import Lock

from django.conf import settings
from django.db.models import Q

from icontrol import background
from releases.models import ApiToken, Session

#: A row is written at most this often by each server process.
EVERY = dt.timedelta(minutes=5)
#: Rows in memory; beyond it nothing is noted until the next write.
MOST = 10_000


class _Noted:
    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        with self._lock:
            self._tokens: dict[int, dt.datetime] = {}
            self._sessions: dict[str, tuple[dt.datetime, dt.datetime]] = {}

    def token(self, token: ApiToken, now: dt.datetime) -> None:
        if _is_due(token.last_used_at, now) and len(self._tokens) < MOST:
            self._tokens[token.pk] = now
            background.wake()

    def session(self, session: Session, now: dt.datetime) -> None:
        """Also puts off the end that comes of not being used, never the one that comes of age."""
        if _is_due(session.last_seen_at, now) and len(self._sessions) < MOST:
            self._sessions[session.pk] = now, expiry(session.started_at, now)
            background.wake()

    def write(self, final: bool) -> None:
        with self._lock:
            tokens, self._tokens = self._tokens, {}
            sessions, self._sessions = self._sessions, {}
        never = Q(last_used_at=None)
        for pk, at in sorted(tokens.items()):
            ApiToken.objects.filter(never | Q(last_used_at__lt=at), pk=pk).update(last_used_at=at)
        for key, (at, expires) in sorted(sessions.items()):
            Session.objects.filter(pk=key, last_seen_at__lt=at).update(last_seen_at=at, expire_date=expires)


def _is_due(last: dt.datetime | None, now: dt.datetime) -> bool:
    return last is None or now - last >= EVERY


def expiry(started: dt.datetime, now: dt.datetime) -> dt.datetime:
    """When a session that is used now ends: of not being used, or of age."""
    idle = dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return min(now + idle, started + settings.ICONTROL_SESSION_LIFETIME)


noted = _Noted()
background.register(noted.write)
