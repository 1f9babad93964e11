"""Passes a complete request from a worker to the authors' process, and the answer back.

For each request the worker makes a socket pair and sends one end over the line, a socket that the supervisor keeps
open. So there is no address that others could connect to and nothing to clean up, and what was sent waits while the
process is replaced. The receiver confirms with one byte; only then does the worker send the request, so a request that
was not taken was certainly not started. Request and answer are frames: sizes, a JSON head, the raw body. Both sides
have the same version: workers and the authors' process are started and replaced together.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
from collections.abc import Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from icontrol.front_door.pools import Busy, Place, pools_of_authors
from icontrol.front_door.wsgi import Answer, Call

SIZES = struct.Struct(">IQ")  # of head and body, in bytes
TAKEN = b"."
BUFFER = 2**20  # bytes
PATIENCE = 10  # seconds for a request to be taken: longer than the authors' process needs to start
LONGEST = 120  # seconds that taken work may last: then the process hangs, or what was asked for takes too long


class Interrupted(Exception):
    """The authors' process ended while it had the request: whether it was carried out is unknown."""


async def write_frame(writer: asyncio.StreamWriter, head: Any, body: bytes) -> None:
    text = json.dumps(head).encode()
    writer.write(SIZES.pack(len(text), len(body)) + text)
    writer.write(body)
    await writer.drain()


async def read_frame(reader: asyncio.StreamReader) -> tuple[Any, bytes]:
    """:raises EOFError, OSError: the other side is gone."""
    head, body = SIZES.unpack(await reader.readexactly(SIZES.size))
    return json.loads(await reader.readexactly(head)), await reader.readexactly(body)


class Unanswered(Collector):
    """Counts, per worker, how often the authors' process did not answer."""

    def __init__(self) -> None:
        self.counts = {Busy: 0, Interrupted: 0}

    def collect(self) -> Iterator[Metric]:
        metric = CounterMetricFamily(
            "icontrol_authors_unanswered",
            "Requests that the authors' process did not take (busy) or did not bring to their end (interrupted).",
            labels=["process", "why"],
        )
        for why, count in self.counts.items():
            metric.add_metric([str(os.getpid()), why.__name__.lower()], count)
        yield metric


unanswered = Unanswered()


class Relay:
    """The worker's side of a pool of the authors' process: at most ``most`` requests of this worker at once."""

    def __init__(
        self, name: str, line: socket.socket, *, most: int, patience: float = PATIENCE, longest: float = LONGEST
    ) -> None:
        self.name = name
        self.line = line
        self.most = most
        self.patience = patience
        self.longest = longest
        self.inside = 0
        line.setblocking(False)

    async def run(self, call: Call) -> Answer:
        """
        :raises Busy: it was not begun, and will not be.
        :raises Interrupted: it may have been done.
        """
        self.inside += 1
        try:
            if self.inside > self.most:
                raise Busy
            return await self._ask(call)
        except (Busy, Interrupted) as why:
            unanswered.counts[type(why)] += 1
            raise
        finally:
            self.inside -= 1

    async def _ask(self, call: Call) -> Answer:
        try:
            mine, theirs = socket.socketpair()
        except OSError:  # no descriptor left
            raise Busy from None
        with theirs:  # open until it is taken: macOS may lose a socket that is closed in transit
            try:
                socket.send_fds(self.line, [TAKEN], [theirs.fileno()])
            except OSError:  # the socket's buffer is full
                mine.close()
                raise Busy from None
            try:
                reader, writer = await asyncio.open_unix_connection(sock=mine, limit=BUFFER)
            except OSError:
                mine.close()
                raise Busy from None
            try:
                await self._until_taken(reader)
            except BaseException:
                writer.close()
                raise
        try:
            await write_frame(writer, {"pool": self.name, "variables": call.variables}, call.body)
            async with asyncio.timeout(self.longest):
                head, body = await read_frame(reader)
        except (TimeoutError, EOFError, OSError):
            raise Interrupted from None
        finally:
            writer.close()
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in head["headers"]]
        return Answer(head["status"], headers, body, tuple(head["appended"]))

    async def _until_taken(self, reader: asyncio.StreamReader) -> None:
        try:
            async with asyncio.timeout(self.patience):
                await reader.readexactly(len(TAKEN))
        except (TimeoutError, EOFError, OSError):
            raise Busy from None

    def close(self) -> None:
        self.line.close()


def places(line: socket.socket) -> dict[str, Place]:
    """The relays to the authors' process, each as large as its pool there."""
    return {name: Relay(name, line, most=pool.most) for name, pool in pools_of_authors().items()}
