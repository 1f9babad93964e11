"""Talking to the API as somebody: a world, a token of each role, and one call."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from tests.factories import World

ROLES = ("anonymous", "viewer", "editor", "publisher", "admin")
NOTHING = object()
#: Inside the quotes of an entity tag, by servers that compress.
ADDED_BY_PROXIES = ("-gzip", ";gzip", "--gzip", "-br", "-zstd", "-deflate")
PROBLEM = "application/problem+json"


class Remembering(Client):
    """Each answer keeps what was asked: ``answer.asked``."""

    def generic(self, method: str, path: Any, data: Any = b"", *args: Any, **more: Any) -> Any:
        answer: Any = super().generic(method, path, data, *args, **more)
        answer.asked = {"method": method, "path": path, "headers": more.get("headers") or {}}
        if data:
            answer.asked |= {"type": args[0], "data": bytes(data)}
        return answer


class Api:
    """``api("PUT", "/api/policy", {…}, role="publisher", if_match=etag)``; the answer is Django's response."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Remembering()
        self._secrets: dict[str, str] = {}

    def secret(self, role: str) -> str:
        if role not in self._secrets:
            self._secrets[role] = self.world.token(role)
        return self._secrets[role]

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = NOTHING,
        *,
        role: str = "admin",
        content_type: str = "application/json",
        **headers: Any,
    ) -> Any:
        """``body`` is a JSON value, or bytes that go out as they are. Headers are written ``x_client_version=…``."""
        sent: dict[str, Any] = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        if role != "anonymous":
            sent.setdefault("authorization", f"Bearer {self.secret(role)}")
        data = b"" if body is NOTHING else body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = content_type if data else ""
        return self.client.generic(method, path, data, kind, headers=sent)

    def ask(self, path: str = "/meta/release", **headers: Any) -> Any:
        """As a client product asks: without a login."""
        return self("GET", path, role="anonymous", **headers)

    def etag(self, path: str = "/api/config/draft") -> str:
        etag: str = self("GET", path)["ETag"]
        return etag


def code(response: Any) -> str:
    """The problem's code, once the answer has the form that every refusal has."""
    assert response["Content-Type"] == PROBLEM, (response.status_code, response.content[:500])
    assert response["Cache-Control"] == "no-store"
    body = json.loads(response.content)
    assert body["status"] == response.status_code
    assert body["type"] == f"urn:icontrol:problem:{body['code']}"
    assert body["title"] and body["detail"] and body["next"] and set(body["messages"]) == {"en", "fr"}
    return str(body["code"])


def refused(response: Any, status: int, wanted: str) -> dict[str, Any]:
    """The body of the refusal that was expected."""
    assert (response.status_code, code(response)) == (status, wanted), response.content
    body: dict[str, Any] = json.loads(response.content)
    return body


def ok(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return json.loads(response.content)
