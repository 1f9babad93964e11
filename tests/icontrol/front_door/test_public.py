"""What the event loop answers by itself is what Django answers, byte for byte."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone

from icontrol.front_door import FrontDoor
from icontrol.front_door.public import _frame, _host_is_ours, _is_secure
from icontrol.front_door.wsgi import Answer
from releases.access import actions as access
from releases.delivery import polls
from releases.models import VersionPolls
from releases.policies import CONFIRMABLE
from tests.factories import ADA, World, flag, snapshot
from tests.icontrol.front_door.helpers import Header, ask
from tests.icontrol.test_codings import DECODERS

PATHS = ("/meta/release", "/api/config", "/api/config/published")


class Inline:
    """Work is done at once, in this thread: it has the test's transaction.

    Django refuses queries in an event loop: whatever asks the database elsewhere fails.
    """

    most = 1

    async def run(self, work: Callable[[], Any]) -> Any:
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        try:
            return work()
        finally:
            asyncio._set_running_loop(loop)

    def close(self) -> None:
        pass


class InlinePools:
    """Counts what is left to Django."""

    def __init__(self) -> None:
        self.clients = self.emergencies = self.logins = self.pages = self.authors = Inline()
        self.chosen: list[str] = []

    def choose(self, method: str, path: str) -> Inline:
        self.chosen.append(path)
        return self.clients

    def close(self) -> None:
        pass


class Sure:
    current = True

    async def is_current(self) -> bool:
        return self.current

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def in_one_transaction() -> Iterator[None]:
    """As Django's test client does it; and the settings of each test count."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)
    for kept in (_frame, _host_is_ours, _is_secure):
        kept.cache_clear()


class Doors:
    """Two doors to the same application: one answers from memory, for the other all goes to Django."""

    def __init__(self) -> None:
        application = get_wsgi_application()
        self.sure = Sure()
        self.pools = InlinePools()
        self.quick = FrontDoor(application, self.pools, follower=self.sure)  # type: ignore[arg-type]
        self.slow = FrontDoor(application, InlinePools())  # type: ignore[arg-type]

    def both(self, method: str, target: str, headers: Sequence[Header] = ()) -> tuple[Answer, Answer]:
        return ask(self.slow, method, target, headers), ask(self.quick, method, target, headers)

    def same(self, method: str, target: str, headers: Sequence[Header] = ()) -> Answer:
        slow, quick = self.both(method, target, headers)
        assert (quick.status, quick.body) == (slow.status, slow.body), (method, target, headers)
        assert sorted(quick.headers) == sorted(slow.headers), (method, target, headers)
        return quick


@pytest.fixture
def doors(world: World) -> Doors:
    content = snapshot("home", "orders")
    content["pages"][1]["surface"] = "CP"
    content["featureFlags"] = [flag("dark_mode", "ON"), flag("search", "ON")]
    world.release(content)
    world.policy(minSupported="1.0.0", latest="2.0.0", message={"en": "Too old", "fr": "Trop vieux"})
    return Doors()


VERSIONS: list[list[Header]] = [
    [],
    [(b"x-client-version", b"1.4.2")],
    [(b"x-client-version", b"0.9.0")],
    [(b"x-client-version", b"v1")],
    [(b"x-client-version", b"\xff")],
    [(b"x-client-version", b"1.4.2"), (b"x-client-version", b"0.1.0")],
    [(b"x_client_version", b"0.1.0")],
    [(b"x-client-version", b"1" * 300)],
    [(b"x-client-platform", b"ios"), (b"x-client-version", b"1.4.2")],
]
LANGUAGES: list[list[Header]] = [[], [(b"accept-language", b"fr")], [(b"accept-language", b"de;q=0, zh-Hans-CN")]]
ORIGINS: list[list[Header]] = [
    [],
    [(b"origin", b"https://app.example")],
    [(b"origin", b"null")],
    [(b"origin", b"https://[x")],
]


def test_every_answer_is_the_same_by_both_ways(doors: Doors, world: World) -> None:
    world.kill("search")
    for path in PATHS:
        for version in VERSIONS:
            for language, origin in itertools.product(LANGUAGES, ORIGINS[:2]):
                doors.same("GET", path, [*version, *language, *origin])
            doors.same("HEAD", path, version)
        for origin in ORIGINS:
            doors.same("GET", path, origin)
    # The first question for the default environment was Django's; the rest was answered from memory.
    assert len(doors.pools.chosen) == 0
    assert doors.same("GET", PATHS[0]).status == 200
    assert doors.same("GET", PATHS[0], [(b"x-client-version", b"0.9.0")]).status == 426


@pytest.mark.parametrize("path", PATHS)
def test_what_has_not_changed_is_304_by_both_ways(doors: Doors, path: str) -> None:
    tag = dict(doors.same("GET", path).headers)[b"etag"]
    for sent, status in (
        (tag, 304),
        (b"W/" + tag, 304),
        (b"*", 304),
        (b'"a", ' + tag, 304),
        (tag[:-1] + b'-gzip"', 304),
        (b'"other"', 200),
        (b"broken", 200),
    ):
        for method in ("GET", "HEAD"):
            assert doors.same(method, path, [(b"if-none-match", sent)]).status == status
    old = [(b"if-none-match", tag), (b"x-client-version", b"0.9.0")]
    assert doors.same("GET", path, old).status == 426
    assert not doors.pools.chosen


@pytest.mark.parametrize(
    "query",
    ["", "surface=CP", "surface=AP", "surface=%43P", "surface=CP&surface=AP", "surface", "x=1&surface=CP;y", "%ff=%ff"],
)
def test_a_surface_is_read_in_the_same_way(doors: Doors, query: str) -> None:
    for path in PATHS:
        doors.same("GET", f"{path}?{query}")
    assert not doors.pools.chosen


