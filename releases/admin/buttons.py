"""What may be done now, by this person: the buttons of a version and of an environment.

What a role may not do has no button. What cannot be done now has one that is off and says why, in the words of the
refusal: the checks are those of the actions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from configs import states
from configs.models import ConfigVersion
from icontrol.kernel.actors import EDIT, PUBLISH, VIEW, Actor
from icontrol.kernel.bilingual import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.admin.facts import Standing
from releases.ledger.chain import Past, pasts
from releases.models import Environment, Release
from releases.policies import check_not_live, check_rollback, check_undo

#: Refusals that say that things are as wished already, or that there is nothing at all: no reason to show a button.
DONE = ("rollback.already_live", "release.nothing_to_publish", "release.none")


@dataclass(frozen=True, slots=True)
class Button:
    """``style`` is "", "primary" or "danger". ``why`` is there while it cannot be done; then nothing can be clicked."""

    label: Any
    url: str
    style: str = ""
    why: Refusal | None = None


def address(name: str, *args: Any, **query: Any) -> str:
    """The address of an admin page: ``address("configs_configversion_publish", 3, environment="staging")``."""
    url = reverse(f"admin:{name}", args=args)
    return f"{url}?{urlencode(query)}" if query else url


def page_of(thing: Any) -> str:
    """The page of one object."""
    meta = thing._meta
    return address(f"{meta.app_label}_{meta.model_name}_change", thing.pk)


def refusal_of(check: Callable[..., Any], *given: Any) -> Refusal | None:
    """What a check says; None when it lets through."""
    try:
        check(*given)
    except Refusal as refusal:
        return refusal
    return None


def offer(button: Button, check: Callable[..., Any], *given: Any) -> list[Button]:
    """The button, off while the check refuses; none where there is nothing that it could be about."""
    why = refusal_of(check, *given)
    return [] if why is not None and why.code == "release.none" else [replace(button, why=why)]


# Config versions ------------------------------------------------------------------------------------------------------


def publishable_in(version: ConfigVersion, standings: Iterable[Standing]) -> list[Environment]:
    """Environments whose clients do not have this content."""
    if version.state == states.WITHDRAWN:
        return []
    return [
        standing.environment
        for standing in standings
        if refusal_of(check_not_live, standing.environment, standing.head, version.version, version.digest) is None
    ]


def rollbacks(version: ConfigVersion, standings: Iterable[Standing]) -> list[tuple[Environment, Refusal | None]]:
    """Environments that had this version once and have another one now, with what stands in the way there."""
    if version.state != states.PUBLISHED:
        return []
    had = set(Release.objects.filter(config_version=version).values_list("environment_id", flat=True))
    found = [
        (standing.environment, refusal_of(check_rollback, standing.environment, standing.head, version))
        for standing in standings
        if standing.environment.pk in had
    ]
    return [(environment, why) for environment, why in found if why is None or why.code not in DONE]


def of_version(version: ConfigVersion, actor: Actor, standings: Sequence[Standing]) -> list[Button]:
    """``standings`` are those of the version's application."""
    found = []
    publish_in, back_in = [], []
    if actor.may(PUBLISH):
        publish_in, back_in = publishable_in(version, standings), rollbacks(version, standings)
    if version.state == states.DRAFT and actor.may(EDIT):
        found.append(Button(text_lazy("Send to preview"), _move(version, "preview")))
    if publish_in:
        where = publish_in[0].key
        label = text_lazy("Publish in {where}", where=where)
        url = _move(version, "publish", environment=where)
        found.append(Button(label, url, "" if back_in else "primary"))
    if back_in:
        environment, why = next((pair for pair in back_in if pair[1] is None), back_in[0])
        url = _move(version, "rollback", environment=environment.key)
        found.append(Button(text_lazy("Roll back to this version"), url, "danger", why))
    if version.state == states.PREVIEW and actor.may(EDIT):
        link = address("releases_previewlink_create", application=version.application.key)
        found.append(Button(text_lazy("Make a preview link"), link))
        found.append(Button(text_lazy("Withdraw"), _move(version, "withdraw"), "danger"))
    if version.state != states.DRAFT and actor.may(EDIT):
        found.append(Button(text_lazy("Restore into draft"), _move(version, "restore")))
    return found


