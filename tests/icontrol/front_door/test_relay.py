"""From a worker to the authors' process and back, both sides in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Collection
from types import SimpleNamespace
from typing import Any

import pytest

from icontrol.front_door import FrontDoor, relay
from icontrol.front_door.authors import Authors
from icontrol.front_door.pools import Busy, Pools
from icontrol.front_door.relay import TAKEN, Interrupted, Relay, places, read_frame, unanswered
from icontrol.front_door.wsgi import Answer, Call
from releases import news
from tests.icontrol.front_door.helpers import Header, ask_async, header

POST = Call(lambda *_: [], {"REQUEST_METHOD": "POST", "PATH_INFO": "/api/config/draft"}, b"")


@contextlib.asynccontextmanager
async def line() -> AsyncIterator[tuple[socket.socket, socket.socket]]:
    ends = socket.socketpair()
    try:
        yield ends
    finally:
        for end in ends:
            end.close()


@contextlib.asynccontextmanager
async def taking(application: Any, end: socket.socket) -> AsyncIterator[Authors]:
    authors = Authors(application, end)
    asyncio.get_running_loop().add_reader(end, authors.take)
    try:
        yield authors
    finally:
        await authors.finish()


def never(environ: dict[str, Any], start_response: Any) -> Any:
    raise AssertionError("the worker's own application was asked")


def empty(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return []


async def ask(
    application: Any,
    method: str,
    target: str,
    *,
    body: bytes | None = None,
    headers: tuple[Header, ...] = (),
    learn: Callable[[Collection[int]], None] = lambda environments: None,
) -> Answer:
    """Through a worker's front door to an authors' process that runs ``application``."""
    async with line() as (there, here), taking(application, here):
        door = FrontDoor(never, Pools(places(there)), learn)
        if body is not None:
            headers = (*headers, (b"content-length", str(len(body)).encode()))
        answer = await ask_async(door, method, target, headers, None if body is None else [body])
        door.pools.close()
    assert answer is not None
    return answer


def test_a_request_and_its_answer_pass_as_they_are() -> None:
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read(), thread=threading.current_thread().name)
        start_response("201 Created", [("ETag", '"é"'), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        return [b"\0\xff" * 2_000_000, b"end"]

    body = bytes(range(256)) * 2_000
    sent = ((b"cookie", b"x=\xc3\xa9"), (b"content-type", b"application/json"))
    answer = asyncio.run(ask(application, "PUT", "/api/config/%C3%A9?q=%22\xff", body=body, headers=sent))
    assert (answer.status, answer.body) == (201, b"\0\xff" * 2_000_000 + b"end")
    assert answer.headers[:3] == [(b"etag", b'"\xe9"'), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    assert seen["body"] == body and seen["CONTENT_LENGTH"] == str(len(body))
    assert (seen["PATH_INFO"], seen["HTTP_COOKIE"]) == ("/api/config/\xc3\xa9", "x=\xc3\xa9")
    assert (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]) == ("192.0.2.1", "http")
    assert seen["thread"].startswith("authors")


def test_clients_and_emergencies_stay_in_the_worker() -> None:
    def here(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [threading.current_thread().name.partition("_")[0].encode()]

    async def main() -> list[bytes]:
        async with line() as (there, _):  # nobody takes anything
            door = FrontDoor(here, Pools(places(there)))
            asked = (("GET", "/meta/release"), ("POST", "/api/flags/x/kill"), ("GET", "/metrics"), ("GET", "/readyz"))
            answers = [await ask_async(door, method, path) for method, path in asked]
            door.pools.close()
        return [answer.body for answer in answers if answer]

    assert asyncio.run(main()) == [b"clients", b"emergencies", b"emergencies", b"emergencies"]


def test_what_fails_there_is_our_mistake() -> None:
    def application(environ: dict[str, Any], start_response: Any) -> Any:
        raise ValueError("a fault")

    answer = asyncio.run(ask(application, "POST", "/api/config/draft"))
    assert answer.status == 500 and json.loads(answer.body)["code"] == "http.internal"


def test_pages_are_answered_while_editors_fill_the_process() -> None:
    hold = threading.Event()

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/api/config/diff":
            hold.wait(60)
        start_response("200 OK", [])
        return [threading.current_thread().name.partition("_")[0].encode()]

    async def main() -> None:
        async with line() as (there, here), taking(application, here) as authors:
            # Two workers: together they ask for more than the process takes.
            doors = [FrontDoor(never, Pools(places(there))) for _ in range(2)]
            most = authors.pools["authors"].most
            held = [asyncio.create_task(ask_async(doors[0], "GET", "/api/config/diff")) for _ in range(most)]
            try:
                while authors.pools["authors"].inside < most:
                    await asyncio.sleep(0.001)
                for door in doors:
                    full = await ask_async(door, "GET", "/api/config/diff")
                    assert full is not None and full.status == 503 and header(full, b"retry-after") == b"2"
                    page = await ask_async(door, "GET", "/account")
                    assert page is not None and page.body == b"pages"
            finally:
                hold.set()
            assert {answer.status for answer in await asyncio.gather(*held) if answer} == {200}

    asyncio.run(main())


def test_what_nobody_took_was_not_begun_and_never_will_be() -> None:
    begun: list[str] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        begun.append(environ["QUERY_STRING"])
        start_response("200 OK", [])
        return []

    async def main() -> None:
        async with line() as (there, here):
            door = FrontDoor(never, Pools({name: Relay(name, there, most=5) for name in ("pages", "authors")}))
            door.pools.authors.patience = 0.01  # type: ignore[attr-defined]
            before = unanswered.counts[Busy]
            for number in range(3):
                answer = await ask_async(door, "POST", f"/api/config/draft?given-up-{number}")
                assert answer is not None and answer.status == 503 and b"http.busy" in answer.body
            assert unanswered.counts[Busy] == before + 3
            # The process is back. It finds the three, and one whose worker still waits.
            door.pools.authors.patience = 60  # type: ignore[attr-defined]
            waiting = asyncio.create_task(ask_async(door, "POST", "/api/config/draft?waits"))
            await asyncio.sleep(0)
            async with taking(application, here):
                answer = await waiting
            assert answer is not None and answer.status == 200
        assert begun == ["waits"]

    asyncio.run(main())


async def next_request(end: socket.socket) -> socket.socket:
    """Where the next request comes that a worker sends over the line."""
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()
    end.setblocking(False)
    loop.add_reader(end, arrived.set)
    await arrived.wait()
    loop.remove_reader(end)
    _, descriptors, *_ = socket.recv_fds(end, 1, 1)
    return socket.socket(fileno=descriptors[0])


async def dies_with_it(end: socket.socket, times: int) -> None:
    """An authors' process that takes requests, reads them, and is killed."""
    for _ in range(times):
        taken = await next_request(end)
        taken.setblocking(False)
        reader, writer = await asyncio.open_unix_connection(sock=taken)
        writer.write(TAKEN)
        await read_frame(reader)
        writer.close()


