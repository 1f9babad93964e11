"""Stock Unleash clients against a running server: Python, Node, and the browser's on Node's fetch.

They start, poll again and are told that nothing has changed, see a flag go off with the next poll, and report.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from UnleashClient import UnleashClient
from UnleashClient.cache import FileCache

from tests.clients import HERE, node_clients
from tests.e2e.test_story import Http, Shell
from tests.factories import flag, snapshot
from tests.icontrol.test_serve import free_port, get, serving

pytestmark = pytest.mark.slow

SIZE = {
    "key": "size",
    "type": "integer",
    "state": "ON",
    "variants": [{"key": "small", "value": 25}, {"key": "large", "value": 100}],
    "defaultVariant": "large",
    "offVariant": "small",
}
FINE = flag("fine", "ROLLOUT", rollout=1)


class Server:
    """A server with two flags live, and what an author and a client need."""

    def __init__(self, port: int, manage: Shell) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.manage = manage
        self.author = Http(port, manage("create_token", "author", "--role", "publisher").strip())
        self.key = manage("create_client_key", "stock clients").strip()

    def release(self, **shop: Any) -> Any:
        content = snapshot("home", featureFlags=[flag("shop", "ON", **shop), SIZE, FINE])
        _, headers, _ = self.author("GET", "/api/config/draft")
        status, headers, _ = self.author("PUT", "/api/config/draft", content, If_Match=headers["etag"])
        assert status == 200
        body = {"reason": "go", "confirm": ["release.shrinks", "release.grows"]}
        status, _, release = self.author("POST", "/api/config/publish", body, If_Match=headers["etag"])
        assert status == 200, release
        return release

    def kill(self, key: str) -> None:
        self.manage("kill", key, "--reason", "on fire")


@pytest.fixture
def server(process_environment: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    port = free_port()
    environment = {**process_environment, "PORT": str(port)}
    with serving(environment, tmp_path / "server.log") as process:
        assert get(process, port, "/readyz")[0] == 200
        found = Server(port, Shell(environment))
        found.release()
        yield found


@contextmanager
def node(server: Server) -> Iterator[Any]:
    """Tells the clients in Node what to do next, and returns what they say then."""
    node_clients()
    command = ["node", str(HERE / "unleash_server.mjs"), server.address, server.key]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None

        def tell(what: str) -> Any:
            process.stdin.write(f"{what}\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            return json.loads(process.stdout.readline())  # type: ignore[union-attr]

        yield tell
        process.stdin.close()
        assert process.wait() == 0


def large(variant: dict[str, Any]) -> bool:
    return (variant["name"], variant["payload"]) == ("large", {"type": "number", "value": "100"})


def test_the_node_and_the_browser_client(server: Server) -> None:
    with node(server) as tell:
        first = tell("start")
        assert first["node"]["enabled"] is first["browser"]["enabled"] is True
        assert large(first["node"]["variant"]) and large(first["browser"]["variant"])
        assert sorted(first["heard"]) == ["changed", "registered"]
        assert tell("poll")["heard"] == ["unchanged"]  # 304
        server.kill("shop")
        after = tell("poll")
        assert after["heard"] == ["changed"]
        assert after["node"]["enabled"] is after["browser"]["enabled"] is False
        assert sorted(tell("report")["heard"]) == ["browser sent", "sent"]


def test_the_python_client(server: Server, tmp_path: Path) -> None:
    client = UnleashClient(
        f"{server.address}/unleash/api",
        "shop",
        custom_headers={"Authorization": server.key},
        refresh_interval=3600,
        metrics_interval=3600,
        cache=FileCache("shop", str(tmp_path / "cache")),
    )
    with client:
        context = {"userId": "7", "tenant": "acme"}
        assert client.is_enabled("shop", context) and large(client.get_variant("size", context))
        # What its timer calls; the first has the tag of what it got, so the second is told that nothing has changed.
        poll, cache = client.connector._fetch_and_load, client.connector._store
        etag = cache.cached_etag
        assert etag and client.connector.transport.fetch_features(etag).not_modified
        # It has asked, so those who publish hear what it cannot follow.
        warnings = server.release(owner="shop")["warnings"]
        assert "flag.not_for_unleash" in {problem["code"] for problem in warnings}
        server.kill("shop")
        poll()
        assert cache.cached_etag != etag
        assert not client.is_enabled("shop", context) and large(client.get_variant("size", context))
        assert client._metrics._transport.send_metrics({"bucket": client._engine.get_metrics()}) is True
