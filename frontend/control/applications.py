"""Applications, their environments, and the JSON Schema of their extra sections."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from configs import actions
from configs.models import Application
from configs.policies import schema_revision
from configs.snapshot.canonical import NotStrictJSON, parse_strict
from frontend.control import listing, manage
from frontend.control.page import page
from icontrol.kernel.actors import ADMINISTER
from icontrol.kernel.entity_tags import entity_tag, revisions
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.access import actions as access
from releases.lookup import find_application
from releases.models import Environment


@page(needs=ADMINISTER)
def applications(request: HttpRequest) -> HttpResponseBase:
    keys = Count("client_keys", filter=Q(client_keys__revoked_at=None))
    environments = Environment.objects.select_related("application").annotate(keys=keys)
    rows = listing.searched(
        Application.objects.prefetch_related(Prefetch("environments", environments.order_by("-is_default", "pk"))),
        listing.words_of(request),
        "key",
        "name",
        "environments__key",
    )
    found = listing.context(request, rows.distinct().order_by("-is_default", "pk"))
    return manage.render(
        request,
        "frontend/control/applications.html",
        text_lazy("Applications and environments"),
        tab="applications",
        **found,
    )


class EnvironmentForm(forms.Form):
    application = forms.ModelChoiceField(
        Application.objects.order_by("-is_default", "pk"), empty_label=None, label=text_lazy("Application")
    )
    key = forms.CharField(
        max_length=63,
        label=text_lazy("Key"),
        help_text=text_lazy("a-z, 0-9 and hyphens. It is part of the ledger's hashes and can never be changed."),
    )


class CreateEnvironment(manage.ManagePage):
    permission = ADMINISTER
    form_class = EnvironmentForm
    asks_reason = False

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Create an environment")}

    def look(self) -> dict[str, Any]:
        return {"button": text_lazy("Create"), "notes": [text_lazy("Its ledger begins empty.")]}

    def act(self) -> HttpResponse:
        assert self.form is not None
        typed = self.form.cleaned_data
        done = access.create_environment(typed["application"], key=typed["key"], actor=self.actor, now=self.now)
        return self.done(text_lazy("Environment {done} created.", done=done.key), self.back)


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


class EditSchema(manage.ManagePage):
    permission = ADMINISTER
    form_class = SchemaForm

    def __init__(self, request: HttpRequest, application: Application) -> None:
        super().__init__(request, reverse("control-applications"))
        self.application = application

    def initial(self) -> dict[str, Any]:
        return {"schema": json.dumps(json.loads(self.application.extra_schema), indent=2, ensure_ascii=False)}

    def frame(self) -> dict[str, Any]:
        return {
            "title": text_lazy("Extra sections of {application}", application=self.application.key),
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
        return self.done(text_lazy("The schema is saved."), self.back)


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


class CreateApplication(manage.ManagePage):
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
        return self.done(text_lazy("Application {done} created.", done=done.key), self.back)


class ChangeSettings(manage.ManagePage):
    permission = ADMINISTER
    form_class = SettingsForm

    def __init__(self, request: HttpRequest, application: Application) -> None:
        super().__init__(request, reverse("control-applications"))
        self.application = application

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.application, name) for name in SettingsForm.base_fields}

    def frame(self) -> dict[str, Any]:
        key = self.application.key
        return {
            "title": text_lazy("Settings of {key}", key=key),
        }

    def look(self) -> dict[str, Any]:
        note = text_lazy("They apply from the clients' next request; no release is appended.")
        return {"button": text_lazy("Save"), "notes": [note]}

    def act(self) -> HttpResponse:
        assert self.form is not None
        actions.change_application(
            self.application, **self.form.cleaned_data, reason=self.reason, actor=self.actor, now=self.now
        )
        return self.done(text_lazy("The settings are saved."), self.back)


@page("POST", needs=ADMINISTER)
def create(request: HttpRequest) -> HttpResponseBase:
    return CreateApplication(request, reverse("control-applications")).serve()


@page("POST", needs=ADMINISTER)
def create_environment(request: HttpRequest) -> HttpResponseBase:
    return CreateEnvironment(request, reverse("control-applications")).serve()


@page("POST", needs=ADMINISTER)
def change(request: HttpRequest, key: str, *, kind: type[EditSchema | ChangeSettings]) -> HttpResponseBase:
    return kind(request, find_application(key)).serve()
