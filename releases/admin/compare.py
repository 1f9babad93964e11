"""Compare any two versions: the changes from one to the other, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from configs import states
from configs.models import Application, ConfigVersion
from configs.policies import check_permission
from icontrol.kernel.actors import EDIT, VIEW, Actor
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.admin.buttons import address
from releases.ledger.chain import head_of, pasts
from releases.lookup import LIVE, find_application, find_version, live_version
from releases.models import Environment
from releases.pages import facts

if TYPE_CHECKING:
    from releases.admin.base import HouseAdmin

#: Newest versions that the choices offer; any other can be named in the URL.
OFFERED = 100


class Compare:
    """``from`` and ``to``: ``live`` (in the environment), ``draft``, ``preview`` or a version number."""

    def __init__(self, admin: HouseAdmin, request: HttpRequest) -> None:
        self.admin, self.request = admin, request
        self.application = find_application(request.GET.get("application") or None)
        self.environments = facts.environments_of(self.application.pk)

    def serve(self, actor: Actor) -> HttpResponse:
        check_permission(actor, VIEW)
        if self.request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        environment = facts.choose(self.environments, self.request.GET.get("environment"))
        given = self.request.GET
        may_edit = actor.may(EDIT)
        names = {"from": given.get("from") or LIVE, "to": given.get("to") or states.DRAFT}
        if not may_edit:  # default: the latest change of what is live
            names = {"from": given.get("from") or _before(environment), "to": given.get("to") or LIVE}
        context: dict[str, Any] = {}
        status = 200
        try:
            a, b = (self.find(environment, name, actor) for name in names.values())
            context = {"a": a, "b": b, "difference": facts.difference(_document(a), _document(b))}
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            context, status = {"refusal": refusal}, refusal.status
        swapped = address(
            "configs_configversion_compare",
            application=self.application.key,
            environment=environment.key,
            **{"from": names["to"], "to": names["from"]},
        )
        return self.admin.page(
            self.request,
            "admin/house/compare.html",
            text_lazy("Compare versions"),
            status=status,
            application=self.application,
            applications=Application.objects.order_by("pk").values_list("key", flat=True),
            environment=environment,
            environments=self.environments,
            sides=[
                ("from", text_lazy("From"), self.choices(names["from"], may_edit)),
                ("to", text_lazy("To"), self.choices(names["to"], may_edit)),
            ],
            swapped=swapped,
            **context,
        )

    def find(self, environment: Environment, name: str, actor: Actor) -> ConfigVersion | None:
        """None: nothing is live. Unpublished versions are for editors."""
        if name == LIVE:
            try:
                return live_version(environment)
            except Refusal:
                return None
        found = find_version(environment, name)
        if found.state != states.PUBLISHED:
            check_permission(actor, EDIT)
        return found

    def choices(self, chosen: str, may_edit: bool) -> list[tuple[str, Any, bool]]:
        """(value, label, chosen?)"""
        versions = ConfigVersion.objects.filter(application=self.application).order_by("-pk")
        if not may_edit:
            versions = versions.filter(state=states.PUBLISHED)
        found: list[tuple[str, Any]] = [(LIVE, text_lazy("what is live"))]
        for name, state in versions.values_list("version", "state")[:OFFERED]:
            label = text_lazy("{name}, {state}", name=name, state=states.STATES[state])
            if state in (states.DRAFT, states.PREVIEW):
                found.insert(1, (state, label))
                chosen = state if chosen == name else chosen
            else:
                found.append((name, label))
        if chosen not in dict(found):
            found.append((chosen, chosen))
        return [(value, label, value == chosen) for value, label in found]


def _before(environment: Environment) -> str:
    """The previously live version; ``live`` if there was none."""
    head = head_of(environment)
    version = pasts([head])[environment.pk].version if head.serial else None
    return version.version if version else LIVE


def _document(version: ConfigVersion | None) -> Any:
    return version.document if version else {}
