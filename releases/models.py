"""Environments, the ledger of releases, and the keys and links that people and clients hold."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from simple_history import register

from configs.models import (
    IS_KEY,
    Application,
    ConfigVersion,
    History,
    HistoryMixin,
    Immutable,
    history_actor,
    read_history_actor,
    write_history_actor,
)
from releases.access.roles import ROLE_CHOICES
from releases.ledger.kinds import RELEASE_KINDS


class Environment(HistoryMixin):
    """An environment that clients poll, with its own ledger. Its key never changes: the hashes contain it."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="environments")
    key = models.CharField(max_length=63, validators=[IS_KEY])
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    history = History()

    class Meta:
        ordering = ["application_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="environment_once_per_application"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(is_default=True), name="one_default_environment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}/{self.key}"


class Release(models.Model):
    """One row of the ledger: everything that clients of an environment get from then on. Appended, never changed.

    ``policies`` and ``kill_switches`` are RFC 8785 text. ``hash`` is the SHA-256 over the row's facts and the hash
    before it (:mod:`releases.ledger.chain`).
    """

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="releases")
    serial = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=16, choices=[(kind, kind) for kind in RELEASE_KINDS])
    config_version = models.ForeignKey(ConfigVersion, on_delete=models.PROTECT, null=True, related_name="releases")
    policies = models.TextField()
    kill_switches = models.TextField(default="[]")
    actor = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField()
    format = models.PositiveSmallIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["environment_id", "-serial"]
        permissions = [
            ("view_ledger", "Can read live configuration, ledger and history"),
            ("publish_release", "Can publish, roll back, undo and change the version policy"),
            ("administer", "Can manage people, tokens, keys, environments and schema"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["environment", "serial"], name="serial_once_per_environment"),
            models.CheckConstraint(condition=Q(serial__gte=1), name="serial_from_one"),
        ]
        indexes = [
            models.Index(fields=["environment", "config_version", "serial"], name="release_by_version"),
            models.Index(fields=["environment", "created_at"], name="release_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.environment} {self.serial}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only. The triggers refuse updates too."""
        if not self._state.adding:
            raise Immutable(f"release {self} stays as it is: the ledger is append-only")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise Immutable(f"release {self} stays: the ledger is append-only")

    @cached_property
    def predecessor(self) -> Release | None:
        """The previous release in its environment."""
        rows = Release.objects.filter(environment=self.environment_id, serial=self.serial - 1)
        return rows.select_related("config_version").first()

    @property
    def policy_set(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.policies)
        return loaded

    @property
    def killed(self) -> list[str]:
        """Keys of the flags that are forced off, sorted."""
        loaded: list[str] = json.loads(self.kill_switches)
        return loaded


class FlagLife(models.Model):
    """The life of a flag key in an environment, from one release (``from_serial``) until one without it (``to_serial``;
    None while it is live).

    Derived from the ledger; each release writes it (:mod:`releases.flag_life`). ``kind`` is RFC 8785 text: what the key
    must keep when it returns.
    """

    MAX_KEY = 128

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="flag_lives")
    key = models.CharField(max_length=MAX_KEY)
    kind = models.TextField()
    from_serial = models.PositiveBigIntegerField()
    to_serial = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["environment", "key", "from_serial"], name="flag_life_begins_once"),
            models.UniqueConstraint(
                fields=["environment", "key"], condition=Q(to_serial=None), name="flag_lives_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(to_serial=None) | Q(to_serial__gt=models.F("from_serial")), name="flag_life_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.environment} {self.key}"


class ClientKey(HistoryMixin):
    """A public name (``pk_…``) with which a client chooses application, environment and optionally a surface."""

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="client_keys")
    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    surface = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    history = History()

    def __str__(self) -> str:
        return self.name


class ApiToken(HistoryMixin):
    """A secret for programs, kept as its SHA-256: 256 random bits need no salt and no slow hash."""

    name = models.CharField(max_length=100, unique=True)
    role = models.CharField(max_length=16, choices=ROLE_CHOICES)
    #: It works while this person has the role's permissions. Empty: made on the console.
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="api_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=200, blank=True, default="")
    #: Within some minutes (:mod:`releases.access.last_use`).
    last_used_at = models.DateTimeField(null=True, blank=True)

    history = History(excluded_fields=["token_hash", "last_used_at"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by="") | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="apitoken_revoked_pair",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PreviewLink(HistoryMixin):
    """Opens one frozen preview and nothing else, for a limited time. The token is stored as its SHA-256."""

    config_version = models.ForeignKey(ConfigVersion, on_delete=models.PROTECT, related_name="preview_links")
    #: It works while this person may make such links. Empty: made on the console.
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="preview_links")
    token_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=200, blank=True, default="")

    history = History(excluded_fields=["token_hash"])

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by="") | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="previewlink_revoked_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.config_version.version} ({self.pk})"


