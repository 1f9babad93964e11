"""The draft's history: who changed what. Autosave must not fill the disk."""

from __future__ import annotations

import datetime as dt
from typing import Any

from configs.models import Application, ConfigVersion, Snapshot
from icontrol.kernel.actors import Actor
from icontrol.kernel.refusals import Refusal

WINDOW = dt.timedelta(minutes=5)
EDIT_NOTE = "edit"


def coalesce(draft: ConfigVersion, *, actor: Actor, note: str, now: dt.datetime) -> None:
    """Save the draft. Edits by one actor within five minutes of the first share one entry, with the last content."""
    last = draft.history.order_by("-history_id").first()  # by id, not by date: a clock may go back
    same = (
        last is not None
        and note == EDIT_NOTE == last.history_change_reason
        and last.history_user_id == actor.name
        and last.history_date <= now < last.history_date + WINDOW
    )
    if not same:
        draft.save_as(actor.name, now, note)
        return
    draft.skip_history_when_saving = True
    try:
        draft.save()
    finally:
        del draft.skip_history_when_saving
    replaced = last.content_id
    for field in ("content_id", "edits", "edited_at", "edited_by"):
        setattr(last, field, getattr(draft, field))
    last.save()
    Snapshot.drop_unused(replaced)


def entries(application: Application) -> Any:
    """History rows of all drafts of the application, newest first (rows of the draft state only)."""
    return ConfigVersion.history.filter(application_id=application.pk, state="draft").order_by("-history_id")


def schema_change(application: Application) -> Any:
    """The history row that introduced the current schema of the extra sections."""
    rows = application.history.order_by("-history_id")
    other = rows.exclude(extra_schema=application.extra_schema).values_list("history_id", flat=True).first() or 0
    return rows.filter(history_id__gt=other).last()


def entry(application: Application, number: int) -> Any:
    found = entries(application).select_related("content").filter(history_id=number).first()
    if found is None:
        raise Refusal("history.unknown", entry=number)
    return found
