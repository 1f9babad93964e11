"""Compare any two versions: the changes from one to the other, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from configs import states
from configs.models import ConfigVersion
from configs.policies import check_permission
from frontend.control import addresses
from frontend.control.page import actor_of, environment_page, render
from icontrol.kernel.actors import EDIT, Actor
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.ledger.chain import head_of, pasts
from releases.lookup import LIVE, find_version, live_version
from releases.models import Environment
from releases.pages import facts

#: Newest versions that the choices offer; any other can be named in the address.
OFFERED = 100
Choices = list[tuple[str, Any, bool]]


def names(environment: Environment, given: Mapping[str, str], *, may_edit: bool) -> tuple[str, str]:
    """The two that are compared: ``live`` (here), ``draft``, ``preview`` or a version number. For who sees no draft,
    the latest change of what is live.
    """
    if may_edit:
        return given.get("from") or LIVE, given.get("to") or states.DRAFT
    return given.get("from") or _before(environment), given.get("to") or LIVE


def choices(environment: Environment, a: str, b: str, *, may_edit: bool) -> list[tuple[str, Any, Choices]]:
    """The two fields of the form: (name, label, options)."""
    return [
        ("from", text_lazy("From"), _choices(environment, a, may_edit)),
        ("to", text_lazy("To"), _choices(environment, b, may_edit)),
    ]


def _choices(environment: Environment, chosen: str, may_edit: bool) -> Choices:
    """(value, label, chosen?)"""
    versions = ConfigVersion.objects.filter(application=environment.application_id).order_by("-pk")
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


@environment_page()
def compare(request: HttpRequest, environment: Environment) -> HttpResponseBase:
    actor = actor_of(request)
    may_edit = actor.may(EDIT)
    a, b = names(environment, request.GET, may_edit=may_edit)
    context: dict[str, Any] = {}
    status = 200
    try:
        before, after = (_find(environment, name, actor) for name in (a, b))
        context = {"a": before, "b": after, "difference": facts.difference(_document(before), _document(after))}
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        context, status = {"refusal": refusal}, refusal.status
    return render(
        request,
        "frontend/control/compare.html",
        text_lazy("Compare versions"),
        section="versions",
        environment=environment,
        status=status,
        sides=choices(environment, a, b, may_edit=may_edit),
        swapped=addresses.of(environment, "compare", **{"from": b, "to": a}),
        **context,
    )


def _find(environment: Environment, name: str, actor: Actor) -> ConfigVersion | None:
    """None: nothing is live."""
    if name == LIVE:
        try:
            return live_version(environment)
        except Refusal:
            return None
    return readable(find_version(environment, name), actor)


def readable(version: ConfigVersion, actor: Actor) -> ConfigVersion:
    """Unpublished versions are for editors."""
    if version.state != states.PUBLISHED:
        check_permission(actor, EDIT)
    return version


def _before(environment: Environment) -> str:
    """The previously live version; ``live`` if there was none."""
    head = head_of(environment)
    version = pasts([head])[environment.pk].version if head.serial else None
    return version.version if version else LIVE


def _document(version: ConfigVersion | None) -> Any:
    return version.document if version else {}
