"""The first start: an application with two environments, a live demo configuration, and the first account.

Every step checks whether it is already done, so an interrupted start continues where it stopped, and a second start
changes nothing.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import transaction

from configs import actions as config_actions
from configs.demo import demo_policies, demo_snapshot
from configs.drafts import draft_of
from configs.models import Application
from icontrol.kernel.actors import SYSTEM
from releases import actions
from releases.access import actions as access
from releases.access.passwords import mark_temporary
from releases.ledger import checkpoints
from releases.ledger.chain import head_of
from releases.models import Environment, Release
from releases.policies import policy_revision
from releases.publishing import Selection

APPLICATION, NAME = "icontrol", "iCONTROL"
ENVIRONMENTS = ("production", "staging")
ACCOUNT = "admin"
REASON = "First start: the demo configuration"


def first_start(*, now: dt.datetime, announce: Callable[[str], None]) -> None:
    """Create what a new database lacks, print what was created, and fill gaps in the checkpoint file."""
    password = _first_password()
    if settings.ICONTROL_DEMO:
        load_demo(now=now, announce=announce)
    elif not Application.objects.exists():
        announce("There is no application yet (ICONTROL_DEMO is off). Make one: manage.py create_application KEY")
    if password is not None:
        _account(password, now=now, announce=announce)
    checkpoints.record_all()


def load_demo(*, now: dt.datetime, announce: Callable[[str], None]) -> None:
    """Create the application, environments, policy and the demo as 1.0.0.

    Not if anything was published or somebody else has edited the draft: a new default environment then stays empty
    until a person publishes there.
    """
    application = Application.objects.filter(is_default=True).first()
    if application is None:
        application = config_actions.create_application(
            key=APPLICATION,
            name=NAME,
            default_locale=settings.LANGUAGE_CODE,
            is_default=True,
            reason=REASON,
            actor=SYSTEM,
            now=now,
        )
        announce(f"Application {application.key} created.")
    for key in ENVIRONMENTS:
        if not Environment.objects.filter(application=application, key=key).exists():
            access.create_environment(application, key=key, reason=REASON, actor=SYSTEM, now=now)
            announce(f"Environment {key} created.")
    if Release.objects.filter(environment__application=application, config_version__isnull=False).exists():
        return
    draft = draft_of(application)
    if draft.edited_at is not None and draft.edited_by != SYSTEM.name:
        announce("The draft was edited already, so the demo is not published.")
        return
    environment = Environment.objects.select_related("application").get(application=application, is_default=True)
    head = head_of(environment)
    if not head.serial:
        actions.set_policy(
            environment, demo_policies(), read={policy_revision(head.policies)}, reason=REASON, actor=SYSTEM, now=now
        )
        announce("Demo version policy set.")
    if draft.edited_at is None:
        draft = config_actions.save_draft(
            application, demo_snapshot(), read={draft.revision}, reason=REASON, actor=SYSTEM, now=now
        )
    actions.publish(environment, Selection(read={draft.revision}), reason=REASON, actor=SYSTEM, now=now)
    announce(f"Demo configuration published in {environment.key} as {draft.version}.")


def _first_password() -> str | None:
    """The first account's password: the chosen one or a random one; None if there already is an account.

    :raises ImproperlyConfigured: the chosen password is too weak.
    """
    if User.objects.filter(is_superuser=True).exists():
        return None
    password = settings.ICONTROL_ADMIN_PASSWORD or secrets.token_urlsafe(12)
    try:
        validate_password(password, User(username=ACCOUNT))
    except ValidationError as error:
        raise ImproperlyConfigured(f"ICONTROL_ADMIN_PASSWORD is refused: {' '.join(error.messages)}") from None
    return password


def _account(password: str, *, now: dt.datetime, announce: Callable[[str], None]) -> None:
    user = User(username=ACCOUNT, is_staff=True, is_superuser=True, date_joined=now)
    user.set_password(password)
    with transaction.atomic():
        user.history_actor = SYSTEM.name  # type: ignore[attr-defined]
        user.save()
        if not settings.ICONTROL_ADMIN_PASSWORD:
            mark_temporary(user)
    if settings.ICONTROL_ADMIN_PASSWORD:
        announce(f"Account {ACCOUNT} created with the password from ICONTROL_ADMIN_PASSWORD.")
    else:
        announce(f"Account {ACCOUNT} created. Its password, shown this once, to be changed at login: {password}")
