"""Environments: what is live, the version policy, undo of the newest release, and creating one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from icontrol.kernel.localized import text_lazy
from releases.admin import buttons
from releases.admin.base import Fact, ReadOnlyAdmin
from releases.ledger.chain import head_of
from releases.models import Environment
from releases.pages import facts, markup
from releases.pages.facts import Standing
from releases.pages.offered import Button


class EnvironmentAdmin(ReadOnlyAdmin):
    control = "control-applications"
    list_display = ("key", "application", "is_default", "live", "serial", "policy")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("application")

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
