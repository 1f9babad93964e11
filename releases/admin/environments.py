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
from icontrol.kernel.actors import ADMINISTER
from icontrol.kernel.localized import text_lazy
from releases.access import actions as access
from releases.admin import buttons
from releases.admin.base import Fact, ReadOnlyAdmin
from releases.admin.buttons import address, page_of
from releases.admin.kill_switches import KILL, LIFT, Switch
from releases.admin.policy_page import PolicyPage
from releases.ledger.chain import head_of
from releases.models import Environment
from releases.pages import facts, markup
from releases.pages.action_page import ActionPage
from releases.pages.facts import Standing
from releases.pages.offered import Button


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
        return buttons.link(version, version.version) if version else "–"

    @admin.display(description=text_lazy("newest release"))
    def serial(self, environment: Any) -> SafeString | str:
        head = environment.standing.head
        return buttons.link(head, markup.number(head.serial)) if head.serial else "–"

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
            Fact(text_lazy("Live"), buttons.link(live, live.version) if live else "–"),
            Fact(
                text_lazy("Newest release"),
                buttons.link(head, markup.number(head.serial)) if head.serial else "–",
            ),
            Fact(text_lazy("Minimum version"), policy.min_supported),
            Fact(text_lazy("Latest version"), policy.latest),
            Fact(text_lazy("Forced off"), buttons.forced_off(head) or "–"),
            Fact(text_lazy("Created"), markup.moment(environment.created_at)),
        ]

    def title_of(self, environment: Environment) -> str:
        return environment.key

    def buttons(self, request: HttpRequest, environment: Environment) -> list[Button]:
        return [buttons.in_control("versions", text_lazy("In the control plane"), environment)]

    def pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("create/", lambda request: CreateEnvironment(self, request).serve(), "create"),
            ("<int:pk>/policy/", self.policy_page, "policy"),
            ("<int:pk>/flags/<str:key>/kill/", self.kill, "kill"),
            ("<int:pk>/flags/<str:key>/lift/", self.lift, "lift"),
        ]

    def policy_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        return PolicyPage(self, request, self.find(request, pk)).serve()

    def kill(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        return Switch(self, request, self.find(request, pk), key, KILL).serve()

    def lift(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        return Switch(self, request, self.find(request, pk), key, LIFT).serve()
