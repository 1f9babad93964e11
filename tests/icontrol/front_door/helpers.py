"""The front door without a server: what goes in and what comes out of an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from icontrol.front_door import FrontDoor
from icontrol.front_door.wsgi import Answer

Header = tuple[bytes, bytes]


def scope_of(method: str, target: str, headers: Sequence[Header] = ()) -> dict[str, Any]:
    raw, _, query = target.partition("?")
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost"), *headers],
        "server": ("127.0.0.1", "8000"),
        "client": ("192.0.2.1", "4711"),
    }


async def ask_async(
    door: FrontDoor, method: str, target: str, headers: Sequence[Header] = (), parts: Sequence[bytes] | None = None
) -> Answer | None:
    """``parts`` of the body arrive one after the other; after the last one nothing does (``None``: it never came)."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts or ()]
    if parts:
        messages[-1]["more_body"] = False
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not messages:
            await asyncio.sleep(3600)
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await door(scope_of(method, target, headers), receive, send)
    if not sent:
        return None
    start, body = sent
    assert (start["type"], body["type"]) == ("http.response.start", "http.response.body")
    return Answer(start["status"], start["headers"], body["body"])


def ask(door: FrontDoor, method: str, target: str, headers: Sequence[Header] = (), body: bytes | None = None) -> Answer:
    if body is not None:
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    answer = asyncio.run(ask_async(door, method, target, headers, None if body is None else [body]))
    assert answer is not None
    return answer


def header(answer: Answer, name: bytes) -> bytes | None:
    """Its value; there is one at most."""
    values = [value for key, value in answer.headers if key == name]
    assert len(values) <= 1
    return values[0] if values else None
