"""When tokens and sessions were last used, to within some minutes; written in the background."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from icontrol.kernel.background import background
from releases.models import ApiToken, Session

#: How far behind a row may be.
EVERY = dt.timedelta(minutes=5)


def used_token(token: ApiToken, now: dt.datetime) -> None:
    if token.last_used_at is None or now - token.last_used_at >= EVERY:
        background.later(lambda: _write_token(token.pk, now))


def used_session(session: Session, now: dt.datetime) -> None:
    """Also extends the session's idle timeout, but not its maximum age."""
    if now - session.last_seen_at >= EVERY:
        expires = expiry(session.started_at, now)
        background.later(lambda: _write_session(session.pk, now, expires))


def expiry(started: dt.datetime, now: dt.datetime) -> dt.datetime:
    """When a session that is used now will end: by idle timeout or maximum age."""
    idle = dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return min(now + idle, started + settings.ICONTROL_SESSION_LIFETIME)


def _write_token(pk: int, now: dt.datetime) -> None:
    ApiToken.objects.filter(pk=pk).exclude(last_used_at__gte=now).update(last_used_at=now)


def _write_session(key: str, now: dt.datetime, expires: dt.datetime) -> None:
    Session.objects.filter(pk=key, last_seen_at__lt=now).update(last_seen_at=now, expire_date=expires)
