"""API tokens: what programs hold. The secret is shown once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from frontend.control import listing, manage
from frontend.control.page import page
from icontrol.kernel.actors import ADMINISTER
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.access import actions as access
from releases.access.people import rights_of
from releases.access.roles import MAY, ROLE_CHOICES, ROLES
from releases.models import ApiToken

STATES = (("active", text_lazy("active")), ("ended", text_lazy("revoked or expired")))


def why_ended(token: ApiToken) -> Any:
    """Why it no longer works; None while it does."""
    if token.revoked_at is not None:
        return text_lazy("revoked")
    if token.expires_at <= timezone.now():
        return text_lazy("expired")
    if token.owner is not None and not ROLES[token.role] <= rights_of(token.owner):
        return text_lazy("its owner may less")
    return None


@page(needs=ADMINISTER)
def tokens(request: HttpRequest) -> HttpResponseBase:
    rows = listing.searched(
        ApiToken.objects.select_related("owner").prefetch_related("owner__groups"),
        listing.words_of(request),
        "name",
        "created_by",
        "owner__username",
    )
    role = listing.Select.of(request, "role", text_lazy("Role"), text_lazy("all roles"), ROLE_CHOICES)
    state = listing.Select.of(request, "state", text_lazy("State"), text_lazy("all states"), STATES)
    if role.chosen:
        rows = rows.filter(role=role.chosen)
    works = Q(revoked_at=None, expires_at__gt=timezone.now())
    if state.chosen:
        rows = rows.filter(works) if state.chosen == "active" else rows.exclude(works)
    rows = rows.order_by(F("revoked_at").desc(nulls_first=True), "-pk")
    found = listing.context(request, rows, role, state)
    return manage.render(
        request,
        "frontend/control/tokens.html",
        capfirst(str(text_lazy("API tokens"))),
        tab="tokens",
        rows=[(token, why_ended(token)) for token in found["page_obj"]],
        **found,
    )


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=access.LONGEST_NAME,
        label=text_lazy("Name of the program"),
        help_text=text_lazy("It stands in the ledger as token:name, and can never be used again."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(choices=ROLE_CHOICES, label=text_lazy("Role"))
    days = forms.IntegerField(min_value=1, max_value=access.TOKEN_DAYS_MAX, label=text_lazy("Lifetime in days"))


class CreateToken(manage.ManagePage):
    permission = ADMINISTER
    template = "frontend/control/role_form.html"
    sensitive = True
    form_class = TokenForm
    asks_reason = False

    def initial(self) -> dict[str, Any]:
        return {"days": access.TOKEN_DAYS, "role": "viewer"}

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Create an API token")}

    def look(self) -> dict[str, Any]:
        note = text_lazy("It belongs to you and works while you have the rights of its role. The secret is shown once.")
        return {"button": text_lazy("Create"), "notes": [note], "may": MAY}

    def act(self) -> HttpResponse:
        assert self.form is not None
        token, secret = access.create_token(**self.form.cleaned_data, actor=self.actor, now=self.now)
        use = text_lazy("Sent as a header:"), f"Authorization: Bearer {secret}"
        return self.secret_page(text_lazy("API token {name}", name=token.name), secret, use=use)


class RevokeToken(manage.RevokePage):
    def look(self) -> dict[str, Any]:
        if self.thing.revoked_at is not None:
            raise Refusal("token.unknown", name=self.thing.name)
        return super().look()

    def revoke(self) -> None:
        access.revoke_token(self.thing.name, reason=self.reason, actor=self.actor, now=self.now)


@page("POST", needs=ADMINISTER)
def create(request: HttpRequest) -> HttpResponseBase:
    return CreateToken(request, reverse("control-tokens")).serve()


@page("POST", needs=ADMINISTER)
def revoke(request: HttpRequest, pk: int) -> HttpResponseBase:
    token = ApiToken.objects.filter(pk=pk).first()
    if token is None:
        raise Refusal("token.unknown", name=str(pk))
    return RevokeToken(request, token, reverse("control-tokens")).serve()
