"""Every kind of flag is killed and lifted once per run, through the real actions, and looked at as clients do.

A kill switch that hits a path which nobody ever took is how a kill switch becomes the outage.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from django.test import Client

from flags.engine import Evaluation, FlagSet, Reason, compile_flags
from releases.delivery import representations
from releases.delivery.live import read_live
from releases.delivery.public_form import render
from releases.delivery.representations import flags_of
from tests.factories import NOON, World, flag, snapshot

#: One for all: a client of its own for each question would load the middleware each time.
CLIENT = Client()
#: type → (on, off)
VALUES: dict[str, tuple[Any, Any]] = {
    "boolean": (True, False),
    "string": ("new", "old"),
    "integer": (2, 1),
    "number": (2.5, 0.5),
    "object": ({"steps": ["a", "b"]}, {}),
}
STATES: dict[str, dict[str, Any]] = {"ON": {}, "ROLLOUT": {"rollout": 5000}}
BUCKETING: dict[str, dict[str, Any]] = {
    "default": {},
    "murmur3": {"bucketing": {"algorithm": "murmur3", "seed": "salt"}},
    "fnv1a": {"bucketing": {"algorithm": "fnv1a", "seed": "salt"}},
}
PRO = [{"attribute": "plan", "operator": "equals", "values": ["pro"]}]
SEGMENTS = [{"id": "staff", "conditions": PRO}, {"id": "hidden", "private": True, "conditions": PRO}]
CONTEXTS: list[dict[str, Any]] = [
    {},
    {"plan": "pro"},
    *(
        {"tenant": f"tenant-{number}", "account": number * "a", "plan": "pro" if number % 3 else "free"}
        for number in range(30)
    ),
]


def variants(kind: str) -> dict[str, Any]:
    """The boolean flags have the variants that need not be written; those of the others have names of their own."""
    if kind == "boolean":
        return {}
    on, off = VALUES[kind]
    named = [{"key": "usual", "value": on}, {"key": "none", "value": off}]
    return {"variants": named, "defaultVariant": "usual", "offVariant": "none"}


def names(kind: str) -> tuple[str, str]:
    return ("on", "off") if kind == "boolean" else ("usual", "none")


def shapes(kind: str) -> dict[str, dict[str, Any]]:
    """What a flag can hold besides its state, one thing each."""
    on, off = names(kind)
    split = [{"variant": on, "weight": 6000}, {"variant": off, "weight": 4000}]
    return {
        "base": {},
        "rules": {"rules": [{"id": "pro", "conditions": PRO, "variant": on}, {"id": "all", "rollout": 2500}]},
        "split": {"rules": [{"id": "half", "split": split}]},
        "segment": {"rules": [{"id": "staff", "conditions": [{"segment": "staff"}], "variant": on}]},
        "remote": {"rules": [{"id": "hidden", "conditions": [{"segment": "hidden"}], "rollout": 9000}]},
        "needs": {"prerequisites": [{"flag": "base"}]},
        "needs-more": {"prerequisites": [{"flag": "needs", "variant": on}, {"flag": "rules"}]},
        "dates": {"enabledFrom": "2026-01-01T00:00:00Z", "enabledUntil": "2027-01-01T00:00:00Z"},
        "by-account": {"bucketBy": "account"},
    }


def needing(key: str) -> set[str]:
    """The flag and those that are off with it."""
    return {
        "base": {"base", "needs", "needs-more"},
        "needs": {"needs", "needs-more"},
        "rules": {"rules", "needs-more"},
    }.get(key, {key})


def released(world: World, kind: str, state: str, bucketing: str) -> list[str]:
    fields = {"type": kind, **variants(kind), **STATES[state], **BUCKETING[bucketing]}
    flags = [flag(key, state, **{**fields, **shape}) for key, shape in shapes(kind).items()]
    world.release(snapshot("home", featureFlags=flags, segments=SEGMENTS))
    return [item["key"] for item in flags]


def answers() -> dict[str, list[Evaluation]]:
    flags = flags_of(read_live(None))
    assert not flags.errors
    return {key: [flags.evaluate(key, context, now=NOON) for context in CONTEXTS] for key in flags}


def published() -> dict[str, Any]:
    response = CLIENT.get("/api/config/published")
    assert response.status_code == 200
    document: dict[str, Any] = json.loads(response.content)
    return document


def evaluated() -> dict[str, Any]:
    """What OFREP serves to one context: flag → (value, variant)."""
    body = {"context": {"targetingKey": "tenant-1", "plan": "pro", "account": "a"}}
    response = CLIENT.post("/ofrep/v1/evaluate/flags", body, "application/json")
    assert response.status_code == 200
    return {entry["key"]: (entry["value"], entry["variant"]) for entry in json.loads(response.content)["flags"]}


def switched_on() -> set[str]:
    """Features that Unleash's SDKs find enabled."""
    response = CLIENT.get("/unleash/api/client/features")
    assert response.status_code == 200
    return {feature["name"] for feature in json.loads(response.content)["features"] if feature["enabled"]}


