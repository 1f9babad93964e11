"""Who may see a page of the faces. What is refused is told on a page, never as JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from configs.policies import check_permission
from icontrol.kernel import responses
from icontrol.kernel.actors import VIEW
from icontrol.kernel.refusals import Refusal
from releases.access.authentication import actor_of_user
from releases.access.passwords import is_temporary
from releases.access.sessions import Unconfirmed

View = Callable[..., HttpResponseBase]
Refuse = Callable[[HttpRequest, Refusal], HttpResponseBase]


def staff_page(
    *methods: str, refuse: Refuse, login: str = "login", needs: str = VIEW
) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """A page for staff with the permission ``needs``. ``methods``: besides GET and HEAD."""
    allowed = ["GET", "HEAD", *methods]

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not (user.is_active and user.is_staff):
                return redirect_to_login(request.get_full_path(), reverse(login))
            if is_temporary(user):
                return HttpResponseRedirect(reverse("admin:password_change"))
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            # Changes that this request makes to the account itself (its password) have the account as actor.
            user.history_actor = f"user:{user.get_username()}"  # type: ignore[attr-defined]
            try:
                check_permission(actor_of_user(user), needs)
                return view(request, *args, **kwargs)
            except Unconfirmed:
                raise
            except (Refusal, PermissionDenied, Http404, DataError, OverflowError) as error:
                refusal = responses.to_refusal(error)
                assert refusal is not None
                return refuse(request, refusal)

        return inner

    return decorate
