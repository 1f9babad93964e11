"""What did clients get at a time: the answer agrees with what they were served, to the byte."""

from __future__ import annotations

import hashlib

import pytest
from django.test import Client

from tests.factories import World, flag, snapshot
from tests.frontend.control.pages import HERE, get
from tests.releases.admin_pages import Staff, staff

THEN = f"{HERE}/then"


@pytest.fixture
def ada(world: World) -> Staff:
    return staff("viewer", name="ada.p")


def test_the_very_bytes(world: World, ada: Staff) -> None:
    served = []
    for step in (
        lambda: world.release(snapshot("home", featureFlags=[flag("search", "ON", owner="ada")])),
        lambda: world.kill("search"),
        lambda: world.release(snapshot("home", "shop", featureFlags=[flag("search", "ON")])),
    ):
        step()
        served.append(Client().get("/api/config/published", headers={"X-Client-Version": "1.0.0"}))
    for serial, answer in enumerate(served, start=1):
        page = get(ada, THEN, serial=serial)
        assert answer.headers["X-Config-Digest"] in page.text and answer.headers["ETag"] in page.text
        download = ada.client.get(f"{HERE}/releases/{serial}/config.json")
        assert download.content == answer.content
        assert hashlib.sha256(download.content).hexdigest() == answer.headers["X-Config-Digest"]
        assert "attachment" in download.headers["Content-Disposition"]
    assert "Forced off search" in get(ada, THEN, serial=2).text and "no flag" in get(ada, THEN, serial=1).text


def test_a_time_between_two_releases(world: World, ada: Staff) -> None:
    """The world's clock starts at noon in UTC, and moves a second with each step."""
    world.release(snapshot("home"), reason="first")  # 12:00:02
    world.policy(latest="2.0.0")  # 12:00:03
    at = {"at": "2026-11-22T12:00:02", "zone": "UTC"}
    page = get(ada, THEN, **at)
    assert "ada published 1.0.0. “first”" in page.text and "until 2026-11-22 12:00:03 UTC" in page.text
    assert "Newest app" in page.text and "2.0.0" not in page.text
    paris = get(ada, THEN, at="2026-11-22T13:00:02", zone="Europe/Paris").text
    assert "At 2026-11-22 13:00:02 Europe/Paris (2026-11-22 12:00:02 UTC)" in paris and "“first”" in paris
    assert "“first”" in get(ada, THEN, at="2026-11-22T14:00:02+02:00").text
    before = get(ada, THEN, at="2026-11-22T12:00:01", zone="UTC")
    assert "Nothing had been released in production then" in before.text
    assert "ada changed the version policy" in get(ada, THEN).text  # now


@pytest.mark.parametrize(
    "text", ["x", "2026-13-45T00:00", "0001-01-01T00:00", "2026-11-22", "9" * 50, "2026-11-22T25:00"]
)
def test_what_is_no_time_is_said_at_the_field(world: World, ada: Staff, text: str) -> None:
    page = get(ada, THEN, at=text, zone="Mars/Olympus")
    if text == "2026-11-22":  # a day begins at midnight
        assert page.status == 200 and "2026-11-22 00:00:00 UTC" in page.text
    else:
        assert page.status == 422 and "This is not a time." in page.text


def test_an_hour_that_comes_twice_is_meant_once(world: World, ada: Staff) -> None:
    """On 2026-10-25 at three o'clock clocks in Paris go back to two."""
    page = get(ada, THEN, at="2026-10-25T02:30:00", zone="Europe/Paris")
    assert "(2026-10-25 00:30:00 UTC)" in page.text


def test_a_release_that_is_not_there_and_one_without_a_config(world: World, ada: Staff) -> None:
    assert get(ada, THEN, serial=9).refusal == "release.unknown"
    assert get(ada, f"{HERE}/releases/{'9' * 30}/config.json").refusal == "release.unknown"
    world.policy(latest="2.0.0")
    assert "no version" in get(ada, THEN, serial=1).text
    assert get(ada, f"{HERE}/releases/1/config.json").refusal == "release.none"
