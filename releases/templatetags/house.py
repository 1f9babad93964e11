"""Template tags of the admin: localized sentences, chips, times, and what is live where."""

from __future__ import annotations

from typing import Any

from django import template

from icontrol.kernel.localized import localized
from icontrol.kernel.texts import both
from releases.admin import buttons
from releases.ledger.summary import summary
from releases.pages import markup
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
