"""What a person may do: one question with one answer, for pages, sessions, tokens and links."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from configs.actors import EVERYTHING


def rights_of(user: AbstractBaseUser | AnonymousUser) -> frozenset[str]:
    """Permissions of the house, by groups or by being superuser. Nothing without ``is_active`` and ``is_staff``.

    Asked anew for each request, so what is taken away, by whatever door, is gone at once.
    """
    if not getattr(user, "is_staff", False):
        return frozenset()
    return frozenset(name for name in EVERYTHING if user.has_perm(name))  # type: ignore[union-attr]
