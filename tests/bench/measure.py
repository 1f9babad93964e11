"""One database, measured, for ``python -m tests.bench``. Prints one line of JSON; progress goes to stderr.

The settings are the program's own; whoever starts this gives an empty data directory or database. Everything is done
by the real actions and through the whole WSGI application, in this process. A short and a long ledger are measured in
turns, so that a busy machine slows both.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "icontrol.settings"
os.environ["ICONTROL_DATABASE_POOL"] = "on"  # as the server has it
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from configs.models import ConfigVersion  # noqa: E402
from releases import access  # noqa: E402
from releases.actions import stored_policies  # noqa: E402
from releases.delivery import kept  # noqa: E402
from releases.gate import Policy  # noqa: E402
from releases.ledger import append, head_of  # noqa: E402
from releases.policies import CONFIRMABLE  # noqa: E402
from releases.verify import verify  # noqa: E402
from tests.bench.documents import edited, large_snapshot  # noqa: E402
from tests.factories import ADA, World, make_world, snapshot  # noqa: E402

ROUNDS = 15
VERIFICATIONS = 3
SHORT, LONG = 10, 10_000
#: Versions that a long ledger goes to and fro between; a person publishes every day for most of a year.
VERSIONS = 200
BATCH = 500
application = get_wsgi_application()
samples: dict[str, list[float]] = {}


def timed(name: str, work: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    result = work()
    samples.setdefault(name, []).append(time.perf_counter() - start)
    return result


def progress(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


class Bench:
    """A ledger of so many releases in an application of its own; what is live is the large snapshot."""

    def __init__(self, key: str, base: dict[str, Any], *, releases: int, versions: int) -> None:
        self.world: World = make_world(key=key, is_default=False)
        self.world.now = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
        for number in range(versions):
            self.world.release(snapshot("home", f"page-{number}"), confirm=CONFIRMABLE)
        self.fill(releases - 1)
        self.world.release(base, confirm=CONFIRMABLE)
        self.client_key = access.create_client_key(
            self.world.production, name="bench", actor=ADA, now=self.world.now
        ).key
        self.token = self.world.token("publisher")

    def fill(self, until: int) -> None:
        """Rollbacks and policy changes in turn, by the one function that appends."""
        environment = self.world.production
        versions = list(ConfigVersion.objects.filter(application=self.world.application, state="published"))
        policies = [stored_policies({"default": Policy(latest=f"1.{minor}.0").as_json()}) for minor in range(10)]
        head = head_of(environment)
        assert head is not None
        while head.serial < until:
            with transaction.atomic():
                for _ in range(min(BATCH, until - head.serial)):
                    changes_policy = head.serial % 2 == 0
                    head = append(
                        environment,
                        head,
                        kind="policy" if changes_policy else "rollback",
                        config_version=head.config_version if changes_policy else versions[head.serial % len(versions)],
                        policies=policies[head.serial // 2 % 10] if changes_policy else head.policies,
                        kill_switches="[]",
                        actor=ADA.name,
                        reason="as on any other day",
                        now=self.world.tick(),
                    )

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[str, dict[str, str], bytes]:
        """A request through all of the application, as a server makes it."""
        data = b"" if body is None else json.dumps(body).encode()
        path, _, query = path.partition("?")
        answer: dict[str, Any] = {}
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(data)),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(data),
            "wsgi.errors": sys.stderr,
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }

        def start_response(status: str, fields: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
            answer.update(status=status, headers=dict(fields))
            return lambda written: None

        response = application(environ, start_response)
        content = b"".join(response)
        response.close()
        return answer["status"], answer["headers"], content

    def read(self, name: str, path: str, status: str, **headers: str) -> dict[str, str]:
        got, fields, _ = timed(name, lambda: self.ask("GET", path, x_client_key=self.client_key, **headers))
        assert got.startswith(status), got
        return fields

    def round(self, size: str, content: Any) -> None:
        """A save, a publish, what clients then ask, and a rollback. The rollback is undone."""
        world = self.world
        timed(f"save {size}", lambda: world.edit(content))
        timed(f"publish {size}", world.publish)
        self.read(f"first {size}", "/api/config/published", "200")
        fields = self.read(f"config {size}", "/api/config/published", "200")
        self.read(f"config 304 {size}", "/api/config/published", "304", if_none_match=fields["ETag"])
        self.read(f"meta {size}", "/meta/release", "200", x_client_version="1.4.2")
        timed(f"rollback {size}", world.rollback)
        world.undo()

    def requests(self, content: Any) -> None:
        """The same save and publish, as requests: with reading, problems and the answer."""
        query = f"?application={self.world.application.key}"
        bearer = f"Bearer {self.token}"
        path = f"/api/config/draft{query}"
        etag = self.world.draft.etag
        got, fields, _ = timed("PUT draft", lambda: self.ask("PUT", path, content, authorization=bearer, if_match=etag))
        assert got.startswith("200"), got
        path = f"/api/config/publish{query}"
        body = {"reason": "go"}
        etag = fields["ETag"]
        got, _, said = timed("POST publish", lambda: self.ask("POST", path, body, authorization=bearer, if_match=etag))
        assert got.startswith("200"), (got, said[:500])


def ratios() -> dict[str, float]:
    """How much longer the long ledger takes: the median over the rounds, each of which measured both."""
    return {
        what.removesuffix(" long"): statistics.median(
            long / short for long, short in zip(values, samples[what.removesuffix("long") + "short"], strict=True)
        )
        for what, values in samples.items()
        if what.endswith(" long")
    }


def sync_cost() -> float:
    """Seconds until 4 KiB are on the disk where the embedded database would be."""
    costs = []
    with tempfile.NamedTemporaryFile(dir=settings.ICONTROL_DATA) as file:
        for _ in range(20):
            file.write(b"x" * 4096)
            file.flush()
            start = time.perf_counter()
            os.fsync(file.fileno())
            costs.append(time.perf_counter() - start)
    return statistics.median(costs)


def database() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


def main() -> None:
    call_command("migrate", verbosity=0)
    name = database()
    base = large_snapshot()
    progress(f"{name}: a ledger of {LONG} releases")
    long = Bench("long", base, releases=LONG, versions=VERSIONS)
    shorts = [Bench(f"short-{number}", base, releases=SHORT, versions=2) for number in range(ROUNDS + 1)]
    for number, short in enumerate(shorts):
        progress(f"{name}: round {number} of {ROUNDS}")
        content = edited(base, number)
        pair = [("short", short), ("long", long)]
        for size, bench in pair if number % 2 else reversed(pair):
            bench.round(size, content)
        long.requests(edited(base, 1_000 + number))
        if number == 0:  # everything is warm now
            samples.clear()
            kept.clear()
    progress(f"{name}: verifying")
    for _ in range(VERIFICATIONS):
        found = timed("verify", lambda: list(verify([long.world.production], against=[settings.ICONTROL_CHECKPOINTS])))
        assert not found, found[0]
    medians = {key: statistics.median(values) for key, values in samples.items()}
    medians["sync"] = sync_cost()
    print(json.dumps({"database": name, "seconds": medians, "ratios": ratios()}))
    connection.close()
    close_pool: Callable[[], None] = getattr(connection, "close_pool", lambda: None)
    close_pool()


if __name__ == "__main__":
    main()
