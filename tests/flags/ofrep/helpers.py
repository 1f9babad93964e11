"""Asking as an OFREP provider asks, and a set of flags in which everything occurs."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from releases.models import Release
from tests.factories import World, flag, snapshot
from tests.releases.api.helpers import Remembering

ALL = "/ofrep/v1/evaluate/flags"
PROBLEM = "application/problem+json"


def served(key: str, kind: str, on: Any, off: Any, **fields: Any) -> dict[str, Any]:
    variants = [{"key": "on", "value": on}, {"key": "off", "value": off}]
    return flag(key, "ON", type=kind, variants=variants, **fields)


#: One flag of every type, on; rules, a rollout, one that is off.
FLAGS = [
    flag("banner", "ON"),
    flag("closed", "OFF"),
    served("colour", "string", "blue", ""),
    served("limits", "object", {"users": 3, "price": 1.5, "tags": ["a", None]}, {}),
    served("pages", "integer", 25, 10),
    flag("quarter", "ROLLOUT", rollout=2500),
    served("ratio", "number", 2, 0),
    flag(
        "testers",
        "ON",
        defaultVariant="off",
        rules=[
            {
                "id": "hooli-only",
                "conditions": [{"attribute": "tenant", "operator": "equals", "values": ["hooli"]}],
                "variant": "on",
            }
        ],
    ),
]


class Ofrep:
    """``ofrep.one("banner", {"targetingKey": "acme"})``, ``ofrep.all({…}, x_api_key="pk_…")``: Django's response."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Remembering()

    def publish(self, *flags: dict[str, Any], **sections: Any) -> Release:
        return self.world.release(snapshot("home", featureFlags=list(flags or FLAGS), **sections))

    def post(self, path: str, body: Any = b"", content_type: str = "application/json", **headers: str) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic("POST", path, data, content_type, headers=sent)

    def one(self, key: str, context: Any = None, **headers: str) -> Any:
        return self.post(f"{ALL}/{quote(key, safe='')}", {"context": context or {}}, **headers)

    def all(self, context: Any = None, **headers: str) -> Any:
        return self.post(ALL, {"context": context or {}}, **headers)


def ok(response: Any) -> Any:
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json"
    return json.loads(response.content)


def refused(response: Any, status: int, code: str, error_code: str, *, key: str | None = None) -> dict[str, Any]:
    """The body, once it is what OFREP's clients and ours need of a refusal."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == ("application/json" if status in (400, 404) else PROBLEM)
    assert response["Cache-Control"] == "no-store"
    body: dict[str, Any] = json.loads(response.content)
    assert (body["code"], body["errorCode"], body["status"]) == (code, error_code, status)
    assert body["errorDetails"].startswith(body["detail"]) and body["title"] and body["next"]
    assert body["type"] == f"urn:icontrol:problem:{code}"
    assert body.get("key") == key
    return body
