"""Applications and the versions of their configuration."""

from __future__ import annotations

import datetime as dt
import functools
import json
import zlib
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition
from simple_history.models import HistoricalRecords

from configs import states
from configs.snapshot.canonical import canonical, digest
from configs.snapshot.traversal import KEY
from icontrol.kernel.refusals import Refusal

IS_KEY = RegexValidator(rf"\A{KEY.pattern}\Z", "a-z, 0-9 and hyphens, starting with a letter, at most 63")
EMPTY_SCHEMA = "{}"


def history_actor(instance: models.Model, **_: Any) -> str:
    """simple-history expects a user; ours is the actor's name, which the action sets on the instance."""
    return getattr(instance, "history_actor", "") or ""


def read_history_actor(record: Any) -> str:
    return record.history_user_id or ""


def write_history_actor(record: Any, actor: str) -> None:
    record.history_user_id = actor


#: The one way to keep history here. The actor is stored as text, so it outlives the account.
History = functools.partial(
    HistoricalRecords,
    history_user_id_field=models.CharField(max_length=200, blank=True, default=""),
    history_user_getter=read_history_actor,
    history_user_setter=write_history_actor,
    get_user=history_actor,
    inherit=False,
)


class HistoryMixin(models.Model):
    """Records who changed what. Actions write only through ``save_as``."""

    history_actor: str = ""
    skip_history_when_saving: bool

    class Meta:
        abstract = True

    def save_as(self, actor: str, now: dt.datetime, reason: str = "", **kwargs: Any) -> None:
        self.history_actor = actor
        self._history_date = now
        self._change_reason = reason or None
        self.save(**kwargs)


class Immutable(Exception):
    """Code tried to change something immutable. No request leads here: actions refuse earlier."""


class Application(HistoryMixin):
    """A client product. Its key never changes: the ledger's hashes contain it."""

    key = models.CharField(max_length=63, unique=True, validators=[IS_KEY])
    name = models.CharField(max_length=200)
    default_locale = models.CharField(max_length=16, default="en")
    #: JSON Schema (canonical text) of the application's extra sections; frozen into each version.
    extra_schema = models.TextField(default=EMPTY_SCHEMA)
    #: The highest SemVer that ever left the draft state: a sequence, it never goes down.
    highest_version = models.CharField(max_length=64, default="0.0.0")
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_application")
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def checked_with(self) -> tuple[str, str]:
        """The inputs of a snapshot's check besides the snapshot."""
        return self.extra_schema, self.default_locale


def damaged(name: str) -> Refusal:
    return Refusal("content.damaged", digest=name[:12], extra={"retryAfter": 60})


class Snapshot(models.Model):
    """A content, stored once for all versions and history entries that share it: RFC 8785 text under its SHA-256.

    The text is deflated, because every save of a draft may leave one in the history. It is not a JSON column: jsonb
    returns 1e22 as an integer, which changes the digest.
    """

    LEVEL = 1  # 0.7 ms for 250 KB, and a fifteenth of the size; level 6 takes four times as long for a seventeenth

    digest = models.CharField(max_length=64, primary_key=True)
    deflated = models.BinaryField()

    def __str__(self) -> str:
        return self.digest[:12]

    @classmethod
    def of(cls, text: str) -> Snapshot:
        """A new, unsaved content of this canonical text."""
        snapshot = cls(digest=digest(text), deflated=zlib.compress(text.encode(), cls.LEVEL))
        snapshot.text = text
        return snapshot

    @functools.cached_property
    def text(self) -> str:
        """:raises Refusal: ``content.damaged``: the text is unreadable or does not match the digest."""
        try:
            text = zlib.decompress(self.deflated).decode()
        except (zlib.error, UnicodeDecodeError):
            raise damaged(self.digest) from None
        if digest(text) != self.digest:  # 0.2 ms for 250 KB
            raise damaged(self.digest)
        return text

    @property
    def is_intact(self) -> bool:
        try:
            return bool(self.text)
        except Refusal:
            return False

    def keep(self) -> None:
        """Store it and keep it until the end of the transaction, which will refer to it."""
        held = Snapshot.objects.select_for_update(no_key=True).filter(pk=self.pk).values_list("pk")
        while not held:
            Snapshot.objects.bulk_create([self], ignore_conflicts=True)
            held = held.all()

    @classmethod
    def drop_unused(cls, name: str) -> None:
        """Delete the content with this digest unless something refers to it or is about to (:meth:`keep`)."""
        if list(cls.objects.select_for_update(skip_locked=True).filter(pk=name).values_list("pk")):
            here = {"content": models.OuterRef("pk")}
            used = models.Exists(ConfigVersion.objects.filter(**here)) | models.Exists(
                ConfigVersion.history.filter(**here)
            )
            cls.objects.filter(~used, pk=name).delete()


class ContentMixin(models.Model):
    """Reads the content of a version or of an entry of its history (``content``)."""

    content: models.ForeignKey[Any, Any]

    class Meta:
        abstract = True

    @property
    def digest(self) -> str:
        return self.content_id  # type: ignore[attr-defined]

    @property
    def snapshot(self) -> str:
        """RFC 8785 text."""
        text: str = self.content.text
        return text

    @property
    def document(self) -> Any:
        """The snapshot as Python values. It is our own text, so the standard parser is safe."""
        try:
            return json.loads(self.snapshot)
        except ValueError:
            raise damaged(self.digest) from None

    @property
    def readable(self) -> Any:
        """The document, or an empty one if it is damaged: a failing comparison must not block moving away from it."""
        try:
            return self.document
        except Refusal:
            return {}


