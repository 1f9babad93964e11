"""What may be done now, by this person: the buttons of a version and of an environment. Nothing else is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from configs import states
from configs.actors import EDIT, PUBLISH, VIEW, Actor
from configs.models import ConfigVersion
from icontrol.words import words
from releases.actions import version_before
from releases.admin.facts import Standing, environments_of, newest_releases
from releases.models import Environment, Release


@dataclass(frozen=True, slots=True)
class Button:
    """``style`` is "", "primary" or "danger"."""

    label: Any
    url: str
    style: str = ""


def address(name: str, *args: Any, **query: Any) -> str:
    """The address of an admin page: ``address("configs_configversion_publish", 3, environment="staging")``."""
    url = reverse(f"admin:{name}", args=args)
    return f"{url}?{urlencode(query)}" if query else url


def page_of(thing: Any) -> str:
    """The page of one object."""
    meta = thing._meta
    return address(f"{meta.app_label}_{meta.model_name}_change", thing.pk)


def publishable_in(version: ConfigVersion) -> list[Environment]:
    """Environments in which this very version is not live."""
    if version.state == states.WITHDRAWN:
        return []
    newest = newest_releases()
    live = {pk for pk, head in newest.items() if head.config_version_id == version.pk}
    return [environment for environment in environments_of(version.application_id) if environment.pk not in live]


def rollback_in(version: ConfigVersion) -> list[Environment]:
    """Environments that had this version once and have another one now."""
    if version.state != states.PUBLISHED:
        return []
    had = set(Release.objects.filter(config_version=version).values_list("environment_id", flat=True))
    return [environment for environment in publishable_in(version) if environment.pk in had]


def can_undo(head: Release | None) -> bool:
    """The first release, and the first that brought a config, have nothing before them."""
    if head is None:
        return False
    before = Release.objects.filter(environment_id=head.environment_id, serial=head.serial - 1)
    bare = before.filter(config_version=None)
    return before.exists() and (head.config_version_id is None or not bare.exists())


def of_version(version: ConfigVersion, actor: Actor) -> list[Button]:
    found = []
    publish_in, back_in = [], []
    if actor.may(PUBLISH):
        publish_in, back_in = publishable_in(version), rollback_in(version)
    if version.state == states.DRAFT and actor.may(EDIT):
        found.append(Button(words("Send to preview", "Envoyer en aperçu"), _move(version, "preview")))
    if publish_in:
        where = publish_in[0].key
        label = words(f"Publish in {where}", f"Publier dans {where}")
        url = _move(version, "publish", environment=where)
        found.append(Button(label, url, "" if back_in else "primary"))
    if back_in:
        url = _move(version, "rollback", environment=back_in[0].key)
        found.append(Button(words("Roll back to this version", "Revenir à cette version"), url, "danger"))
    if version.state == states.PREVIEW and actor.may(EDIT):
        link = address("releases_previewlink_create", application=version.application.key)
        found.append(Button(words("Make a preview link", "Créer un lien d'aperçu"), link))
        found.append(Button(words("Withdraw", "Retirer"), _move(version, "withdraw"), "danger"))
    if version.state != states.DRAFT and actor.may(EDIT):
        found.append(Button(words("Restore into draft", "Rétablir dans le brouillon"), _move(version, "restore")))
    return found


def _move(version: ConfigVersion, name: str, **query: Any) -> str:
    return address(f"configs_configversion_{name}", version.pk, **query)


def of_environment(standing: Standing, actor: Actor) -> list[Button]:
    environment, head = standing.environment, standing.head
    found = []
    if actor.may(PUBLISH):
        draft = ConfigVersion.objects.defer("snapshot").get(
            application_id=environment.application_id, state=states.DRAFT
        )
        url = _move(draft, "publish", environment=environment.key)
        found.append(Button(words("Publish the draft", "Publier le brouillon"), url, "primary"))
        before = version_before(environment, standing.live) if standing.live else None
        if before is not None:
            label = words(f"Roll back to {before.version}", f"Revenir à {before.version}")
            found.append(Button(label, _move(before, "rollback", environment=environment.key), "danger"))
        if head is not None and can_undo(head):
            label = words(f"Undo n° {head.serial}", f"Annuler n° {head.serial}")
            found.append(Button(label, address("releases_environment_undo", environment.pk)))
    if actor.may(VIEW):
        policy = address("releases_environment_policy", environment.pk)
        found.append(Button(words("Version policy", "Politique de version"), policy))
        ledger = address("releases_release_changelist", environment__id__exact=environment.pk)
        found.append(Button(words("Ledger", "Registre"), ledger))
    return found
