"""Look up versions and open the next draft. Callers hold the application's lock when they write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from configs import states
from configs.models import Application, ConfigVersion, Snapshot
from configs.snapshot.canonical import canonical, normalise
from configs.versions import next_patch, parse
from icontrol.kernel.refusals import Refusal


def lock_application(application: Application) -> Application:
    """The first lock of every action that writes versions (order: application, environment, version).

    It is held only for writing, never while computing. Rows that refer to the application can still be inserted (``FOR
    NO KEY UPDATE``).
    """
    return Application.objects.select_for_update(no_key=True).get(pk=application.pk)


@contextmanager
def unique(name: str) -> Iterator[None]:
    """Wrap an insert whose unique name may have been taken since it was checked."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Refusal("name.taken", name=name) from None


def draft_of(application: Application) -> ConfigVersion:
    return _with(application, _versions(application).get(state=states.DRAFT))


def preview_of(application: Application) -> ConfigVersion | None:
    version = _versions(application).filter(state=states.PREVIEW).first()
    return _with(application, version) if version else None


def version_of(application: Application, name: str) -> ConfigVersion:
    """The version with this SemVer; ``draft`` and ``preview`` are names too."""
    if name == states.DRAFT:
        return draft_of(application)
    if name == states.PREVIEW:
        preview = preview_of(application)
        if preview is None:
            raise Refusal("preview.none", application=application.key)
        return preview
    version = _versions(application).filter(version=name).first()
    if version is None:
        raise Refusal("version.unknown", application=application.key, version=name[:80])
    return _with(application, version)


def _versions(application: Application) -> QuerySet[ConfigVersion]:
    """Versions with their contents, read in one query: a draft's content may be deleted before a second one."""
    return ConfigVersion.objects.filter(application=application).select_related("content")


def _with(application: Application, version: ConfigVersion) -> ConfigVersion:
    version.application = application
    return version


@dataclass(frozen=True, slots=True)
class Stored:
    """A content that a draft can be reverted to: its text, a description of its source, and the primary key of its
    base.
    """

    snapshot: str
    source: str
    base: int | None


def stored_version(version: ConfigVersion, source: str) -> Stored:
    """The base of a version's content is that version; the base of the draft's content is the draft's own base."""
    return Stored(version.snapshot, source, version.based_on_id if version.state == states.DRAFT else version.pk)


def stored_entry(entry: Any) -> Stored:
    """The content of an entry in the history of drafts.

    While its draft is still the draft, its base is the draft's base at the time. Otherwise it was a step towards a
    version and counts as that version: if that was rolled back, the step may contain the fault. (What the version has
    beyond the step needs no confirmation: choosing the step leaves it out on purpose.)
    """
    is_draft = ConfigVersion.objects.filter(pk=entry.id, state=states.DRAFT).exists()
    return Stored(entry.snapshot, f"history entry {entry.history_id}", entry.based_on_id if is_draft else entry.id)


def store(version: ConfigVersion, content: Any) -> None:
    """Store content in a version: normalised, canonical, with its digest."""
    version.content = Snapshot.of(canonical(normalise(content)))


def raise_highest(application: Application, version: str) -> bool:
    """Record that ``version`` left the draft state; True if it is the highest so far."""
    if parse(version) > parse(application.highest_version):
        application.highest_version = version
        return True
    return False


def open_next_draft(application: Application, base: ConfigVersion, *, by: str, now: dt.datetime) -> ConfigVersion:
    """A draft with ``base``'s content, numbered after the highest version of the application."""
    if raise_highest(application, base.version):
        application.save_as(by, now, f"highest version {base.version}")
    draft = ConfigVersion(
        application=application,
        version=free_patch(application, application.highest_version),
        content_id=base.content_id,
        based_on=base,
        edits=base.edits + 1,  # keeps counting: a revision is never reused, even where a rename freed a number
        created_at=now,
        created_by=by,
    )
    draft.save_as(by, now, f"opened from {base.version}")
    return draft


def check_unused(draft: ConfigVersion, version: str) -> None:
    """Refuse a number that another version has."""
    others = ConfigVersion.objects.filter(application=draft.application_id).exclude(pk=draft.pk)
    if others.filter(version=version).exists():
        raise Refusal("version.taken", version=version)


def number_above(application: Application, draft: ConfigVersion, *, by: str, now: dt.datetime) -> None:
    """Give the draft the number that a new draft would get. Its revision changes, so readers of the old one notice."""
    old, draft.version = draft.version, free_patch(application, application.highest_version)
    draft.edits += 1
    draft.edited_at, draft.edited_by = now, by
    draft.save_as(by, now, f"renumbered after {application.highest_version}: {old} → {draft.version}")


def free_patch(application: Application, version: str) -> str:
    """The next patch version after ``version`` that the application has not used."""
    name = next_patch(parse(version))
    while ConfigVersion.objects.filter(application=application, version=name).exists():
        name = next_patch(parse(name))
    return name
