"""What can be done with a config version: five questions, one action each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse

from configs import actions as config_actions
from configs import states
from configs.drafts import draft_of, preview_of, stored_entry, stored_version
from configs.models import ConfigVersion
from configs.policies import check_is_preview, check_reason, problems_of
from icontrol.kernel.actors import EDIT, PUBLISH
from icontrol.kernel.bilingual import later, words
from icontrol.kernel.problems import Problem, errors
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import both
from releases import actions
from releases.admin import facts
from releases.admin.buttons import page_of, rollbacks
from releases.admin.move import Move
from releases.ledger.chain import head_of
from releases.models import Environment, PreviewLink, Release
from releases.publishing import Selection

if TYPE_CHECKING:
    from releases.admin.base import HouseAdmin


class VersionMove(Move):
    def __init__(self, admin: HouseAdmin, request: HttpRequest, version: ConfigVersion) -> None:
        super().__init__(admin, request)
        self.version = version

    @property
    def name(self) -> str:
        return self.version.version

    @property
    def crumbs(self) -> list[tuple[Any, str]]:
        return [(self.name, page_of(self.version))]


class EnvironmentMove(VersionMove):
    """A move whose clients are those of one environment, which the page asks for."""

    @cached_property
    def environments(self) -> list[Environment]:
        """Those that the page offers."""
        return facts.environments_of(self.version.application_id)

    @cached_property
    def environment(self) -> Environment:
        key = (self.typed if self.request.method == "POST" else self.request.GET).get("environment")
        return facts.choose(facts.environments_of(self.version.application_id), key)

    def standing(self, head: Release) -> dict[str, Any]:
        """What every such page shows: where, and what is live there."""
        return {
            "crumbs": self.crumbs,
            "environment": self.environment,
            "environments": self.environments,
            "head": head,
        }


class Publish(EnvironmentMove):
    permission = PUBLISH

    def frame(self) -> dict[str, Any]:
        where = self.environment.key
        title = words(f"Publish {self.name} in {where}?", f"Publier {self.name} dans {where} ?")
        return {"title": title, **self.standing(head_of(self.environment))}

    def look(self) -> dict[str, Any]:
        version, environment = self.version, self.environment
        is_draft = version.state == states.DRAFT
        plan = actions.plan_publish(
            environment,
            Selection(version=version.version, digest=version.digest, if_match=version.etag if is_draft else None),
            actor=self.actor,
            now=self.now,
        )
        broken = errors(plan.problems)
        return {
            "head": plan.head,
            "button": words(f"Publish {self.name} in {environment.key}", f"Publier {self.name} dans {environment.key}"),
            "hidden": {
                "environment": environment.key,
                "serial": plan.head.serial,
                "digest": version.digest,
                **({"etag": version.etag} if is_draft else {}),
            },
            "difference_title": words("What clients will notice", "Ce que les clients remarqueront"),
            "difference": facts.shown(facts.config_groups(plan.changes)),
            "problems": plan.problems,
            "confirmations": [] if broken else plan.confirmations,
            "notes": _carried_over(plan.head),
            **_blocked(self.name, broken),
        }

    def act(self) -> HttpResponse:
        done = actions.publish(
            self.environment,
            Selection(
                version=self.name,
                digest=self.typed.get("digest"),
                if_match=self.typed.get("etag") if self.version.state == states.DRAFT else None,
            ),
            confirm=self.typed.getlist("confirm"),
            expected_serial=self.serial,
            reason=self.reason,
            actor=self.actor,
            now=self.now,
        )
        return self.done(_is_live(done.release), page_of(done.release))


class Rollback(EnvironmentMove):
    permission = PUBLISH
    style = "danger"

    @cached_property
    def environments(self) -> list[Environment]:
        return [environment for environment, _ in rollbacks(self.version, facts.standings(self.version.application_id))]

    def frame(self) -> dict[str, Any]:
        where = self.environment.key
        title = words(f"Roll back to {self.name} in {where}?", f"Revenir à {self.name} dans {where} ?")
        return {"title": title, **self.standing(head_of(self.environment))}

    def look(self) -> dict[str, Any]:
        version, environment = self.version, self.environment
        head = head_of(environment)
        actions.rollback_target(environment, head, to_version=version.version)
        assert head.config_version is not None  # else there was no target
        return {
            "head": head,
            "button": words(f"Roll back to {self.name}", f"Revenir à {self.name}"),
            "hidden": {"environment": environment.key, "serial": head.serial},
            "difference_title": words("What clients will notice", "Ce que les clients remarqueront"),
            "difference": facts.difference(head.config_version.readable, version.document),
            "notes": [
                words(
                    f"Appends release {head.serial + 1} with the content of {self.name}. Nothing is erased, and "
                    "the draft stays as it is.",
                    f"Ajoute la publication n° {head.serial + 1} avec le contenu de {self.name}. Rien n'est effacé, "
                    "et le brouillon ne change pas.",
                ),
                words("The version policy stays as it is.", "La politique de version reste telle quelle."),
                *_carried_over(head),
            ],
        }

    def act(self) -> HttpResponse:
        done = actions.rollback(
            self.environment,
            to_version=self.name,
            expected_serial=self.serial,
            reason=self.reason,
            actor=self.actor,
            now=self.now,
        )
        return self.done(_is_live(done), page_of(done))


class SendToPreview(EnvironmentMove):
    """Changes nothing for clients; the environment only says what the draft is compared with."""

    permission = EDIT

    def frame(self) -> dict[str, Any]:
        title = words(f"Send {self.name} to preview?", f"Envoyer {self.name} en aperçu ?")
        return {"title": title, **self.standing(head_of(self.environment)), "compares": True}

    def look(self) -> dict[str, Any]:
        version = self.version
        check_is_draft(version)
        head = head_of(self.environment)
        live = head.config_version
        document = version.document
        problems = problems_of(version.application, document, version.schema, self.now)
        older = preview_of(version.application)
        notes = [
            words(
                f"{self.name} is frozen for the people who look at it; the next draft opens with the same content.",
                f"{self.name} est figée pour relecture ; le brouillon suivant s'ouvre avec le même contenu.",
            )
        ]
        if older is not None:
            notes.append(
                words(
                    f"The preview there is now, {older.version}, will be withdrawn.",
                    f"L'aperçu actuel, {older.version}, sera retiré.",
                )
            )
        return {
            "button": words("Send to preview", "Envoyer en aperçu"),
            "hidden": {"environment": self.environment.key, "etag": version.etag},
            "difference_title": words(
                f"What differs from what is live in {self.environment.key}",
                f"Ce qui diffère de la version en ligne dans {self.environment.key}",
            ),
            "difference": facts.difference(live.readable if live else {}, document),
            "problems": problems,
            "notes": notes,
            **_blocked(self.name, errors(problems)),
        }

    def act(self) -> HttpResponse:
        done = config_actions.send_to_preview(
            self.version.application,
            if_match=self.typed.get("etag"),
            reason=self.reason,
            actor=self.actor,
            now=self.now,
        )
        return self.done(words(f"{done.version} is the preview.", f"{done.version} est l'aperçu."), page_of(done))


class Withdraw(VersionMove):
    permission = EDIT
    style = "danger"

    def frame(self) -> dict[str, Any]:
        title = words(f"Withdraw the preview {self.name}?", f"Retirer l'aperçu {self.name} ?")
        return {"title": title, "crumbs": self.crumbs, "everywhere": NOT_NOTICED}

    def look(self) -> dict[str, Any]:
        check_is_preview(self.version)
        links = PreviewLink.objects.filter(
            config_version=self.version, revoked_at=None, expires_at__gt=self.now
        ).count()
        return {
            "button": words("Withdraw", "Retirer"),
            "notes": [
                words(
                    f"The number {self.name} is never used again. The draft stays as it is.",
                    f"Le numéro {self.name} ne resservira jamais. Le brouillon ne change pas.",
                ),
                words(f"Open preview links that end: {links}", f"Liens d'aperçu ouverts qui prennent fin : {links}"),
            ],
        }

    def act(self) -> HttpResponse:
        done = config_actions.withdraw(
            self.version.application, self.name, reason=self.reason, actor=self.actor, now=self.now
        )
        return self.done(words(f"{done.version} is withdrawn.", f"{done.version} est retirée."), page_of(done))


class Restore(VersionMove):
    """Brings the draft back to a version, or to an entry of the draft's history."""

    permission = EDIT

    def __init__(self, admin: HouseAdmin, request: HttpRequest, version: ConfigVersion, entry: Any = None) -> None:
        super().__init__(admin, request, version)
        self.entry = entry

    @cached_property
    def draft(self) -> ConfigVersion:
        return draft_of(self.version.application)

    def frame(self) -> dict[str, Any]:
        title = words(f"Restore {self.name} into the draft?", f"Rétablir {self.name} dans le brouillon ?")
        if self.entry is not None:
            number = self.entry.history_id
            title = words(f"Restore history entry {number} into the draft?", f"Rétablir l'entrée {number} ?")
        return {"title": title, "crumbs": self.crumbs, "everywhere": NOT_NOTICED}

    def look(self) -> dict[str, Any]:
        target = self.entry or self.version
        if target.digest == self.draft.digest:
            return {
                "notes": [words("The draft has this content already.", "Le brouillon a déjà ce contenu.")],
                "open": False,
            }
        document = target.document
        return {
            "button": words("Restore into draft", "Rétablir dans le brouillon"),
            "hidden": {"etag": self.draft.etag},
            "difference_title": words(
                f"What changes in the draft {self.draft.version}",
                f"Ce qui change dans le brouillon {self.draft.version}",
            ),
            "difference": facts.difference(self.draft.document, document),
            "notes": [
                words(
                    "What the draft has now stays in its history and can be restored in the same way.",
                    "Le contenu actuel du brouillon reste dans son historique et se rétablit de même.",
                )
            ],
        }

    def act(self) -> HttpResponse:
        done = config_actions.revert_draft(
            self.version.application,
            stored_entry(self.entry) if self.entry else stored_version(self.version, self.name),
            if_match=self.typed.get("etag"),
            reason=check_reason(self.reason),  # the page asks for one; the action takes an edit without
            actor=self.actor,
            now=self.now,
        )
        message = words(
            f"The draft {done.version} has the content again.", f"Le brouillon {done.version} a repris ce contenu."
        )
        return self.done(message, page_of(done))


NOT_NOTICED = words("Clients of no environment notice this.", "Les clients d'aucun environnement ne le remarquent.")


def check_is_draft(version: ConfigVersion) -> None:
    if version.state != states.DRAFT:
        draft = draft_of(version.application)
        raise Refusal("publish.draft_moved", version=draft.version)


def _blocked(version: str, broken: Sequence[Problem]) -> dict[str, Any]:
    """What the action would refuse is said at once, and the form is not offered."""
    if not broken:
        return {}
    return {"open": False, "refusal": Refusal("snapshot.invalid", count=len(broken), version=version)}


def _carried_over(head: Release) -> list[Any]:
    """Kill switches stay as they are, which is easily forgotten."""
    if not head.killed:
        return []
    flags = ", ".join(head.killed)
    return [later(both("Stays forced off: {flags}", "Reste coupé : {flags}", flags=flags))]


def _is_live(release: Release) -> Any:
    assert release.config_version is not None
    version, where = release.config_version.version, release.environment.key
    return words(
        f"{version} is live in {where} (release {release.serial}).",
        f"{version} est en ligne dans {where} (publication n° {release.serial}).",
    )
