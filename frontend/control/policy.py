"""The version policy of an environment: a form, then a page that says what clients will notice, and only then it is
saved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone

from configs.policies import check_permission
from configs.snapshot.canonical import NotStrictJSON, parse_strict
from frontend.control import addresses
from frontend.control.page import actor_of, environment_page, render
from frontend.control.policy_form import PolicyForms
from icontrol.kernel.actors import PUBLISH
from icontrol.kernel.entity_tags import entity_tag, revisions
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases import actions
from releases.actions import last_policy_change
from releases.impact import STOPS_MANY, Group, Standing, impact_of, standing, tenants_of
from releases.ledger.chain import head_of
from releases.models import Environment
from releases.pages.facts import limited, policy_groups
from releases.policies import check_policy_changes, check_policy_read, policy_revision, stored_policies

TENANTS = 50


@dataclass(frozen=True, slots=True)
class Part:
    """Of the bar that shows how the clients seen stand."""

    style: str
    label: Any
    group: Group
    x: float

    @property
    def width(self) -> float:
        return round(self.group.percent, 3)


def bar(stands: Standing) -> list[Part]:
    groups = (
        ("blocked", text_lazy("blocked"), stands.blocked),
        ("waiting", text_lazy("waiting for maintenance to end"), stands.waiting),
        ("asked", text_lazy("asked to update"), stands.asked),
        ("well", text_lazy("going on"), stands.well),
    )
    parts, x = [], 0.0
    for style, label, group in groups:
        if group:
            parts.append(Part(style, label, group, round(x, 3)))
            x += group.percent
    return parts


class PolicyPages:
    """Adding a platform, and going back to the form, store nothing."""

    def __init__(self, request: HttpRequest, environment: Environment) -> None:
        self.request, self.environment = request, environment
        self.typed, self.actor, self.now = request.POST, actor_of(request), timezone.now()
        self.head = head_of(environment)
        self.policies = self.head.policy_set

    @property
    def etag(self) -> str:
        return entity_tag(policy_revision(self.head.policies))

    def serve(self) -> HttpResponseBase:
        if self.request.method != "POST":
            return self.form(PolicyForms(self.policies, None), etag=self.etag)
        check_permission(self.actor, PUBLISH)
        match self.typed.get("step"):
            case "save":
                return self.save()
            case "edit":
                return self.form(PolicyForms(self.wanted(), None), etag=self.typed.get("etag", ""))
        return self.read()

    def wanted(self) -> dict[str, Any]:
        """What the page of the impact carries along."""
        try:
            policies = parse_strict(self.typed.get("policies", ""))
        except NotStrictJSON:
            raise Refusal("http.bad_request") from None
        return dict(json.loads(stored_policies(policies)))

    def read(self) -> HttpResponseBase:
        """The form as typed."""
        forms, etag = PolicyForms(self.policies, self.typed), self.typed.get("etag", "")
        if forms.new_platform:
            # Keep the ETag that was read first: adding fields does not read again.
            return self.form(forms, status=422 if forms.problem else 200, etag=etag)
        if not forms.is_valid:
            return self.form(forms, status=422, etag=etag)
        try:
            check_policy_read(self.head, revisions(etag), self.last_change)
            text = stored_policies(forms.as_json())
            check_policy_changes(self.environment, self.head.policies, text)
        except Refusal as refusal:
            kept, difference = etag, None
            if refusal.code == "policy.stale":
                kept, difference = self.etag, limited(policy_groups(self.policies, forms.as_json()))
            return self.form(forms, refusal=refusal, status=refusal.status, etag=kept, difference=difference)
        return self.review(json.loads(text), etag=etag)

    def last_change(self) -> Any:
        return last_policy_change(self.environment, self.head.policies)

    def save(self) -> HttpResponseBase:
        wanted, etag = self.wanted(), self.typed.get("etag", "")
        confirmed = self.typed.get("confirmed", "").strip() == self.environment.key
        try:
            done = actions.set_policy(
                self.environment,
                wanted,
                read=revisions(etag),
                confirm=[STOPS_MANY] if confirmed else [],
                reason=self.typed.get("reason", ""),
                actor=self.actor,
                now=self.now,
            )
        except Refusal as refusal:
            kept = self.etag if refusal.code == "policy.stale" else etag
            return self.review(wanted, etag=kept, refusal=refusal)
        where = self.environment.key
        said = text_lazy(
            "The version policy of {where} is changed (release {serial}).", where=where, serial=done.serial
        )
        messages.success(self.request, str(said))
        return HttpResponseRedirect(addresses.of_release(done))

    def form(self, forms: PolicyForms, *, etag: str, status: int = 200, **given: Any) -> HttpResponse:
        refusal = given.get("refusal")
        return self.render(
            "frontend/control/policy.html",
            text_lazy("Version policy of {where}", where=self.environment.key),
            status=status,
            platforms=forms,
            problems=forms.place(refusal.problems) if refusal is not None else (),
            etag=etag,
            standing=(stands := standing(self.environment, self.policies, self.now)),
            bar=bar(stands),
            **given,
        )

    def review(self, wanted: Mapping[str, Any], *, etag: str, refusal: Refusal | None = None) -> HttpResponse:
        impact = impact_of(self.environment, self.policies, wanted, self.now)
        tenants = tenants_of(self.environment, impact.stopped, self.now) if impact.stopped else []
        return self.render(
            "frontend/control/policy_review.html",
            text_lazy("What clients of {where} will notice", where=self.environment.key),
            status=refusal.status if refusal else 200,
            refusal=refusal,
            impact=impact,
            tenants=tenants[:TENANTS],
            tenants_count=len(tenants),
            more_tenants=len(tenants[TENANTS:]),
            difference=limited(policy_groups(self.policies, wanted)),
            policies=json.dumps(wanted, ensure_ascii=False),
            etag=etag,
            reason=self.typed.get("reason", ""),
            confirmed=self.typed.get("confirmed", ""),
        )

    def render(self, template: str, title: Any, **given: Any) -> HttpResponse:
        return render(
            self.request,
            template,
            title,
            section="policy",
            environment=self.environment,
            head=self.head,
            may_save=self.actor.may(PUBLISH),
            **given,
        )


@environment_page("POST")
def policy(request: HttpRequest, environment: Environment) -> HttpResponseBase:
    return PolicyPages(request, environment).serve()
