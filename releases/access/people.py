"""A person's permissions, decided in one place, and one action that ends all access."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction

from configs.policies import check_permission, check_reason
from icontrol.kernel.actors import ADMINISTER, EVERYTHING, Actor
from releases.access import audit
from releases.models import ApiToken, PreviewLink, Session


def rights_of(user: AbstractBaseUser | AnonymousUser) -> frozenset[str]:
    """The person's permissions, from groups or as superuser. None without ``is_active`` and ``is_staff``.

    Computed for each request, so a removed right is gone at once.
    """
    if not getattr(user, "is_staff", False):
        return frozenset()
    return frozenset(name for name in EVERYTHING if user.has_perm(name))  # type: ignore[union-attr]


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
    reason = check_reason(reason)
    with transaction.atomic():
        if deactivate:
            user = User.objects.select_for_update().get(pk=user.pk)
            user.is_active = False
            user.history_actor, user._change_reason = actor.name, reason  # type: ignore[attr-defined]
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
