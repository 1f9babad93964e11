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
from configs.policies import schema_revision
from configs.snapshot.canonical import NotStrictJSON, parse_strict
from icontrol.kernel.actors import ADMINISTER
from icontrol.kernel.entity_tags import entity_tag, revisions
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.admin.base import Fact, HouseAdmin, ReadOnlyAdmin
from releases.admin.buttons import address, page_of
from releases.pages import markup
from releases.pages.action_page import ActionPage
from releases.pages.offered import Button

EXAMPLE = (
    '{"type": "object", "properties": {"plugins": {"type": "array", "items": {"type": "string"}}}, '
    '"additionalProperties": false}'
)


class SchemaForm(forms.Form):
    schema = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "code"}),
        strip=False,
        label=text_lazy("JSON Schema (2020-12) of an object"),
    )


class EditSchema(ActionPage):
    permission = ADMINISTER
    form_class = SchemaForm

    def __init__(self, admin: HouseAdmin, request: HttpRequest, application: Application) -> None:
        super().__init__(admin, request)
        self.application = application

    def initial(self) -> dict[str, Any]:
        return {"schema": json.dumps(json.loads(self.application.extra_schema), indent=2, ensure_ascii=False)}

    def frame(self) -> dict[str, Any]:
        return {
            "title": text_lazy("Extra sections of {application}", application=self.application.key),
            "crumbs": [(self.application.key, page_of(self.application))],
        }

    def look(self) -> dict[str, Any]:
        return {
            "button": text_lazy("Save the schema"),
            # Keep the revision that was read first: a resubmitted form must not overwrite changes made meanwhile.
            "hidden": {"etag": self.typed.get("etag", entity_tag(schema_revision(self.application)))},
            "notes": [
                text_lazy(
                    "The config may contain your own sections besides pages, flags and so on. This schema names them "
                    "as properties and describes their content; publishing refuses a section that it does not name."
                ),
                text_lazy("Example:") + f" {EXAMPLE}",
                text_lazy(
                    "It applies to the draft and all later versions; versions that are no longer drafts keep theirs."
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
            read=revisions(self.typed.get("etag")),
            reason=self.reason,
            actor=self.actor,
            now=self.now,
        )
        return self.done(text_lazy("The schema is saved."), page_of(self.application))


class SettingsForm(forms.Form):
    name = forms.CharField(max_length=200, label=text_lazy("Name"))
    default_locale = forms.CharField(
        max_length=16,
        initial="en",
        label=text_lazy("Default language"),
        help_text=text_lazy("For texts that are missing in the reader's language."),
    )
    is_default = forms.BooleanField(
        required=False,
        label=text_lazy("Clients without a key get this application"),
    )


class ApplicationForm(SettingsForm):
    key = forms.CharField(
        max_length=63,
        label=text_lazy("Key"),
        help_text=text_lazy("a-z, 0-9 and hyphens. It can never be changed."),
    )
    field_order = ("key", "name", "default_locale", "is_default")


class CreateApplication(ActionPage):
    permission = ADMINISTER
    form_class = ApplicationForm
    asks_reason = False

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Create an application")}

    def look(self) -> dict[str, Any]:
        note = text_lazy("Its draft is empty; environments come next.")
        return {"button": text_lazy("Create"), "notes": [note]}

    def act(self) -> HttpResponse:
        assert self.form is not None
        done = actions.create_application(**self.form.cleaned_data, actor=self.actor, now=self.now)
        return self.done(text_lazy("Application {done} created.", done=done.key), page_of(done))


class ChangeSettings(ActionPage):
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
            "title": text_lazy("Settings of {key}", key=key),
            "crumbs": [(key, page_of(self.application))],
        }

    def look(self) -> dict[str, Any]:
        note = text_lazy("They apply from the clients' next request; no release is appended.")
        return {"button": text_lazy("Save"), "notes": [note]}

    def act(self) -> HttpResponse:
        assert self.form is not None
        actions.change_application(
            self.application, **self.form.cleaned_data, reason=self.reason, actor=self.actor, now=self.now
        )
        return self.done(text_lazy("The settings are saved."), page_of(self.application))


class ApplicationAdmin(ReadOnlyAdmin):
    needs = ADMINISTER
    list_display = ("key", "name", "default_locale", "highest_version", "is_default", "created")

    @admin.display(description=text_lazy("created"), ordering="created_at")
    def created(self, application: Application) -> Any:
        return markup.minute(application.created_at)

    def facts(self, request: HttpRequest, application: Application) -> list[Fact]:
        schema = json.dumps(json.loads(application.extra_schema), indent=2, ensure_ascii=False)
        return [
            Fact(text_lazy("Key"), application.key),
            Fact(text_lazy("Name"), application.name),
            Fact(text_lazy("Default language"), application.default_locale),
            Fact(text_lazy("Highest version"), application.highest_version),
            Fact(text_lazy("Schema of the extra sections"), markup.block(schema)),
            Fact(text_lazy("Created"), markup.moment(application.created_at)),
        ]

    def buttons(self, request: HttpRequest, application: Application) -> list[Button]:
        url = address("configs_application_schema", application.pk)
        return [
            Button(
                text_lazy("Change the settings"),
                address("configs_application_settings", application.pk),
            ),
            Button(text_lazy("Edit the extra sections"), url),
        ]

    def top_buttons(self, request: HttpRequest) -> list[Button]:
        url = address("configs_application_create")
        return [Button(text_lazy("Create an application"), url)]

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
