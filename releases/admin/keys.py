"""What programs and guests hold: API tokens, client keys, preview links. Secrets are shown once and never again."""

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
from icontrol.kernel.bilingual import said, words
from icontrol.kernel.refusals import Refusal
from releases.access import actions as access
from releases.access.roles import ROLES
from releases.admin import markup
from releases.admin.base import EnvironmentFilter, Fact, HouseAdmin, ReadOnlyAdmin
from releases.admin.buttons import Button, address, page_of
from releases.admin.move import Move
from releases.lookup import find_application
from releases.models import ApiToken, ClientKey, Environment, PreviewLink

LINK_HOURS = {1: words("1 hour", "1 heure"), 24: words("1 day", "1 jour"), 72: words("3 days", "3 jours")}
LINK_HOURS |= {168: words("7 days", "7 jours")}
ROLE_WORDS = {
    "viewer": words(
        "viewer: reads what is live, the ledger and the history",
        "viewer : lit ce qui est en ligne, le registre et l'historique",
    ),
    "editor": words("editor: and edits the draft", "editor : et modifie le brouillon"),
    "publisher": words("publisher: and publishes, rolls back", "publisher : et publie, revient en arrière"),
    "admin": words("admin: and administers people and keys", "admin : et administre personnes et clés"),
}


class KeyAdmin(ReadOnlyAdmin):
    """A list of things that can be made and revoked, each on a page of its own."""

    needs = ADMINISTER
    create: type[Move]
    create_label: Any
    revoke: type[Revoke]

    def top_buttons(self, request: HttpRequest) -> list[Button]:
        return [Button(self.create_label, address(f"releases_{self.opts.model_name}_create"))]

    def buttons(self, request: HttpRequest, obj: Any) -> list[Button]:
        if obj.revoked_at is not None:
            return []
        return [
            Button(words("Revoke", "Révoquer"), address(f"releases_{self.opts.model_name}_revoke", obj.pk), "danger")
        ]

    def pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("create/", lambda request: self.create(self, request).serve(), "create"),
            (
                "<int:pk>/revoke/",
                lambda request, pk: self.revoke(self, request, self.find(request, pk)).serve(),
                "revoke",
            ),
        ]

    @admin.display(description=words("created", "création"), ordering="created_at")
    def created(self, obj: Any) -> SafeString | str:
        return markup.by_and_when(getattr(obj, "created_by", ""), obj.created_at)

    @admin.display(description=words("expires", "expiration"), ordering="expires_at")
    def expires(self, obj: Any) -> SafeString | str:
        return markup.minute(obj.expires_at)

    @admin.display(description=words("state", "état"))
    def status(self, obj: Any) -> SafeString:
        if obj.revoked_at is not None:
            return markup.chip("withdrawn", words("revoked", "révoqué"))
        if getattr(obj, "expires_at", None) and obj.expires_at <= timezone.now():
            return markup.chip("withdrawn", words("expired", "expiré"))
        return markup.chip("live", words("active", "actif"))


class Revoke(Move):
    permission = ADMINISTER
    style = "danger"

    def __init__(self, admin: HouseAdmin, request: HttpRequest, thing: Any) -> None:
        super().__init__(admin, request)
        self.thing = thing

    def frame(self) -> dict[str, Any]:
        return {
            "title": words(f"Revoke “{self.thing}”?", f"Révoquer « {self.thing} » ?"),
            "crumbs": [(str(self.thing), page_of(self.thing))],
        }

    def look(self) -> dict[str, Any]:
        return {
            "button": words("Revoke", "Révoquer"),
            "notes": [words("Whoever holds it is refused from then on.", "Qui le détient sera refusé dès lors.")],
            "open": self.thing.revoked_at is None,
        }

    def revoked(self) -> HttpResponse:
        return self.done(words(f"“{self.thing}” is revoked.", f"« {self.thing} » est révoqué."), page_of(self.thing))


class ShowOnce(Move):
    """Makes something that has a secret, and shows the secret in the answer."""

    asks_reason = False

    def secret_page(self, title: Any, secret: str, thing: Any, use: Any) -> HttpResponse:
        return self.admin.page(
            self.request, "admin/house/secret.html", title, secret=secret, use=use, next_url=page_of(thing)
        )


# API tokens -----------------------------------------------------------------------------------------------------------


class TokenForm(forms.Form):
    name = forms.CharField(max_length=access.LONGEST_NAME, label=words("Name of the program", "Nom du programme"))
    role = forms.ChoiceField(choices=[(role, ROLE_WORDS[role]) for role in ROLES], label=words("Role", "Rôle"))
    days = forms.IntegerField(
        min_value=1, max_value=access.TOKEN_DAYS_MAX, label=words("Lifetime in days", "Durée en jours")
    )


