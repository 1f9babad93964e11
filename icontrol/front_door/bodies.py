"""Reads a request's body completely in the event loop, so that no thread ever waits for a client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
#: Bytes of incoming bodies that a process holds at once. More is an attack.
ROOM = 256 * 2**20


class TooLarge(Exception):
    """The body exceeds the cap of this address."""


class TooSlow(Exception):
    """The body did not arrive in time."""


class NoRoom(Exception):
    """Too many bytes are arriving at once."""


class Gone(Exception):
    """The client has closed the connection, or what it sends is no body."""


class Bodies:
    """The bodies that arrive at one process."""

    def __init__(self, room: int = ROOM) -> None:
        self.room = room

    async def read(self, receive: Receive, headers: Mapping[bytes, bytes], *, most: int, seconds: float) -> bytes:
        """
        :raises TooLarge, TooSlow, NoRoom, Gone: what was read is discarded.
        """
        if headers.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in headers:
            return b""
        held = 0
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    part = message.get("body", b"")
                    held += len(part)
                    self.room -= len(part)
                    if held > most:
                        raise TooLarge
                    if self.room < 0:
                        raise NoRoom
                    parts.append(part)
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            raise TooSlow from None
        finally:
            self.room += held
