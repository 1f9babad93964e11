"""What our models are called on pages. Not in the models: a name in two languages is no matter for a migration."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Model

from configs.models import Application, ConfigVersion
from icontrol.kernel.bilingual import later, words
from icontrol.kernel.texts import both
from releases.models import ApiToken, AuditEvent, ClientKey, Environment, PreviewLink, Release

NAMES: dict[type[Model], tuple[tuple[str, str], tuple[str, str]]] = {
    Application: (("application", "application"), ("applications", "applications")),
    ConfigVersion: (("config version", "version de config"), ("config versions", "versions de config")),
    Environment: (("environment", "environnement"), ("environments", "environnements")),
    Release: (("release", "publication"), ("ledger entries", "entrées du registre")),
    ApiToken: (("API token", "jeton d'API"), ("API tokens", "jetons d'API")),
    ClientKey: (("client key", "clé client"), ("client keys", "clés client")),
    AuditEvent: (("access event", "événement d'accès"), ("access events", "événements d'accès")),
    PreviewLink: (("preview link", "lien d'aperçu"), ("preview links", "liens d'aperçu")),
}
#: Names of fields; those of Django's models have Django's.
FIELDS = {
    "name": both("name", "nom"),
    "version": both("version", "version"),
    "application": both("application", "application"),
    "environment": both("environment", "environnement"),
    "key": both("key", "clé"),
    "role": both("role", "rôle"),
    "owner": both("owner", "propriétaire"),
    "who": both("who", "qui"),
    "address": both("address", "adresse"),
    "detail": both("detail", "détail"),
    "count": both("times", "fois"),
    "surface": both("surface", "surface"),
    "is_default": both("default", "par défaut"),
    "reason": both("reason", "motif"),
    "created_at": both("created", "création"),
    "created_by": both("created by", "création par"),
    "expires_at": both("expires", "expiration"),
    "revoked_at": both("revoked", "révocation"),
    "revoked_by": both("revoked by", "révocation par"),
    "extra_schema": both("schema of the extra sections", "schéma des sections propres"),
    "highest_version": both("highest version", "version la plus haute"),
    "default_locale": both("default language", "langue par défaut"),
}
APPS = {"configs": ("Configuration", "Configuration"), "releases": ("Releases", "Publications")}


def give_names() -> None:
    for model, (one, many) in NAMES.items():
        model._meta.verbose_name, model._meta.verbose_name_plural = words(*one), words(*many)
        for field in model._meta.fields:
            if field.name in FIELDS:
                field.verbose_name = later(FIELDS[field.name])
    for label, name in APPS.items():
        apps.get_app_config(label).verbose_name = words(*name)
