"""OpenFeature's own SDKs and providers, unchanged, against a server that runs."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason

from tests.clients import node, node_clients
from tests.e2e.test_story import Http, Shell
from tests.factories import flag, snapshot
from tests.flags.ofrep.helpers import ALL, FLAGS
from tests.icontrol.test_serve import free_port, get, serving

ROOT = Path(__file__).resolve().parents[3]
HOWTO = ROOT / "docs" / "howto" / "from-openfeature.md"
LIMITS = {"users": 3, "price": 1.5, "tags": ["a", None]}


class Server:
    """A server with the demo live, and its doors."""

    def __init__(self, port: int, manage: Shell) -> None:
        self.port, self.manage = port, manage
        self.url = f"http://127.0.0.1:{port}"
        self.ask = Http(port)
        self._author: Http | None = None

    def publish(self, *flags: dict[str, Any]) -> None:
        if self._author is None:
            self._author = Http(self.port, self.manage("create_token", "ci", "--role", "publisher").strip())
        author = self._author
        _, headers, _ = author("GET", "/api/config/draft")
        content = snapshot("home", featureFlags=list(flags))
        status, headers, _ = author("PUT", "/api/config/draft", content, If_Match=headers["etag"])
        assert status == 200
        yes = {"reason": "test", "confirm": ["release.shrinks", "release.grows"]}
        assert author("POST", "/api/config/publish", yes, If_Match=headers["etag"])[0] == 200

    def kill(self, *keys: str) -> None:
        for key in keys:
            self.manage("kill", key, "--reason", "on fire")

    def lift(self, *keys: str) -> None:
        for key in keys:
            self.manage("lift", key, "--reason", "out")


@pytest.fixture
def server(process_environment: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    port = free_port()
    environment = {**process_environment, "PORT": str(port), "ICONTROL_EVALUATIONS_PER_MINUTE": "0"}
    with serving(environment, tmp_path / "server.log") as process:
        assert get(process, port, "/readyz")[0] == 200
        yield Server(port, Shell(environment))


@contextlib.contextmanager
def python_client(server: Server, key: str = "") -> Iterator[Any]:
    provider = OFREPProvider(server.url, headers_factory=lambda: {"X-API-Key": key} if key else {})
    provider.session.trust_env = False  # a proxy of this machine is not for 127.0.0.1
    api.set_provider_and_wait(provider)
    try:
        yield api.get_client()
    finally:
        api.clear_providers()
        provider.session.close()


def test_python(server: Server) -> None:
    server.publish(*FLAGS)
    hooli, nobody = EvaluationContext("hooli"), EvaluationContext()
    with python_client(server) as client:
        assert client.get_boolean_value("banner", False, nobody) is True
        assert client.get_string_value("colour", "red", nobody) == "blue"
        assert client.get_integer_value("pages", 1, nobody) == 25
        ratio = client.get_float_value("ratio", 1.0, nobody)
        assert (ratio, type(ratio)) == (2.0, float)
        assert client.get_object_value("limits", {}, nobody) == LIMITS
        found = client.get_boolean_details("testers", False, hooli)
        assert (found.value, found.variant, found.reason) == (True, "on", Reason.TARGETING_MATCH)
        assert found.flag_metadata == {"serial": 3, "version": "1.0.1", "ruleId": "hooli-only"}
        assert client.get_boolean_details("quarter", True, nobody).reason == Reason.UNKNOWN
        assert client.get_boolean_details("quarter", True, EvaluationContext("t1")).reason == Reason.SPLIT

        # Defaults, with the protocol's error codes.
        for key, code in (("nothing", ErrorCode.FLAG_NOT_FOUND), ("a%2Fb", ErrorCode.FLAG_NOT_FOUND)):
            found = client.get_boolean_details(key, True, nobody)
            assert (found.value, found.error_code) == (True, code)
        assert client.get_boolean_details("pages", True, nobody).error_code == ErrorCode.TYPE_MISMATCH
        assert client.get_integer_details("ratio", 7, nobody).error_code == ErrorCode.TYPE_MISMATCH
        strange = client.get_boolean_details("banner", False, EvaluationContext(attributes={"x": "a\0b"}))
        assert (strange.value, strange.error_code) == (False, ErrorCode.PARSE_ERROR)
        strange = client.get_boolean_details("banner", False, EvaluationContext(attributes={"targetingKey": 1}))
        assert (strange.value, strange.error_code) == (False, ErrorCode.INVALID_CONTEXT)

        server.kill("banner", "ratio")
        found = client.get_boolean_details("banner", True, nobody)
        assert (found.value, found.reason) == (False, Reason.DISABLED)
        assert client.get_float_value("ratio", 1.0, nobody) == 0.0
        server.lift("banner", "ratio")
        assert client.get_boolean_value("banner", False, nobody) is True

    with python_client(server, "pk_unknown") as client:
        found = client.get_boolean_details("banner", False, nobody)
        assert (found.value, found.error_code, found.error_message) == (False, ErrorCode.GENERAL, "unauthorized")


def test_node_on_a_server(server: Server) -> None:
    node_clients()
    server.publish(*FLAGS)
    key = server.manage("create_client_key", "web").split()[-1]
    with node("ofrep-server.mjs", SERVER=server.url, KEY=key) as client:

        def details(type: str, key: str, fallback: Any, **context: Any) -> Any:
            return client("details", type=type, key=key, fallback=fallback, context=context)

        assert details("Boolean", "banner", False)["value"] is True
        assert details("String", "colour", "red")["value"] == "blue"
        assert details("Number", "pages", 1)["value"] == 25
        assert details("Number", "ratio", 1)["value"] == 2
        assert details("Object", "limits", {})["value"] == LIMITS
        found = details("Boolean", "testers", False, targetingKey="hooli")
        assert (found["value"], found["variant"], found["reason"]) == (True, "on", "TARGETING_MATCH")
        assert found["flagMetadata"] == {"serial": 3, "version": "1.0.1", "ruleId": "hooli-only"}
        assert details("Boolean", "quarter", True)["reason"] == "UNKNOWN"
        assert details("Boolean", "quarter", True)["value"] is False
        for key, code in (("nothing", "FLAG_NOT_FOUND"), ("a%2Fb", "FLAG_NOT_FOUND"), ("pages", "TYPE_MISMATCH")):
            found = details("Boolean", key, True)
            assert (found["value"], found["errorCode"]) == (True, code)
        assert details("Boolean", "banner", False, x="a\0b")["errorCode"] == "PARSE_ERROR"
        assert details("Boolean", "banner", False, targetingKey=1)["errorCode"] == "INVALID_CONTEXT"
        server.kill("banner")
        found = details("Boolean", "banner", True)
        assert (found["value"], found["reason"]) == (False, "DISABLED")
    with node("ofrep-server.mjs", SERVER=server.url, KEY="pk_unknown") as client:
        assert details("Boolean", "banner", False)["value"] is False


def test_node_as_in_a_browser(server: Server) -> None:
    node_clients()
    server.publish(*FLAGS)
    with node("ofrep-web.mjs", SERVER=server.url) as client:
        client("start", context={"targetingKey": "u1", "tenant": "acme"}, pollInterval=100)

        def details(type: str, key: str, fallback: Any) -> Any:
            return client("details", type=type, key=key, fallback=fallback)

        assert details("Boolean", "banner", False)["value"] is True
        assert details("String", "colour", "red")["value"] == "blue"
        assert details("Number", "pages", 1)["value"] == 25
        assert details("Number", "ratio", 1)["value"] == 2
        assert details("Object", "limits", {})["value"] == LIMITS
        assert details("Boolean", "testers", True)["value"] is False
        assert details("Boolean", "nothing", True)["errorCode"] == "FLAG_NOT_FOUND"
        assert details("Boolean", "pages", True)["errorCode"] == "TYPE_MISMATCH"

        # Nothing new is a 304. When only the tenant changes, the provider still sends the old ETag.
        client("status", status=304, after=0)
        before = client("requests")
        client("context", context={"targetingKey": "u1", "tenant": "hooli"})
        found = details("Boolean", "testers", False)
        assert (found["value"], found["reason"]) == (True, "TARGETING_MATCH")
        assert found["flagMetadata"] == {"ruleId": "hooli-only"}
        changed = next(request for request in client("requests")[len(before) :] if request["status"] == 200)
        assert changed["sent"] == before[0]["etag"] != changed["etag"]

        server.kill("banner")
        client("value", key="banner", value=False)
        found = details("Boolean", "banner", True)
        assert (found["value"], found["reason"]) == (False, "DISABLED")
        server.publish(*FLAGS[2:], flag("banner", "ON"), flag("newer", "ON"))
        client("value", key="newer", value=True)
        assert details("Boolean", "banner", True)["value"] is False  # killed until it is lifted
        server.lift("banner")
        client("value", key="banner", value=True)


def test_a_body_in_chunks_is_read(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    body = json.dumps({"context": {"tenant": "x-wholesale"}}).encode()
    headers = {"Content-Type": "application/json"}
    connection.request("POST", f"{ALL}/page_size", iter([body[:5], body[5:]]), headers, encode_chunked=True)
    assert json.loads(connection.getresponse().read())["variant"] == "large"
    connection.request("POST", f"{ALL}/page_size", iter([b" " * 70_000]), headers, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


# The how-to -----------------------------------------------------------------------------------------------------------


def examples(language: str) -> list[tuple[str, str]]:
    found = re.findall(rf"```{language}\n(.*?)```\n```text\n(.*?)```", HOWTO.read_text(), re.DOTALL)
    assert found
    return found


def shown(command: list[str], code: str, where: Path, server: Server) -> str:
    environment = {**os.environ, "SERVER": server.url, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, input=code, cwd=where, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_how_to_in_python(server: Server) -> None:
    for code, output in examples("python"):
        assert shown([sys.executable, "-"], code, ROOT, server) == output


def test_the_how_to_in_javascript(server: Server) -> None:
    where = node_clients()
    for code, output in examples("js"):
        assert shown(["node", "--input-type=module"], code, where, server) == output
