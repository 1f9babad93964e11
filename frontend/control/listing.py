"""Lists with a search and pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode

from releases.pages.action_page import whole_number

PER_PAGE = 50
#: Words of a search: each is a condition on every field.
MOST_WORDS, LONGEST = 8, 200


@dataclass(frozen=True, slots=True)
class Select:
    """A choice beside the search: ``all`` is the label of no choice; an unknown value chooses nothing."""

    name: str
    label: Any
    all: Any
    options: list[tuple[str, Any]]
    chosen: str

    @classmethod
    def of(cls, request: HttpRequest, name: str, label: Any, all: Any, options: Iterable[tuple[str, Any]]) -> Select:
        known = list(options)
        given = request.GET.get(name, "")
        return cls(name, label, all, known, given if given in dict(known) else "")


def searched(rows: QuerySet[Any], typed: str, *fields: str) -> QuerySet[Any]:
    """Rows in which each word stands in one of the fields."""
    for word in typed.split()[:MOST_WORDS]:
        found = Q()
        for field in fields:
            found |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(found)
    return rows


def words_of(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """A page that is not there is the first."""
    return Paginator(rows, PER_PAGE).get_page(whole_number(request.GET.get("p", "")) or 1)


def context(request: HttpRequest, rows: QuerySet[Any], *selects: Select) -> dict[str, Any]:
    """What the list's template needs; its pages keep the search."""
    kept = {"q": words_of(request), **{select.name: select.chosen for select in selects}}
    kept = {name: value for name, value in kept.items() if value}
    return {
        "page_obj": page_of(request, rows),
        "words": kept.get("q", ""),
        "selects": selects,
        "query": f"{urlencode(kept)}&" if kept else "",
        "is_filtered": bool(kept),
    }
