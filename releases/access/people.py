"""A person's permissions, decided in one place; the actions on accounts, which are never deleted."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User
from django.contrib.auth.password_validation import password_changed
from django.core.exceptions import ValidationError
from django.db import transaction

from configs.drafts import unique
from configs.policies import check_permission, check_reason, note
from icontrol.kernel.actors import ADMINISTER, EVERYTHING, Actor
from icontrol.kernel.refusals import Refusal
from releases.access import audit
from releases.access.roles import ROLES
from releases.models import ApiToken, PreviewLink, Session


def rights_of(user: AbstractBaseUser | AnonymousUser) -> frozenset[str]:
    """The person's permissions, from groups or as superuser. None without ``is_active`` and ``is_staff``.

    Computed for each request, so a removed right is gone at once.
    """
    if not getattr(user, "is_staff", False):
        return frozenset()
    return frozenset(name for name in EVERYTHING if user.has_perm(name))  # type: ignore[union-attr]


def check_may_manage(user: User, actor: Actor, *, itself: bool = False) -> None:
    """Superusers are changed by superusers only, and nobody takes the own account's rights away by mistake.

    ``itself``: this may also be done to one's own account.
    """
    if actor.person is None:  # the console
        return
    if actor.person == user.pk:
        if not itself:
            raise Refusal("person.yourself")
    elif user.is_superuser and not User.objects.filter(pk=actor.person, is_superuser=True).exists():
        raise Refusal("person.superuser", name=user.get_username())


def create_person(*, username: str, role: str, reason: str = "", actor: Actor, now: dt.datetime) -> tuple[User, str]:
    """Create an account with one role. Returns it and its first password, which its owner must change."""
    check_permission(actor, ADMINISTER)
    group = _group(role)
    username = User.normalize_username(username.strip())
    person, password = User(username=username, is_staff=True, date_joined=now), secrets.token_urlsafe(12)
    try:
        person.clean_fields(exclude=["password"])
    except ValidationError:
        raise Refusal("person.malformed") from None
    person.password = make_password(password)  # a second of computing, before any lock
    with transaction.atomic(durable=True):
        if User.objects.filter(username=username).exists():
            raise Refusal("name.taken", name=username)
        person.history_actor, person._change_reason = actor.name, note("created", reason)  # type: ignore[attr-defined]
        with unique(username):
            person.save()
        password_changed(password, person)
        person.groups.set([group])
    return person, password


def set_role(user: User, *, role: str, reason: str, actor: Actor, now: dt.datetime) -> User:
    """Give a person exactly one role, or none (empty). Who has no rights left also loses tokens, links and sessions."""
    check_permission(actor, ADMINISTER)
    check_may_manage(user, actor)
    groups = [_group(role)] if role else []
    reason = check_reason(reason)
    with transaction.atomic(durable=True):
        user = _locked(user, actor, reason)
        if not user.is_staff:
            user.is_staff = True
            user.save(update_fields=["is_staff"])
        user.groups.set(groups)
        user = User.objects.get(pk=user.pk)  # its cached permissions are those from before
        if not rights_of(user):
            end_access(user, reason=reason, actor=actor, now=now)
    return user


def activate(user: User, *, reason: str, actor: Actor, now: dt.datetime) -> User:
    """Let a deactivated account log in again, with the role it had. What ended stays ended."""
    check_permission(actor, ADMINISTER)
    check_may_manage(user, actor)
    reason = check_reason(reason)
    with transaction.atomic(durable=True):
        user = _locked(user, actor, reason)
        user.is_active = True
        user.save(update_fields=["is_active"])
    return user


def reset_password(user: User, *, reason: str, actor: Actor, now: dt.datetime) -> str:
    """A new password, which its owner must change. It ends the person's sessions."""
    check_permission(actor, ADMINISTER)
    check_may_manage(user, actor)
    reason = check_reason(reason)
    password = secrets.token_urlsafe(12)
    hashed = make_password(password)
    with transaction.atomic(durable=True):
        user = _locked(user, actor, reason)
        user.password = hashed
        user.save(update_fields=["password"])
        password_changed(password, user)
        Session.objects.filter(user=user).delete()
    return password


def _group(role: str) -> Group:
    if role not in ROLES:
        raise Refusal("role.unknown", role=role[:80], roles=", ".join(ROLES))
    return Group.objects.get(name=role)


def _locked(user: User, actor: Actor, reason: str) -> User:
    user = User.objects.select_for_update().get(pk=user.pk)
    user.history_actor, user._change_reason = actor.name, reason  # type: ignore[attr-defined]
    return user


class Ended(NamedTuple):
    """How many of each were ended."""

    sessions: int
    tokens: int
    links: int


def end_access(user: User, *, deactivate: bool = False, reason: str, actor: Actor, now: dt.datetime) -> Ended:
    """End all access of a person at once: sessions, API tokens, preview links; with ``deactivate`` the account too.

    The account's password and roles stay: without ``deactivate`` the person can log in again.
    """
    check_permission(actor, ADMINISTER)
    check_may_manage(user, actor, itself=not deactivate)
    reason = check_reason(reason)
    with transaction.atomic():
        if deactivate:
            user = _locked(user, actor, reason)
            user.is_active = False
            user.save(update_fields=["is_active"])
        tokens = list(ApiToken.objects.select_for_update().filter(owner=user, revoked_at=None))
        links = list(PreviewLink.objects.select_for_update().filter(owner=user, revoked_at=None))
        everything: list[ApiToken | PreviewLink] = [*tokens, *links]
        for held in everything:
            held.revoked_at, held.revoked_by = now, actor.name
            held.save_as(actor.name, now, reason)
        sessions, _ = Session.objects.filter(user=user).delete()
        ended = Ended(sessions, len(tokens), len(links))
        audit.record("access_ended", who=actor.name, detail=f"user:{user.get_username()}: {reason}", now=now)
    return ended