@pytest.mark.parametrize(
    ("method", "language", "code", "retry"),
    [
        ("GET", b"en", "http.busy", b"2"),
        ("HEAD", b"en", None, b"2"),
        ("POST", b"en", "http.interrupted", None),
        ("PUT", b"fr", "http.interrupted", None),
    ],
)
def test_who_was_interrupted_is_told_to_look_before_doing_it_again(
    method: str, language: bytes, code: str | None, retry: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> Answer:
        async with line() as (there, here):
            door = FrontDoor(never, Pools(places(there)))
            dying = asyncio.create_task(dies_with_it(here, 1))
            answer = await ask_async(door, method, "/api/config/draft", [(b"accept-language", language)])
            await dying
        assert answer is not None
        return answer

    before = unanswered.counts[Interrupted]
    answer = asyncio.run(main())
    assert unanswered.counts[Interrupted] == before + 1
    assert answer.status == 503 and header(answer, b"retry-after") == retry
    if code:
        said = json.loads(answer.body)
        assert said["code"] == code
        if code == "http.interrupted":
            word = {b"en": "may or may not have been carried out", b"fr": "peut-être pas"}[language]
            assert word in said["detail"]
    assert f"died before it answered {method} /api/config/draft" in caplog.text


def test_a_process_that_hangs_keeps_nobody_for_ever() -> None:
    """It has taken the request, and says nothing: what came of it is not known."""

    async def takes_and_hangs(end: socket.socket, hold: asyncio.Event) -> None:
        with await next_request(end) as taken:
            taken.send(TAKEN)
            await hold.wait()

    async def main() -> None:
        async with line() as (there, here):
            hold = asyncio.Event()
            hanging = asyncio.create_task(takes_and_hangs(here, hold))
            asking = Relay("authors", there, most=5, longest=0.05)
            with pytest.raises(Interrupted):
                await asking.run(POST)
            assert asking.inside == 0
            hold.set()
            await hanging

    asyncio.run(main())


def test_without_a_descriptor_it_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left() -> Any:
        raise OSError(errno.EMFILE, "Too many open files")

    async def main() -> None:
        async with line() as (there, _):
            asking = Relay("authors", there, most=5)
            monkeypatch.setattr(socket, "socketpair", none_left)
            with pytest.raises(Busy):
                await asking.run(POST)

    asyncio.run(main())


def test_a_worker_lets_only_so_many_of_its_requests_wait_there() -> None:
    async def main() -> None:
        async with line() as (there, here):
            asking = Relay("authors", there, most=2, patience=60)
            waiting = [asyncio.create_task(asking.run(POST)) for _ in range(2)]
            await asyncio.sleep(0)
            with pytest.raises(Busy):
                await asyncio.wait_for(asking.run(POST), 10)
            async with taking(empty, here):
                assert {answer.status for answer in await asyncio.gather(*waiting)} == {200}
            assert asking.inside == 0

    asyncio.run(main())


def test_a_line_that_is_full_is_busy() -> None:
    async def main() -> None:
        async with line() as (there, _):
            asking = Relay("authors", there, most=10**6, patience=60)
            with contextlib.suppress(BlockingIOError):
                while True:
                    there.send(b".")
            with pytest.raises(Busy):
                await asking.run(POST)
            assert asking.inside == 0

    asyncio.run(main())


def test_what_a_process_has_taken_it_finishes_and_the_rest_waits_for_the_next_one() -> None:
    hold, begun = threading.Event(), threading.Event()

    def first(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        begun.set()
        hold.wait(60)
        start_response("200 OK", [])
        return [b"first"]

    def second(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"second"]

    async def main() -> None:
        async with line() as (there, here):
            asking = Relay("authors", there, most=5)
            async with taking(first, here) as authors:
                slow = asyncio.create_task(asking.run(POST))
                await asyncio.to_thread(begun.wait)
                ending = asyncio.create_task(authors.finish())
                await asyncio.sleep(0)
                later = asyncio.create_task(asking.run(POST))
                await asyncio.sleep(0.05)  # long enough to be taken, if anybody took
                assert not ending.done()
                hold.set()
                assert (await slow).body == b"first"
                await ending
            async with taking(second, here):
                assert (await later).body == b"second"

    asyncio.run(main())


def test_a_worker_that_goes_away_leaves_nothing_behind() -> None:
    hold, begun = threading.Event(), threading.Event()

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        begun.set()
        hold.wait(60)
        start_response("200 OK", [])
        return [b"x" * 5_000_000]

    async def main() -> None:
        async with line() as (there, here), taking(application, here) as authors:
            asking = Relay("authors", there, most=1)
            gone = asyncio.create_task(asking.run(POST))
            await asyncio.to_thread(begun.wait)
            gone.cancel()
            with pytest.raises(asyncio.CancelledError):
                await gone
            assert asking.inside == 0
            hold.set()
            assert len((await asking.run(POST)).body) == 5_000_000
            while authors.inside:
                await asyncio.sleep(0.001)
            assert authors.pools["authors"].inside == 0

    asyncio.run(main())


# --- what was appended there is known here ----------------------------------------------------------------------------


def publishing(*environments: int) -> Any:
    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        for environment in environments:
            release: Any = SimpleNamespace(environment_id=environment)
            news.note(release)
        start_response("200 OK", [])
        return [b"done"]

    return application


def test_the_worker_learns_what_was_appended_before_it_answers() -> None:
    learned: list[Collection[int]] = []
    for environments in ((), (7,), (9, 7, 9)):
        answer = asyncio.run(ask(publishing(*environments), "POST", "/api/config/publish", learn=learned.append))
        assert answer.status == 200
    assert learned == [(7,), (7, 9)]
    news.note(SimpleNamespace(environment_id=1))  # type: ignore[arg-type]  # outside nobody listens


def test_what_was_done_is_acknowledged_even_if_it_cannot_be_learned(caplog: pytest.LogCaptureFixture) -> None:
    def fails(environments: Collection[int]) -> None:
        raise ValueError("a fault")

    answer = asyncio.run(ask(publishing(7), "POST", "/api/config/publish", learn=fails))
    assert (answer.status, answer.body) == (200, b"done")
    assert "could not be read" in caplog.text


def test_the_metric_counts_both() -> None:
    samples = {sample.labels["why"] for metric in unanswered.collect() for sample in metric.samples}
    assert samples == {"busy", "interrupted"} and relay.unanswered is unanswered
