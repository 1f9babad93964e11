"""What clients read, beside the same bytes from a tuned nginx, for ``python -m tests.bench``. Prints one line of JSON.

``wrk`` with one thread and 32 connections, both with two workers; the second of two rounds. ``null`` without the two.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.beside import ROOT, running  # isort: skip  (sets Django up)

from configs.demo import demo_snapshot
from tests.bench.ledgers import progress
from tests.icontrol.test_serve import free_port

WORKERS, SECONDS, ROUNDS = 2, 5, 2
EXTRA_PAGES = 250  # beside the demo's: about 50 KB
PUBLISHED, GATE = "/api/config/published", "/meta/release"
NGINX = """
worker_processes {workers};
{user}
pid {place}/pid;
error_log {place}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=100 inactive=60s;
    keepalive_requests 10000000;
    default_type application/json;
    client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
    server {{ listen 127.0.0.1:{port}; root {place}/files; }}
}}
"""


@contextlib.contextmanager
def nginx(body: bytes) -> Iterator[str]:
    """The address of these bytes as a file."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="icontrol-nginx-") as name:
        place = Path(name)
        (place / "files").mkdir()
        (place / "files" / "config.json").write_bytes(body)
        user = "user root;" if os.geteuid() == 0 else ""
        (place / "conf").write_text(NGINX.format(workers=WORKERS, user=user, place=place, port=port))
        process = subprocess.Popen(["nginx", "-c", str(place / "conf"), "-g", "daemon off;"])
        try:
            yield f"http://127.0.0.1:{port}/config.json"
        finally:
            process.terminate()
            process.wait()


def tag_of(url: str) -> str:
    for _ in range(100):
        with contextlib.suppress(OSError), urllib.request.urlopen(url) as answer:
            return str(answer.headers["ETag"])
        time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


def rate(url: str, **headers: str) -> dict[str, float]:
    """Requests a second, and the seconds that one in a hundred takes longer than."""
    named = [f"-H{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    command = ["wrk", "-t1", "-c32", f"-d{SECONDS}", "--latency", *named, url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]
    seconds = float(number) * {"us": 1e-6, "ms": 1e-3, "s": 1}[unit]
    return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), "p99": seconds}  # type: ignore[index]


def main() -> int:
    if not (shutil.which("nginx") and shutil.which("wrk")):
        print("null")
        return 0
    with running(ICONTROL_WORKERS=str(WORKERS)) as server:
        address = f"http://127.0.0.1:{server.port}"
        config = demo_snapshot()
        page = {"visible": True, "roles": []}
        config["pages"] += [
            {**page, "id": f"page-{n}", "title": f"Page {n}", "path": f"/page-{n}", "order": 1000 + n}
            for n in range(EXTRA_PAGES)
        ]
        etag = server.save(json.dumps(config).encode())["etag"]
        confirmed = {"reason": "measured", "confirm": ["release.grows", "release.shrinks"]}
        status, _ = server.ask("POST", "/api/config/publish", confirmed, **{"If-Match": etag})
        assert status == 200, status
        policy = ["policy", "--min-supported", "1.0.0", "--latest", "2.0.0", "--reason", "measured"]
        environment = {**os.environ, "PORT": str(server.port)}
        subprocess.run([sys.executable, str(ROOT / "manage.py"), *policy], env=environment, check=True, stdout=2)
        with urllib.request.urlopen(
            urllib.request.Request(f"{address}{PUBLISHED}", headers={"X-Client-Version": "2.0.0"})
        ) as answer:
            body, tag = answer.read(), answer.headers["ETag"]
        new, old = {"X_Client_Version": "2.0.0"}, {"X_Client_Version": "0.9.0"}
        found: dict[str, Any] = {"bytes": len(body)}
        with nginx(body) as file:
            file_tag = tag_of(file)
            for number in range(ROUNDS):
                progress(f"reading, round {number + 1} of {ROUNDS}")
                found["nginx 200"] = rate(file)
                found["200"] = rate(f"{address}{PUBLISHED}", **new)
                found["nginx 304"] = rate(file, If_None_Match=file_tag)
                found["304"] = rate(f"{address}{PUBLISHED}", If_None_Match=tag, **new)
                found["gate"] = rate(f"{address}{GATE}", **new)
                found["426"] = rate(f"{address}{GATE}", **old)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