class CreateToken(ShowOnce):
    permission = ADMINISTER
    sensitive = True
    form_class = TokenForm

    def initial(self) -> dict[str, Any]:
        return {"days": access.TOKEN_DAYS, "role": "viewer"}

    def frame(self) -> dict[str, Any]:
        return {"title": words("Create an API token", "Créer un jeton d'API")}

    def look(self) -> dict[str, Any]:
        return {"button": words("Create", "Créer")}

    def act(self) -> HttpResponse:
        assert self.form is not None
        token, secret = access.create_token(**self.form.cleaned_data, actor=self.actor, now=self.now)
        title = words(f"API token {token.name}", f"Jeton d'API {token.name}")
        use = words("Sent as a header:", "À envoyer en en-tête :"), f"Authorization: Bearer {secret}"
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
    create_label = words("Create an API token", "Créer un jeton d'API")

    @admin.display(description=words("last used", "dernier usage"), ordering="last_used_at")
    def used(self, token: ApiToken) -> SafeString | str:
        return markup.minute(token.last_used_at)

    def facts(self, request: HttpRequest, token: ApiToken) -> list[Fact]:
        return [
            Fact(words("State", "État"), self.status(token)),
            Fact(words("Role", "Rôle"), token.role),
            Fact(
                words("Owner", "Propriétaire"),
                token.owner or words("none: made by a command", "aucun : créé par commande"),
            ),
            Fact(words("Created", "Création"), self.created(token)),
            Fact(words("Expires", "Expiration"), self.expires(token)),
            Fact(words("Last used", "Dernier usage"), self.used(token)),
            Fact(words("Revoked", "Révocation"), markup.by_and_when(token.revoked_by, token.revoked_at, full=True)),
        ]


# Client keys ----------------------------------------------------------------------------------------------------------


class ClientKeyForm(forms.Form):
    environment = forms.ModelChoiceField(
        Environment.objects.select_related("application").order_by("application_id", "-is_default", "pk"),
        empty_label=None,
        label=words("Environment", "Environnement"),
    )
    name = forms.CharField(max_length=access.LONGEST_NAME, label=words("Name of the client", "Nom du client"))
    surface = forms.CharField(
        max_length=64,
        required=False,
        label=words("Surface", "Surface"),
        help_text=words("Empty: all pages.", "Vide : toutes les pages."),
    )


class CreateClientKey(Move):
    permission = ADMINISTER
    form_class = ClientKeyForm
    asks_reason = False

    def frame(self) -> dict[str, Any]:
        return {"title": words("Create a client key", "Créer une clé client")}

    def look(self) -> dict[str, Any]:
        return {
            "button": words("Create", "Créer"),
            "notes": [
                words(
                    "The key is public: it chooses an environment and opens nothing else.",
                    "La clé est publique : elle choisit un environnement et n'ouvre rien d'autre.",
                )
            ],
        }

    def act(self) -> HttpResponse:
        assert self.form is not None
        done = access.create_client_key(**self.form.cleaned_data, actor=self.actor, now=self.now)
        return self.done(words(f"Client key {done.key} created.", f"Clé client {done.key} créée."), page_of(done))


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
    create_label = words("Create a client key", "Créer une clé client")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("environment__application")

    def facts(self, request: HttpRequest, key: ClientKey) -> list[Fact]:
        return [
            Fact(words("State", "État"), self.status(key)),
            Fact(words("Key", "Clé"), markup.digest(key.key, full=True)),
            Fact(words("Environment", "Environnement"), markup.link(key.environment, key.environment)),
            Fact(words("Surface", "Surface"), key.surface or "–"),
            Fact(words("Created", "Création"), markup.moment(key.created_at)),
            Fact(words("Revoked", "Révocation"), markup.moment(key.revoked_at)),
        ]


# Preview links --------------------------------------------------------------------------------------------------------


class LinkForm(forms.Form):
    hours = forms.TypedChoiceField(
        choices=list(LINK_HOURS.items()), coerce=int, label=words("Opens for", "Ouvert pendant")
    )


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
        return {"title": words("Make a link to the preview", "Créer un lien vers l'aperçu")}

    def look(self) -> dict[str, Any]:
        preview = preview_of(self.application)
        if preview is None:
            raise Refusal("preview.none", application=self.application.key)
        return {
            "button": words("Make the link", "Créer le lien"),
            "notes": [
                words(
                    f"Whoever has the link reads {preview.version}, and nothing else, without a login.",
                    f"Qui a le lien lit {preview.version}, et rien d'autre, sans connexion.",
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
        title = words(f"Link to {link.config_version.version}", f"Lien vers {link.config_version.version}")
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
    create_label = words("Make a link to the preview", "Créer un lien vers l'aperçu")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        found = super().get_queryset(request).select_related("config_version__application")
        return found.defer("config_version__extra_schema")

    @admin.display(description=words("opens", "ouvre"))
    def opens(self, link: PreviewLink) -> SafeString | str:
        why = access.why_dead(link, timezone.now())
        return markup.chip("live", words("open", "ouvert")) if why is None else str(said(why))

    def facts(self, request: HttpRequest, link: PreviewLink) -> list[Fact]:
        version = link.config_version
        return [
            Fact(words("State", "État"), self.opens(link)),
            Fact(words("Opens", "Ouvre"), markup.link(version, version.version)),
            Fact(words("Reason", "Motif"), link.reason),
            Fact(words("Created", "Création"), self.created(link)),
            Fact(words("Expires", "Expiration"), self.expires(link)),
            Fact(words("Revoked", "Révocation"), markup.by_and_when(link.revoked_by, link.revoked_at, full=True)),
        ]
