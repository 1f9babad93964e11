"""What clients get: the live release of an environment, asked for with one query and rendered once per release.

Each request asks which release is the newest, by its hash. What a hash stands for never changes, so a process reads it
once: the release, its snapshot (perhaps 250 KB), what is rendered from it. The answer to the question is never kept,
so a publish by another process is seen by the next request. When the database is away, the last release that this
process saw is served, marked stale.
"""

from __future__ import annotations

import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value

from configs.canonical import canonical, etag_of
from configs.refusals import Refusal
from flags.engine import FlagSet, compile_flags
from releases.models import ClientKey, Environment, Release
from releases.rendering import render

logger = logging.getLogger("icontrol.delivery")
KEPT_RELEASES = 64
KEPT_KEYS = 10_000  # small entries
REST = 3  # seconds without asking a database that was away


@dataclass(frozen=True, slots=True)
class Live:
    """A release as clients get it, without its snapshot. ``version`` is None before the first publish."""

    application: str
    environment: str
    environment_id: int
    locale: str
    surface: str  # of the client key
    serial: int
    version: str | None
    digest: str | None
    policies: Mapping[str, Any]
    killed: tuple[str, ...]
    hash: str
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Representation:
    """The canonical bytes of one answer to clients and their strong entity tag."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, document: Any) -> Representation:
        body = canonical(document)
        return cls(body.encode(), etag_of(body))


class _Kept:
    """The releases that this process has read: for rendering once, and for the hour without a database."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.away_until = 0.0  # monotonic clock
        self.newest: OrderedDict[str, Live] = OrderedDict()  # client key ("" is the default) → release
        self.releases: OrderedDict[str, Live] = OrderedDict()  # release hash → what every client of it gets
        self.snapshots: OrderedDict[str, Any] = OrderedDict()  # release hash → parsed snapshot
        self.flags: OrderedDict[str, FlagSet] = OrderedDict()  # release hash → compiled flags
        self.rendered: OrderedDict[tuple[str, str], Representation] = OrderedDict()

    def get(self, store: OrderedDict[Any, Any], key: Any) -> Any:
        with self.lock:
            if key in store:
                store.move_to_end(key)
            return store.get(key)

    def put(self, store: OrderedDict[Any, Any], key: Any, value: Any) -> None:
        most = KEPT_KEYS if store is self.newest or store is self.releases else KEPT_RELEASES
        with self.lock:
            store[key] = value
            store.move_to_end(key)
            while len(store) > most:
                store.popitem(last=False)

    def made(self, store: OrderedDict[Any, Any], key: Any, make: Callable[[], Any]) -> Any:
        """What is kept under the key, or else made now and kept."""
        found = self.get(store, key)
        if found is None:
            found = make()
            self.put(store, key, found)
        return found

    def clear(self) -> None:
        self.away_until = 0.0
        with self.lock:
            for store in (self.newest, self.releases, self.snapshots, self.flags, self.rendered):
                store.clear()


kept = _Kept()


def read_live(client_key: str | None) -> Live:
    """The newest release for a client key, or of the default environment of the default application."""
    name = client_key or ""
    known = kept.get(kept.newest, name)
    if kept.away_until > time.monotonic():
        return _last_known(known)
    try:
        live = _newest(name)
    except (OperationalError, InterfaceError) as error:
        # Each try may wait for a connection: a few seconds without one, so that the outage does not queue clients up.
        kept.away_until = time.monotonic() + REST
        logger.error("database away, serving what was read last for %s s: %s", REST, error)
        return _last_known(known)
    kept.put(kept.newest, name, live)
    return live


def _last_known(known: Live | None) -> Live:
    if known is None:
        raise Refusal("db.unavailable", extra={"retryAfter": REST})
    return replace(known, stale=True)