def _pair(name: str) -> models.CheckConstraint:
    """``x_at`` and ``x_by`` are both set or both empty."""
    never = Q(**{f"{name}_at__isnull": True, f"{name}_by": ""})
    done = Q(**{f"{name}_at__isnull": False}) & ~Q(**{f"{name}_by": ""})
    return models.CheckConstraint(condition=never | done, name=f"configversion_{name}_pair")


class ConfigVersion(ContentMixin, HistoryMixin):
    """One version of the whole config document. Its content changes only in ``draft``."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=64)
    state = FSMField(default=states.DRAFT, choices=[(s, t["en"]) for s, t in states.STATES.items()], protected=True)
    #: The database refuses to delete one that is in use.
    content = models.ForeignKey(Snapshot, on_delete=models.DO_NOTHING, related_name="+")
    extra_schema = models.TextField(default=EMPTY_SCHEMA)
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="descendants")
    #: Counts the draft's saves; with the version it is the draft's revision.
    edits = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.CharField(max_length=200, blank=True, default="")
    previewed_at = models.DateTimeField(null=True, blank=True)
    previewed_by = models.CharField(max_length=200, blank=True, default="")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=200, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=200, blank=True, default="")

    history = History(bases=[ContentMixin])

    #: Column → value in the database, as this object last read or saved it; None while it is new.
    _stored: dict[str, Any] | None = None

    class Meta:
        ordering = ["-pk"]
        permissions = [("edit_draft", "Can read and edit the draft and send it to preview")]
        constraints = [
            models.UniqueConstraint(fields=["application", "version"], name="version_once_per_application"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(state=states.DRAFT), name="one_draft_per_application"
            ),
            models.UniqueConstraint(
                fields=["application"], condition=Q(state=states.PREVIEW), name="one_preview_per_application"
            ),
            models.CheckConstraint(
                condition=Q(state=states.DRAFT, previewed_at=None, published_at=None, withdrawn_at=None)
                | Q(state=states.PREVIEW, previewed_at__isnull=False, published_at=None, withdrawn_at=None)
                | Q(state=states.PUBLISHED, published_at__isnull=False, withdrawn_at=None)
                | Q(state=states.WITHDRAWN, previewed_at__isnull=False, published_at=None, withdrawn_at__isnull=False),
                name="configversion_state_matches_times",
            ),
            models.CheckConstraint(condition=~Q(based_on=F("pk")), name="configversion_not_its_own_base"),
            *(_pair(name) for name in ("edited", "previewed", "published", "withdrawn")),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}:{self.version}"

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> ConfigVersion:
        version = super().from_db(*args, **kwargs)
        version._remember()
        return version

    def _remember(self) -> None:
        """Columns that were not loaded are left out: what is unknown may not be changed either."""
        self._stored = {name: self.__dict__[name] for name in ("state", *states.FROZEN) if name in self.__dict__}

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The triggers refuse the same; this check fails earlier and with a readable message."""
        if self._stored is None:
            kwargs["force_insert"] = True  # a primary key set by hand must not overwrite a row
        elif self._stored.get("state") != states.DRAFT:
            changed = [
                name for name, value in self._frozen() if name not in self._stored or self._stored[name] != value
            ]
            if changed:
                raise Immutable(f"config version {self} has left the draft state; changed: {', '.join(changed)}")
        content = self._state.fields_cache.get("content")
        if content is not None and content._state.adding:
            content.keep()
        super().save(*args, **kwargs)
        self._remember()

    def _frozen(self) -> list[tuple[str, Any]]:
        return [(name, self.__dict__[name]) for name in states.FROZEN if name in self.__dict__]

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise Immutable(f"config version {self} stays: versions are never deleted")

    @property
    def revision(self) -> str:
        """The draft's revision: changes with every save and rename, and is never reused."""
        return f"{self.version}/{self.edits}"

    @property
    def schema(self) -> dict[str, Any] | None:
        """The schema of the extra sections for this version (None: no extra sections)."""
        text = self.application.extra_schema if self.state == states.DRAFT else self.extra_schema
        return json.loads(text) or None

    def _freeze(self) -> None:
        self.extra_schema = canonical(self.schema or {})

    @transition(field=state, source=states.sources("preview"), target=states.PREVIEW)
    def preview(self, *, by: str, at: dt.datetime) -> None:
        self._freeze()
        self.previewed_by, self.previewed_at = by, at

    @transition(field=state, source=states.sources("publish"), target=states.PUBLISHED)
    def publish(self, *, by: str, at: dt.datetime) -> None:
        if self.state == states.DRAFT:
            self._freeze()
        self.published_by, self.published_at = by, at

    @transition(field=state, source=states.sources("withdraw"), target=states.WITHDRAWN)
    def withdraw(self, *, by: str, at: dt.datetime) -> None:
        self.withdrawn_by, self.withdrawn_at = by, at
