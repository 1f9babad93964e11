"""Readiness: can this process read what clients get, and write?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.db import connection, transaction
from django.db.models import F

from icontrol.kernel.deadlines import within
from icontrol.kernel.outages import DATABASE_ERRORS, Outage, outage_of, rest
from icontrol.kernel.refusals import Refusal
from releases.delivery.live import read_live
from releases.models import Environment, Release

SECONDS = 1  # for a lock, and for each statement


def outage() -> Outage | None:
    """Why the database cannot serve reads and writes; None if it can.

    A held lock is not an outage: its holder is writing.
    """
    if not rest.may_ask():
        return rest.outage
    try:
        found = _try()
    except DATABASE_ERRORS as error:
        found = outage_of(error)
        if found is None:
            raise
    if found in (Outage.AWAY, Outage.REPLACED):
        rest.begin(found)
    else:
        rest.over()
    if found is Outage.BUSY:
        return None  # no further check: reading what clients get would wait for the same lock
    return found or _content()


def _content() -> Outage | None:
    """Read what clients get by default; once read, a process needs no further query."""
    try:
        read_live(None)
    except Refusal as refusal:
        return Outage.DAMAGED if refusal.code == "content.damaged" else None
    return None


def _try() -> Outage | None:
    """Reads, then makes an empty write in a transaction that is rolled back: a standby and a read-only file refuse."""
    with within(SECONDS), _short_waits(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{SECONDS}s'; SET LOCAL statement_timeout = '{SECONDS}s'")
        if _tables() - set(connection.introspection.table_names()):
            return Outage.DAMAGED
        Release.objects.order_by("-pk").select_related("config_version").first()
        Environment.objects.filter(pk__lt=0).update(key=F("key"))
        transaction.set_rollback(True)
    return None


@cache
def _tables() -> frozenset[str]:
    return frozenset(connection.introspection.django_table_names())


@contextmanager
def _short_waits() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (before,) = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {SECONDS * 1000}")
    try:
        yield
    finally:
        if connection.connection is not None:
            connection.connection.execute(f"PRAGMA busy_timeout = {before}")
