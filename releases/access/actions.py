"""The actions on access: environments, client keys, API tokens and preview links.

Revoking needs a reason, and so does making a link, which gives people content without a login. Environments, keys and
tokens may be made without one: the history then says only “created”.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from configs import states
from configs.drafts import lock_application, preview_of, unique
from configs.models import Application
from configs.policies import check_label, check_name, check_permission, check_reason, note
from icontrol.kernel.actors import ADMINISTER, EDIT, Actor
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text, both
from releases.access.people import rights_of
from releases.access.roles import ROLES
from releases.models import ApiToken, ClientKey, Environment, PreviewLink

TOKEN_DAYS, TOKEN_DAYS_MAX = 90, 366
REVOKED = both("The link was revoked.")
LINK_TTL, LINK_TTL_MAX = dt.timedelta(hours=24), dt.timedelta(days=7)
LONGEST_NAME, LONGEST_SURFACE = 100, 64


def token_hash(secret: str) -> str:
    """SHA-256, hex. Our secrets are random, so a fast hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def create_environment(
    application: Application, *, key: str, reason: str = "", actor: Actor, now: dt.datetime
) -> Environment:
    """Create an environment with an empty ledger. The first one of an application is its default for good: moving
    clients without a key to another ledger would be a change that no release records.
    """
    check_permission(actor, ADMINISTER)
    check_name(key)
    with transaction.atomic(durable=True):
        application = lock_application(application)
        existing = Environment.objects.filter(application=application)
        if existing.filter(key=key).exists():
            raise Refusal("name.taken", name=key)
        environment = Environment(application=application, key=key, is_default=not existing.exists(), created_at=now)
        environment.save_as(actor.name, now, note("created", reason))
    return environment


def create_client_key(
    environment: Environment, *, name: str, surface: str = "", reason: str = "", actor: Actor, now: dt.datetime
) -> ClientKey:
    """Create a public key ``pk_…`` with which clients choose this environment and, with ``surface``, only that
    surface's pages.
    """
    check_permission(actor, ADMINISTER)
    key = ClientKey(
        environment=environment,
        name=check_label(name, LONGEST_NAME),
        key=f"pk_{secrets.token_urlsafe(18)}",
        surface=check_label(surface, LONGEST_SURFACE) if surface else "",
        created_at=now,
    )
    with transaction.atomic(durable=True):
        key.save_as(actor.name, now, note("created", reason))
    return key


def revoke_client_key(key: ClientKey, *, reason: str, actor: Actor, now: dt.datetime) -> ClientKey:
    check_permission(actor, ADMINISTER)
    reason = check_reason(reason)
    with transaction.atomic(durable=True):
        key = ClientKey.objects.select_for_update().get(pk=key.pk)
        key.revoked_at = key.revoked_at or now
        key.save_as(actor.name, now, reason)
    return key


def create_token(
    *, name: str, role: str, days: int = TOKEN_DAYS, reason: str = "", actor: Actor, now: dt.datetime
) -> tuple[ApiToken, str]:
    """Create a secret for a program, with one role. Returns the row and the secret, which is not stored.

    It belongs to the person who makes it, and works while that person has the role's permissions.
    """
    check_permission(actor, ADMINISTER)
    if role not in ROLES:
        raise Refusal("role.unknown", role=role[:80], roles=", ".join(ROLES))
    if not 1 <= days <= TOKEN_DAYS_MAX:
        raise Refusal("token.lifetime", cap=TOKEN_DAYS_MAX, unit=both("days"))
    name = check_label(name, LONGEST_NAME)
    secret = f"ict_{secrets.token_urlsafe(32)}"
    with transaction.atomic(durable=True):
        if ApiToken.objects.filter(name=name).exists():
            raise Refusal("name.taken", name=name)
        token = ApiToken(
            name=name,
            role=role,
            owner_id=actor.person,
            token_hash=token_hash(secret),
            created_at=now,
            created_by=actor.name,
            expires_at=now + dt.timedelta(days=days),
        )
        with unique(name):
            token.save_as(actor.name, now, note("created", reason))
    return token, secret