class Session(AbstractBaseSession):
    """A person's browser session, from the login until it ends (:mod:`releases.access.sessions`)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    started_at = models.DateTimeField()
    #: Within some minutes (:mod:`releases.access.last_use`).
    last_seen_at = models.DateTimeField()
    address = models.CharField(max_length=64, blank=True)
    browser = models.CharField(max_length=200, blank=True)

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore


class TemporaryPassword(models.Model):
    """Marks an account whose password somebody else knows and that must change it first
    (:mod:`releases.access.passwords`).
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="temporary_password")

    def __str__(self) -> str:
        return str(self.user)


class AuditEvent(models.Model):
    """An access event or attempt (:mod:`releases.access.audit`). Appended, never changed.

    Events that strangers can repeat at will have one row per minute, address and kind, with a count.
    """

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=32)
    #: ``user:ada``, ``token:ci``; empty for strangers. Never typed input, which may be a password.
    who = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.who or self.address}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Immutable("audit events stay as they are")
        super().save(*args, **{**kwargs, "force_insert": True})


class LoginFailure(models.Model):
    """A wrong password, for throttling; housekeeping deletes rows older than the window."""

    #: SHA-256 of the counted scope: an account with an address (or a known browser), or an address alone.
    scope = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["scope", "at"], name="login_failure_scope")]

    def __str__(self) -> str:
        return f"{self.scope[:12]} {self.at}"


class ClientSighting(models.Model):
    """A kind of third-party client seen recently; publishers are warned about flags that it cannot evaluate."""

    # No constraint in the database: checking it would wait for a publisher's lock.
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="sightings", db_constraint=False
    )
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=100)
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["environment", "kind", "name"], name="sighting_once_per_client"),
        ]

    def __str__(self) -> str:
        return f"{self.environment} {self.kind} {self.name}"


class VersionPolls(models.Model):
    """Polls of the gate in a slot of five minutes (:mod:`releases.delivery.polls`).

    ``serial``: the release that they were told; ``every``: the seconds after which they were told to ask again, so that
    ``polls × every`` are the seconds for which clients of this version ran.
    """

    pk = models.CompositePrimaryKey("environment_id", "slot", "version", "platform", "serial", "every")
    # No constraint, as with sightings.
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    slot = models.PositiveIntegerField()
    version = models.CharField(max_length=64)
    platform = models.CharField(max_length=32)
    serial = models.PositiveBigIntegerField()
    every = models.PositiveIntegerField()
    polls = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["slot"], name="version_polls_by_slot")]

    def __str__(self) -> str:
        return f"{self.environment_id} {self.version} {self.slot}: {self.polls}"


class TenantPolls(models.Model):
    """The same in an hour, by tenant."""

    pk = models.CompositePrimaryKey("environment_id", "hour", "tenant", "version", "platform", "every")
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    hour = models.PositiveIntegerField()
    tenant = models.CharField(max_length=100)
    version = models.CharField(max_length=64)
    platform = models.CharField(max_length=32)
    every = models.PositiveIntegerField()
    polls = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["hour"], name="tenant_polls_by_hour")]

    def __str__(self) -> str:
        return f"{self.environment_id} {self.tenant} {self.hour}: {self.polls}"


class Timestamp(models.Model):
    """A named time that all processes share, such as that of the last backup."""

    BACKED_UP = "backup.succeeded"

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


# Changes of accounts and roles, recorded like every other edit (never the password or its hash).
_by_name: dict[str, Any] = {
    "app": "releases",
    "history_user_getter": read_history_actor,
    "history_user_setter": write_history_actor,
    "get_user": history_actor,
}
register(
    User,
    excluded_fields=["password", "last_login"],
    m2m_fields=["groups"],
    history_user_id_field=models.CharField(max_length=200, blank=True, default=""),
    **_by_name,
)
register(
    Group,
    m2m_fields=["permissions"],
    history_user_id_field=models.CharField(max_length=200, blank=True, default=""),
    **_by_name,
)
