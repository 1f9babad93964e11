"""The clients seen: numbers that say what they are, a chart with its table, and bounds on all of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from frontend.control import clients
from frontend.control.adoption_chart import HEIGHT, TOP, chart
from releases.delivery import polls
from releases.delivery.adoption import Step, slot_of
from releases.models import TenantPolls, VersionPolls
from tests.factories import NOON, World, snapshot
from tests.frontend.control.pages import HERE, THERE, get
from tests.releases.admin_pages import Staff, staff
from tests.releases.test_impact import seen

PAGE = f"{HERE}/clients"


@pytest.fixture
def eve(world: World) -> Staff:
    return staff("viewer")


@pytest.fixture
def fleet(world: World) -> World:
    world.release(snapshot())
    world.now = timezone.now()
    seen(world, 90, "3.0.0", "web", "acme", "globex")
    seen(world, 10, "2.9.0", "ios", "acme", "<b>initech")
    return world


def test_how_many_clients_of_which_version_platform_and_tenant(fleet: World, eve: Staff) -> None:
    page = get(eve, PAGE)
    assert "≈ 100 clients at the busiest hour of the last 24" in page.text
    assert "3.0.0 web ≈ 90 90.0 % 129 150" in page.text and "2.9.0 ios ≈ 10 10.0 %" in page.text
    assert all(tenant in page.text for tenant in ("acme", "globex", "<b>initech"))
    assert "These are estimates" in page.text
    assert "≈ 100 clients seen in the last hour" in get(eve, PAGE, hours=1).text
    assert "of the last 7 days" in get(eve, PAGE, hours=168).text
    assert "No client was seen" in get(eve, f"{THERE}/clients").text


@pytest.mark.parametrize("hours", ["", "2", "-1", "x", "9" * 30])
def test_another_time_is_a_day(fleet: World, eve: Staff, hours: str) -> None:
    assert "of the last 24" in get(eve, PAGE, hours=hours).text


def test_many_names_do_not_make_it_long(world: World, eve: Staff) -> None:
    now = timezone.now()
    hour = int(now.timestamp()) // polls.HOUR
    common = {"environment": world.production, "every": 60, "polls": 1}
    VersionPolls.objects.bulk_create(
        VersionPolls(slot=slot_of(now) - back, version=f"1.{number}.0", platform="web", serial=1, **common)
        for number in range(200)
        for back in range(3)
    )
    TenantPolls.objects.bulk_create(
        TenantPolls(hour=hour, tenant=f"t{number}", version="1.0.0", platform="", **common) for number in range(500)
    )
    page = get(eve, PAGE)
    assert len(list(page.all("tr"))) < 48 + clients.VERSIONS + clients.TENANTS + 10
    assert "and 150 more" in page.text and "195 others" in page.text
    assert len(page.response.content) < 150_000


def test_in_french(fleet: World) -> None:
    page = get(staff("viewer", language="fr"), PAGE)
    assert "clients à l'heure la plus chargée des 24 dernières" in page.text and "90,0 %" in page.text


# The chart ------------------------------------------------------------------------------------------------------------


def steps(*times: dict[str, int]) -> list[Step]:
    return [Step(NOON + dt.timedelta(hours=number), time) for number, time in enumerate(times)]


def test_each_column_is_whole_and_the_newest_is_at_the_base(world: World) -> None:
    made = chart(steps({"2.0.0": 50, "10.0.0": 150}, {}, {"10.0.0": 1}), [], NOON + dt.timedelta(hours=3))
    assert [one.name for one in made.series] == ["10.0.0", "2.0.0"]
    first, empty, last = made.columns
    assert [(area.series, area.y, area.height) for area in first.areas] == [(1, TOP + 50, 150), (2, TOP, 50)]
    assert (empty.areas, empty.shares) == ((), None)
    assert sum(area.height for area in last.areas) == HEIGHT
    assert first.shares == [75, 25]


def test_releases_are_marked_where_they_were(world: World) -> None:
    releases = [world.release(), world.release()]
    for release, hours in zip(releases, (1.5, 1.6), strict=True):
        release.created_at = NOON + dt.timedelta(hours=hours)
    made = chart(steps({"1.0.0": 1}, {}, {}), releases, NOON + dt.timedelta(hours=3))
    assert [(marker.x, marker.label) for marker in made.markers] == [(50, "1.0.0"), (53.333, "")]
    assert [tick.label for tick in made.ticks] == ["12:00", "12:45", "13:30", "14:15", "15:00"]
