"""Answers as JSON: those of the API and of the commands' ``--json`` are the same.

Each shape is said once: mypy holds the function below it to it, and the OpenAPI document is made from it.
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
    """What every answer begins with: where. Left out in the request, it is the default one, and the reader sees it."""
    return {"application": environment.application.key, "environment": environment.key}
