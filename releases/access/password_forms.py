"""Forms that ask for a password. Wrong ones are counted and throttled, and errors are accessible to screen readers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from icontrol.kernel.localized import localized, text_lazy
from icontrol.kernel.texts import both
from releases.access.throttle import is_password_of, seconds_to_wait


class Heard(forms.BaseForm):
    """With errors, focus moves to their list (``_errors.html``), and fields refer to the form's general errors."""

    def full_clean(self) -> None:
        super().full_clean()
        if not self.errors:
            return
        of_all = {"aria-invalid": "true", "aria-describedby": "errors"} if NON_FIELD_ERRORS in self.errors else {}
        for field in self.fields.values():
            field.widget.attrs = {name: value for name, value in field.widget.attrs.items() if name != "autofocus"}
            field.widget.attrs |= of_all


class LoginForm(Heard, AdminAuthenticationForm):
    """The admin's login form. It says when the password was not checked because of throttling."""

    def get_invalid_login_error(self) -> ValidationError:
        if self.request is None or not getattr(self.request, "login_throttled", False):
            return super().get_invalid_login_error()
        return too_many(self.request, self.data.get("username", ""))


class PasswordForm(Heard, AdminPasswordChangeForm):
    """Change one's own password; the old one is checked like at a login."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        old: str = self.cleaned_data["old_password"]
        check_own_password(self.request, old)
        return old

    def clean_new_password2(self) -> str:
        new: str = self.cleaned_data["new_password2"]
        if new == self.cleaned_data.get("old_password"):
            raise ValidationError(text_lazy("This is the password you have now."), "same")
        return new


class ConfirmForm(Heard, forms.Form):
    """Confirm one's own password."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        check_own_password(self.request, password)
        return password


def check_own_password(request: HttpRequest, password: str) -> None:
    """Check like a login: a wrong password is counted and audited, and after too many none is checked."""
    account = request.user.get_username()
    if is_password_of(request, account, password):
        return
    if getattr(request, "login_throttled", False):
        raise too_many(request, account)
    raise ValidationError(text_lazy("This is not your password."), "password_incorrect")


def too_many(request: HttpRequest, account: str) -> ValidationError:
    """The error of a form that did not check the password."""
    wait = seconds_to_wait(request, account, timezone.now())
    text = both(
        "Too many wrong passwords from this address. Try again in {minutes} min; API tokens still work.",
        minutes=max(1, round(wait / 60)),
    )
    return ValidationError(localized(text), "throttled")
