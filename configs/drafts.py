"""Looking versions up, and opening the next draft. Callers hold the application's lock when they write."""

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

    It is held for the writing only, never while something is computed. Rows that refer to the application may be
    inserted meanwhile (``FOR NO KEY UPDATE``).
    """
    return Application.objects.select_for_update(no_key=True).get(pk=application.pk)


@contextmanager
def unique(name: str) -> Iterator[None]:
    """An insert that may find the name taken: by somebody who was faster than the look before it."""
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
    """By SemVer; ``draft`` and ``preview`` are names too."""
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
    """With their contents, read in the same moment: that of a draft may be gone in the next."""
    return ConfigVersion.objects.filter(application=application).select_related("content")


def _with(application: Application, version: ConfigVersion) -> ConfigVersion:
    version.application = application
    return version


@dataclass(frozen=True, slots=True)
class Stored:
    """A content that a draft can be brought back to: its text, where it is from in words, and the version that it
    builds on (a primary key)."""

    snapshot: str
    source: str
    base: int | None


def stored_version(version: ConfigVersion, source: str) -> Stored:
    """The content of a version builds on that version; that of the draft on what the draft builds on."""
    return Stored(version.snapshot, source, version.based_on_id if version.state == states.DRAFT else version.pk)


def stored_entry(entry: Any) -> Stored:
    """The content of an entry of the history of drafts.

    While its draft is still the draft, it builds on what the draft built on then. Otherwise it was a step on the way to
    a version and counts as that version: if that was taken back, the step may hold the reason why. (What the version
    has beyond the step is not asked about: whoever chooses the step leaves that out knowingly.)
    """
    is_draft = ConfigVersion.objects.filter(pk=entry.id, state=states.DRAFT).exists()
    return Stored(entry.snapshot, f"history entry {entry.history_id}", entry.based_on_id if is_draft else entry.id)


def store(version: ConfigVersion, content: Any) -> None:
    """Put content into a version in its stored form: normalised, canonical, with its digest."""
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
        edits=base.edits + 1,  # goes on counting: a revision never comes back, even where a rename freed a number
        created_at=now,
        created_by=by,
    )
    draft.save_as(by, now, f"opened from {base.version}")
    return draft


def check_unused(draft: ConfigVersion, version: str) -> None:
    """Whether the draft may take this number: its own, or one that no version has."""
    others = ConfigVersion.objects.filter(application=draft.application_id).exclude(pk=draft.pk)
    if others.filter(version=version).exists():
        raise Refusal("version.taken", version=version)


def number_above(application: Application, draft: ConfigVersion, *, by: str, now: dt.datetime) -> None:
    """Give the draft the number that a new one would get. Its revision moves: whoever read it learns of the number."""
    old, draft.version = draft.version, free_patch(application, application.highest_version)
    draft.edits += 1
    draft.edited_at, draft.edited_by = now, by
    draft.save_as(by, now, f"renumbered after {application.highest_version}: {old} → {draft.version}")


def free_patch(application: Application, version: str) -> str:
    """The next patch after ``version`` that no version of the application has."""
    name = next_patch(parse(version))
    while ConfigVersion.objects.filter(application=application, version=name).exists():
        name = next_patch(parse(name))
    return name
