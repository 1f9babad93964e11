"""Edit history: who changed which draft, account, token, key, link, environment or application, from what to what."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseBase
from django.utils.http import urlencode

from configs.models import Application, ConfigVersion
from configs.states import PUBLISHED
from frontend.control import listing, manage
from frontend.control.page import actor_of, page
from icontrol.kernel.actors import ADMINISTER, EDIT, VIEW, Actor
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text
from releases.models import ApiToken, ClientKey, Environment, PreviewLink
from releases.pages import histories
from releases.pages.action_page import whole_number
from releases.pages.facts import Difference

PER_PAGE = 30
#: Pages that one may turn: each begins at the newest entry.
MOST_PAGES = 100


@dataclass(frozen=True, slots=True)
class Kind:
    model: Any
    label: Any
    needs: str
    #: The field that names it.
    name: str

    @property
    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model.history.all()
        return rows


KINDS = {
    "version": Kind(ConfigVersion, text_lazy("config version"), VIEW, "version"),
    "application": Kind(Application, text_lazy("application"), ADMINISTER, "key"),
    "environment": Kind(Environment, text_lazy("environment"), VIEW, "key"),
    "person": Kind(User, text_lazy("account"), ADMINISTER, "username"),
    "role": Kind(Group, text_lazy("role"), ADMINISTER, "name"),
    "token": Kind(ApiToken, text_lazy("API token"), ADMINISTER, "name"),
    "key": Kind(ClientKey, text_lazy("client key"), ADMINISTER, "name"),
    "link": Kind(PreviewLink, text_lazy("preview link"), EDIT, "reason"),
}


@dataclass(frozen=True, slots=True)
class Edit:
    kind: str
    record: Any
    changes: Difference

    @property
    def label(self) -> Any:
        return KINDS[self.kind].label

    @property
    def name(self) -> str:
        return str(getattr(self.record, KINDS[self.kind].name))

    @property
    def what(self) -> Text:
        return histories.event(self.record)


def _visible(actor: Actor, kind: str) -> QuerySet[Any]:
    """Drafts and previews are for editors, even if their content was removed before it was published."""
    rows = KINDS[kind].rows
    return rows if kind != "version" or actor.may(EDIT) else rows.filter(state=PUBLISHED)


def _newest(actor: Actor, kinds: list[str], who: str, page: int) -> list[tuple[str, int]]:
    """Kind and number of the page's entries, and of one more."""
    most = page * PER_PAGE + 1

    def of(kind: str) -> Iterator[tuple[Any, int, str]]:
        rows = listing.searched(_visible(actor, kind), who, "history_user_id").order_by("-history_date", "-history_id")
        for date, number in rows.values_list("history_date", "history_id")[:most]:
            yield date, number, kind

    merged = heapq.merge(*(of(kind) for kind in kinds), key=lambda entry: entry[:2], reverse=True)
    found = [(kind, number) for _, number, kind in merged]
    return found[(page - 1) * PER_PAGE : most]


def _edits(places: list[tuple[str, int]]) -> list[Edit]:
    """The same number of queries for one entry and for a page of them."""
    found: dict[tuple[str, int], Edit] = {}
    for kind in {kind for kind, _ in places}:
        rows = KINDS[kind].rows.filter(history_id__in=[number for own, number in places if own == kind])
        before = KINDS[kind].rows.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
        rows = rows.annotate(before=Subquery(before.order_by("-history_id").values("history_id")[:1]))
        records = list(rows)
        older = KINDS[kind].rows.in_bulk([record.before for record in records if record.before])
        for record in records:
            # Contents are compared on the entry's own page.
            changes = Difference() if kind == "version" else histories.field_changes(older.get(record.before), record)
            found[kind, record.history_id] = Edit(kind, record, changes)
    return [found[place] for place in places]


@page()
def edits(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    allowed = [kind for kind in KINDS if actor.may(KINDS[kind].needs)]
    options = [(kind, KINDS[kind].label) for kind in allowed]
    select = listing.Select.of(request, "kind", text_lazy("What"), text_lazy("everything"), options)
    kinds = [select.chosen] if select.chosen else allowed
    number = max(1, min(whole_number(request.GET.get("p", "")) or 1, MOST_PAGES))
    who = listing.words_of(request)
    places = _newest(actor, kinds, who, number)

    def turned(to: int) -> str:
        given = {"q": who, "kind": select.chosen, "p": to if to > 1 else ""}
        return "?" + urlencode({name: value for name, value in given.items() if value})

    return manage.render(
        request,
        "frontend/control/edits.html",
        text_lazy("Edit history"),
        tab="edits",
        edits=_edits(places[:PER_PAGE]),
        words=who,
        selects=[select],
        is_filtered=bool(who or select.chosen),
        newer=turned(number - 1) if number > 1 else "",
        older=turned(number + 1) if len(places) > PER_PAGE and number < MOST_PAGES else "",
    )


@page()
def edit(request: HttpRequest, kind: str, entry: int) -> HttpResponseBase:
    """One entry, with all that it changed."""
    actor = actor_of(request)
    if kind not in KINDS or not actor.may(KINDS[kind].needs):
        raise Refusal("history.unknown", entry=entry)
    rows = _visible(actor, kind)
    rows = rows.select_related("content") if kind == "version" else rows
    record = rows.filter(history_id=entry).first()
    if record is None:
        raise Refusal("history.unknown", entry=entry)
    older = rows.filter(id=record.id, history_id__lt=entry).order_by("-history_id").first()
    if kind == "version":
        older = older or _based_on(actor, record)
        found = Edit(kind, record, histories.content_changes(older, record))
        alone = histories.alone(older, record)
    else:
        found, alone = Edit(kind, record, histories.field_changes(older, record)), None
    return manage.render(
        request,
        "frontend/control/edit.html",
        text_lazy("Edit of {kind} {name}", kind=found.label, name=found.name),
        tab="edits",
        edit=found,
        difference=found.changes,
        alone=alone,
    )


def _based_on(actor: Actor, record: Any) -> Any:
    """A version's first entry is compared with the frozen version that it was opened from."""
    found = ConfigVersion.objects.select_related("content").filter(pk=record.based_on_id).first()
    return found if found is None or found.state == PUBLISHED or actor.may(EDIT) else None
