"""Template tags of the faces."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from icontrol.kernel.texts import Text
from releases.access.roles import MAY, ROLES

register = template.Library()


@register.filter
def may_all(role: str) -> list[Text]:
    """All that a role may do, as of the lowest."""
    ladder = list(ROLES)
    return [may for step in ladder[: ladder.index(role) + 1] for may in MAY[step]]


@register.simple_tag
def icon(name: str, small: bool = False) -> SafeString:
    """A picture from ``frontend/vendor/icons.svg``; decoration, so hidden from screen readers."""
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        " s" if small else "",
        static("frontend/vendor/icons.svg"),
        name,
    )
