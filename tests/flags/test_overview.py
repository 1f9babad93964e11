"""What is known about live flags: age, use, and the reasons to remove one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from flags.models import UNTOLD, Usage
from flags.overview import FlagFacts, counts_of, overview
from flags.usage import HOUR, KEPT_HOURS
from frontend.control.usage_chart import bars
from icontrol.kernel.refusals import Refusal
from releases.models import Environment, Release
from tests.factories import NOON, World, flag, snapshot
from tests.releases.admin_pages import staff
from tests.releases.api.helpers import Api, ok
from tests.releases.commands import done

DAY = dt.timedelta(days=1)
GROWTH = ["release.grows", "release.shrinks"]


def count(environment: Environment, key: str, variant: str, at: dt.datetime, number: int = 1) -> None:
    Usage.objects.create(
        environment=environment, flag=key, variant=variant, hour=int(at.timestamp()) // HOUR, count=number
    )


def facts(world: World, key: str, now: dt.datetime = NOON + 40 * DAY, **of: Any) -> FlagFacts:
    return overview(of.get("environment", world.production), now).flag(key)


def test_the_age_is_since_the_first_release_here(world: World) -> None:
    world.release(snapshot(featureFlags=[flag("old")]))
    world.now += 3 * DAY
    world.release(snapshot(featureFlags=[flag("old", "ON"), flag("new")]), environment=world.staging)
    staged = world.now
    world.now += 2 * DAY
    world.publish("1.0.1")
    production = overview(world.production, world.now)
    assert [(item.key, item.first.version) for item in production.flags] == [("new", "1.0.1"), ("old", "1.0.0")]
    assert production.flag("new").first.at == world.now
    assert {item.first.at for item in overview(world.staging, world.now).flags} == {staged}
    world.rollback()
    world.now += DAY
    world.publish("1.0.1", confirm=["release.contains_rolled_back", "flag.key_reused"])
    again = overview(world.production, world.now).flag("new").first
    assert again == production.flag("new").first._replace(since=world.now)


def test_a_flag_that_another_one_needs_is_not_unused(world: World) -> None:
    needing = flag("asked", "ON", prerequisites=[{"flag": "decides"}])
    world.release(snapshot(featureFlags=[needing, flag("decides", "ON"), flag("forgotten", "ON")]))
    later = world.now + 40 * DAY
    count(world.production, "asked", "on", later)
    stale = {item.key: item.stale for item in overview(world.production, later).flags}
    assert stale == {"asked": (), "decides": (), "forgotten": ("flag.not_evaluated",)}
    assert facts(world, "decides", later).stale == ()


def test_a_flag_that_came_back_is_not_one_of_thirty_days(world: World) -> None:
    world.release(snapshot(featureFlags=[flag("search", "ON"), flag("stays", "ON")]))
    first = world.now
    world.release(snapshot(featureFlags=[flag("stays", "ON")]), confirm=GROWTH)
    count(world.production, "search", "on", NOON + DAY)
    world.now += 60 * DAY
    world.rollback()
    back = world.now
    world.kill("stays")  # a release of the same version is no return
    now = back + dt.timedelta(hours=1)
    search = facts(world, "search", now)
    assert (search.first.at, search.first.since, search.stale) == (first, back, ())
    assert facts(world, "stays", now).first.since == first
    assert facts(world, "stays", now).stale == ("flag.not_evaluated",)
    assert facts(world, "search", back + 30 * DAY).stale == ("flag.not_evaluated",)


def test_on_for_all_before_it_left_proves_nothing(world: World) -> None:
    world.release(snapshot(featureFlags=[flag("search", "ON")]))
    world.release(snapshot(), confirm=GROWTH)
    world.now += 40 * DAY
    world.rollback()
    now = world.now + dt.timedelta(hours=1)
    count(world.production, "search", "on", now - 29 * DAY - dt.timedelta(hours=5))
    assert facts(world, "search", now).stale == ()


def test_one_flag_is_asked_about_alone(world: World) -> None:
    flags = [flag("search", "ON"), flag("export", "ON")]
    world.release(snapshot(featureFlags=[*flags, flag("gone", "ON")]))
    world.kill("gone")
    world.kill("export")
    world.release(snapshot(featureFlags=flags), confirm=GROWTH)
    for key in ("search", "export"):
        count(world.production, key, "on", NOON, 7)
    whole = overview(world.production, NOON)
    with CaptureQueriesContext(connection) as captured:
        one = overview(world.production, NOON, "search")
    [query] = [query["sql"] for query in captured if "flags_usage" in query["sql"]]
    assert "'search'" in query
    assert (one.flags, one.gone) == ([whole.flag("search")], ["gone"])
    for unknown in ("moon", "\0"):
        with pytest.raises(Refusal) as refusal:
            overview(world.production, NOON, unknown).flag(unknown)
        assert refusal.value.code == "flag.unknown"


def test_on_with_a_variant_that_was_not_told_is_on(world: World) -> None:
    world.release(snapshot(featureFlags=[flag("search", "ON")]))
    count(world.production, "search", UNTOLD, NOON, 3)
    count(world.production, "search", "off", NOON, 1)
    assert facts(world, "search", NOON).use.share_on == 0.75
    today = bars(counts_of(world.production, "search", NOON), flag("search"), NOON.date())[-1]
    assert (today.total, today.on) == (4, 3)


def test_use_is_that_of_the_environment_and_of_thirty_days(world: World) -> None:
    world.release(snapshot(featureFlags=[flag("search", "ON")]))
    now = NOON + 60 * DAY
    before = facts(world, "search", now)
    assert (before.last_evaluated, before.use.day, before.use.month, before.use.share_on) == (None, 0, 0, None)
    count(world.production, "search", "on", now - dt.timedelta(hours=KEPT_HOURS), 1000)
    count(world.staging, "search", "on", now, 1000)
    count(world.production, "search", "on", now - dt.timedelta(hours=KEPT_HOURS - 1), 5)
    count(world.production, "search", "on", now - dt.timedelta(hours=24), 20)
    count(world.production, "search", "on", now - dt.timedelta(hours=23), 30)
    count(world.production, "search", "off", now - dt.timedelta(hours=2), 40)
    count(world.production, "search", "", now - dt.timedelta(hours=2), 5)
    after = facts(world, "search", now)
    assert after.last_evaluated == now - dt.timedelta(hours=2)
    assert (after.use.day, after.use.month, after.use.share_on) == (75, 100, 0.55)


def test_the_off_variant_is_the_flags_own(world: World) -> None:
    variants = [{"key": "blue", "value": "#00f"}, {"key": "off", "value": "#000"}]
    source = flag("colour", "ON", variants=variants, defaultVariant="off", offVariant="blue") | {"type": "string"}
    world.release(snapshot(featureFlags=[source]))
    count(world.production, "colour", "blue", NOON, 1)
    count(world.production, "colour", "off", NOON, 3)
    assert facts(world, "colour", NOON).use.share_on == 0.75


def test_a_flag_that_nobody_evaluates_may_go_after_thirty_days_and_not_before(world: World) -> None:
    world.release(snapshot(featureFlags=[flag("search", "ON")]))
    since = world.now
    assert facts(world, "search", since + 30 * DAY - dt.timedelta(seconds=1)).stale == ()
    assert facts(world, "search", since + 30 * DAY).stale == ("flag.not_evaluated",)
    count(world.production, "search", "off", since + 30 * DAY)
    assert facts(world, "search", since + 30 * DAY).stale == ()


def test_a_flag_that_is_on_for_all_may_go_after_thirty_days_and_not_before(world: World) -> None:
    world.release(snapshot(featureFlags=[flag("search", "ON")]))
    now = NOON + 60 * DAY
    count(world.production, "search", "on", now - 28 * DAY, 5)
    assert facts(world, "search", now).stale == ()
    count(world.production, "search", "on", now - 29 * DAY - dt.timedelta(hours=5), 5)
    assert facts(world, "search", now).stale == ("flag.fully_on",)
    world.kill("search")
    assert facts(world, "search", now).stale == ()


def test_one_evaluation_to_off_is_not_fully_on(world: World) -> None:
    world.release(snapshot(featureFlags=[flag("search", "ON")]))
    now = NOON + 60 * DAY
    count(world.production, "search", "on", now - 29 * DAY - dt.timedelta(hours=5), 5)
    count(world.production, "search", "off", now - 3 * DAY)
    assert facts(world, "search", now).stale == ()


@pytest.mark.parametrize("expires", ["2026-12-01", "2026-12-01T01:00:00+01:00"])
def test_an_expired_flag_may_go(world: World, expires: str) -> None:
    world.release(snapshot(featureFlags=[flag("search", "ON", expiresAt=expires)]))
    moment = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    assert facts(world, "search", moment - dt.timedelta(seconds=1)).stale == ()
    assert facts(world, "search", moment).stale == ("flag.expired",)


def test_kill_switches_show_also_when_their_flag_has_left(world: World) -> None:
    world.release(snapshot(featureFlags=[flag("search", "ON"), flag("export", "ON"), flag("gone", "ON")]))
    world.kill("search")
    world.kill("gone")
    world.release(snapshot(featureFlags=[flag("search", "ON"), flag("export", "ON")]), confirm=GROWTH)
    found = overview(world.production, NOON)
    assert found.gone == ["gone"]
    assert [(item.key, item.state, item.effective_state, item.killed) for item in found.flags] == [
        ("export", "ON", "ON", False),
        ("search", "ON", "FORCE_OFF", True),
    ]


def test_counts_by_variant_day_and_hour(world: World) -> None:
    world.release(snapshot(featureFlags=[flag("search", "ON")]))
    for hours, variant, number in [(0, "on", 1), (47, "on", 2), (48, "off", 3), (719, "on", 4), (720, "on", 50)]:
        count(world.production, "search", variant, NOON - dt.timedelta(hours=hours), number)
    count(world.production, "export", "on", NOON, 99)
    found = counts_of(world.production, "search", NOON)
    assert found.variants == {"on": 7, "off": 3}
    assert found.days == {
        dt.date(2026, 10, 23): {"on": 4},
        dt.date(2026, 11, 20): {"off": 3, "on": 2},
        dt.date(2026, 11, 22): {"on": 1},
    }
    assert list(found.hours) == [NOON - dt.timedelta(hours=47), NOON]


def test_nothing_live_and_an_unknown_flag_are_refused(world: World) -> None:
    with pytest.raises(Refusal) as nothing:
        overview(world.production, NOON)
    assert nothing.value.code == "release.none"
    world.release(snapshot())
    with pytest.raises(Refusal) as unknown:
        overview(world.production, NOON).flag("search")
    assert unknown.value.code == "flag.unknown"


def by_page() -> Callable[[World], Any]:
    viewer = staff("viewer")
    return lambda world: viewer.open("/cp/icontrol/production/flags")


def by_api() -> Callable[[World], Any]:
    return lambda world: ok(Api(world)("GET", "/api/flags", role="viewer"))


@pytest.mark.parametrize(
    "door",
    [
        lambda: lambda world: overview(world.production, world.now),
        lambda: lambda world: done("flags"),
        by_page,
        by_api,
    ],
    ids=["overview", "command", "page", "api"],
)
def test_the_price_does_not_grow_with_the_versions(
    world: World, monkeypatch: pytest.MonkeyPatch, door: Callable[[], Callable[[World], Any]]
) -> None:
    """Also at the first look after a start: only the live version is read."""
    world.now = timezone.now()
    look = door()
    texts: list[str] = []
    loads = json.loads

    def counted(text: Any, *args: Any, **more: Any) -> Any:
        if '"featureFlags"' in str(text):
            texts.append(str(text))
        return loads(text, *args, **more)

    def cost() -> tuple[int, int]:
        texts.clear()
        with monkeypatch.context() as patch, CaptureQueriesContext(connection) as captured:
            patch.setattr(json, "loads", counted)
            look(world)
        assert len(set(texts)) == 1
        return len(captured), len(texts)

    world.release(snapshot(featureFlags=[flag("a", "ON")]))
    look(world)
    one = cost()
    for number in range(30):
        world.release(snapshot(featureFlags=[flag(f"{name}-{number}", "ON") for name in "bcd"]), confirm=GROWTH)
        count(world.production, f"b-{number}", "on", world.now)
    assert cost() == one
    assert Release.objects.count() == 31
