"""Names of our models on pages. Not in the models: texts in two languages do not belong in migrations."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Model

from configs.models import Application, ConfigVersion
from icontrol.kernel.localized import localized_lazy
from icontrol.kernel.texts import Text, both
from releases.models import ApiToken, AuditEvent, ClientKey, Environment, PreviewLink, Release
from releases.pages.histories import FIELD_LABELS

NAMES: dict[type[Model], tuple[Text, Text]] = {
    Application: (both("application"), both("applications")),
    ConfigVersion: (both("config version"), both("config versions")),
    Environment: (both("environment"), both("environments")),
    Release: (both("release"), both("ledger entries")),
    ApiToken: (both("API token"), both("API tokens")),
    ClientKey: (both("client key"), both("client keys")),
    AuditEvent: (both("access event"), both("access events")),
    PreviewLink: (both("preview link"), both("preview links")),
}
APPS = {"configs": both("Configuration"), "releases": both("Releases")}


def give_names() -> None:
    for model, (one, many) in NAMES.items():
        model._meta.verbose_name, model._meta.verbose_name_plural = localized_lazy(one), localized_lazy(many)
        for field in model._meta.fields:
            if field.name in FIELD_LABELS:
                field.verbose_name = localized_lazy(FIELD_LABELS[field.name])
    for label, name in APPS.items():
        apps.get_app_config(label).verbose_name = localized_lazy(name)
