"""What clients get: the live release of an environment, rendered once per release.

:func:`read_live` queries the hash of the newest release; :func:`known` answers from memory, for callers who have made
sure that memory is what the database has (:mod:`releases.delivery.following`). A hash's release never changes, so a
process reads the release, its snapshot (perhaps 250 KB) and derived data once. A process serves its own commits at
once, and never goes back to a serial below one that it has committed or read. If the database is unavailable, or behind
that serial, it serves the newest release that it knows, marked stale.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import replace
from functools import cache, lru_cache
from itertools import count
from threading import Lock
from typing import Any

from django.db import close_old_connections, connection
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value

from configs.models import ConfigVersion
from icontrol.kernel.deadlines import READING, within
from icontrol.kernel.outages import DATABASE_ERRORS, Outage, outage_of, rest
from icontrol.kernel.refusals import Refusal
from releases.delivery.representations import Live
from releases.models import ClientKey, Environment, Release

logger = logging.getLogger("icontrol.delivery")
KEPT_KEYS = 10_000  # small entries
LONGEST_KEY = 64


class _Seen:
    """What this process knows: the newest release of each environment, and the environment of each client key."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.clear()

    def clear(self) -> None:
        self.questions = count(1)
        #: Replaced after each change of what is known, except of when the database confirmed it.
        self.change = object()
        self.forgotten = 0  # number of the first query that may say where a key leads
        self.newest: dict[int, tuple[int, Live]] = {}  # environment → number of the query that found it, the release
        self.behind: dict[int, str] = {}  # environment → hash of the older release that the database reports as newest
        self.confirmed: dict[int, float] = {}  # environment → when the database last confirmed the newest known release
        #: Client key ("": none) → environment, surface, default language of the application.
        self.keys: OrderedDict[str, tuple[int, str, str]] = OrderedDict()

    def of(self, environment_id: int) -> Live | None:
        return self.newest.get(environment_id, (0, None))[1]

    def snapshot(self, digest: str | None) -> Any:
        """The snapshot with this digest, if a known release has it: kills and policies do not change the content."""
        with self.lock:
            return next((live.snapshot for _, live in self.newest.values() if live.digest == digest), None)

    def put(self, question: int, live: Live) -> Live:
        """Add a release; returns the newest known one. A serial never goes back."""
        with self.lock:
            known_at, known = self.newest.get(live.environment_id, (0, live))
            if live.serial >= known.serial:
                self.newest[live.environment_id] = next(self.questions), live
                self.behind.pop(live.environment_id, None)
                self.confirm(live)
                self.change = object()
                return live
            if question < known_at:
                return known  # an earlier query came back later
            self.behind[live.environment_id] = live.hash
            self.change = object()
        logger.critical(
            "the newest release in the database is %s of %s/%s, but this process knows %s and keeps serving it. "
            "After a failover, look for lost releases. After a restore, restart the servers",
            *(live.serial, live.application, live.environment, known.serial),
        )
        return self.stale(known)

    def confirm(self, live: Live) -> None:
        self.confirmed[live.environment_id] = time.monotonic()

    def stale(self, live: Live) -> Live:
        return replace(live, stale=int(time.monotonic() - self.confirmed[live.environment_id]))

    def compare(self, question: int, environment_id: int, sha: str | None) -> None:
        """The database says that ``sha`` is the newest: read it, if this process serves another one there."""
        known = self.of(environment_id)
        if known is None or sha is None:
            return
        if known.hash == sha:
            self.confirm(known)
        elif self.behind.get(environment_id) != sha:
            self.put(question, _read(environment_id, sha))

    def led(self, question: int, client_key: str, environment_id: int, surface: str, locale: str) -> None:
        with self.lock:
            if question < self.forgotten:
                return  # an earlier query came back later: the key may be revoked
            leads_to = environment_id, surface, locale
            if self.keys.get(client_key) != leads_to:
                self.keys[client_key] = leads_to
                self.change = object()
            self.keys.move_to_end(client_key)
            while len(self.keys) > KEPT_KEYS:
                self.keys.popitem(last=False)

    def forget(self, client_key: str) -> None:
        with self.lock:
            self.keys.pop(client_key, None)
            self.change = object()

    def forget_keys(self) -> None:
        with self.lock:
            self.keys.clear()
            self.forgotten = next(self.questions)
            self.change = object()

    def led_to(self, client_key: str) -> Live | None:
        with self.lock:
            environment_id, surface, locale = self.keys.get(client_key, (0, "", ""))
            live = self.of(environment_id)
        if live is None or (live.surface == surface and live.locale == locale):
            return live
        return replace(live, surface=surface, locale=locale)

    def is_behind(self, live: Live) -> bool:
        return live.environment_id in self.behind

    def last(self, client_key: str) -> Live:
        live = self.led_to(client_key)
        if live is None:
            raise Refusal(rest.outage.value, extra={"retryAfter": rest.SECONDS})
        return self.stale(live)


seen = _Seen()


def known(client_key: str | None) -> Live | None:
    """What :func:`read_live` would say while a follower is current: from memory. None: only it can say."""
    found = seen.led_to(client_key or "") if client_key != "" else None
    if found is None or seen.is_behind(found):
        return None
    seen.confirm(found)
    return found


