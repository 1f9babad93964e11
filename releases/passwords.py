"""Passwords: what is asked of them, and that a new one is told to the audit."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import MinimumLengthValidator

from releases import audit


class MinimumLength(MinimumLengthValidator):
    """Django's. It also hears of each new password that was saved, whichever door it came by."""

    def password_changed(self, password: str, user: Any = None) -> None:
        who = getattr(user, "history_actor", "") or "console"
        audit.record("password_changed", who=who, detail=f"user:{user.get_username()}")
