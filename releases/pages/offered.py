"""Which of the offers become buttons. An action that the role does not allow has none; one that is not possible now has
a disabled one with the refusal's sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from configs.models import ConfigVersion
from icontrol.kernel.actors import Actor
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.offers import Offer, of_version
from releases.pages.facts import Standing

#: Refusals for missing permission and missing objects: no button.
HIDDEN = ("permission.denied", "release.none")
#: Refusals because a version is already in that state or was never live: its page shows the alternatives.
DONE = ("rollback.already_live", "rollback.never_live", "release.nothing_to_publish")
#: Actions on a version independent of an environment: label, style.
LABELS: dict[str, tuple[Any, str]] = {
    "preview": (text_lazy("Send to preview"), ""),
    "preview_link": (text_lazy("Create a preview link"), ""),
    "withdraw": (text_lazy("Withdraw"), "danger"),
    "revert": (text_lazy("Restore into draft"), ""),
    "rollback": (text_lazy("Roll back to this version"), "danger"),
}


@dataclass(frozen=True, slots=True)
class Button:
    """``style`` is "", "primary" or "danger". ``why`` explains a disabled button."""

    label: Any
    url: str
    style: str = ""
    why: Refusal | None = None


def first(offers: Sequence[Offer]) -> Offer:
    """The first enabled button; else the last, which says why not."""
    return next((offer for offer in offers if offer.refusal is None), offers[-1])


def rollbacks(version: ConfigVersion, actor: Actor, standings: Iterable[Standing]) -> list[Offer]:
    """In environments where this version was live before and another one is live now."""
    offers = of_version(actor, version, [standing.head for standing in standings])
    return [offer for offer in offers if offer.action == "rollback" and offer.code not in HIDDEN + DONE]
