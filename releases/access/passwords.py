"""Passwords: requirements, the audit of new ones, and temporary ones that must be changed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.auth.password_validation import MinimumLengthValidator

from releases.access import audit
from releases.models import TemporaryPassword


class MinimumLength(MinimumLengthValidator):
    """Django's validator, which is also called for each new password that is saved, by any way."""

    def password_changed(self, password: str, user: Any = None) -> None:
        who, owner = getattr(user, "history_actor", ""), f"user:{user.get_username()}"
        audit.record("password_changed", who=who or "console", detail=owner)
        if who.startswith("user:") and who != owner:
            mark_temporary(user)
        else:
            TemporaryPassword.objects.filter(user=user).delete()


def mark_temporary(user: User) -> None:
    """Somebody else knows the password, so it only gives access to the page that changes it."""
    TemporaryPassword.objects.get_or_create(user=user)


def is_temporary(user: AbstractBaseUser | AnonymousUser) -> bool:
    return TemporaryPassword.objects.filter(user=user.pk).exists()