def read_live(client_key: str | None) -> Live:
    """The newest release for a client key as sent; ``None``: for the default environment of the default application."""
    name = client_key or ""
    if client_key is not None and not (name.isascii() and name.isprintable() and 0 < len(name) <= LONGEST_KEY):
        raise Refusal("client_key.unknown")
    if rest.may_ask():
        try:
            with within(READING):
                live = _newest(name)
        except Refusal as refusal:
            rest.over()
            if refusal.code == "content.damaged" and (older := seen.led_to(name)):
                _tell_damaged(str(refusal))
                return seen.stale(older)
            seen.forget(name)
            raise
        except (*DATABASE_ERRORS, Release.DoesNotExist) as error:
            outage = Outage.AWAY if isinstance(error, Release.DoesNotExist) else outage_of(error)
            if outage is None:
                raise
            rest.begin(outage)
            logger.error("the database is away, serving the last known release for %s s: %s", rest.SECONDS, error)
        else:
            rest.over()
            return live
    return seen.last(name)


@lru_cache(maxsize=64)
def _tell_damaged(why: str) -> None:
    """Log this once per process."""
    logger.critical("the newest release cannot be read, serving the one before it: %s", why)


def _newest(client_key: str) -> Live:
    question = next(seen.questions)
    sql, params = _question(connection.alias, bool(client_key))
    with connection.cursor() as cursor:
        cursor.execute(sql, [client_key if value == _CLIENT_KEY else value for value in params])
        row = cursor.fetchone()
    if row is None:
        raise Refusal("client_key.unknown") if client_key else Refusal("release.none", environment="–")
    environment_id, surface, locale, sha = row
    if sha is None:
        raise Refusal("release.none", environment=Environment.objects.get(pk=environment_id).key)
    live = seen.of(environment_id)
    if live is None or live.hash != sha:
        behind = live is not None and seen.behind.get(environment_id) == sha
        live = seen.stale(live) if live and behind else seen.put(question, _read(environment_id, sha))
    else:
        seen.confirm(live)
    seen.led(question, client_key, environment_id, surface, locale)
    as_seen = {"surface": surface, "locale": locale}
    return live if as_seen == {"surface": live.surface, "locale": live.locale} else replace(live, **as_seen)


#: Placeholder in the compiled query for each request's values.
_CLIENT_KEY = "\0client key"


@cache
def _question(alias: str, keyed: bool) -> tuple[str, tuple[Any, ...]]:
    """SQL and parameters of the query, compiled by the ORM once per process: compiling takes longer than running."""
    newest = Release.objects.filter(environment=OuterRef("environment_id" if keyed else "pk")).order_by("-serial")
    sha = Subquery(newest.values("hash")[:1])
    rows: QuerySet[Any, Any]
    if keyed:
        keys = ClientKey.objects.filter(key=_CLIENT_KEY, revoked_at=None)
        rows = keys.values_list("environment_id", "surface", "environment__application__default_locale", sha)
    else:
        environments = Environment.objects.filter(is_default=True, application__is_default=True)
        rows = environments.values_list("pk", Value("", output_field=CharField()), "application__default_locale", sha)
    sql, params = rows.query.get_compiler(alias).as_sql()
    return sql, tuple(params)


def committed(release: Release) -> None:
    """Called after the commit of a release, with its related objects: from now on this process serves it."""
    _learn(next(seen.questions), release)


def catch_up(environments: Collection[int]) -> None:
    """Another process of this server has appended to these environments' ledgers: from now on this one serves that too.

    If the database fails at this point, the next query catches up.
    """
    close_old_connections()
    try:
        with within(READING):
            for environment_id in environments:
                question = next(seen.questions)
                ledger = Release.objects.filter(environment=environment_id).order_by("-serial")
                _learn(question, ledger.select_related("environment__application", "config_version__content")[:1].get())
    except (Refusal, *DATABASE_ERRORS) as error:
        logger.error("a release appended by another process could not be read yet: %s", error)
    finally:
        close_old_connections()


def _learn(question: int, release: Release) -> None:
    environment = release.environment
    seen.put(question, live_of(release))
    if environment.is_default and environment.application.is_default:
        seen.led(question, "", environment.pk, "", environment.application.default_locale)


def _read(environment_id: int, sha: str) -> Live:
    # By descending serial: it is among the newest, and the hash has no index.
    ledger = Release.objects.filter(environment=environment_id, hash=sha).order_by("-serial")
    return live_of(ledger.select_related("environment__application", "config_version__content")[:1].get())


def document_of(version: ConfigVersion) -> Any:
    """The snapshot as Python values; do not modify them. A process parses it once while it is live."""
    known = seen.snapshot(version.digest)
    return version.document if known is None else known


def live_of(release: Release) -> Live:
    """As clients get it while it is the newest one: of an older release, as they got it."""
    version, environment = release.config_version, release.environment
    return Live(
        application=environment.application.key,
        environment=environment.key,
        environment_id=environment.pk,
        locale=environment.application.default_locale,
        serial=release.serial,
        version=version.version if version else None,
        digest=version.digest if version else None,
        policies=release.policy_set,
        killed=tuple(release.killed),
        hash=release.hash,
        snapshot=document_of(version) if version else {},  # a policy may be set before anything is published
    )
