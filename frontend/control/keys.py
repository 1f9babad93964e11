"""Client keys of an environment: public, they choose what a client gets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404

from frontend.control import addresses, listing, manage, navigation
from frontend.control.page import environment_page
from icontrol.kernel.actors import ADMINISTER
from icontrol.kernel.localized import text_lazy
from releases.access import actions as access
from releases.models import ClientKey, Environment
from releases.pages.facts import environments_of


def _elsewhere(here: Environment) -> list[navigation.Link]:
    return [
        navigation.Link(environment.key, addresses.of(environment, "keys"), is_current=environment.pk == here.pk)
        for environment in environments_of(here.application_id)
    ]


@environment_page(needs=ADMINISTER)
def keys(request: HttpRequest, environment: Environment) -> HttpResponseBase:
    rows = listing.searched(
        ClientKey.objects.filter(environment=environment), listing.words_of(request), "name", "key", "surface"
    )
    found = listing.context(request, rows.order_by(F("revoked_at").desc(nulls_first=True), "-pk"))
    return manage.render(
        request,
        "frontend/control/keys.html",
        text_lazy("Client keys of {environment}", environment=environment.key),
        tab="keys",
        environment=environment,
        elsewhere=_elsewhere(environment),
        **found,
    )


class ClientKeyForm(forms.Form):
    name = forms.CharField(max_length=access.LONGEST_NAME, label=text_lazy("Name of the client"))
    surface = forms.CharField(
        max_length=access.LONGEST_SURFACE,
        required=False,
        label=text_lazy("Part of the client"),
        help_text=text_lazy("Empty: all pages."),
    )


class CreateClientKey(manage.ManagePage):
    permission = ADMINISTER
    form_class = ClientKeyForm
    asks_reason = False

    def __init__(self, request: HttpRequest, environment: Environment) -> None:
        super().__init__(request, addresses.of(environment, "keys"), environment)
        self.environment = environment

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Create a client key for {environment}", environment=self.environment.key)}

    def look(self) -> dict[str, Any]:
        note = text_lazy("The key is public: it chooses an environment and opens nothing else.")
        return {"button": text_lazy("Create"), "notes": [note]}

    def act(self) -> HttpResponse:
        assert self.form is not None
        done = access.create_client_key(self.environment, **self.form.cleaned_data, actor=self.actor, now=self.now)
        return self.done(text_lazy("Client key {done} created.", done=done.key), self.back)


class RevokeClientKey(manage.RevokePage):
    def revoke(self) -> None:
        access.revoke_client_key(self.thing, reason=self.reason, actor=self.actor, now=self.now)


@environment_page("POST", needs=ADMINISTER)
def create(request: HttpRequest, environment: Environment) -> HttpResponseBase:
    return CreateClientKey(request, environment).serve()


@environment_page("POST", needs=ADMINISTER)
def revoke(request: HttpRequest, environment: Environment, pk: int) -> HttpResponseBase:
    key = get_object_or_404(ClientKey.objects.select_related("environment__application"), pk=pk)
    if key.environment_id != environment.pk:
        raise Http404
    return RevokeClientKey(request, key, addresses.of(environment, "keys"), environment).serve()