def representation(live: Live, surface: str) -> Representation:
    """The published config as clients get it: kill switches applied, private parts left out, one surface or all."""
    snapshot = snapshot_of(live)
    surfaces = {page.get("surface") for page in snapshot.get("pages", [])}
    # Hostile surface names share one entry: they all see the pages without a surface.
    surface = surface if not surface or surface in surfaces else "\0"
    return kept.made(
        kept.rendered,
        (live.hash, surface),
        lambda: Representation.of(render(snapshot, killed=live.killed, surface=surface)),
    )


def snapshot_of(live: Live) -> Any:
    """The snapshot of a release that was read; shared by all who ask, so it is not to be changed."""
    # Mostly there: it was read with the release, and other environments may have pushed it out since.
    return kept.made(kept.snapshots, live.hash, lambda: _snapshot(_release(live.environment_id, live.hash)))


def flags_of(live: Live) -> FlagSet:
    """The flags of a release, compiled once: kill switches engaged, ``environment`` what the server says it is."""

    def compiled() -> FlagSet:
        found = compile_flags(snapshot_of(live), environment=live.environment, killed=live.killed)
        for key, why in found.errors.items():
            logger.error("flag %r is damaged in release %s of %s: %s", key, live.serial, live.environment, why["en"])
        return found

    return kept.made(kept.flags, live.hash, compiled)


def _newest(client_key: str) -> Live:
    sql, params = _question(connection.alias, bool(client_key))
    with connection.cursor() as cursor:
        cursor.execute(sql, [client_key if value == _CLIENT_KEY else value for value in params])
        row = cursor.fetchone()
    if row is None:
        raise Refusal("client_key.unknown") if client_key else Refusal("release.none", environment="–")
    environment_id, surface, sha = row
    if sha is None:
        raise Refusal("release.none", environment=Environment.objects.get(pk=environment_id).key)
    live: Live = kept.made(kept.releases, sha, lambda: _read(environment_id, sha))
    return replace(live, surface=surface) if surface else live


#: Stands in the compiled question for what each request fills in.
_CLIENT_KEY = "\0client key"


@cache
def _question(alias: str, keyed: bool) -> tuple[str, tuple[Any, ...]]:
    """SQL and parameters of the one question, made by the ORM once per process: making it takes longer than asking."""
    newest = Release.objects.filter(environment=OuterRef("environment_id" if keyed else "pk")).order_by("-serial")
    sha = Subquery(newest.values("hash")[:1])
    rows: QuerySet[Any, Any]
    if keyed:
        keys = ClientKey.objects.filter(key=_CLIENT_KEY, revoked_at=None)
        rows = keys.values_list("environment_id", "surface", sha)
    else:
        environments = Environment.objects.filter(is_default=True, application__is_default=True)
        rows = environments.values_list("pk", Value("", output_field=CharField()), sha)
    sql, params = rows.query.get_compiler(alias).as_sql()
    return sql, tuple(params)


def _read(environment_id: int, sha: str) -> Live:
    """The snapshot comes along: what clients heard of must be at hand when the database is away."""
    release = _release(environment_id, sha)
    kept.put(kept.snapshots, sha, _snapshot(release))
    version, environment = release.config_version, release.environment
    return Live(
        application=environment.application.key,
        environment=environment.key,
        environment_id=environment_id,
        locale=environment.application.default_locale,
        surface="",
        serial=release.serial,
        version=version.version if version else None,
        digest=version.digest if version else None,
        policies=release.policy_set,
        killed=tuple(release.killed),
        hash=sha,
    )


def _release(environment_id: int, sha: str) -> Release:
    # By the environment's serials, downwards: it is the newest or nearly so, and no index knows the hash.
    ledger = Release.objects.filter(environment=environment_id, hash=sha).order_by("-serial")
    return ledger.select_related("environment__application", "config_version")[:1].get()


def _snapshot(release: Release) -> Any:
    version = release.config_version
    return json.loads(version.snapshot) if version else {}  # a policy may be set before anything is published
