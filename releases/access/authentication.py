"""Authentication: turns an API token or a session into an actor."""

from __future__ import annotations

import os
import pwd
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from icontrol.kernel.actors import Actor
from icontrol.kernel.refusals import Refusal
from releases.access import audit
from releases.access.actions import find_token, token_works
from releases.access.last_use import used_token
from releases.access.passwords import is_temporary
from releases.access.people import rights_of
from releases.access.roles import ROLES
from releases.models import ApiToken


class TokenBearer(AnonymousUser):
    """Stands in for ``request.user`` when a program asks."""

    is_authenticated = True  # type: ignore[assignment]

    def __init__(self, token: ApiToken) -> None:
        super().__init__()
        self.token = token


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer ict_…``. Writes nothing: a request with a token must not wait for writers."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token, now = find_token(secret.strip().decode("latin-1")), timezone.now()
        if token is None or not token_works(token, now):
            audit.count("token_refused", request, who=f"token:{token.name}" if token else "")
            raise AuthenticationFailed
        used_token(token, now)
        return TokenBearer(token), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="icontrol"'


class PersonAuthentication(SessionAuthentication):
    """The session of a person whose password is not temporary."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        found: tuple[Any, Any] | None = super().authenticate(request)
        if found is not None and is_temporary(found[0]):
            raise Refusal("password.temporary")
        return found


def actor_of_user(user: AbstractBaseUser | AnonymousUser) -> Actor:
    """The actor of a person, with the permissions of the groups (or of a superuser)."""
    return Actor(f"user:{user.get_username()}", rights_of(user), user.pk)


def actor_of(request: Any) -> Actor:
    """The actor of an authenticated DRF or Django request."""
    token = getattr(request, "auth", None)
    if isinstance(token, ApiToken):
        return Actor(f"token:{token.name}", ROLES[token.role], token.owner_id)
    return actor_of_user(request.user)


def console_actor() -> Actor:
    """Anyone with a shell on the server may do everything; the ledger records the account."""
    try:
        return Actor(f"cli:{pwd.getpwuid(os.getuid()).pw_name}")  # not $LOGNAME, which can be forged
    except KeyError:  # a container's user need not have a name
        return Actor("cli")
