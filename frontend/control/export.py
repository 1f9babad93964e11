"""The ledger as a file: what the filters leave, newest first, read and sent in pieces."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from frontend.control.ledger_filter import Filter
from frontend.control.page import environment_page
from icontrol.kernel.responses import language
from icontrol.kernel.texts import pick
from releases.ledger.checkpoints import STAMP
from releases.ledger.summary import precede, summary
from releases.models import Environment, Release
from releases.serialization.releases import show_release

#: Rows of a file, and those read at once: no query stays open while a slow reader reads.
MOST = 50_000
PIECE = 200
#: With one of these a spreadsheet begins a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = ("application", "environment", "serial", "createdAt", "kind", "actor", "reason", "summary", "version", "hash")


def _rows(environment: Environment, wanted: Filter) -> Iterator[Release]:
    found, below, sent = wanted.apply(environment), None, 0
    while sent < MOST:
        piece = list((found if below is None else found.filter(serial__lt=below))[: min(PIECE, MOST - sent)])
        if not piece:
            return
        for release in piece:
            release.environment = environment
        yield from precede(piece)
        below, sent = piece[-1].serial, sent + len(piece)


def cell(value: Any) -> str:
    """As text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(values: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([cell(value) for value in values])
    return line.getvalue()


def _csv(rows: Iterator[Release], reader: Any) -> Iterator[str]:
    yield "\ufeff" + _line(COLUMNS)
    for release in rows:
        shown: dict[str, Any] = {**show_release(release), "summary": pick(summary(release), reader)}
        yield _line(shown[name] for name in COLUMNS)


def _json(environment: Environment, rows: Iterator[Release]) -> Iterator[str]:
    where = {"application": environment.application.key, "environment": environment.key}
    yield json.dumps(where)[:-1] + ', "releases": ['
    sent = 0
    for release in rows:
        yield (",\n" if sent else "") + json.dumps(show_release(release), ensure_ascii=False)
        sent += 1
    yield f'], "complete": {json.dumps(sent < MOST)}}}\n'


def _file(pieces: Iterator[str], environment: Environment, kind: str, content_type: str) -> HttpResponseBase:
    at = timezone.now().strftime(STAMP)
    name = f"ledger-{environment.application.key}-{environment.key}-{at}.{kind}"
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@environment_page()
def as_csv(request: HttpRequest, environment: Environment) -> HttpResponseBase:
    rows = _rows(environment, Filter.of(request.GET))
    return _file(_csv(rows, language()), environment, "csv", "text/csv; charset=utf-8")


@environment_page()
def as_json(request: HttpRequest, environment: Environment) -> HttpResponseBase:
    rows = _rows(environment, Filter.of(request.GET))
    return _file(_json(environment, rows), environment, "json", "application/json")
