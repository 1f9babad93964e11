"""The page of an environment's version policy: all platforms, the ETag that was read, a reason, one action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse

from configs.policies import check_permission
from icontrol.kernel.actors import PUBLISH, VIEW
from icontrol.kernel.entity_tags import entity_tag, revisions
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases import actions
from releases.admin.buttons import page_of
from releases.admin.policy_form import PolicyForms
from releases.ledger.chain import head_of
from releases.models import Environment
from releases.pages import facts
from releases.pages.action_page import ActionPage
from releases.policies import policy_revision

if TYPE_CHECKING:
    from releases.admin.base import HouseAdmin


class PolicyPage(ActionPage):
    """Viewers read it; publishers save it. Adding a platform only shows its fields and stores nothing."""

    permission = PUBLISH
    template = "admin/house/policy.html"

    def __init__(self, admin: HouseAdmin, request: HttpRequest, environment: Environment) -> None:
        super().__init__(admin, request)
        self.environment = environment
        self.head = head_of(environment)
        self.policies = self.head.policy_set

    @property
    def etag(self) -> str:
        return entity_tag(policy_revision(self.head.policies))

    def serve(self) -> HttpResponse:
        is_sent = self.request.method == "POST"
        check_permission(self.actor, PUBLISH if is_sent else VIEW)
        self.platforms = PolicyForms(self.policies, self.typed if is_sent else None)
        if not is_sent:
            return self.page(None, 200)
        if self.platforms.new_platform:
            # Keep the ETag that was read first: adding fields does not read again.
            return self.page(None, 422 if self.platforms.problem else 200, etag=self.typed.get("etag", ""))
        if not self.platforms.is_valid:
            return self.page(None, 422, etag=self.typed.get("etag", ""))
        try:
            return self.act()
        except Refusal as refusal:
            kept = self.etag if refusal.code == "policy.stale" else self.typed.get("etag", "")
            return self.page(refusal, refusal.status, etag=kept)

    def act(self) -> HttpResponse:
        done = actions.set_policy(
            self.environment,
            self.platforms.as_json(),
            read=revisions(self.typed.get("etag")),
            reason=self.reason,
            actor=self.actor,
            now=self.now,
        )
        where = self.environment.key
        message = text_lazy(
            "The version policy of {where} is changed (release {serial}).", where=where, serial=done.serial
        )
        return self.done(message, page_of(done))

    def page(self, refusal: Refusal | None, status: int, *, etag: str | None = None) -> HttpResponse:
        where = self.environment.key
        problems = self.platforms.place(refusal.problems) if refusal is not None else ()
        difference = None
        if refusal is not None and refusal.code == "policy.stale":
            difference = facts.limited(facts.policy_groups(self.policies, self.platforms.as_json()))
        return self.renderer.page(
            self.request,
            self.template,
            text_lazy("Version policy of {where}", where=where),
            status=status,
            crumbs=[(where, page_of(self.environment))],
            environment=self.environment,
            head=self.head,
            refusal=refusal,
            problems=problems,
            difference=difference,
            platforms=self.platforms,
            may_save=self.actor.may(PUBLISH),
            etag=self.etag if etag is None else etag,
            reason=self.reason,
        )
