"""Ledgers to be measured, and the stopwatch. Importing this sets Django up with the program's own settings.

Everything is done by the real actions and through the whole WSGI application, in this process, as the server has it:
what is evaluated is counted, and a thread writes the counts.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from icontrol import environ

os.environ["DJANGO_SETTINGS_MODULE"] = "icontrol.settings"
os.environ["ICONTROL_DATABASE_POOL"] = "on"  # as the server has it
os.environ["ICONTROL_SNAPSHOT_MAX_BYTES"] = str(2**20)  # 99 flags of 50 rules are larger than the cap
environ.may_make = True
django.setup()

from django.db import transaction  # noqa: E402

from configs.models import ConfigVersion  # noqa: E402
from icontrol.wsgi import application  # noqa: E402
from releases.access import actions as access  # noqa: E402
from releases.flag_life import NO_CHANGES  # noqa: E402
from releases.gate.decision import Policy  # noqa: E402
from releases.ledger.chain import head_of  # noqa: E402
from releases.policies import CONFIRMABLE, stored_policies  # noqa: E402
from releases.proposals import propose, release  # noqa: E402
from tests.factories import ADA, World, make_world, snapshot  # noqa: E402

BATCH = 500
#: Seconds that each piece of work took, in the order in which it was done.
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
        while head.serial < until:
            with transaction.atomic():
                for _ in range(min(BATCH, until - head.serial)):
                    proposal = propose(head, "policy", policies=policies[head.serial // 2 % 10])
                    if head.serial % 2:
                        others = [version for version in versions if version.pk != head.config_version_id]
                        proposal = propose(head, "rollback", config_version=others[head.serial // 2 % len(others)])
                    reason, now = "as on any other day", self.world.tick()
                    done = release(proposal, flags=NO_CHANGES, reason=reason, actor=ADA, now=now)
                    assert done.release.serial == head.serial + 1
                    head = done.release

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

    def read(self, name: str, path: str, status: str, body: Any = None, **headers: str) -> dict[str, str]:
        """The headers of the answer. With a body it is a POST; the client's key goes in each protocol's header."""
        keys = {"x_client_key": self.client_key, "x_api_key": self.client_key}
        if path.startswith("/unleash/"):
            keys = {"authorization": self.client_key}
        method = "GET" if body is None else "POST"
        got, fields, said = timed(name, lambda: self.ask(method, path, body, **keys, **headers))
        assert got.startswith(status), (got, said[:500])
        return fields
