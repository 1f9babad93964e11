"""Who may see a page of the faces. What is refused is told on a page, never as JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from configs.policies import check_permission
from icontrol.kernel import responses
from icontrol.kernel.actors import VIEW
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.access.authentication import actor_of_user
from releases.access.passwords import is_temporary
from releases.access.sessions import Unconfirmed

View = Callable[..., HttpResponseBase]
Refuse = Callable[[HttpRequest, Refusal], HttpResponseBase]


def staff_page(
    *methods: str, refuse: Refuse, login: str = "login", needs: str | None = VIEW, temporary: bool = False
) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """A page for staff with the permission ``needs``, or for all staff (None). ``methods``: besides GET and HEAD.

    ``temporary``: also for people who must choose a password of their own first.
    """
    allowed = ["GET", "HEAD", *methods]

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not (user.is_active and user.is_staff):
                return redirect_to_login(request.get_full_path(), reverse(login))
            if not temporary and is_temporary(user):
                return HttpResponseRedirect(reverse("account"))
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            # Changes that this request makes to the account itself (its password) have the account as actor.
            user.history_actor = f"user:{user.get_username()}"  # type: ignore[attr-defined]
            try:
                if needs is not None:
                    check_permission(actor_of_user(user), needs)
                return view(request, *args, **kwargs)
            except Unconfirmed:
                return to_confirm(request)
            except (Refusal, PermissionDenied, Http404, DataError, OverflowError) as error:
                refusal = responses.to_refusal(error)
                assert refusal is not None
                return refuse(request, refusal)

        return inner

    return decorate


def to_confirm(request: HttpRequest) -> HttpResponseBase:
    """To the page that asks for the password again, and back from there."""
    if request.method == "POST":
        lost = text_lazy("What you sent was not saved. Confirm your password, then fill in the form again.")
        messages.warning(request, str(lost))
    return HttpResponseRedirect(f"{reverse('confirm')}?{urlencode({'next': request.get_full_path()})}")
