"""Answers as JSON, the same for the API and for the commands' ``--json``.

Each shape is defined once: mypy checks the function against it, and the OpenAPI document is generated from it.
"""

from __future__ import annotations

import datetime as dt
from typing import TypedDict, overload

from icontrol.kernel.json_types import Moment
from releases.models import Environment


@overload
def instant(at: dt.datetime) -> Moment: ...
@overload
def instant(at: dt.datetime | None) -> Moment | None: ...
def instant(at: dt.datetime | None) -> Moment | None:
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if at else None


class WhereJSON(TypedDict):
    application: str
    environment: str


def named(environment: Environment) -> WhereJSON:
    """The place, with which every answer begins, so that the reader sees which default was used."""
    return {"application": environment.application.key, "environment": environment.key}
