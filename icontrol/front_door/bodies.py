"""Reading a request's body in the event loop: whole, so that no thread ever waits for a client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
#: Bytes of bodies that a process holds while they arrive. More of them at once is an attack.
ROOM = 256 * 2**20


class TooLarge(Exception):
    """More than this address takes."""


class TooSlow(Exception):
    """Not whole within its time."""


class NoRoom(Exception):
    """Too much is arriving at once."""


class Gone(Exception):
    """The client has closed the connection."""


class Bodies:
    """Those that arrive at one process."""

    def __init__(self, room: int = ROOM) -> None:
        self.room = room

    async def read(self, receive: Receive, headers: Mapping[bytes, bytes], *, most: int, seconds: float) -> bytes:
        """
        :raises TooLarge, TooSlow, NoRoom, Gone: and what was read is forgotten.
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
