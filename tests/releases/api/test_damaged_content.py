"""A stored content that nobody can read: what was read is served, the rest says so, and there is a way out of it."""

from __future__ import annotations

import logging

import pytest
from django.core.management import call_command
from django.db import connection

from configs.models import ConfigVersion, Snapshot
from icontrol.kernel.triggers import lifted
from releases.delivery.live import read_live, seen
from releases.models import FlagLife
from tests.factories import World, flag, snapshot, tag
from tests.releases.admin_pages import staff
from tests.releases.api.helpers import Api

FLAGS = [flag("pay", "ON")]


def spoil(version: str, deflated: bytes = b"a bad disk") -> None:
    with lifted(connection):
        content = ConfigVersion.objects.get(version=version).content_id
        Snapshot.objects.filter(pk=content).update(deflated=deflated)


@pytest.fixture
def two(world: World) -> World:
    """1.0.0, then 1.0.1, which is live; the draft is another content."""
    world.release(snapshot("home", featureFlags=FLAGS))
    world.release(snapshot("home", "shop", featureFlags=FLAGS))
    world.edit(snapshot("home", "cart", featureFlags=FLAGS))
    return world


def alive() -> list[str]:
    return list(FlagLife.objects.filter(to_serial=None).values_list("key", flat=True))


@pytest.mark.parametrize("deflated", [b"", b"a bad disk", Snapshot.of("[1").deflated, Snapshot.of("{}").deflated])
def test_a_server_that_never_read_it_says_so_everywhere(two: World, deflated: bytes) -> None:
    api = Api(two)
    spoil("1.0.1", deflated)
    seen.clear()
    for path in ("/api/config", "/meta/release", "/api/config/versions/1.0.1", "/api/config/diff?from=live&to=draft"):
        answer = api("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (503, "content.damaged"), path
        assert answer["Retry-After"], path
    assert api("GET", "/readyz").status_code == 503
    assert api("GET", "/api/config/draft").status_code == 200
    assert api("POST", "/api/flags/pay/kill", {"reason": "it burns"}).json()["code"] == "content.damaged"


def test_what_was_read_goes_on_and_is_told_once(two: World, caplog: pytest.LogCaptureFixture) -> None:
    two.rollback(to_version="1.0.0")
    assert read_live(None).version == "1.0.0"
    before = seen.of(two.production.pk)
    assert before is not None
    two.rollback(to_version="1.0.1")
    spoil("1.0.1")
    seen.clear()  # another server, which has read the rollback only
    seen.put(1, before)
    seen.led(1, "", two.production.pk, "", "en")
    with caplog.at_level(logging.CRITICAL, "icontrol.delivery"):
        for _ in range(3):
            live = read_live(None)
            assert live.version == "1.0.0" and live.stale is not None
    assert len(caplog.records) == 1


@pytest.mark.parametrize("how", ["rollback", "publish"])
def test_an_api_leads_out_of_it(two: World, how: str) -> None:
    api = Api(two)
    spoil("1.0.1")
    seen.clear()
    if how == "rollback":
        answer = api("POST", "/api/config/rollback", {"reason": "damaged"})
    else:
        body = {"version": "1.0.2", "reason": "damaged"}
        tried = api("POST", "/api/config/publish", body | {"dryRun": True}, if_match=tag(two.draft))
        assert tried.status_code == 200, tried.json()
        answer = api("POST", "/api/config/publish", body, if_match=tag(two.draft))
    assert answer.status_code == 200, answer.json()
    assert api("GET", "/readyz").status_code == api("GET", "/api/config").status_code == 200
    assert alive() == ["pay"]


@pytest.mark.parametrize("name", ["rollback", "publish"])
def test_pages_lead_out_of_it(two: World, name: str) -> None:
    ada = staff("publisher", name="ada.p")
    spoil("1.0.1")
    seen.clear()
    version = ConfigVersion.objects.get(version={"rollback": "1.0.0", "publish": "1.0.2"}[name])
    assert ada.get("configs_configversion_change", version.pk).refusal is None
    assert ada.get(f"configs_configversion_{name}", version.pk).has_form


def test_a_command_leads_out_of_it(two: World) -> None:
    spoil("1.0.1")
    call_command("rollback", "--reason", "damaged")
    assert read_live(None).version == "1.0.0"
