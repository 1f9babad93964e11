"""What our admin templates need: sentences in the reader's language, chips, times, and what is live where."""

from __future__ import annotations

from typing import Any

from django import template

from configs import states
from configs.actors import EDIT, VIEW
from configs.models import ConfigVersion
from icontrol.words import said
from releases.admin import facts, markup
from releases.admin.buttons import of_environment
from releases.authentication import actor_of_user

register = template.Library()
register.filter("said", said)
register.filter("moment", markup.moment)
register.filter("state_chip", markup.state_chip)
register.filter("kind_chip", markup.kind_chip)
register.filter("line_tag", markup.line_tag)


@register.simple_tag
def say(english: str, french: str, **values: Any) -> str:
    """``{% say "Publish {v}" "Publier {v}" v=version %}``; what comes out is escaped like any value."""
    return str(said({"en": english, "fr": french}).format(**{key: said(value) for key, value in values.items()}))


@register.inclusion_tag("admin/house/_standings.html", takes_context=True)
def what_is_live(context: template.Context, *, buttons: bool = False) -> dict[str, Any]:
    """Every environment with its newest release; on the first page also with what can be done about it."""
    actor = actor_of_user(context["request"].user)
    if not actor.may(VIEW):
        return {}
    drafts: list[ConfigVersion] = []
    if buttons and actor.may(EDIT):
        drafts = list(
            ConfigVersion.objects.filter(state__in=(states.DRAFT, states.PREVIEW))
            .select_related("application")
            .defer("snapshot", "extra_schema")
            .order_by("application_id", "-pk")
        )
    return {
        "standings": [(standing, of_environment(standing, actor) if buttons else []) for standing in facts.standings()],
        "drafts": drafts,
        "buttons": buttons,
    }
