"""The authors' process: takes requests from the workers' socket and answers them in its own threads."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any

from icontrol.front_door.application import answered
from icontrol.front_door.pools import pools_of_authors
from icontrol.front_door.relay import BUFFER, TAKEN, read_frame, write_frame
from icontrol.front_door.wsgi import Call, WSGIApplication
from releases import news


class Authors:
    """``application`` is Django's WSGI handler, ``line`` the socket end that receives from workers."""

    def __init__(self, application: WSGIApplication, line: socket.socket) -> None:
        self.application = application
        self.line = line
        self.pools = pools_of_authors()
        self.inside: set[asyncio.Task[None]] = set()
        line.setblocking(False)

    async def serve(self, beat: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Serve until SIGTERM; requests taken by then are finished. ``beat`` runs meanwhile."""
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        loop.add_reader(self.line, self.take)
        life = loop.create_task(beat())
        await stop.wait()
        await self.finish()
        life.cancel()

    async def finish(self) -> None:
        asyncio.get_running_loop().remove_reader(self.line)
        while self.inside:
            await asyncio.wait(self.inside)
        for pool in self.pools.values():
            pool.close()

    def take(self) -> None:
        try:
            said, descriptors, *_ = socket.recv_fds(self.line, len(TAKEN), 1)
        except BlockingIOError:
            return
        if not said:  # no worker is left
            asyncio.get_running_loop().remove_reader(self.line)
        for descriptor in descriptors:
            task = asyncio.create_task(self._answer(socket.socket(fileno=descriptor)))
            self.inside.add(task)
            task.add_done_callback(self.inside.discard)

    async def _answer(self, end: socket.socket) -> None:
        end.setblocking(False)
        reader, writer = await asyncio.open_unix_connection(sock=end, limit=BUFFER)
        with contextlib.suppress(EOFError, OSError):  # the worker has given up, or is gone
            try:
                writer.write(TAKEN)
                head, body = await read_frame(reader)
                appended: set[int] = set()
                call = Call(partial(self._noting, appended), head["variables"], body)
                answer = await answered(self.pools[head["pool"]], call)
                headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers]
                told = {"status": answer.status, "headers": headers, "appended": sorted(appended)}
                await write_frame(writer, told, answer.body)
            finally:
                writer.close()

    def _noting(self, appended: set[int], environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with news.noting(appended):
            return self.application(environ, start_response)