def toggled() -> set[str]:
    """What Unleash's frontend finds on for one context."""
    response = CLIENT.get("/unleash/api/frontend?userId=1&properties[tenant]=tenant-1&properties[plan]=pro")
    assert response.status_code == 200
    return {toggle["name"] for toggle in json.loads(response.content)["toggles"]}


def kill_and_lift(world: World, key: str, kind: str) -> None:
    before, was = published(), answers()
    clients = evaluated(), switched_on(), toggled()
    off, value = names(kind)[1], VALUES[kind][1]
    assert any(answer.variant != off for answer in was[key]), "nothing to kill"

    world.kill(key)
    changed = {
        **before,
        "featureFlags": [
            {**item, "state": "FORCE_OFF"} if item["key"] == key else item for item in before["featureFlags"]
        ],
    }
    assert published() == changed
    now = answers()
    for other in was:
        if other in needing(key):
            assert {(answer.variant, answer.reason) for answer in now[other]} == {(off, Reason.DISABLED)}, other
            assert all(answer.value == value for answer in now[other])
        else:
            assert now[other] == was[other], other
    served = evaluated()
    assert served == {**clients[0], **dict.fromkeys(needing(key), (value, off))}
    assert key not in switched_on() and not toggled() & needing(key)
    assert clients[1] - switched_on() <= needing(key) and clients[2] - toggled() <= needing(key)
    # A client that evaluates the published document itself comes to the same.
    own = compile_flags(changed)
    assert {own.evaluate(key, context, now=NOON).variant for context in CONTEXTS} == {off}

    world.lift(key)
    assert published() == before
    assert answers() == was
    assert (evaluated(), switched_on(), toggled()) == clients


@pytest.mark.parametrize("bucketing", BUCKETING)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", VALUES)
def test_every_flag_is_killed_and_lifted(world: World, kind: str, state: str, bucketing: str) -> None:
    for key in released(world, kind, state, bucketing):
        kill_and_lift(world, key, kind)


@pytest.mark.parametrize("kind", VALUES)
def test_all_at_once_and_back(world: World, kind: str) -> None:
    keys = released(world, kind, "ROLLOUT", "default")
    before, was = published(), answers()
    for key in keys:
        world.kill(key)
    assert {item["state"] for item in published()["featureFlags"]} == {"FORCE_OFF"}
    assert {answer.variant for answer in itertools.chain(*answers().values())} == {names(kind)[1]}
    for key in keys:
        world.lift(key)
    assert (published(), answers()) == (before, was)


# Planted faults -------------------------------------------------------------------------------------------------------


def test_a_rendering_that_forgets_kill_switches_is_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(document: Any, *, killed: Any, surface: str) -> Any:
        return render(document, surface=surface)

    monkeypatch.setattr(representations, "render", forgetful)
    released(world, "boolean", "ON", "default")
    with pytest.raises(AssertionError, match="FORCE_OFF"):
        kill_and_lift(world, "base", "boolean")


def test_a_compilation_that_forgets_kill_switches_is_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(document: Any, *, environment: str, killed: Any) -> FlagSet:
        return compile_flags(document, environment=environment)

    monkeypatch.setattr(representations, "compile_flags", forgetful)
    released(world, "boolean", "ON", "default")
    with pytest.raises(AssertionError, match="DISABLED"):
        kill_and_lift(world, "base", "boolean")
