"""The first hour of a real user, over HTTP and the command line, with the product's own configuration files.

Start, import, edit, preview, publish, watch a client get it, be refused with an old client, roll back, and find all of
it in the ledger.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from configs.demo import demo_snapshot
from configs.importers import icontrol
from configs.snapshot.diff import diff
from tests.configs.icontrol_files import REAL, real_files
from tests.icontrol.test_serve import free_port, get, serving

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


class Shell:
    """``manage.py`` as a process of its own, beside the server."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __call__(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if code == 0 else done.stderr


class Http:
    def __init__(self, port: int, token: str = "") -> None:
        self.port, self.token = port, token

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            named["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            named.setdefault("Content-Type", "application/json")
        connection.request(method, path, None if body is None else json.dumps(body), named)
        answer = connection.getresponse()
        data = answer.read()
        found = {name.lower(): value for name, value in answer.getheaders()}
        connection.close()
        return answer.status, found, json.loads(data) if data else None


@real_files
def test_the_story(process_environment: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    environment = {**process_environment, "PORT": str(port)}
    manage = Shell(environment)
    with serving(environment, tmp_path / "server.log") as process:
        assert get(process, port, "/readyz")[0] == 200

        # The demo is live, and the first account's password was shown once.
        client = Http(port)
        status, headers, config = client("GET", "/api/config/published")
        assert (status, headers["x-config-version"], headers["x-release-serial"]) == (200, "1.0.0", "2")
        assert (tmp_path / "server.log").read_text().count("shown this once") == 1

        # Import the real configuration: the draft changes, clients see nothing of it.
        report = manage("import_config", "--from", "icontrol", str(REAL))
        assert "policy" in report and "undefined" in report
        before = manage("export_config", "--draft")
        manage("import_config", "--from", "icontrol", str(REAL))
        assert manage("export_config", "--draft") == before
        assert client("GET", "/api/config/published", If_None_Match=headers["etag"])[0] == 304

        # Edit the draft over HTTP, naming what was read.
        author = Http(port, manage("create_token", "story", "--role", "publisher").strip())
        status, headers, draft = author("GET", "/api/config/draft")
        assert status == 200 and draft["problems"] == []
        flags = {flag["key"]: flag for flag in draft["snapshot"]["featureFlags"]}
        assert len(draft["snapshot"]["pages"]) == 50 and len(draft["snapshot"]["tabs"]) == 16 and len(flags) == 21
        flags["audit_shadow"].update(state="ROLLOUT", rollout=1300)
        draft["snapshot"]["featureFlags"] = list(flags.values())
        etag = headers["etag"]
        assert author("PUT", "/api/config/draft", draft["snapshot"], If_Match=etag)[0] == 200
        status, _, stale = author("PUT", "/api/config/draft", draft["snapshot"], If_Match=etag)
        assert (status, stale["code"], stale["savedBy"]) == (412, "draft.stale", "token:story")

        # Preview: frozen, seen through a link, and still by no client.
        manage("preview", "--reason", "Imported configuration")
        status, _, link = author("POST", "/api/config/preview/links", {"reason": "QA"})
        assert status == 201
        status, headers, seen = client("GET", link["url"].removeprefix(f"http://127.0.0.1:{port}"))
        assert (status, headers["x-config-version"], len(seen["pages"])) == (200, "1.0.1", 50)
        assert client("GET", "/api/config/published")[1]["x-config-version"] == "1.0.0"

        # Publish: the size guards ask, a yes goes through, and the next poll has it.
        refused = manage("publish", "preview", "--reason", "Our own configuration", code=3)
        assert "release.shrinks" in refused
        manage(
            "publish", "preview", "--reason", "Our own configuration",
            "--confirm", "release.shrinks", "--confirm", "release.grows",
        )  # fmt: skip
        status, headers, config = client("GET", "/api/config/published")
        assert (headers["x-config-version"], headers["x-release-serial"], len(config["pages"])) == ("1.0.1", "3", 50)
        assert next(flag for flag in config["featureFlags"] if flag["key"] == "audit_shadow")["rollout"] == 1300

        # The imported policy lets everybody in; a minimum shuts old clients out, with words.
        manage("policy", "--latest", "2.0.0", "--min-supported", "1.5.0", "--reason", "1.4 cannot read the tabs")
        status, headers, body = client("GET", "/meta/release", X_Client_Version="1.4.2")
        assert (status, body["policyStatus"], body["requiresUpdate"]) == (426, "HARD_BLOCK", True)
        assert "upgrade" not in headers and headers["cache-control"] == "no-store"
        assert client("GET", "/api/config/published", X_Client_Version="1.4.2")[0] == 426
        assert client("GET", "/meta/release", X_Client_Version="1.5.0")[0] == 200

        # Roll back: the demo again, the policy stays.
        status, _, release = author("POST", "/api/config/rollback", {"reason": "Wrong tabs"})
        assert (status, release["version"], release["serial"]) == (200, "1.0.0", 5)
        assert client("GET", "/api/config/published")[1]["x-config-version"] == "1.0.0"
        assert client("GET", "/meta/release", X_Client_Version="1.4.2")[0] == 426

        # All of it is in the ledger, and the ledger is whole.
        _, _, ledger = author("GET", "/api/releases")
        told = [(row["serial"], row["kind"], row["version"]) for row in reversed(ledger["releases"])]
        assert told == [
            (1, "policy", None),
            (2, "publish", "1.0.0"),
            (3, "publish", "1.0.1"),
            (4, "policy", "1.0.1"),
            (5, "rollback", "1.0.0"),
        ]
        manage("verify_ledger")


@real_files
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_documented_diff_is_the_real_one(language: str) -> None:
    """``docs/reference/import-diff.*.txt``: the real files against the demo, in sentences."""
    changes = diff(demo_snapshot(), icontrol.read(REAL).snapshot)
    page = ROOT / "docs" / "reference" / f"import-diff.{language}.txt"
    assert page.read_text() == "".join(f"{change.sentence[language]}\n" for change in changes)  # type: ignore[literal-required]
