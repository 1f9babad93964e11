"""Environments: what is live, the version policy, undo of the newest release, and creating one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from configs.models import Application
from icontrol.kernel.actors import ADMINISTER, PUBLISH
from icontrol.kernel.localized import localized, text_lazy
from releases import actions
from releases.access import actions as access
from releases.admin import buttons, facts, markup
from releases.admin.action_page import ActionPage, PageRenderer
from releases.admin.base import Fact, ReadOnlyAdmin
from releases.admin.buttons import Button, address, page_of
from releases.admin.facts import Difference, Standing
from releases.admin.kill_switches import KILL, LIFT, Switch
from releases.admin.policy_page import PolicyPage
from releases.ledger.chain import head_of
from releases.ledger.kinds import RELEASE_KINDS
from releases.models import Environment, Release


class EnvironmentForm(forms.Form):
    application = forms.ModelChoiceField(
        Application.objects.order_by("pk"), empty_label=None, label=text_lazy("Application")
    )
    key = forms.CharField(
        max_length=63,
        label=text_lazy("Key"),
        help_text=text_lazy("a-z, 0-9 and hyphens. It is part of the ledger's hashes and can never be changed."),
    )


class CreateEnvironment(ActionPage):
    permission = ADMINISTER
    form_class = EnvironmentForm
    asks_reason = False

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Create an environment")}

    def look(self) -> dict[str, Any]:
        return {
            "button": text_lazy("Create"),
            "notes": [text_lazy("Its ledger begins empty.")],
        }

    def act(self) -> HttpResponse:
        assert self.form is not None
        typed = self.form.cleaned_data
        done = access.create_environment(typed["application"], key=typed["key"], actor=self.actor, now=self.now)
        return self.done(text_lazy("Environment {done} created.", done=done.key), page_of(done))


class Undo(ActionPage):
    """Takes back the newest release, which the page names by serial."""

    permission = PUBLISH
    style = "danger"

    def __init__(self, admin: PageRenderer, request: HttpRequest, environment: Environment) -> None:
        super().__init__(admin, request)
        self.environment = environment

    def frame(self) -> dict[str, Any]:
        head = head_of(self.environment)
        where, serial = self.environment.key, head.serial
        return {
            "title": text_lazy("Undo release {serial} of {where}?", serial=serial, where=where),
            "crumbs": [(where, page_of(self.environment))],
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
        return self.done(message, page_of(done))


class EnvironmentAdmin(ReadOnlyAdmin):
    list_display = ("key", "application", "is_default", "live", "serial", "policy")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("application")

    def top_buttons(self, request: HttpRequest) -> list[Button]:
        if not self.actor(request).may(ADMINISTER):
            return []
        return [Button(text_lazy("Create an environment"), address("releases_environment_create"))]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        listed = changelist.result_list
        for environment, standing in zip(listed, facts.standings_of(listed), strict=True):
            environment.standing = standing
        return changelist

    @admin.display(description=text_lazy("live"))
    def live(self, environment: Any) -> SafeString | str:
        version = environment.standing.live
        return markup.link(version, version.version) if version else "–"

    @admin.display(description=text_lazy("newest release"))
    def serial(self, environment: Any) -> SafeString | str:
        head = environment.standing.head
        return markup.link(head, markup.number(head.serial)) if head.serial else "–"

    @admin.display(description=text_lazy("minimum / latest"))
    def policy(self, environment: Any) -> str:
        policy = environment.standing.policy
        return f"{policy.min_supported} / {policy.latest}"

    def facts(self, request: HttpRequest, environment: Environment) -> list[Fact]:
        head = head_of(environment)
        policy = Standing(head).policy
        live = head.config_version
        return [
            Fact(text_lazy("Application"), environment.application.key),
            Fact(
                text_lazy("Default for clients without a key"),
                text_lazy("yes") if environment.is_default else text_lazy("no"),
            ),
            Fact(text_lazy("Live"), markup.link(live, live.version) if live else "–"),
            Fact(
                text_lazy("Newest release"),
                markup.link(head, markup.number(head.serial)) if head.serial else "–",
            ),
            Fact(text_lazy("Minimum version"), policy.min_supported),
            Fact(text_lazy("Latest version"), policy.latest),
            Fact(text_lazy("Forced off"), markup.forced_off(head) or "–"),
            Fact(text_lazy("Created"), markup.moment(environment.created_at)),
        ]

    def title_of(self, environment: Environment) -> str:
        return environment.key

    def buttons(self, request: HttpRequest, environment: Environment) -> list[Button]:
        waiting = facts.waiting(environment.application_id)
        return buttons.standing_buttons([Standing(head_of(environment))], self.actor(request), waiting)[0]

    def more(self, request: HttpRequest, environment: Environment) -> dict[str, Any]:
        return {"environment": environment}

    def pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("create/", lambda request: CreateEnvironment(self, request).serve(), "create"),
            ("<int:pk>/undo/", self.undo, "undo"),
            ("<int:pk>/policy/", self.policy_page, "policy"),
            ("<int:pk>/flags/<str:key>/kill/", self.kill, "kill"),
            ("<int:pk>/flags/<str:key>/lift/", self.lift, "lift"),
        ]

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        return Undo(self, request, self.find(request, pk)).serve()

    def policy_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        return PolicyPage(self, request, self.find(request, pk)).serve()

    def kill(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        return Switch(self, request, self.find(request, pk), key, KILL).serve()

    def lift(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        return Switch(self, request, self.find(request, pk), key, LIFT).serve()
