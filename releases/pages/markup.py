"""Small HTML fragments for lists, details and templates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from configs import states
from icontrol.kernel.localized import localized, localized_lazy, text_lazy
from icontrol.kernel.texts import Text, plural
from releases.ledger.kinds import RELEASE_KINDS

LINE_KINDS = {
    "added": text_lazy("Added"),
    "removed": text_lazy("Removed"),
    "changed": text_lazy("Changed"),
    "moved": text_lazy("Moved"),
}


COUNTED: dict[str, Callable[[int], Text]] = {
    "added": lambda count: plural("{count} added", "{count} added", count=count),
    "removed": lambda count: plural("{count} removed", "{count} removed", count=count),
    "changed": lambda count: plural("{count} changed", "{count} changed", count=count),
    "moved": lambda count: plural("{count} moved", "{count} moved", count=count),
}


def moment(at: dt.datetime | None) -> SafeString | str:
    """The same in both languages, with the time zone: ``2026-11-22 14:03:09 UTC``."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), local.strftime("%Y-%m-%d %H:%M:%S %Z"))


def minute(at: dt.datetime | None) -> SafeString | str:
    """For lists; the full time is in the tooltip and on the object's page."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    full, short = local.strftime("%Y-%m-%d %H:%M:%S %Z"), local.strftime("%Y-%m-%d %H:%M")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), full, short)


def number(serial: int) -> Any:
    """A release's number, without its environment. The space does not break."""
    return text_lazy("no.\N{NO-BREAK SPACE}{serial}", serial=serial)


def amount(count: int) -> str:
    """``4 385 819``: the same in both languages, with no-break spaces."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def chip(style: str, label: Any) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', style, label)


def state_chip(state: str) -> SafeString:
    return chip(state, localized(states.STATES[state]))


def kind_chip(kind: str) -> SafeString:
    """A chip for a release's kind."""
    return chip(f"kind-{kind}", localized(RELEASE_KINDS.get(kind, kind)))


def live_chips(keys: Iterable[str]) -> SafeString | str:
    """Chips for where something is live; a dash if nowhere."""
    return format_html_join(" ", '<span class="chip live">{}</span>', ((key,) for key in keys)) or "–"


def line_tag(kind: str) -> SafeString:
    """A tag for a line of a difference."""
    return format_html('<span class="tag {}">{}</span>', kind, LINE_KINDS[kind])


def counts(by_kind: Mapping[str, int]) -> SafeString:
    """``3 removed  12 added``."""
    tags = [(kind, localized_lazy(COUNTED[kind](count))) for kind, count in by_kind.items()]
    return format_html_join(" ", '<span class="tag {}">{}</span>', tags)


def by_and_when(who: str, at: dt.datetime | None, *, full: bool = False) -> SafeString | str:
    if at is None:
        return "–"
    return format_html('{}<br><span class="quiet">{}</span>', who, moment(at) if full else minute(at))


def digest(sha: str, *, full: bool = False) -> SafeString:
    return format_html('<code title="{}">{}</code>', sha, sha if full else sha[:10])


def block(text: str) -> SafeString:
    """Multi-line code."""
    return format_html('<pre class="code" tabindex="0">{}</pre>', text)
