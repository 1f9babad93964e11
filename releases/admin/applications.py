"""Applications, and the JSON Schema of their extra sections."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from configs import actions
from configs.models import Application
from configs.policies import schema_etag
from configs.snapshot.canonical import NotStrictJSON, parse_strict
from icontrol.kernel.actors import ADMINISTER
from icontrol.kernel.bilingual import words
from icontrol.kernel.refusals import Refusal
from releases.admin import markup
from releases.admin.base import Fact, HouseAdmin, ReadOnlyAdmin
from releases.admin.buttons import Button, address, page_of
from releases.admin.move import Move

EXAMPLE = (
    '{"type": "object", "properties": {"plugins": {"type": "array", "items": {"type": "string"}}}, '
    '"additionalProperties": false}'
)


class SchemaForm(forms.Form):
    schema = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "code"}),
        strip=False,
        label=words("JSON Schema (2020-12) of an object", "Schéma JSON (2020-12) d'un objet"),
    )


class EditSchema(Move):
    permission = ADMINISTER
    form_class = SchemaForm

    def __init__(self, admin: HouseAdmin, request: HttpRequest, application: Application) -> None:
        super().__init__(admin, request)
        self.application = application

    def initial(self) -> dict[str, Any]:
        return {"schema": json.dumps(json.loads(self.application.extra_schema), indent=2, ensure_ascii=False)}

    def frame(self) -> dict[str, Any]:
        return {
            "title": words(f"Extra sections of {self.application.key}", f"Sections propres de {self.application.key}"),
            "crumbs": [(self.application.key, page_of(self.application))],
        }

    def look(self) -> dict[str, Any]:
        return {
            "button": words("Save the schema", "Enregistrer le schéma"),
            # What was read stays what was read: a form that was refused must not overwrite what came meanwhile.
            "hidden": {"etag": self.typed.get("etag", schema_etag(self.application))},
            "notes": [
                words(
                    "The config may hold sections of your own beside pages, flags and so on. This schema names them as "
                    "properties and says what they hold; a section that it does not name is refused at publish.",
                    "La config peut contenir vos propres sections à côté des pages, drapeaux, etc. Ce schéma les nomme "
                    "comme propriétés et dit ce qu'elles contiennent ; une section non nommée empêche de publier.",
                ),
                words("Example:", "Exemple :") + f" {EXAMPLE}",
                words(
                    "It counts for the draft and all later versions; versions that have left the draft keep theirs.",
                    "Il vaut pour le brouillon et les versions suivantes ; les versions déjà figées gardent le leur.",
                ),
            ],
        }

    def act(self) -> HttpResponse:
        assert self.form is not None
        try:
            schema = parse_strict(self.form.cleaned_data["schema"])
        except NotStrictJSON as error:
            raise Refusal("json.refused", problems=error.problems) from None
        actions.set_extra_schema(
            self.application,
            schema,
            if_match=self.typed.get("etag"),
            reason=self.reason,
            actor=self.actor,
            now=self.now,
        )
        return self.done(words("The schema is saved.", "Le schéma est enregistré."), page_of(self.application))


class SettingsForm(forms.Form):
    name = forms.CharField(max_length=200, label=words("Name", "Nom"))
    default_locale = forms.CharField(
        max_length=16,
        initial="en",
        label=words("Default language", "Langue par défaut"),
        help_text=words("Of texts that lack the reader's.", "Des textes qui manquent dans celle du lecteur."),
    )
    is_default = forms.BooleanField(
        required=False,
        label=words("Clients without a key get this application", "Les clients sans clé reçoivent cette application"),
    )


class ApplicationForm(SettingsForm):
    key = forms.CharField(
        max_length=63,
        label=words("Key", "Clé"),
        help_text=words(
            "a-z, 0-9 and hyphens. It can never be changed.", "a-z, 0-9 et tirets. Elle ne changera plus jamais."
        ),
    )
    field_order = ("key", "name", "default_locale", "is_default")


class CreateApplication(Move):
    permission = ADMINISTER
    form_class = ApplicationForm
    asks_reason = False

    def frame(self) -> dict[str, Any]:
        return {"title": words("Create an application", "Créer une application")}

    def look(self) -> dict[str, Any]:
        note = words("Its draft is empty; environments come next.", "Son brouillon est vide ; puis les environnements.")
        return {"button": words("Create", "Créer"), "notes": [note]}

    def act(self) -> HttpResponse:
        assert self.form is not None
        done = actions.create_application(**self.form.cleaned_data, actor=self.actor, now=self.now)
        return self.done(words(f"Application {done.key} created.", f"Application {done.key} créée."), page_of(done))


class ChangeSettings(Move):
    permission = ADMINISTER
    form_class = SettingsForm

    def __init__(self, admin: HouseAdmin, request: HttpRequest, application: Application) -> None:
        super().__init__(admin, request)
        self.application = application

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.application, name) for name in SettingsForm.base_fields}

    def frame(self) -> dict[str, Any]:
        key = self.application.key
        return {
            "title": words(f"Settings of {key}", f"Réglages de {key}"),
            "crumbs": [(key, page_of(self.application))],
        }

    def look(self) -> dict[str, Any]:
        note = words(
            "They count at the clients' next request; no release is appended.",
            "Ils comptent dès la prochaine demande des clients ; aucune publication n'est ajoutée.",
        )
        return {"button": words("Save", "Enregistrer"), "notes": [note]}

    def act(self) -> HttpResponse:
        assert self.form is not None
        actions.change_application(
            self.application, **self.form.cleaned_data, reason=self.reason, actor=self.actor, now=self.now
        )
        return self.done(words("The settings are saved.", "Les réglages sont enregistrés."), page_of(self.application))


class ApplicationAdmin(ReadOnlyAdmin):
    needs = ADMINISTER
    list_display = ("key", "name", "default_locale", "highest_version", "is_default", "created")

    @admin.display(description=words("created", "création"), ordering="created_at")
    def created(self, application: Application) -> Any:
        return markup.minute(application.created_at)

    def facts(self, request: HttpRequest, application: Application) -> list[Fact]:
        schema = json.dumps(json.loads(application.extra_schema), indent=2, ensure_ascii=False)
        return [
            Fact(words("Key", "Clé"), application.key),
            Fact(words("Name", "Nom"), application.name),
            Fact(words("Default language", "Langue par défaut"), application.default_locale),
            Fact(words("Highest version", "Version la plus haute"), application.highest_version),
            Fact(words("Schema of the extra sections", "Schéma des sections propres"), markup.block(schema)),
            Fact(words("Created", "Création"), markup.moment(application.created_at)),
        ]

    def buttons(self, request: HttpRequest, application: Application) -> list[Button]:
        url = address("configs_application_schema", application.pk)
        return [
            Button(
                words("Change the settings", "Modifier les réglages"),
                address("configs_application_settings", application.pk),
            ),
            Button(words("Edit the extra sections", "Modifier les sections propres"), url),
        ]

    def top_buttons(self, request: HttpRequest) -> list[Button]:
        url = address("configs_application_create")
        return [Button(words("Create an application", "Créer une application"), url)]

    def pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("create/", lambda request: CreateApplication(self, request).serve(), "create"),
            (
                "<int:pk>/settings/",
                lambda request, pk: ChangeSettings(self, request, self.find(request, pk)).serve(),
                "settings",
            ),
            (
                "<int:pk>/schema/",
                lambda request, pk: EditSchema(self, request, self.find(request, pk)).serve(),
                "schema",
            ),
        ]
