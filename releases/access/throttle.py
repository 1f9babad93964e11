"""Login throttling, shared among processes through the database.

Wrong passwords are counted per account *and address*. There is no counter per account, so a stranger elsewhere cannot
lock out the owner. A browser that logged in before has a signed cookie and its own counter, so not even a stranger at
the same address (an office, an unconfigured proxy) can lock the account there. API tokens are not affected.

Many wrong passwords from one address for many accounts do not lock the address, which may be an office's: each account
then gets fewer tries there. Only the address's total budget, which bounds the work of comparing passwords, stops
unknown browsers there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core import signing
from django.http import HttpRequest
from django.utils import timezone

from icontrol.kernel.addresses import network
from releases.access import sessions
from releases.models import LoginFailure

WINDOW = dt.timedelta(minutes=15)
PER_ACCOUNT_AND_ADDRESS = 10
#: With so many failures an address is suspect, and accounts get fewer tries there.
SUSPECT = 100
PER_ACCOUNT_AND_SUSPECT = 3
PER_ADDRESS = 1000
COOKIE = "known_browser"
COOKIE_AGE = dt.timedelta(days=365)
_SALT = "icontrol.known-browser"


def _scope(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _is_known_browser(request: HttpRequest, account: str) -> str | None:
    """The random id of a browser in which this account logged in before."""
    cookie = request.COOKIES.get(COOKIE, "")
    try:
        owner, name = signing.loads(cookie, salt=_SALT, max_age=COOKIE_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(name) if owner == account else None


def scopes(request: HttpRequest, account: str) -> dict[str, int]:
    """scope → allowed failures in the window. The first is the account's, at this address or in this browser."""
    account = account.casefold()
    browser = _is_known_browser(request, account)
    if browser is not None:
        return {_scope("browser", account, browser): PER_ACCOUNT_AND_ADDRESS}
    address = network(str(request.META.get("REMOTE_ADDR", "")))
    return {
        _scope("account", account, address): PER_ACCOUNT_AND_ADDRESS,
        _scope("address", address): PER_ADDRESS,
    }


def seconds_to_wait(request: HttpRequest, account: str, now: dt.datetime) -> int:
    """0 if another try is allowed; else seconds until the oldest counted failure leaves the window."""
    mine, *others = scopes(request, account).items()
    wait = _wait(*mine, now)
    for scope, allowed in others:
        wait = max(wait, _wait(scope, allowed, now))
        if _wait(scope, SUSPECT, now):
            wait = max(wait, _wait(mine[0], PER_ACCOUNT_AND_SUSPECT, now))
    return wait


def _wait(scope: str, allowed: int, now: dt.datetime) -> int:
    """Seconds until there are fewer failures than ``allowed`` in the window."""
    failures = LoginFailure.objects.filter(scope=scope, at__gt=now - WINDOW).order_by("-at")
    blocking = failures.values_list("at", flat=True)[allowed - 1 : allowed]
    return max((int((at + WINDOW - now).total_seconds()) + 1 for at in blocking), default=0)


def note_failure(request: HttpRequest, account: str, now: dt.datetime) -> None:
    for scope in scopes(request, account):
        LoginFailure.objects.create(scope=scope, at=now)


class ThrottledBackend(ModelBackend):
    """Django's backend, but it refuses without checking the password after too many wrong ones."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        account = username or kwargs.get(User.USERNAME_FIELD) or ""
        if request is not None and seconds_to_wait(request, account, timezone.now()):
            request.login_throttled = True  # type: ignore[attr-defined]
            return None
        return super().authenticate(request, username=username, password=password, **kwargs)


def on_login_failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    # An unchecked try is not counted, or the wait would never end.
    if request is not None and not getattr(request, "login_throttled", False):
        note_failure(request, str(credentials.get("username", "")), timezone.now())


def on_logged_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Forget the failures of this scope, and remember the browser."""
    sessions.begin(request)
    LoginFailure.objects.filter(scope__in=list(scopes(request, user.username))[:1]).delete()
    request.known_browser_of = user.username.casefold()  # type: ignore[attr-defined]


def is_password_of(request: HttpRequest, account: str, password: str) -> bool:
    """Check like a login: a wrong password is counted and audited, and after too many none is checked."""
    return authenticate(request, username=account, password=password) is not None


class KnownBrowser:
    """Middleware: sets the signed cookie after a login."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        response = self.get_response(request)
        owner = getattr(request, "known_browser_of", None)
        if owner is not None:
            response.set_cookie(
                COOKIE,
                signing.dumps([owner, secrets.token_urlsafe(18)], salt=_SALT),
                max_age=COOKIE_AGE,
                secure=request.is_secure(),
                httponly=True,
                samesite="Strict",
            )
        return response


def connect() -> None:
    user_login_failed.connect(on_login_failed, dispatch_uid="releases.access.throttle.failed")
    user_logged_in.connect(on_logged_in, dispatch_uid="releases.access.throttle.logged_in")
