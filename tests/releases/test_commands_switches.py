"""``kill`` and ``lift``: what they say, what they answer with ``--json``, and when they end with 2."""

from __future__ import annotations

import re

import pytest

from releases.models import Release
from tests.factories import World, flag, snapshot
from tests.releases.commands import done, manage


@pytest.fixture
def live(world: World) -> World:
    world.release(snapshot("home", featureFlags=[flag("checkout", "ON"), flag("search", "ON")]))
    return world


def killed(world: World) -> list[str]:
    head = world.head()
    assert head is not None
    return head.killed


def test_killing_and_lifting(live: World) -> None:
    told = done("kill", "checkout", "--reason", "it burns").out
    assert "“checkout” is forced off in icontrol/production for everybody: release 2." in told
    assert "lift checkout" in told and "Forced off now: checkout." in told
    head = live.head()
    assert head is not None and (head.kind, head.reason, head.killed) == ("kill", "it burns", ["checkout"])
    assert head.actor.startswith("cli")
    told = done("lift", "checkout", "--reason", "repaired", "--language", "fr").out
    assert "Le coupe-circuit de « checkout » est levé dans icontrol/production : publication 3." in told
    assert killed(live) == []


def test_flags_that_go_on_or_off_with_it_are_named(world: World) -> None:
    flags = [
        flag("checkout", "ON"),
        *(flag(f"old{n:02}", "ON", prerequisites=[{"flag": "checkout", "variant": "off"}]) for n in range(22)),
        flag("coupon", "ON", prerequisites=[{"flag": "checkout"}]),
    ]
    world.release(snapshot("home", featureFlags=flags))
    for more in (("--dry-run",), ("--reason", "it burns")):
        on, off = done("kill", "checkout", *more).out.splitlines()[-2:]
        assert on.startswith("Also goes ON: old00, old01,") and on.endswith("old19 and 2 more.")
        assert off == "Also goes off: coupon."
    assert "Active aussi : coupon." in done("lift", "checkout", "--dry-run", "--language", "fr").out
    assert "coupon" not in done("kill", "checkout", "--dry-run").out  # nothing would change


def test_what_stands_so_already_is_done(live: World) -> None:
    done("kill", "checkout", "--reason", "x")
    again = done("kill", "checkout", "--reason", "x")
    assert "“checkout” is already forced off in icontrol/production" in again.out
    assert done("lift", "search", "--reason", "x", "--json").json["changed"] is False
    assert Release.objects.count() == 2


def test_the_json_is_the_api_s(live: World) -> None:
    told = done("kill", "checkout", "--reason", "x", "--json").json
    assert (told["flag"], told["changed"], told["serial"], told["kind"]) == ("checkout", True, 2, "kill")
    assert (told["environment"], told["killSwitches"]) == ("production", ["checkout"])


def test_a_dry_run_says_what_would_be(live: World) -> None:
    told = done("kill", "checkout", "--dry-run")
    assert "would be forced off in icontrol/production for everybody by release 2; nothing was changed." in told.out
    told = done("lift", "checkout", "--dry-run", "--json")
    assert (told.json["dryRun"], told.json["changed"], told.json["serial"]) == (True, False, 1)
    assert manage("kill", "chekcout", "--dry-run").code == 2
    assert Release.objects.count() == 1


def test_the_environment_is_chosen(live: World) -> None:
    live.publish("1.0.0", environment=live.staging)
    done("kill", "checkout", "--environment", "staging", "--reason", "x")
    assert killed(live) == []
    head = live.head(live.staging)
    assert head is not None and head.killed == ["checkout"]
    assert re.search(r"^ +killed +checkout$", done("status", "--environment", "staging").out, re.MULTILINE)
    assert re.search(r"^ +coupés +checkout$", done("status", "--language", "fr").out, re.MULTILINE)
    assert done("status", "--json").json["environments"][1]["killSwitches"] == ["checkout"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("kill", "chekcout", "--reason", "x"), "kill.unknown_flag"),
        (("lift", "chekcout", "--reason", "x"), "lift.not_engaged"),
        (("kill", "checkout"), "reason.required"),
        (("kill", "checkout", "--environment", "staging", "--reason", "x"), "release.none"),
        (("kill", "checkout", "--environment", "nowhere", "--reason", "x"), "environment.unknown"),
    ],
)
def test_refusals(live: World, arguments: tuple[str, ...], code: str) -> None:
    refused = manage(*arguments)
    assert refused.code == 2 and f"[{code}]" in refused.err
    assert "did you mean “checkout”" in refused.err or code != "kill.unknown_flag"
    assert manage(*arguments, "--json").json["code"] == code
    assert Release.objects.count() == 1
