"""Template tags of the admin: localized sentences, chips, times, and what is live where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import template

from configs.models import ConfigVersion
from icontrol.kernel.actors import EDIT, PUBLISH, VIEW, Actor
from icontrol.kernel.localized import localized
from icontrol.kernel.texts import both
from releases.access.authentication import actor_of_user
from releases.admin import buttons
from releases.admin.buttons import around_version, standing_buttons, version_buttons
from releases.ledger.summary import summary
from releases.pages import facts, markup
from releases.pages.facts import Standing
from releases.pages.offered import Button
from releases.pages.remedies import remedy
from releases.pages.sentences import did, who

register = template.Library()
register.filter("said", localized)
register.filter("moment", markup.moment)
register.filter("amount", markup.amount)
register.filter("minute", markup.minute)
register.filter("state_chip", markup.state_chip)
register.filter("kind_chip", markup.kind_chip)
register.filter("line_tag", markup.line_tag)
register.filter("number", markup.number)
register.filter("counts", markup.counts)
register.filter("forced_off", buttons.forced_off)
register.filter("remedy", remedy)
register.filter("did", did)
register.filter("who", who)
register.filter("summary", summary)


@register.simple_tag
def say(message: str, **values: Any) -> str:
    """``{% say "Publish {v}" v=version %}``; the output is escaped."""
    return str(localized(both(message)).format(**{key: localized(value) for key, value in values.items()}))


@register.inclusion_tag("admin/house/_standings.html", takes_context=True)
def what_is_live(context: template.Context, *, buttons: bool = False) -> dict[str, Any]:
    """Every environment with its newest release; on the home page also with its actions."""
    actor = actor_of_user(context["request"].user)
    if not actor.may(VIEW):
        return {}
    standings = facts.standings()
    if not buttons:
        return {"standings": [(standing, ()) for standing in standings]}
    waiting = facts.waiting() if actor.may(EDIT) or actor.may(PUBLISH) else []
    offered = standing_buttons(standings, actor, waiting)
    return {
        "standings": list(zip(standings, offered, strict=True)),
        "drafts": [(version, _of_draft(version, actor, standings)) for version in waiting if actor.may(EDIT)],
        "buttons": True,
    }


def _of_draft(version: ConfigVersion, actor: Actor, standings: Sequence[Standing]) -> list[Button]:
    """Draft buttons have no emphasis: the environments' cards show the next step."""
    mine = [standing for standing in standings if standing.environment.application_id == version.application_id]
    found = version_buttons(version, actor, mine)
    plain = [replace(button, style=button.style.replace("primary", "")) for button in found]
    return [*plain, *around_version(version)]
