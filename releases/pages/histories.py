"""Histories in sentences: which field was what before."""

from __future__ import annotations

from typing import Any

from icontrol.kernel.texts import Text, both, same
from releases.pages.facts import LINES_SHOWN, Difference, Group, Line, difference, limited
from releases.pages.notes import note

EVENTS = {"+": both("created"), "~": both("changed"), "-": both("deleted")}
#: Names of fields; Django's models keep Django's.
FIELD_LABELS = {
    "name": both("name"),
    "version": both("version"),
    "application": both("application"),
    "environment": both("environment"),
    "key": both("key"),
    "role": both("role"),
    "owner": both("owner"),
    "who": both("who"),
    "address": both("address"),
    "detail": both("detail"),
    "count": both("times"),
    "surface": both("surface"),
    "is_default": both("default"),
    "reason": both("reason"),
    "created_at": both("created"),
    "created_by": both("created by"),
    "expires_at": both("expires"),
    "revoked_at": both("revoked"),
    "revoked_by": both("revoked by"),
    "extra_schema": both("schema of the extra sections"),
    "highest_version": both("highest version"),
    "default_locale": both("default language"),
}


def event(record: Any) -> Text:
    """What was done, with the reason if there is one."""
    return note(record.history_change_reason) if record.history_change_reason else EVENTS[record.history_type]


def field_changes(older: Any, newer: Any) -> Difference:
    """Field by field; ``older`` is None for the first entry."""
    if older is None:
        return Difference()
    lines = [
        Line("changed", _sentence(newer, change.field, change.old, change.new))
        for change in newer.diff_against(older, foreign_keys_are_objs=True).changes
    ]
    return limited([Group(both("Fields"), lines)] if lines else [])


def content_changes(older: Any, newer: Any, lines: int = LINES_SHOWN) -> Difference:
    """Of a config version: what its content says now."""
    if older is None or _is_empty(older) or older.digest == newer.digest:
        return Difference()
    return difference(older.document, newer.document, lines)


def alone(older: Any, record: Any) -> Text | None:
    """The text for a config version with nothing, or nothing meaningful, to compare with."""
    if older is not None and not _is_empty(older):
        return None
    sections = record.document.values()
    count = sum(len(section) if isinstance(section, list) else bool(section) for section in sections)
    return both("Nothing to compare with: {n} entries.", n=count)


def _is_empty(record: Any) -> bool:
    """Empty, like the first draft of an application."""
    return not any(record.document.values())


def _sentence(record: Any, field: str, before: Any, after: Any) -> Text:
    model = record.instance_type
    label = FIELD_LABELS.get(field) or same(str(model._meta.get_field(field).verbose_name))
    shown = (_plain(value, model._meta.model_name) for value in (before, after))
    return both("{field}: {before} → {after}", field=label, before=next(shown), after=next(shown))


def _plain(value: Any, model: str) -> Text:
    """A readable field value; a many-to-many field comes as rows of the join table."""
    if isinstance(value, list):
        shown = (row[name] for row in value for name in row if name != model)
        value = ", ".join(sorted(str(getattr(other, "codename", other)) for other in shown))
    if value in (None, ""):
        return both("none", context="value of a field")
    if value is True or value is False:
        return both("yes") if value else both("no")
    return same(str(value))
