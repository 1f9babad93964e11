"""API tokens, client keys, preview links. Secrets are shown once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from configs.drafts import preview_of
from configs.models import Application
from icontrol.kernel.actors import ADMINISTER, EDIT
from icontrol.kernel.localized import localized, text_lazy
from icontrol.kernel.refusals import Refusal
from releases.access import actions as access
from releases.access.roles import ROLES
from releases.admin import buttons
from releases.admin.base import EnvironmentFilter, Fact, HouseAdmin, ReadOnlyAdmin
from releases.admin.buttons import address, page_of
from releases.lookup import find_application
from releases.models import ApiToken, ClientKey, Environment, PreviewLink
from releases.pages import markup
from releases.pages.action_page import ActionPage
from releases.pages.offered import Button

LINK_HOURS = {1: text_lazy("1 hour"), 24: text_lazy("1 day"), 72: text_lazy("3 days")}
LINK_HOURS |= {168: text_lazy("7 days")}
ROLE_WORDS = {
    "viewer": text_lazy("viewer: can read what is live, the ledger and the history"),
    "editor": text_lazy("editor: can also edit the draft"),
    "publisher": text_lazy("publisher: can also publish and roll back"),
    "admin": text_lazy("admin: can also manage people and keys"),
}


class KeyAdmin(ReadOnlyAdmin):
    """A list of keys; creating and revoking have their own pages."""

    needs = ADMINISTER
    create: type[ActionPage]
    create_label: Any
    revoke: type[Revoke]

    def top_buttons(self, request: HttpRequest) -> list[Button]:
        return [Button(self.create_label, address(f"releases_{self.opts.model_name}_create"))]

    def buttons(self, request: HttpRequest, obj: Any) -> list[Button]:
        if obj.revoked_at is not None:
            return []
        return [Button(text_lazy("Revoke"), address(f"releases_{self.opts.model_name}_revoke", obj.pk), "danger")]

    def pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("create/", lambda request: self.create(self, request).serve(), "create"),
            (
                "<int:pk>/revoke/",
                lambda request, pk: self.revoke(self, request, self.find(request, pk)).serve(),
                "revoke",
            ),
        ]

    @admin.display(description=text_lazy("created"), ordering="created_at")
    def created(self, obj: Any) -> SafeString | str:
        return markup.by_and_when(getattr(obj, "created_by", ""), obj.created_at)

    @admin.display(description=text_lazy("expires"), ordering="expires_at")
    def expires(self, obj: Any) -> SafeString | str:
        return markup.minute(obj.expires_at)

    @admin.display(description=text_lazy("state"))
    def status(self, obj: Any) -> SafeString:
        if obj.revoked_at is not None:
            return markup.chip("withdrawn", text_lazy("revoked"))
        if getattr(obj, "expires_at", None) and obj.expires_at <= timezone.now():
            return markup.chip("withdrawn", text_lazy("expired"))
        return markup.chip("live", text_lazy("active"))


class Revoke(ActionPage):
    permission = ADMINISTER
    style = "danger"

    def __init__(self, admin: HouseAdmin, request: HttpRequest, thing: Any) -> None:
        super().__init__(admin, request)
        self.thing = thing

    def frame(self) -> dict[str, Any]:
        return {
            "title": text_lazy("Revoke “{thing}”?", thing=self.thing),
            "crumbs": [(str(self.thing), page_of(self.thing))],
        }

    def look(self) -> dict[str, Any]:
        return {
            "button": text_lazy("Revoke"),
            "notes": [text_lazy("Its holder is refused from then on.")],
            "open": self.thing.revoked_at is None,
        }

    def revoked(self) -> HttpResponse:
        return self.done(text_lazy("“{thing}” is revoked.", thing=self.thing), page_of(self.thing))


class ShowOnce(ActionPage):
    """Creates something with a secret and shows the secret in the answer."""

    asks_reason = False

    def secret_page(self, title: Any, secret: str, thing: Any, use: Any) -> HttpResponse:
        return self.renderer.page(
            self.request, "admin/house/secret.html", title, secret=secret, use=use, next_url=page_of(thing)
        )


# API tokens -----------------------------------------------------------------------------------------------------------


class TokenForm(forms.Form):
    name = forms.CharField(max_length=access.LONGEST_NAME, label=text_lazy("Name of the program"))
    role = forms.ChoiceField(choices=[(role, ROLE_WORDS[role]) for role in ROLES], label=text_lazy("Role"))
    days = forms.IntegerField(min_value=1, max_value=access.TOKEN_DAYS_MAX, label=text_lazy("Lifetime in days"))


class CreateToken(ShowOnce):
    permission = ADMINISTER
    sensitive = True
    form_class = TokenForm

    def initial(self) -> dict[str, Any]:
        return {"days": access.TOKEN_DAYS, "role": "viewer"}

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Create an API token")}

    def look(self) -> dict[str, Any]:
        return {"button": text_lazy("Create")}

    def act(self) -> HttpResponse:
        assert self.form is not None
        token, secret = access.create_token(**self.form.cleaned_data, actor=self.actor, now=self.now)
        title = text_lazy("API token {name}", name=token.name)
        use = text_lazy("Sent as a header:"), f"Authorization: Bearer {secret}"
        return self.secret_page(title, secret, token, use)


class RevokeToken(Revoke):
    def act(self) -> HttpResponse:
        access.revoke_token(self.thing.name, reason=self.reason, actor=self.actor, now=self.now)
        return self.revoked()


class ApiTokenAdmin(KeyAdmin):
    list_display = ("name", "role", "status", "owner", "created", "expires", "used")
    list_select_related = ("owner",)
    list_filter = ("role",)
    lookups = ("role__exact",)
    search_fields = ("name",)
    ordering = ("-pk",)
    create, revoke = CreateToken, RevokeToken
    create_label = text_lazy("Create an API token")

    @admin.display(description=text_lazy("last used"), ordering="last_used_at")
    def used(self, token: ApiToken) -> SafeString | str:
        return markup.minute(token.last_used_at)

    def facts(self, request: HttpRequest, token: ApiToken) -> list[Fact]:
        return [
            Fact(text_lazy("State"), self.status(token)),
            Fact(text_lazy("Role"), token.role),
            Fact(
                text_lazy("Owner"),
                token.owner or text_lazy("none: made by a command"),
            ),
            Fact(text_lazy("Created"), self.created(token)),
            Fact(text_lazy("Expires"), self.expires(token)),
            Fact(text_lazy("Last used"), self.used(token)),
            Fact(text_lazy("Revoked"), markup.by_and_when(token.revoked_by, token.revoked_at, full=True)),
        ]


# Client keys ----------------------------------------------------------------------------------------------------------


class ClientKeyForm(forms.Form):
    environment = forms.ModelChoiceField(
        Environment.objects.select_related("application").order_by("application_id", "-is_default", "pk"),
        empty_label=None,
        label=text_lazy("Environment"),
    )
    name = forms.CharField(max_length=access.LONGEST_NAME, label=text_lazy("Name of the client"))
    surface = forms.CharField(
        max_length=64,
        required=False,
        label=text_lazy("Surface"),
        help_text=text_lazy("Empty: all pages."),
    )


class CreateClientKey(ActionPage):
    permission = ADMINISTER
    form_class = ClientKeyForm
    asks_reason = False

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Create a client key")}

    def look(self) -> dict[str, Any]:
        return {
            "button": text_lazy("Create"),
            "notes": [text_lazy("The key is public: it chooses an environment and opens nothing else.")],
        }

    def act(self) -> HttpResponse:
        assert self.form is not None
        done = access.create_client_key(**self.form.cleaned_data, actor=self.actor, now=self.now)
        return self.done(text_lazy("Client key {done} created.", done=done.key), page_of(done))


class RevokeClientKey(Revoke):
    def act(self) -> HttpResponse:
        access.revoke_client_key(self.thing, reason=self.reason, actor=self.actor, now=self.now)
        return self.revoked()


class ClientKeyAdmin(KeyAdmin):
    list_display = ("name", "environment", "key", "surface", "status", "created")
    list_filter = (("environment", EnvironmentFilter),)
    lookups = ("environment__id__exact",)
    search_fields = ("name", "key")
    ordering = ("-pk",)
    create, revoke = CreateClientKey, RevokeClientKey
    create_label = text_lazy("Create a client key")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("environment__application")

    def facts(self, request: HttpRequest, key: ClientKey) -> list[Fact]:
        return [
            Fact(text_lazy("State"), self.status(key)),
            Fact(text_lazy("Key"), markup.digest(key.key, full=True)),
            Fact(text_lazy("Environment"), buttons.link(key.environment, key.environment)),
            Fact(text_lazy("Surface"), key.surface or "–"),
            Fact(text_lazy("Created"), markup.moment(key.created_at)),
            Fact(text_lazy("Revoked"), markup.moment(key.revoked_at)),
        ]


# Preview links --------------------------------------------------------------------------------------------------------


class LinkForm(forms.Form):
    hours = forms.TypedChoiceField(choices=list(LINK_HOURS.items()), coerce=int, label=text_lazy("Valid for"))


class CreateLink(ShowOnce):
    permission = EDIT
    form_class = LinkForm
    asks_reason = True

    def initial(self) -> dict[str, Any]:
        return {"hours": 24}

    @property
    def application(self) -> Application:
        return find_application(self.request.GET.get("application"))

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Create a link to the preview")}

    def look(self) -> dict[str, Any]:
        preview = preview_of(self.application)
        if preview is None:
            raise Refusal("preview.none", application=self.application.key)
        return {
            "button": text_lazy("Create the link"),
            "notes": [
                text_lazy(
                    "Anyone with the link can read {version}, and nothing else, without a login.",
                    version=preview.version,
                )
            ],
        }

    def act(self) -> HttpResponse:
        assert self.form is not None
        link, secret = access.create_preview_link(
            self.application,
            ttl=dt.timedelta(hours=self.form.cleaned_data["hours"]),
            reason=self.reason,
            actor=self.actor,
            now=self.now,
        )
        url = urljoin(settings.PUBLIC_BASE_URL, reverse("open-preview", args=[secret]))
        title = text_lazy("Link to {version}", version=link.config_version.version)
        return self.secret_page(title, url, link, None)


class RevokeLink(Revoke):
    permission = EDIT

    def act(self) -> HttpResponse:
        application = self.thing.config_version.application
        access.revoke_preview_link(application, self.thing.pk, reason=self.reason, actor=self.actor, now=self.now)
        return self.revoked()


class PreviewLinkAdmin(KeyAdmin):
    needs = EDIT
    list_display = ("__str__", "opens", "reason", "created", "expires")
    create, revoke = CreateLink, RevokeLink
    create_label = text_lazy("Create a link to the preview")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        found = super().get_queryset(request).select_related("config_version__application")
        return found.defer("config_version__extra_schema")

    @admin.display(description=text_lazy("opens"))
    def opens(self, link: PreviewLink) -> SafeString | str:
        why = access.why_dead(link, timezone.now())
        return markup.chip("live", text_lazy("open")) if why is None else str(localized(why))

    def facts(self, request: HttpRequest, link: PreviewLink) -> list[Fact]:
        version = link.config_version
        return [
            Fact(text_lazy("State"), self.opens(link)),
            Fact(text_lazy("Opens"), buttons.link(version, version.version)),
            Fact(text_lazy("Reason"), link.reason),
            Fact(text_lazy("Created"), self.created(link)),
            Fact(text_lazy("Expires"), self.expires(link)),
            Fact(text_lazy("Revoked"), markup.by_and_when(link.revoked_by, link.revoked_at, full=True)),
        ]
