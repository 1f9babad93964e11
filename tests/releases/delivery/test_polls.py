"""Polls of the gate are counted as what they say: nothing is lost, memory and tables have a bound."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from icontrol.kernel.background import background
from releases.delivery import adoption, polls
from releases.delivery.adoption import seen_clients, seen_tenants, told
from releases.models import Environment, TenantPolls, VersionPolls
from tests.factories import NOON, World, snapshot

NOW = NOON + dt.timedelta(minutes=7)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [NOW.timestamp()]
    for counter in (polls.by_version, polls.by_tenant):
        monkeypatch.setattr(counter, "clock", lambda: now[0])
    return now


def poll(version: str | None = None, platform: str | None = None, tenant: str | None = None, **more: Any) -> int:
    sent = {"x-client-version": version, "x-client-platform": platform, "x-tenant": tenant, **more}
    headers = {name: value for name, value in sent.items() if value is not None}
    return Client().get("/meta/release", headers=headers).status_code


def versions() -> list[Any]:
    polls.flush()
    return sorted(VersionPolls.objects.values_list("version", "platform", "serial", "every", "polls"))


def tenants() -> list[Any]:
    polls.flush()
    return sorted(TenantPolls.objects.values_list("tenant", "version", "platform", "every", "polls"))


@pytest.mark.usefixtures("clock")
def test_a_poll_counts_as_what_it_says(world: World) -> None:
    world.policy(minSupported="2.0.0", latest="3.0.0", pollAfter=30)
    assert [poll("2.5", "iOS", "acme"), poll("2.5.0", "ios", "acme"), poll("1.0.0", "ios", "globex")] == [200, 200, 426]
    assert [poll(), poll("v1", "no such platform!"), poll("2.5.0", "ios", "acme", if_none_match="*")] == [200, 400, 304]
    serial = world.head().serial
    assert versions() == [
        ("", "", serial, 30, 1),
        ("1.0.0", "ios", serial, 30, 1),
        ("2.5.0", "ios", serial, 30, 3),
        ("?", "", serial, 30, 1),
    ]
    assert tenants() == [
        ("", "", "", 30, 1),
        ("", "?", "", 30, 1),
        ("acme", "2.5.0", "ios", 30, 3),
        ("globex", "1.0.0", "ios", 30, 1),
    ]
    world.policy(maintenance=True, retryAfter=600)
    assert poll("2.5.0", "ios") == 503
    assert ("2.5.0", "ios", serial + 1, 600, 1) in versions()


@pytest.mark.usefixtures("clock")
def test_other_requests_are_no_polls(world: World) -> None:
    world.release(snapshot())
    Client().head("/meta/release")
    Client().options("/meta/release")
    Client().get("/api/config")
    Client().get("/meta/release", headers={"x-client-key": "pk_unknown"})
    assert (versions(), tenants()) == ([], [])


@pytest.mark.usefixtures("clock")
def test_a_read_writes_nothing_while_the_client_waits(
    world: World, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.release(snapshot())
    poll("1.0.0")
    with django_assert_num_queries(1):  # the newest release
        poll("1.0.0", tenant="acme")
    assert background._thread is None


@pytest.mark.usefixtures("clock")
def test_hostile_names_share_one_entry(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.release(snapshot())
    monkeypatch.setattr(polls._versions, "_most", 3)
    monkeypatch.setattr(polls._tenants, "_most", 4)
    for number in range(20):
        assert poll(f"1.0.{number}", tenant=f"tenant-{number}") == 200
    poll("1.0.0", tenant="tenant-0")
    assert [(version, count) for version, *_, count in versions()] == [
        ("1.0.0", 2),
        ("1.0.1", 1),
        ("1.0.2", 1),
        (polls.OTHERS, 17),
    ]
    assert [(tenant, count) for tenant, *_, count in tenants()][-1] == (polls.OTHERS, 16)
    assert sum(count for *_, count in tenants()) == 21
    assert len(tenants()) == 4 + 1


def test_no_address_takes_all_places_and_who_was_there_keeps_one(
    world: World, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.release(snapshot("home"))
    monkeypatch.setattr(polls._versions, "_most", 6)
    monkeypatch.setattr(polls._versions, "_most_of_address", 3)

    def counted(*version_and_address: tuple[str, str]) -> set[str]:
        for version, address in version_and_address:
            Client(REMOTE_ADDR=address).get("/meta/release", headers={"x-client-version": version})
        found = {version for version, *_ in versions()}
        VersionPolls.objects.all().delete()
        return found

    flood = [(f"9.0.{number}", f"2001:db8::{number}") for number in range(10)]
    assert counted(*flood, ("1.0.0", "192.0.2.1")) == {"9.0.0", "9.0.1", "9.0.2", polls.OTHERS, "1.0.0"}
    clock[0] += polls.SLOT
    others = [(f"8.0.{number}", f"192.0.2.{number}") for number in range(10, 20)]
    assert counted(*others, ("1.0.0", "192.0.2.1")) == {"8.0.10", "8.0.11", polls.OTHERS, "1.0.0"}


@pytest.mark.parametrize(
    "sent", ["x" * 5_000, "\u00ff" * 300, "a\x85b", "  ", "…", "'; DROP TABLE releases_release; --", "\u202eevil"]
)
@pytest.mark.usefixtures("clock")
def test_any_tenant_is_taken(world: World, sent: str) -> None:
    world.release(snapshot())
    assert Client().get("/meta/release", HTTP_X_TENANT=sent, HTTP_X_CLIENT_PLATFORM=sent).status_code == 200
    ((tenant, *_),) = tenants()
    assert len(tenant) <= polls.LONGEST_TENANT and tenant.isprintable()


def test_periods_and_environments_are_kept_apart(world: World, clock: list[float]) -> None:
    key = world.staging.client_keys.create(key="pk_staging", name="app", created_at=NOON).key
    world.release(snapshot())
    world.release(snapshot(), environment=world.staging)
    poll("1.0.0")
    poll("1.0.0", **{"x-client-key": key})
    clock[0] += polls.HOUR
    poll("1.0.0")
    polls.flush()
    places = sorted(VersionPolls.objects.values_list("environment", "slot", "polls"))
    slot = adoption.slot_of(NOW)
    assert places == sorted(
        [(world.production.pk, slot, 1), (world.staging.pk, slot, 1), (world.production.pk, slot + 12, 1)]
    )


@pytest.mark.usefixtures("clock")
def test_an_outage_loses_nothing(world: World) -> None:
    world.release(snapshot())
    poll("1.0.0", tenant="acme")

    def fail(*_: Any) -> Any:
        raise OperationalError("away")

    with connection.execute_wrapper(fail):
        polls.flush()
    poll("1.0.0", tenant="acme")
    assert versions()[0][-1] == tenants()[0][-1] == 2


# How many clients that makes ------------------------------------------------------------------------------------------


def recorded(environment: Environment, at: dt.datetime, version: str, count: int, every: int = 60, **more: Any) -> None:
    values = {"platform": "", "serial": 1, **more}
    VersionPolls.objects.create(
        environment=environment, slot=adoption.slot_of(at), version=version, every=every, polls=count, **values
    )


def test_clients_that_ask_as_told_are_counted_as_they_are(world: World) -> None:
    """Forty of one version through the day, ten of another in one hour: the busiest hour has fifty."""
    for slot in range(24 * 12):
        recorded(world.production, NOW - dt.timedelta(seconds=slot * polls.SLOT), "2.0.0", 40 * 5)
    for slot in range(12):
        recorded(world.production, NOW - dt.timedelta(seconds=slot * polls.SLOT), "1.0.0", 10 * 5)
    seen = seen_clients(world.production, NOW)
    assert seen.clients == 50
    assert [(one.version, one.clients) for one in seen.versions] == [("2.0.0", 49), ("1.0.0", 1)]
    assert sum(one.share for one in seen.versions) == pytest.approx(1)
    assert seen.share_of({("1.0.0", "")}) == pytest.approx(10 / (24 * 40 + 10))
    last_hour = seen_clients(world.production, NOW, 1)
    assert [(one.version, one.clients) for one in last_hour.versions] == [("2.0.0", 40), ("1.0.0", 10)]
    assert seen_clients(world.staging, NOW).clients == 0


@pytest.mark.parametrize("every", [1, 60, 600, 3_600, 86_400])
def test_no_interval_makes_one_client_many(world: World, every: int) -> None:
    """A client for a day, however rarely it asks."""
    for second in range(0, 86_400, every) if every >= polls.SLOT else range(0, 86_400, polls.SLOT):
        at = NOW - dt.timedelta(seconds=second)
        recorded(world.production, at, "1.0.0", max(1, polls.SLOT // every), every)
    assert seen_clients(world.production, NOW).clients == 1


def test_older_polls_do_not_count(world: World) -> None:
    recorded(world.production, NOW - dt.timedelta(hours=24, minutes=5), "1.0.0", 60)
    recorded(world.production, NOW - dt.timedelta(hours=23), "2.0.0", 60)
    assert [one.version for one in seen_clients(world.production, NOW).versions] == ["2.0.0"]
    assert [one.version for one in seen_clients(world.production, NOW, 25).versions] == ["1.0.0", "2.0.0"]


def test_tenants_are_those_that_polls_named(world: World, clock: list[float]) -> None:
    world.release(snapshot())
    for tenant in ("acme", "acme", "globex", None):
        poll("1.0.0", tenant=tenant)
    poll("2.0.0", tenant="initech")
    polls.flush()
    assert [one.tenant for one in seen_tenants(world.production, NOW)] == ["acme", "globex", "initech"]
    assert [one.tenant for one in seen_tenants(world.production, NOW, among={("2.0.0", "")})] == ["initech"]
    assert seen_tenants(world.production, NOW + dt.timedelta(hours=24)) == []


def test_clients_that_have_asked_since_a_release_are_told_of_it(world: World, clock: list[float]) -> None:
    head = world.release(snapshot())
    clock[0] = head.created_at.timestamp() + 20
    for _ in range(7):
        poll("1.0.0")
    polls.flush()
    assert told(head, head.created_at + dt.timedelta(seconds=20)) == 7  # none can have asked twice
    assert told(head, head.created_at + dt.timedelta(seconds=120)) == 4
    newer = world.policy(latest="2.0.0")
    assert told(newer, newer.created_at + dt.timedelta(seconds=20)) == 0


def test_the_chart_has_a_column_for_each_step(world: World) -> None:
    recorded(world.production, NOW, "2.0.0", 10)
    recorded(world.production, NOW - dt.timedelta(minutes=55), "1.0.0", 5, platform="ios")
    recorded(world.production, NOW - dt.timedelta(minutes=65), "0.9.0", 5)
    found = adoption.steps(world.production, NOW, hours=1, columns=12)
    assert [step.time for step in found if step.time] == [{"1.0.0": 300}, {"2.0.0": 600}]
    assert len(found) == 12 and found[-1].at <= NOW < found[-1].at + dt.timedelta(minutes=5)
    wide = adoption.steps(world.production, NOW, hours=24, columns=48)
    assert sum(time for step in wide for time in step.time.values()) == 300 + 600 + 300
