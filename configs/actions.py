"""The actions on an application and its draft. Each is one function and one transaction; API, admin and commands call
it.

No action computes while it holds a lock: each reads, checks and computes first, then takes the lock, compares what it
read with the database, and writes.

``actor`` (who), ``reason`` (why) and ``now`` (aware datetime from the caller) are keyword-only. An action that freezes
or removes something needs a reason. Edits of the draft and new objects may omit it; the history then records only what
was done (:func:`configs.policies.note`). ``read``: the revisions of the changed object that the caller has read,
usually one. An action that raises :class:`~icontrol.kernel.refusals.Refusal` has written nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Set
from typing import Any

from django.conf import settings
from django.db import transaction

from configs.drafts import (
    Stored,
    check_unused,
    draft_of,
    lock_application,
    open_next_draft,
    preview_of,
    store,
    unique,
    version_of,
)
from configs.history import EDIT_NOTE, coalesce
from configs.models import Application, ConfigVersion
from configs.policies import (
    check_caps,
    check_is_preview,
    check_label,
    check_locale,
    check_name,
    check_new_version_name,
    check_permission,
    check_publishable,
    check_read,
    check_reason,
    check_same,
    check_schema,
    check_schema_read,
    check_shape,
    note,
)
from configs.snapshot.merge import merge_patch
from icontrol.kernel.actors import ADMINISTER, EDIT, Actor
from icontrol.kernel.refusals import Refusal

FIRST_VERSION = "1.0.0"
LONGEST_APPLICATION_NAME = 200
UNCHANGED = -1  # no primary key
#: Attempts before an action gives up because its input keeps changing.
ATTEMPTS = 2


def create_application(
    *,
    key: str,
    name: str,
    default_locale: str = "en",
    is_default: bool = False,
    reason: str = "",
    actor: Actor,
    now: dt.datetime,
) -> Application:
    """Create a client product with an empty draft, 1.0.0. The first one is the default; ``is_default`` replaces it."""
    check_permission(actor, ADMINISTER)
    check_name(key)
    with transaction.atomic(durable=True):
        others = list(Application.objects.select_for_update().order_by("pk"))
        if key in {other.key for other in others}:
            raise Refusal("name.taken", name=key)
        said = note("created", reason)
        application = Application(
            key=key,
            name=check_label(name, LONGEST_APPLICATION_NAME),
            default_locale=check_locale(default_locale),
            is_default=is_default or not others,
            created_at=now,
        )
        with unique(key):
            if application.is_default:
                _no_default(others, f"{key} is the default now", actor=actor, now=now)
            application.save_as(actor.name, now, said)
        draft = ConfigVersion(application=application, version=FIRST_VERSION, created_at=now, created_by=actor.name)
        store(draft, {})
        draft.save_as(actor.name, now, said)
    return application


def change_application(
    application: Application,
    *,
    name: str | None = None,
    default_locale: str | None = None,
    is_default: bool | None = None,
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> Application:
    """Change settings; None leaves a setting unchanged. Clients without a key move to a new default application at
    once. The default can be moved to another application but not cleared.
    """
    check_permission(actor, ADMINISTER)
    with transaction.atomic(durable=True):
        applications = {one.pk: one for one in Application.objects.select_for_update().order_by("pk")}
        application = applications.pop(application.pk)
        if is_default is False and application.is_default:
            raise Refusal("application.last_default", application=application.key)
        before = application.name, application.default_locale, application.is_default
        application.name = application.name if name is None else check_label(name, LONGEST_APPLICATION_NAME)
        application.default_locale = (
            application.default_locale if default_locale is None else check_locale(default_locale)
        )
        reason = check_reason(reason)
        if is_default:
            _no_default(applications.values(), f"{application.key} is the default now", actor=actor, now=now)
            application.is_default = True
        if (application.name, application.default_locale, application.is_default) != before:
            application.save_as(actor.name, now, reason)
    return application


def _no_default(applications: Iterable[Application], reason: str, *, actor: Actor, now: dt.datetime) -> None:
    for application in applications:
        if application.is_default:
            application.is_default = False
            application.save_as(actor.name, now, reason)


def save_draft(
    application: Application,
    content: Any,
    *,
    read: Set[str],
    dry_run: bool = False,
    reason: str = "",
    actor: Actor,
    now: dt.datetime,
) -> ConfigVersion:
    """Replace the draft's content. Content with problems is saved and the problems reported; a wrong shape is refused.

    With ``dry_run``, return the draft as it would be and write nothing.
    """
    return _edit(
        application,
        lambda _: content,
        read=read,
        what=EDIT_NOTE,
        dry_run=dry_run,
        reason=reason,
        actor=actor,
        now=now,
    )


def patch_draft(
    application: Application, patch: Any, *, read: Set[str], reason: str = "", actor: Actor, now: dt.datetime
) -> ConfigVersion:
    """Change the draft by a JSON merge patch (RFC 7396)."""
    return edit_draft(
        application,
        lambda document: merge_patch(document, patch),
        read=read,
        reason=reason,
        actor=actor,
        now=now,
    )


def edit_draft(
    application: Application,
    change: Callable[[Any], Any],
    *,
    read: Set[str],
    dry_run: bool = False,
    reason: str = "",
    actor: Actor,
    now: dt.datetime,
) -> ConfigVersion:
    """Change the draft by a function from its document to the new one, which may refuse. ``dry_run`` as in
    :func:`save_draft`."""

    def changed(draft: ConfigVersion) -> Any:
        document = change(draft.document)
        check_caps(document)  # two objects within the caps may make one beyond
        return document

    return _edit(
        application,
        changed,
        read=read,
        what=EDIT_NOTE,
        dry_run=dry_run,
        reason=reason,
        actor=actor,
        now=now,
    )


def revert_draft(
    application: Application,
    to: Stored,
    *,
    read: Set[str],
    dry_run: bool = False,
    reason: str = "",
    actor: Actor,
    now: dt.datetime,
) -> ConfigVersion:
    """Bring the draft back to a stored content (live, a version, a history entry); never publishes.

    The history records its ``source``. ``dry_run`` as in :func:`save_draft`.

    The draft's base (``based_on``) becomes the base of that content, because publishing decides by ancestry what to
    confirm. A draft that was based on a rolled-back version and is reverted to live no longer contains that version:
    nothing to confirm. A draft reverted to an older version lacks what is live, and one reverted to a rolled-back
    version contains it: publishing asks for confirmation. With the old base it would ask in the first case only. This
    holds in every environment, because ancestry is compared with each environment's ledger. Ancestry has no cycles: a
    draft's base is a frozen version, and the base of a frozen version never changes.
    """
    return _edit(
        application,
        lambda _: json.loads(to.snapshot),
        base=to.base,
        read=read,
        what=f"revert to {to.source}",
        dry_run=dry_run,
        reason=reason,
        actor=actor,
        now=now,
    )


def _edit(
    application: Application,
    content: Callable[[ConfigVersion], Any],
    *,
    base: int | None = UNCHANGED,
    read: Set[str],
    what: str,
    dry_run: bool = False,
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> ConfigVersion:
    check_permission(actor, EDIT)
    draft = draft_of(application)
    check_read(draft, read)
    said = note(what, reason)
    document = content(draft)
    check_shape(document)
    before = draft.digest, draft.based_on_id
    store(draft, document)
    if base != UNCHANGED:
        draft.based_on_id = base
    size = len(draft.snapshot.encode())
    if size > settings.ICONTROL_SNAPSHOT_MAX_BYTES:
        raise Refusal("draft.too_large", size=size, cap=settings.ICONTROL_SNAPSHOT_MAX_BYTES)
    if dry_run or (draft.digest, draft.based_on_id) == before:
        return draft
    with transaction.atomic(durable=True):
        check_same(draft_of(lock_application(application)), draft)
        draft.edits += 1
        draft.edited_at, draft.edited_by = now, actor.name
        coalesce(draft, actor=actor, note=said, now=now)
    return draft


def rename_draft(
    application: Application,
    version: str,
    *,
    read: Set[str],
    reason: str = "",
    actor: Actor,
    now: dt.datetime,
) -> ConfigVersion:
    """Give the draft another version number, one that was never used."""
    check_permission(actor, EDIT)
    with transaction.atomic(durable=True):
        application = lock_application(application)
        draft = draft_of(application)
        check_read(draft, read)
        version = check_new_version_name(version)
        check_unused(draft, version)
        if version != draft.version:
            said = note(f"renamed from {draft.version}", reason)
            draft.version = version
            draft.edits += 1
            draft.edited_at, draft.edited_by = now, actor.name
            draft.save_as(actor.name, now, said)
    return draft


def send_to_preview(
    application: Application, *, read: Set[str], reason: str, actor: Actor, now: dt.datetime
) -> ConfigVersion:
    """Freeze the draft as the preview, withdraw the older preview, and open the next draft. Returns the preview."""
    check_permission(actor, EDIT)
    for _ in range(ATTEMPTS):
        found = Application.objects.get(pk=application.pk)
        draft = draft_of(found)
        check_read(draft, read)
        reason = check_reason(reason)
        check_publishable(found, draft.version, draft.document, draft.schema)
        with transaction.atomic(durable=True):
            locked = lock_application(found)
            if locked.checked_with == found.checked_with:
                version = draft_of(locked)
                check_same(version, draft)
                return _freeze_preview(locked, version, reason=reason, actor=actor, now=now)
    raise Refusal("write.conflict")


def _freeze_preview(
    application: Application, version: ConfigVersion, *, reason: str, actor: Actor, now: dt.datetime
) -> ConfigVersion:
    """The caller holds the application's lock and has checked the draft (``version``)."""
    older = preview_of(application)
    if older is not None:
        older.withdraw(by=actor.name, at=now)
        older.save_as(actor.name, now, f"replaced by {version.version}")
    version.preview(by=actor.name, at=now)
    version.save_as(actor.name, now, reason)
    open_next_draft(application, version, by=actor.name, now=now)
    return version


def withdraw(application: Application, version: str, *, reason: str, actor: Actor, now: dt.datetime) -> ConfigVersion:
    """Withdraw the preview; its number is never used again."""
    check_permission(actor, EDIT)
    with transaction.atomic(durable=True):
        application = lock_application(application)
        found = version_of(application, version)
        check_is_preview(found)
        reason = check_reason(reason)
        found.withdraw(by=actor.name, at=now)
        found.save_as(actor.name, now, reason)
    return found


def set_extra_schema(
    application: Application, schema: Any, *, read: Set[str], reason: str, actor: Actor, now: dt.datetime
) -> Application:
    """Declare the extra sections by a JSON Schema (2020-12) of type object; frozen into each later version."""
    check_permission(actor, ADMINISTER)
    check_schema_read(Application.objects.get(pk=application.pk), read)
    reason = check_reason(reason)
    text = check_schema(schema)
    with transaction.atomic(durable=True):
        application = lock_application(application)
        check_schema_read(application, read)
        application.extra_schema = text
        application.save_as(actor.name, now, reason)
    return application
