"""Undo of the newest release, on one confirmation page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from icontrol.kernel.actors import PUBLISH
from icontrol.kernel.localized import localized, text_lazy
from releases import actions
from releases.ledger.chain import head_of
from releases.ledger.kinds import RELEASE_KINDS
from releases.models import Environment, Release
from releases.pages import facts
from releases.pages.action_page import ActionPage, PageRenderer
from releases.pages.facts import Difference


class Undo(ActionPage):
    """Takes back the newest release, which the page names by serial."""

    permission = PUBLISH
    style = "danger"

    def __init__(self, renderer: PageRenderer, request: HttpRequest, environment: Environment) -> None:
        super().__init__(renderer, request)
        self.environment = environment

    def frame(self) -> dict[str, Any]:
        head = head_of(self.environment)
        where, serial = self.environment.key, head.serial
        return {
            "title": text_lazy("Undo release {serial} of {where}?", serial=serial, where=where),
            "crumbs": [(where, self.renderer.page_of(self.environment))],
            "environment": self.environment,
            "head": head,
        }

    def look(self) -> dict[str, Any]:
        environment, head = self.environment, head_of(self.environment)
        before = actions.undo_target(environment, head, head.serial)
        kind = localized(RELEASE_KINDS[head.kind])
        return {
            "button": text_lazy("Undo release {serial}", serial=head.serial),
            "hidden": {"serial": head.serial},
            "difference_title": text_lazy("What clients will notice"),
            "difference": self.differ(head, before),
            "notes": [
                text_lazy(
                    "Release {serial} ({kind}) by {actor}: “{reason}”",
                    serial=head.serial,
                    kind=kind,
                    actor=head.actor,
                    reason=head.reason,
                ),
                text_lazy(
                    "Appends release {next}, which is like release {serial}. Nothing is erased.",
                    next=head.serial + 1,
                    serial=before.serial,
                ),
            ],
        }

    def differ(self, head: Release, before: Release) -> Difference | None:
        """What clients will notice; None is not compared."""
        return facts.release_groups(head, before)

    def act(self) -> HttpResponse:
        done = actions.undo(self.environment, serial=self.serial, reason=self.reason, actor=self.actor, now=self.now)
        undone = done.serial - 1
        message = text_lazy(
            "Release {undone} of {environment} is undone by release {serial}.",
            undone=undone,
            environment=self.environment.key,
            serial=done.serial,
        )
        return self.done(message, self.renderer.page_of(done))
