"""The questions of the incident page: those of the admin, each with a reason that stands there already."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from configs.models import ConfigVersion
from frontend.incident import board
from icontrol.kernel.actors import PUBLISH
from icontrol.kernel.entity_tags import entity_tag, revisions
from icontrol.kernel.localized import localized_lazy, text_lazy
from icontrol.kernel.responses import language
from icontrol.kernel.texts import Text, both, pick
from releases import actions
from releases.gate.decision import Policy
from releases.impact import STOPS_MANY, impact_of
from releases.ledger.chain import head_of
from releases.models import Environment, Release
from releases.pages import kill_switches, undo, version_actions
from releases.pages.action_page import ActionPage
from releases.pages.facts import Difference
from releases.policies import policy_revision

#: Characters of a config. Two larger ones are compared on the control plane only, where nobody's kill waits for it.
MOST_COMPARED = 256 * 1024


def board_of(environment: Environment, **more: str) -> str:
    return f"{reverse('incident')}?{urlencode({'environment': environment.pk, **more})}"


class IncidentRenderer:
    """What shows the pages (:class:`releases.pages.action_page.PageRenderer`)."""

    def page(
        self, request: HttpRequest, template: str, title: Any, *, status: int = 200, **given: Any
    ) -> TemplateResponse:
        context = {"title": title, "back": reverse("incident"), **given, **board.context(given.get("difference"))}
        return TemplateResponse(request, template, context, status=status)

    def page_of(self, thing: Any) -> str:
        return reverse("incident")


class IncidentAction(ActionPage):
    """Before the admin's page of the same act: other words at the end, and the way back to the board."""

    template = "frontend/incident/confirm.html"
    environment: Environment

    def show(self, refusal: Any, status: int) -> HttpResponse:
        response = super().show(refusal, status)
        assert isinstance(response, TemplateResponse) and response.context_data is not None
        response.context_data["back"] = board_of(self.environment)
        return response

    def done(self, message: Any, url: str) -> HttpResponse:
        messages.success(self.request, str(message))
        flag = getattr(self, "flag", "")
        return HttpResponseRedirect(board_of(self.environment, **({"flag": flag} if flag else {})))


class Switch(IncidentAction, kill_switches.Switch):
    #: The part of the key that was typed.
    part = ""

    def look(self) -> dict[str, Any]:
        found = super().look()
        notes = found["notes"]
        if self.part:
            notes = [text_lazy("It is the only flag with “{part}” in its key.", part=self.part), *notes]
        return {**found, "notes": notes, "hidden": {**found["hidden"], "flag": self.flag}, "at_once": True}


def _are_small(*versions: ConfigVersion | None) -> bool:
    return all(version is None or len(version.snapshot) <= MOST_COMPARED for version in versions)


class Undo(IncidentAction, undo.Undo):
    @property
    def proposed(self) -> Text:
        return both("Incident: release {serial} undone", serial=head_of(self.environment).serial)

    def differ(self, head: Release, before: Release) -> Difference | None:
        return super().differ(head, before) if _are_small(head.config_version, before.config_version) else None


class Rollback(IncidentAction, version_actions.Rollback):
    def __init__(
        self, renderer: IncidentRenderer, request: HttpRequest, environment: Environment, version: ConfigVersion
    ) -> None:
        super().__init__(renderer, request, version)
        self.environment, self.environments = environment, [environment]

    @property
    def proposed(self) -> Text:
        return both("Incident: back to {version}", version=self.name)

    def differ(self, live: ConfigVersion) -> Difference | None:
        return super().differ(live) if _are_small(live, self.version) else None


class Maintenance(IncidentAction):
    """On or off for all platforms of an environment; the rest of its version policy stays as it is."""

    permission = PUBLISH

    def __init__(self, renderer: IncidentRenderer, request: HttpRequest, environment: Environment, *, on: bool) -> None:
        super().__init__(renderer, request)
        self.environment, self.on = environment, on
        self.style = "danger" if on else "primary"

    @property
    def proposed(self) -> Text:
        return both("Incident: maintenance begins") if self.on else both("Incident over: maintenance ends")

    def frame(self) -> dict[str, Any]:
        where = self.environment.key
        begin = text_lazy("Begin maintenance in {where}?", where=where)
        end = text_lazy("End maintenance in {where}?", where=where)
        return {"title": begin if self.on else end, "environment": self.environment}

    def look(self) -> dict[str, Any]:
        head, where = head_of(self.environment), self.environment.key
        policies = [Policy.from_json(policy) for policy in head.policy_set.values()]
        if all(policy.maintenance == self.on for policy in policies):
            already = text_lazy("Maintenance is on already.") if self.on else text_lazy("Maintenance is off already.")
            return {"open": False, "notes": [already]}
        begin = text_lazy("Begin maintenance in {where}", where=where)
        end = text_lazy("End maintenance in {where}", where=where)
        impact = impact_of(self.environment, head.policy_set, self._wanted(head), self.now)
        return {
            "button": begin if self.on else end,
            "hidden": {
                "etag": entity_tag(policy_revision(head.policies)),
                **({"confirm": STOPS_MANY} if impact.confirmations else {}),
            },
            "notes": [
                *map(localized_lazy, impact.sentences()),
                *(self._begins(policies[0]) if self.on else self._ends(max(p.retry_after for p in policies))),
            ],
        }

    def _begins(self, policy: Policy) -> list[Any]:
        told = pick(policy.maintenance_message, language())
        return [
            text_lazy("Every app of every platform is told to wait when it next asks (503), whatever its version."),
            text_lazy("What is live stays live: the config and the flags are still served."),
            text_lazy("Apps ask again after {seconds} s.", seconds=policy.retry_after),
            text_lazy("People read: “{told}”", told=str(told)[:200])
            if told
            else text_lazy("No text for maintenance is set: each app shows its own."),
        ]

    def _ends(self, seconds: int) -> list[Any]:
        return [
            text_lazy("Apps go on when they next ask, at the latest after {seconds} s.", seconds=seconds),
            text_lazy("Those below the minimum version are blocked as before."),
        ]

    def _wanted(self, head: Release) -> dict[str, Any]:
        return {name: {**policy, "maintenance": self.on} for name, policy in head.policy_set.items()}

    def act(self) -> HttpResponse:
        done = actions.set_policy(
            self.environment,
            self._wanted(head_of(self.environment)),
            read=revisions(self.typed.get("etag")),
            confirm=self.typed.getlist("confirm"),  # what the page has said
            reason=self.reason,
            actor=self.actor,
            now=self.now,
        )
        where, serial = self.environment.key, done.serial
        begun = text_lazy("Maintenance has begun in {where} (release {serial}).", where=where, serial=serial)
        ended = text_lazy("Maintenance has ended in {where} (release {serial}).", where=where, serial=serial)
        return self.done(begun if self.on else ended, "")
