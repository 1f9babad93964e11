"""Is this allowed now, and for this person? Each ``check_…`` raises a :class:`Refusal` with a code and a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence, Set
from typing import Any

from django.conf import settings
from django.utils import timezone

from configs import states
from configs.history import schema_change
from configs.models import Application, ConfigVersion
from configs.snapshot import caps
from configs.snapshot.canonical import canonical, digest, revision_of
from configs.snapshot.traversal import KEY, NAMED_BY, OBJECTS
from configs.validation import check
from configs.versions import MalformedVersion, parse
from icontrol.kernel.actors import ADMINISTER, EDIT, PUBLISH, VIEW, Actor
from icontrol.kernel.problems import Problem, errors, pointer
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import LOCALE, Text, both

LONGEST_REASON = 500
HIGHEST_NUMBER = 10**15
#: Bytes of the canonical text. Every version keeps a copy of its schema.
LARGEST_SCHEMA = 64 * 1024

#: permission → (its purpose, the lowest role that has it)
PERMISSIONS: dict[str, tuple[Text, str]] = {
    VIEW: (both("read this"), "viewer"),
    EDIT: (both("read or change the draft"), "editor"),
    PUBLISH: (
        both("publish, roll back or pull a kill switch"),
        "publisher",
    ),
    ADMINISTER: (both("administer this server"), "admin"),
}


def check_permission(actor: Actor, permission: str) -> None:
    if not actor.may(permission):
        what, role = PERMISSIONS[permission]
        raise Refusal("permission.denied", actor=actor.name, what=what, role=role)


def check_reason(reason: str) -> str:
    """The reason on one line. Control and invisible characters are refused: they would reach terminals."""
    cleaned = " ".join(reason.split())
    if not cleaned or len(cleaned) > LONGEST_REASON or not cleaned.isprintable():
        raise Refusal("reason.required", cap=LONGEST_REASON)
    return cleaned


def note(what: str, reason: str) -> str:
    """The history's note for a step that needs no reason: what was done and, if given, why."""
    return f"{what}: {check_reason(reason)}" if reason.strip() else what


def check_name(name: str) -> str:
    if not KEY.fullmatch(name):
        raise Refusal("name.malformed", name=name[:80])
    return name


def check_label(name: str, cap: int) -> str:
    """A display name, on one line."""
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > cap or not cleaned.isprintable():
        raise Refusal("label.malformed", cap=cap)
    return cleaned


def check_locale(locale: str) -> str:
    """A language tag of the config's texts."""
    if not LOCALE.fullmatch(locale):
        raise Refusal("locale.malformed", locale=locale[:80])
    return locale


def check_version_name(version: str) -> str:
    """The version in full form (``1.4`` → ``1.4.0``)."""
    try:
        return str(parse(version))
    except MalformedVersion:
        raise Refusal("version.malformed", version=version[:80]) from None


def check_new_version_name(version: str) -> str:
    """The name of a new config version: no build metadata (comparisons ignore it, so two names would be one version),
    and numbers that leave room for the next one.
    """
    name = check_version_name(version)
    parsed = parse(name)
    if parsed.build or max(parsed.major, parsed.minor, parsed.patch) > HIGHEST_NUMBER:
        raise Refusal("version.unusable", version=name)
    return name


def check_read(draft: ConfigVersion, read: Set[str]) -> None:
    """The caller must name the draft's current revision; the refusal says who saved it last, and when."""
    if not read:
        raise Refusal("draft.unread", extra={"revision": draft.revision})
    if draft.revision not in read:
        raise _stale(draft)


def check_same(draft: ConfigVersion, read: ConfigVersion) -> None:
    """``draft``, read under the lock, must be the one that was read and checked before."""
    if draft.revision != read.revision:
        raise _stale(draft)


def _stale(draft: ConfigVersion) -> Refusal:
    at = draft.edited_at or draft.created_at
    who = draft.edited_by or draft.created_by
    return Refusal(
        "draft.stale",
        who=who,
        at=local(at),
        extra={
            "revision": draft.revision,
            "savedBy": who,
            "savedAt": at.isoformat().replace("+00:00", "Z"),
            "version": draft.version,
        },
    )


def schema_revision(application: Application) -> str:
    """The revision of the extra sections' schema."""
    return revision_of(digest(application.extra_schema))


def check_schema_read(application: Application, read: Set[str]) -> None:
    extra = {"revision": schema_revision(application)}
    if not read:
        raise Refusal("schema.unread", extra=extra)
    if extra["revision"] not in read:
        changed = schema_change(application)
        raise Refusal("schema.stale", who=changed.history_user_id, at=local(changed.history_date), extra=extra)


def check_schema(schema: Any) -> str:
    """The schema in its stored form; refused when it is too large or unusable."""
    text = canonical(schema)
    size = len(text.encode())
    if size > LARGEST_SCHEMA:
        raise Refusal("schema.too_large", size=size, cap=LARGEST_SCHEMA)
    try:
        check.check_extra_schema(schema)
    except check.UnusableSchema as error:
        raise Refusal("schema.invalid", problems=error.problems) from None
    return text


def local(at: dt.datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S %Z")


def problems_of(
    application: Application, snapshot: Any, schema: dict[str, Any] | None, now: dt.datetime | None
) -> list[Problem]:
    """All problems of a snapshot in this application, errors and warnings; without ``now`` none about dates."""
    return check.check_snapshot(
        snapshot,
        extra_schema=schema,
        default_locale=application.default_locale,
        max_bytes=settings.ICONTROL_SNAPSHOT_MAX_BYTES,
        now=now,
        environments=lambda: set(application.environments.values_list("key", flat=True)),
    )


def check_caps(document: Any) -> None:
    """The caps of the strict parser: depth, keys per object, strings, numbers."""
    found = caps.walk(document).problems
    if found:
        raise Refusal("json.refused", problems=found)


def check_shape(document: Any) -> None:
    """The top level of a snapshot must be an object whose sections are lists or, where defined so, objects."""
    if not isinstance(document, dict):
        wrong = [Problem("", "draft.shape", both("A snapshot must be an object."))]
    else:
        wrong = [
            Problem(
                pointer([section]),
                "draft.shape",
                both("{s} must be a list.", s=section)
                if section in NAMED_BY
                else both("{s} must be an object.", s=section),
            )
            for section, value in document.items()
            if (section in NAMED_BY and not isinstance(value, list))
            or (section in OBJECTS and not isinstance(value, dict))
        ]
    if wrong:
        raise Refusal("draft.shape", problems=wrong)


def check_publishable(application: Application, version: str, snapshot: Any, schema: dict[str, Any] | None) -> None:
    check_valid(version, problems_of(application, snapshot, schema, None))


def check_valid(version: str, problems: Sequence[Problem]) -> None:
    found = errors(problems)
    if found:
        raise Refusal("snapshot.invalid", problems=found, count=len(found), version=version)


def check_is_preview(version: ConfigVersion) -> None:
    if version.state != states.PREVIEW:
        raise Refusal("version.not_preview", version=version.version, state=states.STATES[version.state])