def around_version(version: ConfigVersion) -> list[Button]:
    """What can be read about a version besides its page."""
    history = address("configs_configversion_history", version.pk)
    return [compare(version), Button(text_lazy("History"), history)]


def compare(version: ConfigVersion, *, environment: str | None = None) -> Button:
    """With what is live; in the application's default environment unless another is named."""
    given = {"environment": environment} if environment else {}
    url = address(
        "configs_configversion_compare",
        **{"application": version.application.key, "from": "live", "to": version.version, **given},
    )
    return Button(text_lazy("Compare with live"), url)


def _move(version: ConfigVersion, name: str, **query: Any) -> str:
    return address(f"configs_configversion_{name}", version.pk, **query)


# Environments ---------------------------------------------------------------------------------------------------------


def of_environments(
    standings: Sequence[Standing], actor: Actor, waiting: Sequence[ConfigVersion]
) -> list[list[Button]]:
    """One list for each. ``waiting`` are drafts and previews; the number of queries does not depend on how many."""
    past = pasts(standing.head for standing in standings) if actor.may(PUBLISH) else {}
    return [_of_environment(standing, actor, waiting, past.get(standing.environment.pk)) for standing in standings]


def _of_environment(
    standing: Standing, actor: Actor, waiting: Sequence[ConfigVersion], past: Past | None
) -> list[Button]:
    environment, head = standing.environment, standing.head
    found = []
    if actor.may(PUBLISH):
        mine = [version for version in waiting if version.application_id == environment.application_id]
        found.append(_publish(standing, mine))
        found += _take_back(environment, head, past or Past(None, None))
    if actor.may(VIEW):
        policy = address("releases_environment_policy", environment.pk)
        found.append(Button(text_lazy("Version policy"), policy))
        if standing.live is not None:
            found.append(Button(text_lazy("Flags"), flags_of(environment)))
        ledger = address("releases_release_changelist", environment__id__exact=environment.pk)
        found.append(Button(text_lazy("Ledger"), ledger))
    return found


def flags_of(environment: Environment) -> str:
    """The page of its live flags; it belongs to an app that this one knows by address only."""
    return address("flags_flags_environment", environment.pk)


def switch_of(environment: Environment, flag: str, *, is_killed: bool, origin: str) -> Button:
    """The kill switch of one flag, for who may publish; it leads back to ``origin``."""
    if is_killed:
        return Button(text_lazy("Lift"), address("releases_environment_lift", environment.pk, flag, next=origin))
    kill = address("releases_environment_kill", environment.pk, flag, next=origin)
    return Button(text_lazy("Kill"), kill, "danger")


def _publish(standing: Standing, waiting: Sequence[ConfigVersion]) -> Button:
    """The preview, which somebody has looked at, before the draft; what clients have already is not offered."""
    labels = {
        states.PREVIEW: text_lazy("Publish the preview"),
        states.DRAFT: text_lazy("Publish the draft"),
    }
    environment, head = standing.environment, standing.head
    found = [
        offered
        for version in sorted(waiting, key=lambda version: version.state != states.PREVIEW)
        for offered in offer(
            Button(labels[version.state], _move(version, "publish", environment=environment.key), "primary"),
            check_not_live,
            environment,
            head,
            version.version,
            version.digest,
        )
    ]
    return next((button for button in found if button.why is None), found[-1])


def _take_back(environment: Environment, head: Release, past: Past) -> list[Button]:
    label = text_lazy("Roll back")
    url = ""
    if past.version is not None:
        label = text_lazy("Roll back to {version}", version=past.version.version)
        url = _move(past.version, "rollback", environment=environment.key)
    found = offer(Button(label, url, "danger"), check_rollback, environment, head, past.version)
    undo = address("releases_environment_undo", environment.pk)
    label = text_lazy("Undo release {serial}", serial=head.serial)
    return found + offer(Button(label, undo), check_undo, environment, head, head.serial, past.release)
