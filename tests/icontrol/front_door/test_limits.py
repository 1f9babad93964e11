"""What comes too large, too slowly or too often is refused in the loop, and the next request is answered."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings

from icontrol.front_door import FrontDoor, bodies
from icontrol.front_door.pools import Busy, Pool, Pools
from icontrol.front_door.wsgi import Answer
from icontrol.guard import LONGEST_HEADER, largest_body
from icontrol.kernel.refusals import CATALOGUE
from tests.house.routes import routes
from tests.icontrol.front_door.helpers import ask, ask_async, header, scope_of

CHUNKED = (b"transfer-encoding", b"chunked")


ENGLISH = {kind.title["en"] for kind in CATALOGUE.values()}


def never(environ: dict[str, Any], start_response: Any) -> Any:
    raise AssertionError("the application was asked")


def fine(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"fine"]


def test_livez_asks_nobody() -> None:
    answer = ask(FrontDoor(never), "GET", "/livez")
    assert (answer.status, answer.body) == (200, b"ok\n")
    answer = ask(FrontDoor(never), "HEAD", "/livez")
    assert (answer.status, answer.body, header(answer, b"content-length")) == (200, b"", b"3")
    assert ask(FrontDoor(fine), "POST", "/livez").body == b"fine"  # Django says what is allowed


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ([(b"x", b"a" * (LONGEST_HEADER + 1))], 431, b"http.headers_too_large"),
        ([(b"x", b"a" * LONGEST_HEADER), (b"x", b"a")], 431, b"http.headers_too_large"),
        ([(b"content-type", b"multipart/form-data; boundary=x"), CHUNKED], 415, b"http.multipart"),
        ([(b"content-length", b"999999999")], 413, b"http.too_large"),
    ],
)
def test_what_the_headers_show_is_refused_before_the_body_is_waited_for(
    headers: list[tuple[bytes, bytes]], status: int, code: bytes
) -> None:
    answer = asyncio.run(ask_async(FrontDoor(never), "POST", "/api/x", headers))
    assert answer is not None and answer.status == status and code in answer.body
    assert header(answer, b"content-type") == b"application/problem+json"
    assert header(answer, b"connection") == b"close"


@pytest.mark.parametrize("address", ["/ofrep/v1/evaluate/flags", "/api/x", "/admin/x", "/"])
def test_a_body_that_does_not_say_its_length_is_cut_off(address: str) -> None:
    door = FrontDoor(never)
    most = largest_body(address)
    answer = asyncio.run(ask_async(door, "POST", address, [CHUNKED], [b"a" * most, b"a", b"a" * most]))
    assert answer is not None and answer.status == 413 and header(answer, b"connection") == b"close"
    assert door.bodies.room == bodies.ROOM
    door = FrontDoor(fine)
    assert ask(door, "POST", address, body=b"a" * most).body == b"fine"
    assert door.bodies.room == bodies.ROOM


@pytest.mark.parametrize("parts", [None, []])
def test_a_body_that_never_ends_is_408(settings: LazySettings, parts: Any) -> None:
    settings.ICONTROL_BODY_SECONDS = 0.01
    door = FrontDoor(never)
    answer = asyncio.run(ask_async(door, "POST", "/api/x", [(b"content-length", b"5")], parts))
    assert answer is not None and answer.status == 408 and b"http.too_slow" in answer.body
    assert header(answer, b"connection") == b"close"


def test_bodies_together_have_a_bound() -> None:
    door = FrontDoor(never)
    door.bodies = bodies.Bodies(room=3)
    answer = ask(door, "POST", "/api/x", body=b"abcd")
    assert answer.status == 503 and header(answer, b"retry-after") == b"2"
    assert door.bodies.room == 3


def refused_in_every_way(settings: LazySettings, path: str, headers: list[tuple[bytes, bytes]]) -> Iterator[Answer]:
    """400 and 408 to 503, each as the front door gives it before Django."""
    settings.ICONTROL_BODY_SECONDS = 0.01
    long = (b"x", b"a" * (LONGEST_HEADER + 1))
    yield ask(FrontDoor(never), "POST", path, [*headers, long])
    yield ask(FrontDoor(never), "POST", path, [*headers, (b"content-type", b"multipart/form-data")])
    yield ask(FrontDoor(never), "POST", path, headers, body=b"a" * (largest_body(path) + 1))
    answer = asyncio.run(ask_async(FrontDoor(never), "POST", path, [*headers, CHUNKED]))
    assert answer is not None
    yield answer
    full = FrontDoor(fine)
    for pool in vars(full.pools).values():
        pool.most = 0
    yield ask(full, "POST", path, headers)
    yield ask(FrontDoor(never), "POST", path, headers)


REFUSED = [431, 415, 413, 408, 503, 500]


def test_a_page_of_another_origin_may_read_refusals_of_public_routes(settings: LazySettings) -> None:
    headers = [(b"origin", b"https://app.example"), (b"cookie", b"django_language=fr")]
    answers = list(refused_in_every_way(settings, "/ofrep/v1/evaluate/flags", headers))
    assert [answer.status for answer in answers] == REFUSED
    for answer in answers:
        assert header(answer, b"access-control-allow-origin") == b"*", answer
        assert b"Retry-After" in (header(answer, b"access-control-expose-headers") or b"")
        assert json.loads(answer.body)["title"] in ENGLISH  # no cookie counts here
    for answer in refused_in_every_way(settings, "/api/config/draft", headers):
        assert header(answer, b"access-control-allow-origin") is None


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ([(b"accept-language", b"fr-CA,en;q=0.5")], b"fr"),
        ([(b"accept-language", b"en;q=0")], b"fr"),
        ([(b"accept-language", b"de")], b"en"),
        ([(b"accept-language", b"en"), (b"cookie", b"django_language=fr")], b"fr"),
        ([(b"cookie", b"a=\xff; ;;="), (b"origin", b"http://["), (b"accept-language", b"\xff")], b"en"),
    ],
)
def test_refusals_are_in_the_readers_language(
    settings: LazySettings, headers: list[tuple[bytes, bytes]], language: bytes
) -> None:
    answers = list(refused_in_every_way(settings, "/admin/x", headers))
    assert [answer.status for answer in answers] == REFUSED
    for answer in answers:
        assert header(answer, b"content-language") == language
        assert (json.loads(answer.body)["title"] in ENGLISH) == (language == b"en")


def test_what_is_no_body_is_our_400_and_not_the_server_s_500() -> None:
    """The server says the same of a client that went away, who does not hear it."""

    async def gone() -> list[Any]:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await FrontDoor(never)(scope_of("POST", "/api/x", [CHUNKED]), receive, send)
        return sent

    start, body = asyncio.run(gone())
    assert start["status"] == 400 and (b"connection", b"close") in start["headers"]
    assert json.loads(body["body"])["code"] == "http.bad_request"


def test_two_lengths_are_refused() -> None:
    answer = asyncio.run(ask_async(FrontDoor(never), "POST", "/api/x", [CHUNKED, (b"content-length", b"3")]))
    assert answer is not None and answer.status == 400 and (b"connection", b"close") in answer.headers


# --- pools ------------------------------------------------------------------------------------------------------------
def test_each_kind_of_work_has_threads_of_its_own() -> None:
    """With everything full that is not asked, the asked one answers."""
    asked = {
        "clients": "/meta/release",
        "emergencies": "/api/flags/x/kill",
        "logins": "/login",
        "pages": "/account",
        "authors": "/api/config/diff",
    }
    hold = threading.Event()

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["QUERY_STRING"] == "hold":
            hold.wait(60)
        start_response("200 OK", [])
        return [threading.current_thread().name.partition("_")[0].encode()]

    async def main(free: str) -> None:
        door = FrontDoor(application)
        held = [
            asyncio.create_task(ask_async(door, "POST", f"{where}?hold"))
            for name, where in asked.items()
            if name != free
            for _ in range(getattr(door.pools, name).most)
        ]
        try:
            while sum(pool.inside for pool in vars(door.pools).values()) < len(held):
                await asyncio.sleep(0.001)
            answer = await ask_async(door, "POST", asked[free])
            assert answer is not None and answer.body == free.encode()
            assert (await ask_async(door, "GET", "/livez")).status == 200  # type: ignore[union-attr]
            for name, where in asked.items():
                if name != free:
                    full = await ask_async(door, "POST", where)
                    assert full is not None and full.status == 503 and b"http.busy" in full.body
                    assert header(full, b"retry-after") == b"2"
        finally:
            hold.set()
        for task in held:
            answered = await task
            assert answered is not None and answered.status == 200
        door.pools.close()

    for free in asked:
        hold.clear()
        asyncio.run(main(free))


def test_who_waits_too_long_is_told_while_the_threads_are_still_busy() -> None:
    async def main() -> None:
        pool = Pool("x", threads=1, waiting=5, patience=0.01)
        hold = threading.Event()
        done: list[str] = []
        first = asyncio.create_task(pool.run(hold.wait))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await pool.run(lambda: done.append("work"))
        assert pool.inside == 1
        hold.set()
        assert await first
        await pool.run(lambda: done.append("later"))
        assert (pool.inside, done) == (0, ["later"])
        pool.close()

    asyncio.run(main())


def test_a_stop_waits_for_what_was_begun() -> None:
    ends: list[str] = []

    async def main() -> None:
        pool = Pool("x", threads=1, waiting=5)
        begun = threading.Event()

        def work() -> None:
            begun.set()
            ends.append("done")

        task = asyncio.create_task(pool.run(work))
        await asyncio.to_thread(begun.wait)
        pool.close()
        await task

    asyncio.run(main())
    assert ends == ["done"]


EMERGENCIES = {
    "readyz",
    "metrics",
    "api/flags/<str:key>/kill",
    "api/flags/<str:key>/lift",
    "api/policy",
    "cp/<str:application>/<str:environment>/policy",
    "cp/<str:application>/<str:environment>/flags/<str:key>/kill",
    "cp/<str:application>/<str:environment>/flags/<str:key>/lift",
    "cp/incident",
    "cp/incident/<int:pk>/kill",
    "cp/incident/<int:pk>/lift",
    "cp/incident/<int:pk>/undo",
    "cp/incident/<int:pk>/rollback/<str:version>",
    "cp/incident/<int:pk>/maintenance/on",
    "cp/incident/<int:pk>/maintenance/off",
}
#: Their pages show a diff.
COMPARED = {
    "api/config/rollback",
    "api/releases/undo",
    "cp/<str:application>/<str:environment>/undo",
    "cp/<str:application>/<str:environment>/versions/<str:version>/rollback",
    "admin/configs/configversion/<int:pk>/rollback/",
}
LOGINS = {"login", "logout", "confirm", "cp/incident/login", "admin/logout/"}
#: The way to an emergency.
PAGES = {
    "",
    "i18n/setlang/",
    "admin/",
    "theme",
    "account",
    "account/sessions/end",
    "cp",
    "cp/state",
    "cp/<str:application>/<str:environment>/releases",
    "cp/<str:application>/<str:environment>/releases/<int:serial>",
    "admin/login/",
    "admin/jsi18n/",
    "admin/releases/environment/",
    "admin/releases/environment/<path:object_id>/change/",
    "admin/releases/release/",
    "admin/configs/configversion/",
    "cp/<str:application>/<str:environment>/flags",
    "cp/<str:application>/<str:environment>/flags/<str:key>",
    "cp/people",
    "cp/people/<int:pk>",
    "cp/people/<int:pk>/end",
    "cp/tokens",
    "cp/tokens/<int:pk>/revoke",
    "cp/links",
    "cp/links/<int:pk>/revoke",
    "cp/<str:application>/<str:environment>/keys",
    "cp/<str:application>/<str:environment>/keys/<int:pk>/revoke",
}


def test_every_address_is_in_its_pool() -> None:
    pools = Pools()
    found = routes()
    assert found.keys() >= EMERGENCIES | COMPARED | LOGINS | PAGES
    for route, view in found.items():
        address = "/" + re.sub("<[^>]*>", "7", route)
        for method in ("GET", "POST"):
            pool = pools.choose(method, address)
            if route in EMERGENCIES or (method == "POST" and route in COMPARED):
                assert pool is pools.emergencies, route
            elif getattr(getattr(view, "cls", None), "for_clients", False) and route != "livez":
                assert pool is pools.clients, route
            elif route in LOGINS:
                assert pool is pools.logins, route
            elif route in COMPARED | PAGES:
                assert pool is pools.pages, route
            else:
                assert pool is pools.authors, route
    assert pools.choose("GET", "/static/admin/css/base.css") is pools.clients
    for near in ("/meta/release/x", "/api/config/draft", "/api/configs", "/api/flags/a/b/kill", "/livez"):
        assert pools.choose("POST", near) is pools.authors
