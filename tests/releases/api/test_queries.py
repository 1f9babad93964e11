"""How many queries an answer costs: one for clients, and the same for one row and for many."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from releases.access import actions as access
from releases.ledger import chain
from releases.models import Release
from tests.factories import ADA, NOON, World, snapshot
from tests.releases.api.helpers import Api

PUBLIC = ["/meta/release", "/api/config", "/api/config/published", "/api/config/published?surface=APP"]


def queries(call: Callable[[], Any], status: int = 200) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert call().status_code == status
    return len(captured)


def lengthen(world: World, count: int) -> None:
    """Appends releases that go to and fro between two policies, each with its hash, as the ledger would."""
    head = world.head()
    assert head is not None
    other = world.policy(message="other")
    policies = itertools.cycle([head.policies, other.policies])
    rows: list[Release] = []
    for number in range(1, count):
        row = Release(
            environment=world.production,
            serial=other.serial + number,
            kind="policy",
            config_version=other.config_version,
            policies=next(policies),
            kill_switches="[]",
            actor="user:ada",
            reason="long",
            created_at=other.created_at,
            format=chain.FORMAT,
            previous_hash=(rows[-1] if rows else other).hash,
        )
        version = other.config_version
        row.hash = chain.hash_of(
            row,
            application="icontrol",
            environment="production",
            version=version.version if version else None,
            sha=version.digest if version else None,
        )
        rows.append(row)
    Release.objects.bulk_create(rows)  # the trigger sees each of them follow the one before


@pytest.fixture(params=[1, 1000])
def ledger_of(request: pytest.FixtureRequest, api: Api) -> Api:
    api.world.release(snapshot("home"))
    if request.param > 1:
        lengthen(api.world, request.param)
    return api


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("with_key", [False, True])
def test_public_routes_use_one_query(ledger_of: Api, path: str, with_key: bool) -> None:
    api = ledger_of
    made = access.create_client_key(api.world.production, name="web", actor=ADA, now=NOON).key if with_key else None
    first: list[Any] = []

    def cold() -> Any:
        first.append(api.ask(path, x_client_key=made))
        return first[0]

    def unchanged() -> Any:
        return api.ask(path, x_client_key=made, if_none_match=first[0]["ETag"])

    def blocked() -> Any:
        return api.ask(path, x_client_key=made, x_client_version="1.0.0")

    assert queries(cold) == 2  # the second reads what this process has not seen yet
    assert queries(cold) == 1
    assert queries(unchanged, 304) == 1
    assert queries(lambda: api("HEAD", path, role="anonymous", x_client_key=made)) == 1
    api.world.policy(minSupported="2.0.0", latest="2.0.0")
    assert queries(blocked, 426) == 2
    assert queries(blocked, 426) == 1
    assert queries(lambda: api.ask(path, x_client_key=made, x_client_version="nope"), 400) == 1
    assert queries(lambda: api.ask(path, x_client_key="pk_unknown"), 401) == 1


def test_the_snapshot_travels_once_and_not_with_every_question(api: Api) -> None:
    api.world.release(snapshot("home", "a-page-that-is-easily-found"))
    api.ask("/api/config")
    with CaptureQueriesContext(connection) as captured:
        api.ask("/api/config")
    assert len(captured) == 1
    with connection.cursor() as cursor:
        cursor.execute(captured[0]["sql"])
        assert "easily-found" not in str(cursor.fetchall())


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "/api/releases",
        "/api/releases?at=2027-01-01T00:00:00Z",
        "/api/config/versions",
        "/api/config/draft/history",
        "/api/config/preview/links",
        "/api/registry",
        "/api/policy",
        "/api/config/draft",
        "/api/config/preview",
        "/api/config/diff",
        "/metrics",
    ],
)
def test_lists_cost_the_same_for_one_row_and_for_ten(api: Api, path: str) -> None:
    def grow() -> None:
        api.world.release()
        api.world.preview()
        access.create_preview_link(api.world.application, reason="look", actor=ADA, now=NOON)

    grow()
    grow()  # so that there is something to go back to
    api.secret("admin")
    api("GET", path)  # the first use of a token is noted
    one = queries(lambda: api("GET", path))
    for _ in range(9):
        grow()
    assert queries(lambda: api("GET", path)) == one <= 8


def test_a_snapshot_is_read_once_however_many_keys_ask(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known is known for all keys, and a kill or a policy leaves the content as it is."""
    api.world.release(snapshot("home"))
    keys = [
        access.create_client_key(api.world.production, name=f"k{number}", actor=ADA, now=NOON).key
        for number in range(70)
    ]
    read: list[str] = []
    loads = json.loads

    def counted(text: str) -> Any:
        read.append(text)
        return loads(text)

    monkeypatch.setattr(json, "loads", counted)
    for message in ("another release", "and one more"):
        for key in keys:
            assert api.client.get("/api/config/published", headers={"X-Client-Key": key}).status_code == 200
        api.world.policy(message=message)
    head = api.world.head()
    assert head is not None and head.config_version is not None
    assert read.count(head.config_version.snapshot) == 1
