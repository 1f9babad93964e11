"""What a release did is said in one sentence, the same at every door, and its row is found by it."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from releases import actions
from releases.gate.decision import Policy
from releases.gate.policy_fields import POLICY_FIELDS
from releases.ledger.chain import NO_POLICY
from releases.ledger.summary import precede, summary
from releases.models import Release
from releases.policies import policy_revision
from tests.factories import ADA, World, flag, snapshot
from tests.releases.admin_pages import staff
from tests.releases.api.helpers import Api, ok
from tests.releases.commands import done

FLAGS = [flag("checkout", "ON"), flag("search", "ON")]


def said(release: Release) -> str:
    return summary(release)["en"]


@pytest.fixture
def lived(world: World) -> World:
    world.release(snapshot("home", featureFlags=FLAGS))
    world.kill("checkout")
    world.release(snapshot("home", "shop", featureFlags=FLAGS))
    world.policy(minSupported="1.5.0", latest="2.0.0")
    world.kill("search")
    world.lift("checkout")
    world.rollback()
    world.undo()
    return world


def test_what_each_release_did(lived: World) -> None:
    assert [said(row) for row in Release.objects.filter(environment=lived.production).order_by("serial")] == [
        "none → 1.0.0",
        "checkout forced off",
        "1.0.0 → 1.0.1",
        "minimum version 0.0.0 → 1.5.0; latest version 0.0.0 → 2.0.0",
        "search forced off",
        "checkout no longer forced off",
        "1.0.1 → 1.0.0",
        "1.0.0 → 1.0.1",
    ]
    french = summary(Release.objects.get(environment=lived.production, serial=4))["fr"]
    assert french == "version minimale 0.0.0 → 1.5.0 ; dernière version 0.0.0 → 2.0.0"


def test_what_a_policy_changed(world: World) -> None:
    world.release(snapshot("home"))
    assert said(world.policy(maintenance=True, message="Wait", enforcement="soft")) == (
        "below the minimum hard → soft; maintenance off → on; message below the minimum changed"
    )
    several = world.policy(
        latest="3.0.0", minSupported="2.0.0", retryAfter=1, pollAfter=2, safeMode=True, scheme="pep440"
    )
    assert said(several).startswith("minimum version 0.0.0 → 2.0.0; ") and said(several).endswith("; 2 more")


def test_platforms_are_named(world: World) -> None:
    def put(policies: dict[str, dict[str, str]]) -> Release:
        head = world.head()
        revision = policy_revision(head.policies if head else NO_POLICY)
        return actions.set_policy(world.production, policies, read={revision}, reason="x", actor=ADA, now=world.tick())

    assert (
        said(put({"default": {}, "ios": {"latest": "3.0.0"}})) == "ios: own policy; ios: latest version 0.0.0 → 3.0.0"
    )
    assert said(put({"default": {}})) == "ios: own policy removed"


def test_every_field_of_a_policy_has_its_words() -> None:
    assert set(POLICY_FIELDS) == set(Policy().as_json())


def test_rows_of_a_list_take_one_query_more(lived: World) -> None:
    for rows in (1, 3, 8):
        ledger = Release.objects.filter(environment=lived.production).select_related("config_version")
        found = list(ledger.order_by("-serial")[:rows])
        with CaptureQueriesContext(connection) as captured:
            sentences = [said(row) for row in precede(found)]
        assert len(sentences) == rows and len(captured) == 1


def test_all_doors_say_the_same(world: World) -> None:
    api = Api(world)
    world.release(snapshot("home", featureFlags=FLAGS))
    killed = ok(api("POST", "/api/flags/checkout/kill", {"reason": "it burns"}))
    text = {"en": "checkout forced off", "fr": "checkout coupé"}
    assert killed["summary"] == text
    assert ok(api("GET", "/api/releases/2"))["summary"] == text
    assert ok(api("GET", "/api/releases"))["releases"][0]["summary"] == text
    assert text["en"] in done("status").out and text["fr"] in done("status", "--language", "fr").out
    ada = staff("viewer", name="ada.v")
    assert text["en"] in ada.get("releases_release_changelist").text
    assert text["en"] in ada.get("releases_release_change", world.head().pk).text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "typed", "serials"),
    [
        ("flag", "checkout", [6, 2, 1]),  # where it came; not those that carried the kill on
        ("flag", "search", [5, 1]),
        ("words", "1.5.0", [4]),
        ("words", "2.0.0", [4]),
        ("words", "1.0.1", [8, 6, 5, 4, 3]),  # the version that is live with it, as ever
        ("words", "kill", [5, 2]),  # the reason
        ("words", "nothing of it", []),
        ("words", "%", []),
        ("words", "x " * 100, []),
    ],
)
def test_the_ledger_finds_a_release_by_what_it_did(lived: World, asked: str, typed: str, serials: list[int]) -> None:
    page = staff("viewer", name="ada.v").open(f"/cp/icontrol/production/releases?{urlencode({asked: typed})}")
    shown = re.findall(r'href="/cp/icontrol/production/releases/([0-9]+)"', page.html)
    assert [*dict.fromkeys(map(int, shown))] == serials
