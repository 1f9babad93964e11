"""The ASGI application that the server runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings

from icontrol import guard
from icontrol.front_door import bodies
from icontrol.front_door.pools import Busy, Pools
from icontrol.front_door.wsgi import Answer, Application, Send, call, environ_of, headers_of
from icontrol.kernel.refusals import Refusal

logger = logging.getLogger("icontrol.front_door")
ALIVE = Answer(200, [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")], b"ok\n")
BUSY = Refusal("http.busy", extra={"retryAfter": 2})  # seconds
#: The rest of a body that is not read would be taken for the next request.
CLOSE = (b"connection", b"close")


class FrontDoor:
    """``application`` is Django's WSGI handler."""

    def __init__(self, application: Application, pools: Pools | None = None) -> None:
        self.application = application
        self.pools = pools or Pools()
        self.bodies = bodies.Bodies()

    async def __call__(self, scope: dict[str, Any], receive: bodies.Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            try:
                answer = await self._answer(scope, receive)
            except bodies.Gone:
                return
            await answer.send(send, head=scope["method"] == "HEAD")

    async def _answer(self, scope: dict[str, Any], receive: bodies.Receive) -> Answer:
        method, path = scope["method"], scope["path"]
        if path == "/livez" and method in ("GET", "HEAD"):
            return ALIVE
        headers = headers_of(scope)
        kind = headers.get(b"content-type", b"").decode("latin-1")
        length = headers.get(b"content-length", b"").decode("latin-1")
        refused = guard.refused(path, map(len, headers.values()), kind, length)
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
        if refused is not None:
            return Answer.of(guard.answer(refused, environ_of(scope, headers, b"")), CLOSE)
        environ = environ_of(scope, headers, body)
        try:
            return await self.pools.choose(method, path).run(partial(call, self.application, environ))
        except Busy:
            return Answer.of(guard.answer(BUSY, environ))
        except Exception:  # Django answers its own; this is the last place that can
            logger.exception("no answer to %s %s", method, path)
            return Answer.of(guard.answer(Refusal("http.internal"), environ))

    async def _live(self, receive: Callable[..., Any], send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                self.pools.close()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