def find_token(secret: str) -> ApiToken | None:
    """The token of this secret, whether or not it still works."""
    return ApiToken.objects.select_related("owner").filter(token_hash=token_hash(secret)).first()


def token_works(token: ApiToken, now: dt.datetime) -> bool:
    """Not revoked, not expired, and its owner has the role's permissions."""
    if token.revoked_at is not None or token.expires_at <= now:
        return False
    return token.owner is None or ROLES[token.role] <= rights_of(token.owner)


def revoke_token(name: str, *, reason: str, actor: Actor, now: dt.datetime) -> ApiToken:
    check_permission(actor, ADMINISTER)
    with transaction.atomic(durable=True):
        token = ApiToken.objects.select_for_update().filter(name=name, revoked_at=None).first()
        if token is None:
            raise Refusal("token.unknown", name=name[:80])
        reason = check_reason(reason)
        token.revoked_at, token.revoked_by = now, actor.name
        token.save_as(actor.name, now, reason)
    return token


def create_preview_link(
    application: Application,
    *,
    ttl: dt.timedelta = LINK_TTL,
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> tuple[PreviewLink, str]:
    """Create a link to the current preview. Returns the row and the token (256 random bits, not stored)."""
    check_permission(actor, EDIT)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic(durable=True):
        application = lock_application(application)
        preview = preview_of(application)
        if preview is None:
            raise Refusal("preview.none", application=application.key)
        if not dt.timedelta(minutes=1) <= ttl <= LINK_TTL_MAX:
            raise Refusal("preview_link.lifetime", cap=LINK_TTL_MAX.days)
        reason = check_reason(reason)
        link = PreviewLink(
            config_version=preview,
            owner_id=actor.person,
            token_hash=token_hash(secret),
            reason=reason,
            created_at=now,
            created_by=actor.name,
            expires_at=now + ttl,
        )
        link.save_as(actor.name, now, reason)
    return link, secret


def find_preview_link(application: Application, pk: int, *, lock: bool = False) -> PreviewLink:
    links = PreviewLink.objects.select_for_update() if lock else PreviewLink.objects.all()
    link = links.filter(pk=pk, config_version__application=application).first()
    if link is None:
        raise Refusal("preview_link.unknown")
    return link


def revoke_preview_link(
    application: Application, pk: int, *, reason: str, actor: Actor, now: dt.datetime
) -> PreviewLink:
    """Revoke a link. One that is already revoked is left unchanged."""
    check_permission(actor, EDIT)
    with transaction.atomic(durable=True):
        link = find_preview_link(application, pk, lock=True)
        reason = check_reason(reason)
        if link.revoked_at is None:
            link.revoked_at, link.revoked_by = now, actor.name
            link.save_as(actor.name, now, reason)
    return link


def why_dead(link: PreviewLink, now: dt.datetime) -> Text | None:
    """A sentence why the link no longer opens; None while it does. Computed, not stored."""
    version = link.config_version
    if link.revoked_at is not None:
        return both("The link was revoked by {who}.", who=link.revoked_by)
    if version.state == states.PUBLISHED:
        return both(
            "{version} was published on {at}, so it is no preview any more.",
            version=version.version,
            at=_day(version.published_at),
        )
    if version.state == states.WITHDRAWN:
        return both("{version} was withdrawn on {at}.", version=version.version, at=_day(version.withdrawn_at))
    if now >= link.expires_at:
        return both("The link expired on {at}.", at=_day(link.expires_at))
    return None


def _day(at: dt.datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else "–"


def open_preview_link(secret: str, *, now: dt.datetime) -> PreviewLink:
    """The link, with the preview that it opens. Refused for unknown, revoked, expired and overtaken links."""
    links = PreviewLink.objects.select_related("config_version__application", "config_version__content", "owner")
    link = links.filter(token_hash=token_hash(secret)).first()
    if link is None:
        raise Refusal("preview_link.unknown")
    if link.owner is not None and EDIT not in rights_of(link.owner):
        raise Refusal("preview_link.dead", why=REVOKED)
    why = why_dead(link, now)
    if why is not None:
        # Strangers may have the link: only the authors' list shows who revoked it.
        raise Refusal("preview_link.dead", why=REVOKED if link.revoked_at is not None else why)
    return link
