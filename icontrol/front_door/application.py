"""The ASGI application that the server runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings

from icontrol import guard
from icontrol.front_door import bodies
from icontrol.front_door.pools import Busy, Place, Pools
from icontrol.front_door.public import Public
from icontrol.front_door.relay import Interrupted
from icontrol.front_door.wsgi import Answer, Call, Message, Send, WSGIApplication, headers_of, variables_of
from icontrol.kernel.refusals import Refusal
from releases.delivery.following import Follower

logger = logging.getLogger("icontrol.front_door")
ALIVE = Answer(200, [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")], b"ok\n")
BUSY = Refusal("http.busy", extra={"retryAfter": 2})  # seconds
#: Otherwise the unread rest of a body would be parsed as the next request.
CLOSE = (b"connection", b"close")


#: Safe methods: clients may repeat these.
SAFE = ("GET", "HEAD", "OPTIONS")


async def answered(place: Place, call: Call) -> Answer:
    """The application's answer, or a refusal."""
    method, path = call.variables["REQUEST_METHOD"], call.variables["PATH_INFO"]
    try:
        return await place.run(call)
    except Busy:
        return call.refused(BUSY)
    except Interrupted:
        logger.error("the authors' process died before it answered %s %s", method, path)
        return call.refused(BUSY if method in SAFE else Refusal("http.interrupted"))
    except Exception:  # Django handles its own errors; this is the last handler
        logger.exception("no answer to %s %s", method, path)
        return call.refused(Refusal("http.internal"))


class FrontDoor:
    """``application`` is Django's WSGI handler. With a ``follower`` clients' reads are answered from memory. ``learn``
    reads the newest release of environments to whose ledger another process has appended, so this process knows the
    release before it acknowledges it. ``beat`` runs in the event loop as long as it turns.
    """

    def __init__(
        self,
        application: WSGIApplication,
        pools: Pools | None = None,
        learn: Callable[[Collection[int]], None] = lambda environments: None,
        follower: Follower | None = None,
        beat: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self.application = application
        self.learn = learn
        self.pools = pools or Pools()
        self.bodies = bodies.Bodies()
        self.follower = follower
        self.beat = beat
        self.public = Public(follower, self.pools.clients) if follower else None

    async def __call__(self, scope: dict[str, Any], receive: bodies.Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            for message in await self._messages(scope, receive):
                await send(message)

    async def _messages(self, scope: dict[str, Any], receive: bodies.Receive) -> tuple[Message, Message]:
        try:
            if self.public is not None and (messages := await self.public.answer(scope)) is not None:
                return messages
        except Busy:
            answer = Call(self.application, variables_of(scope, headers_of(scope), b""), b"").refused(BUSY)
        else:
            answer = await self._answer(scope, receive)
        return answer.messages(head=scope["method"] == "HEAD")

    async def _answer(self, scope: dict[str, Any], receive: bodies.Receive) -> Answer:
        method, path = scope["method"], scope["path"]
        if path == "/livez" and method in ("GET", "HEAD"):
            return ALIVE
        headers = headers_of(scope)
        kind = headers.get(b"content-type", b"").decode("latin-1")
        length = headers.get(b"content-length", b"").decode("latin-1")
        refused = guard.refused(path, map(len, headers.values()), kind, length)
        if refused is None and length and b"transfer-encoding" in headers:
            refused = Refusal("http.bad_request")  # two lengths: what is the next request would be a matter of opinion
        if refused is None:
            if kind:
                headers[b"content-type"] = guard.plain(kind).encode("latin-1")
            try:
                body = await self.bodies.read(
                    receive, headers, most=guard.largest_body(path), seconds=settings.ICONTROL_BODY_SECONDS
                )
            except bodies.TooLarge:
                refused = Refusal("http.too_large")
            except bodies.TooSlow:
                refused = Refusal("http.too_slow", seconds=settings.ICONTROL_BODY_SECONDS)
            except bodies.NoRoom:
                refused = BUSY
            except bodies.Gone:
                # Or its chunks cannot be read: the server says the same of both, and answers 500 if we send nothing.
                refused = Refusal("http.bad_request")
        if refused is not None:
            told = Call(self.application, variables_of(scope, headers, b""), b"").refused(refused)
            return replace(told, headers=[*told.headers, CLOSE])
        call = Call(self.application, variables_of(scope, headers, body), body)
        answer = await answered(self.pools.choose(method, path), call)
        if answer.appended:
            try:
                await self.pools.emergencies.run(partial(self.learn, answer.appended))
            except Exception as error:  # the write is done; the next request learns of it
                logger.exception(
                    "the appended release could not be read", exc_info=None if isinstance(error, Busy) else error
                )
        return answer

    async def _live(self, receive: Callable[..., Any], send: Send) -> None:
        life = self.beat and asyncio.get_running_loop().create_task(self.beat())
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                if life:
                    life.cancel()
                if self.public is not None:
                    self.public.count()
                self.pools.close()
                if self.follower is not None:
                    self.follower.close()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
