"""The actions on a config version: five confirmation pages, one action each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse

from configs import actions as config_actions
from configs import states
from configs.drafts import draft_of, preview_of, stored_entry, stored_version
from configs.models import ConfigVersion
from configs.policies import check_is_preview, check_reason, problems_of
from icontrol.kernel.actors import EDIT, PUBLISH
from icontrol.kernel.entity_tags import entity_tag, revisions
from icontrol.kernel.localized import localized_lazy, text_lazy
from icontrol.kernel.problems import Problem, errors
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import both
from releases import actions
from releases.ledger.chain import head_of
from releases.models import Environment, PreviewLink, Release
from releases.pages import facts
from releases.pages.action_page import ActionPage, PageRenderer
from releases.pages.offered import rollbacks
from releases.publishing import Selection


class VersionActionPage(ActionPage):
    def __init__(self, renderer: PageRenderer, request: HttpRequest, version: ConfigVersion) -> None:
        super().__init__(renderer, request)
        self.version = version

    @property
    def name(self) -> str:
        return self.version.version

    @property
    def crumbs(self) -> list[tuple[Any, str]]:
        return [(self.name, self.renderer.page_of(self.version))]


class ReleaseActionPage(VersionActionPage):
    """An action for the clients of one environment, which the page asks for."""

    @cached_property
    def environments(self) -> list[Environment]:
        """The environments that the page offers."""
        return facts.environments_of(self.version.application_id)

    @cached_property
    def environment(self) -> Environment:
        key = (self.typed if self.request.method == "POST" else self.request.GET).get("environment")
        return facts.choose(facts.environments_of(self.version.application_id), key)

    def standing(self, head: Release) -> dict[str, Any]:
        """Context of all these pages: the environment, and what is live there."""
        return {
            "crumbs": self.crumbs,
            "environment": self.environment,
            "environments": self.environments,
            "head": head,
        }


class Publish(ReleaseActionPage):
    permission = PUBLISH

    def frame(self) -> dict[str, Any]:
        where = self.environment.key
        title = text_lazy("Publish {name} in {where}?", name=self.name, where=where)
        return {"title": title, **self.standing(head_of(self.environment))}

    def look(self) -> dict[str, Any]:
        version, environment = self.version, self.environment
        is_draft = version.state == states.DRAFT
        plan = actions.plan_publish(
            environment,
            Selection(
                version=version.version, digest=version.digest, read={version.revision} if is_draft else frozenset()
            ),
            actor=self.actor,
            now=self.now,
        )
        broken = errors(plan.problems)
        return {
            "head": plan.head,
            "button": text_lazy("Publish {name} in {environment}", name=self.name, environment=environment.key),
            "hidden": {
                "environment": environment.key,
                "serial": plan.head.serial,
                "digest": version.digest,
                **({"etag": entity_tag(version.revision)} if is_draft else {}),
            },
            "difference_title": text_lazy("What clients will notice"),
            "difference": facts.limited(facts.config_groups(plan.changes)),
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
                read=revisions(self.typed.get("etag")) if self.version.state == states.DRAFT else frozenset(),
            ),
            confirm=self.typed.getlist("confirm"),
            expected_serial=self.serial,
            reason=self.reason,
            actor=self.actor,
            now=self.now,
        )
        return self.done(_is_live(done.release), self.renderer.page_of(done.release))


class Rollback(ReleaseActionPage):
    permission = PUBLISH
    style = "danger"

    @cached_property
    def environments(self) -> list[Environment]:
        return [
            offer.environment
            for offer in rollbacks(self.version, self.actor, facts.standings(self.version.application_id))
            if offer.environment
        ]

    def frame(self) -> dict[str, Any]:
        where = self.environment.key
        title = text_lazy("Roll back to {name} in {where}?", name=self.name, where=where)
        return {"title": title, **self.standing(head_of(self.environment))}

    def look(self) -> dict[str, Any]:
        version, environment = self.version, self.environment
        head = head_of(environment)
        actions.rollback_target(environment, head, to_version=version.version)
        assert head.config_version is not None  # without a target it was refused before
        return {
            "head": head,
            "button": text_lazy("Roll back to {name}", name=self.name),
            "hidden": {"environment": environment.key, "serial": head.serial},
            "difference_title": text_lazy("What clients will notice"),
            "difference": self.differ(head.config_version),
            "notes": [
                text_lazy(
                    "Appends release {next} with the content of {name}. Nothing is erased, and the draft stays as "
                    "it is.",
                    next=head.serial + 1,
                    name=self.name,
                ),
                text_lazy("The version policy stays as it is."),
                *_carried_over(head),
            ],
        }

    def differ(self, live: ConfigVersion) -> facts.Difference | None:
        """What clients will notice; None is not compared."""
        return facts.difference(live.readable, self.version.document)

    def act(self) -> HttpResponse:
        done = actions.rollback(
            self.environment,
            to_version=self.name,
            expected_serial=self.serial,
            reason=self.reason,
            actor=self.actor,
            now=self.now,
        )
        return self.done(_is_live(done), self.renderer.page_of(done))


class SendToPreview(ReleaseActionPage):
    """Changes nothing for clients; the environment only determines what the draft is compared with."""

    permission = EDIT

    def frame(self) -> dict[str, Any]:
        title = text_lazy("Send {name} to preview?", name=self.name)
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
            text_lazy(
                "{name} is frozen for review; the next draft opens with the same content.",
                name=self.name,
            )
        ]
        if older is not None:
            notes.append(text_lazy("The current preview, {version}, will be withdrawn.", version=older.version))
        return {
            "button": text_lazy("Send to preview"),
            "hidden": {"environment": self.environment.key, "etag": entity_tag(version.revision)},
            "difference_title": text_lazy(
                "What differs from what is live in {environment}", environment=self.environment.key
            ),
            "difference": facts.difference(live.readable if live else {}, document),
            "problems": problems,
            "notes": notes,
            **_blocked(self.name, errors(problems)),
        }

    def act(self) -> HttpResponse:
        done = config_actions.send_to_preview(
            self.version.application,
            read=revisions(self.typed.get("etag")),
            reason=self.reason,
            actor=self.actor,
            now=self.now,
        )
        return self.done(text_lazy("{version} is the preview.", version=done.version), self.renderer.page_of(done))


class Withdraw(VersionActionPage):
    permission = EDIT
    style = "danger"

    def frame(self) -> dict[str, Any]:
        title = text_lazy("Withdraw the preview {name}?", name=self.name)
        return {"title": title, "crumbs": self.crumbs, "everywhere": NOT_NOTICED}

    def look(self) -> dict[str, Any]:
        check_is_preview(self.version)
        links = PreviewLink.objects.filter(
            config_version=self.version, revoked_at=None, expires_at__gt=self.now
        ).count()
        return {
            "button": text_lazy("Withdraw"),
            "notes": [
                text_lazy("The number {name} is never used again. The draft stays as it is.", name=self.name),
                text_lazy("Open preview links that end: {links}", links=links),
            ],
        }

    def act(self) -> HttpResponse:
        done = config_actions.withdraw(
            self.version.application, self.name, reason=self.reason, actor=self.actor, now=self.now
        )
        return self.done(text_lazy("{version} is withdrawn.", version=done.version), self.renderer.page_of(done))


class Restore(VersionActionPage):
    """Reverts the draft to a version or to an entry of its history."""

    permission = EDIT

    def __init__(self, renderer: PageRenderer, request: HttpRequest, version: ConfigVersion, entry: Any = None) -> None:
        super().__init__(renderer, request, version)
        self.entry = entry

    @cached_property
    def draft(self) -> ConfigVersion:
        return draft_of(self.version.application)

    def frame(self) -> dict[str, Any]:
        title = text_lazy("Restore {name} into the draft?", name=self.name)
        if self.entry is not None:
            number = self.entry.history_id
            title = text_lazy("Restore history entry {number} into the draft?", number=number)
        return {"title": title, "crumbs": self.crumbs, "everywhere": NOT_NOTICED}

    def look(self) -> dict[str, Any]:
        target = self.entry or self.version
        if target.digest == self.draft.digest:
            return {
                "notes": [text_lazy("The draft has this content already.")],
                "open": False,
            }
        document = target.document
        return {
            "button": text_lazy("Restore into draft"),
            "hidden": {"etag": entity_tag(self.draft.revision)},
            "difference_title": text_lazy("What changes in the draft {version}", version=self.draft.version),
            "difference": facts.difference(self.draft.document, document),
            "notes": [text_lazy("What the draft has now stays in its history and can be restored in the same way.")],
        }

    def act(self) -> HttpResponse:
        done = config_actions.revert_draft(
            self.version.application,
            stored_entry(self.entry) if self.entry else stored_version(self.version, self.name),
            read=revisions(self.typed.get("etag")),
            reason=check_reason(self.reason),  # required on the page, optional in the action
            actor=self.actor,
            now=self.now,
        )
        message = text_lazy("The draft {version} has the content again.", version=done.version)
        return self.done(message, self.renderer.page_of(done))


NOT_NOTICED = text_lazy("No client notices this.")


def check_is_draft(version: ConfigVersion) -> None:
    if version.state != states.DRAFT:
        draft = draft_of(version.application)
        raise Refusal("publish.draft_moved", version=draft.version)


def _blocked(version: str, broken: Sequence[Problem]) -> dict[str, Any]:
    """PageRenderer at once what the action would refuse, instead of the form."""
    if not broken:
        return {}
    return {"open": False, "refusal": Refusal("snapshot.invalid", count=len(broken), version=version)}


def _carried_over(head: Release) -> list[Any]:
    """Reminds that kill switches stay engaged."""
    if not head.killed:
        return []
    flags = ", ".join(head.killed)
    return [localized_lazy(both("Stays forced off: {flags}", flags=flags))]


def _is_live(release: Release) -> Any:
    assert release.config_version is not None
    version, where = release.config_version.version, release.environment.key
    return text_lazy(
        "{version} is live in {where} (release {serial}).", version=version, where=where, serial=release.serial
    )