@pytest.mark.parametrize("coding", [b"gzip", b"br", b"zstd", b"identity", b"gzip, deflate, br", b"*;q=0"])
def test_a_coding_is_chosen_in_the_same_way_and_has_a_tag_of_its_own(doors: Doors, world: World, coding: bytes) -> None:
    world.release(snapshot(*(f"page-{number}" for number in range(50))), confirm=CONFIRMABLE)
    plain = doors.same("GET", PATHS[1])
    told = doors.same("GET", PATHS[1], [(b"accept-encoding", coding)])
    headers = dict(told.headers)
    name = headers.get(b"content-encoding", b"identity").decode()
    assert DECODERS.get(name, bytes)(told.body) == plain.body
    assert (
        b"Accept-Encoding" in headers[b"vary"]
        and headers[b"x-config-digest"] == dict(plain.headers)[b"x-config-digest"]
    )
    assert (headers[b"etag"] == dict(plain.headers)[b"etag"]) == (name == "identity")
    again = [(b"accept-encoding", coding), (b"if-none-match", headers[b"etag"])]
    assert doors.same("GET", PATHS[1], again).status == 304
    assert doors.same("GET", PATHS[1], [(b"if-none-match", headers[b"etag"])]).status == 304
    assert not doors.pools.chosen


def test_what_is_out_of_the_ordinary_is_left_to_django(doors: Doors) -> None:
    doors.same("GET", PATHS[1])
    for method, target, headers in (
        ("POST", PATHS[0], [(b"content-length", b"0")]),
        ("OPTIONS", PATHS[0], []),
        ("GET", PATHS[1] + "?" + "a" * 300, []),
        ("GET", PATHS[0] + "/", []),
        ("GET", PATHS[0], [(b"host", b"elsewhere.example")]),
    ):
        before = len(doors.pools.chosen)
        doors.same(method, target, headers)
        assert len(doors.pools.chosen) == before + 1, (method, target)


def test_a_client_key_is_followed_once_django_has_seen_it(doors: Doors, world: World) -> None:
    world.publish("1.0.0", environment=world.staging)
    key = access.create_client_key(world.staging, name="app", surface="CP", actor=ADA, now=timezone.now())
    sent = [(b"x-client-key", key.key.encode())]
    for name in (b"", b"pk_unknown", b"\xff", b"a" * 100):
        assert doors.same("GET", PATHS[1], [(b"x-client-key", name)]).status == 401
    before = len(doors.pools.chosen)
    told = [doors.same("GET", path, sent) for path in PATHS]
    assert len(doors.pools.chosen) == before  # the other door has asked before
    assert dict(told[1].headers)[b"x-release-environment"] == b"icontrol/staging"


def test_before_the_first_release_django_says_so(world: World) -> None:
    doors = Doors()
    for path in PATHS:
        assert doors.same("GET", path).status == 404
    world.policy(latest="2.0.0")
    assert doors.same("GET", PATHS[0]).status == 200
    assert doors.same("GET", PATHS[1]).status == 404


def test_who_is_not_sure_asks_django(doors: Doors) -> None:
    doors.same("GET", PATHS[1])
    doors.sure.current = False
    doors.same("GET", PATHS[1])
    assert doors.pools.chosen == [PATHS[1]]


def test_a_release_changes_the_next_answer(doors: Doors, world: World) -> None:
    before = doors.same("GET", PATHS[1])
    world.kill("dark_mode")
    after = doors.same("GET", PATHS[1], [(b"if-none-match", dict(before.headers)[b"etag"])])
    assert after.status == 200 and b"FORCE_OFF" in after.body
    assert not doors.pools.chosen


@pytest.mark.parametrize("origins", [["https://app.example"], []])
def test_origins_that_are_not_all_allowed(doors: Doors, settings: LazySettings, origins: list[str]) -> None:
    settings.CORS_ALLOW_ALL_ORIGINS = False
    settings.CORS_ALLOWED_ORIGINS = origins
    for origin in ORIGINS:
        doors.same("GET", PATHS[0], origin)


def test_https_is_as_django_sees_it(doors: Doors, settings: LazySettings) -> None:
    settings.ICONTROL_TRUSTED_PROXIES = (ipaddress.ip_network("192.0.2.0/24"),)
    settings.SECURE_HSTS_SECONDS = 100
    doors = Doors()
    for proto in (b"https", b"http", b"http, https", b"ftp", b""):
        doors.same("GET", PATHS[0], [(b"x-forwarded-proto", proto)])
    settings.SECURE_SSL_REDIRECT = True
    doors = Doors()
    assert doors.same("GET", PATHS[0], [(b"x-forwarded-proto", b"http")]).status == 301


def counted(door: FrontDoor) -> dict[Any, int]:
    polls.forget()
    for headers in ([], [(b"x-client-version", b"1.4.2"), (b"x-tenant", b"acme")], [(b"x-client-version", b"0.1.0")]):
        for method in ("GET", "HEAD"):
            for path in PATHS:
                ask(door, method, path, headers)
    if door.public is not None:
        door.public.count()
    polls.flush()
    rows = {(row.version, row.platform, row.serial): row.polls for row in VersionPolls.objects.all()}
    VersionPolls.objects.all().delete()
    return rows


def test_polls_are_counted_by_both_ways(doors: Doors) -> None:
    by_django = counted(doors.slow)
    assert sum(by_django.values()) == 3
    assert counted(doors.quick) == by_django
    assert not doors.pools.chosen
