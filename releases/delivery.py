"""What clients get: the live release of an environment, read with one query and rendered once per release.

The query always asks for the newest release; its snapshot (perhaps 250 KB) comes along only when this process has
not rendered that release yet. Nothing else is cached, so a publish by another process is seen by the next request.
When the database is away, the last release that this process saw is served, marked stale.
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
from django.db.models import Case, CharField, F, QuerySet, Subquery, TextField, Value, When

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
    """The newest release of an environment, without its snapshot. ``version`` is None before the first publish."""

    application: str
    environment: str
    environment_id: int
    locale: str
    surface: str
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
        self.snapshots: OrderedDict[str, Any] = OrderedDict()  # release hash → parsed snapshot
        self.flags: OrderedDict[str, FlagSet] = OrderedDict()  # release hash → compiled flags
        self.rendered: OrderedDict[tuple[str, str], Representation] = OrderedDict()

    def get(self, store: OrderedDict[Any, Any], key: Any) -> Any:
        with self.lock:
            if key in store:
                store.move_to_end(key)
            return store.get(key)

    def put(self, store: OrderedDict[Any, Any], key: Any, value: Any) -> None:
        most = KEPT_KEYS if store is self.newest else KEPT_RELEASES
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
            for store in (self.newest, self.snapshots, self.flags, self.rendered):
                store.clear()


kept = _Kept()


def read_live(client_key: str | None) -> Live:
    """The newest release for a client key, or of the default environment of the default application. One query."""
    name = client_key or ""
    known = kept.get(kept.newest, name)
    if kept.away_until > time.monotonic():
        return _last_known(known)
    try:
        live, snapshot = _query(name, known.hash if known else "")
    except (OperationalError, InterfaceError) as error:
        # Each try may wait for a connection: a few seconds without one, so that the outage does not queue clients up.
        kept.away_until = time.monotonic() + REST
        logger.error("database away, serving what was read last for %s s: %s", REST, error)
        return _last_known(known)
    if snapshot is not None:  # another key may have brought it before
        kept.made(kept.snapshots, live.hash, lambda: json.loads(snapshot))
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

    def read() -> Any:  # pushed out by other environments since it was read
        text = Release.objects.values_list("config_version__snapshot", flat=True).get(hash=live.hash)
        return json.loads(text or "{}")

    return kept.made(kept.snapshots, live.hash, read)


def flags_of(live: Live) -> FlagSet:
    """The flags of a release, compiled once: kill switches engaged, ``environment`` what the server says it is."""

    def compiled() -> FlagSet:
        found = compile_flags(snapshot_of(live), environment=live.environment, killed=live.killed)
        for key, why in found.errors.items():
            logger.error("flag %r is damaged in release %s of %s: %s", key, live.serial, live.environment, why["en"])
        return found

    return kept.made(kept.flags, live.hash, compiled)


#: Stand in the compiled question for what each request fills in.
_CLIENT_KEY, _KNOWN_HASH = "\0client key", "\0known hash"


@cache
def _question(alias: str, keyed: bool) -> tuple[str, tuple[Any, ...]]:
    """SQL and parameters of the one question, made by the ORM once per process: making it takes longer than asking."""
    # The environment comes from a query of its own inside this one: joined, PostgreSQL would sort its whole ledger.
    if keyed:
        keys = ClientKey.objects.filter(key=_CLIENT_KEY, revoked_at=None)
        environments: QuerySet[Any, Any] = keys.values("environment")
        surface: Any = Subquery(keys.values("surface"))
    else:
        environments = Environment.objects.filter(is_default=True, application__is_default=True).values("pk")
        surface = Value("", output_field=CharField())
    unknown = Case(
        When(hash=_KNOWN_HASH, then=Value(None)), default=F("config_version__snapshot"), output_field=TextField()
    )
    releases = Release.objects.filter(environment=Subquery(environments)).order_by("-serial")
    rows = releases.values_list(
        "environment__application__key",
        "environment__key",
        "environment_id",
        "environment__application__default_locale",
        surface,
        "serial",
        "config_version__version",
        "config_version__digest",
        "policies",
        "kill_switches",
        "hash",
        unknown,
    )[:1]
    sql, params = rows.query.get_compiler(alias).as_sql()
    return sql, tuple(params)


def _query(client_key: str, known_hash: str) -> tuple[Live, str | None]:
    sql, params = _question(connection.alias, bool(client_key))
    filled = {_CLIENT_KEY: client_key, _KNOWN_HASH: known_hash}
    with connection.cursor() as cursor:
        cursor.execute(sql, [filled.get(value, value) for value in params])
        row = cursor.fetchone()
    if row is None:
        raise _why_none(client_key)
    application, environment, pk, locale, surface, serial, version, content_digest, policies, killed, sha, snapshot = (
        row
    )
    live = Live(
        application=application,
        environment=environment,
        environment_id=pk,
        locale=locale,
        surface=surface,
        serial=serial,
        version=version,
        digest=content_digest,
        policies=json.loads(policies),
        killed=tuple(json.loads(killed)),
        hash=sha,
    )
    if snapshot is None and sha != known_hash:
        snapshot = "{}"  # a policy was set before anything was published
    return live, snapshot


def _why_none(client_key: str) -> Refusal:
    """Only on the way to a refusal: unknown key, or nothing released yet?"""
    if client_key:
        key = ClientKey.objects.select_related("environment").filter(key=client_key, revoked_at=None).first()
        if key is None:
            return Refusal("client_key.unknown")
        return Refusal("release.none", environment=key.environment.key)
    environment = Environment.objects.filter(is_default=True, application__is_default=True).first()
    return Refusal("release.none", environment=environment.key if environment else "–")
