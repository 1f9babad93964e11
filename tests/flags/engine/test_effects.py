"""What a kill switch changes: named before it is done, and true for everybody who is asked afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.engine import compile_flags, effects_of_switch, is_off
from flags.engine.effects import Effects
from tests.factories import NOON, flag

PRO = [{"attribute": "plan", "operator": "equals", "values": ["pro"]}]


def need(key: str, variant: str | None = None) -> dict[str, Any]:
    return {"flag": key} if variant is None else {"flag": key, "variant": variant}


def killed(*flags: dict[str, Any], key: str = "k", others: tuple[str, ...] = ()) -> Effects:
    return effects_of_switch(
        {"featureFlags": [*flags]}, key, engage=True, killed=others, environment="production", now=NOON
    )


@pytest.mark.parametrize(
    ("flags", "on", "off"),
    [
        ([flag("k", "ON"), flag("x", "ON")], (), ("k",)),
        ([flag("k", "OFF"), flag("x", "ON", prerequisites=[need("k")])], (), ()),  # nobody notices
        ([flag("k", "ROLLOUT", rollout=0)], (), ()),
        ([flag("k", "ROLLOUT", rollout=1)], (), ("k",)),
        ([flag("k", "ON"), flag("x", "ON", prerequisites=[need("k")])], (), ("k", "x")),
        ([flag("k", "ON"), flag("x", "ON", prerequisites=[need("k", "off")])], ("x",), ("k",)),
        ([flag("k", "ON"), flag("x", "OFF", prerequisites=[need("k", "off")])], (), ("k",)),
        # Down the chain: x goes off with k, so y, which needs x off, goes on, and z with it.
        (
            [
                flag("z", "ON", prerequisites=[need("y")]),
                flag("y", "ON", prerequisites=[need("x", "off")]),
                flag("x", "ON", prerequisites=[need("k")]),
                flag("k", "ON"),
            ],
            ("z", "y"),
            ("x", "k"),
        ),
        # On for those who had k, off for those who had not: never, k is off for all of them now.
        ([flag("k", "ROLLOUT", rollout=5000), flag("x", "ON", prerequisites=[need("k", "off")])], ("x",), ("k",)),
        ([flag("k", "ON", enabledUntil="2020-01-01T00:00:00Z")], (), ()),
        ([flag("k", "ON", enabledFrom="2090-01-01T00:00:00Z")], (), ("k",)),  # it will have been on
        ([flag("k", "OFF", rules=[{"id": "r", "conditions": PRO, "variant": "on"}])], (), ()),
        ([flag("k", "ON", rules=[{"id": "all", "variant": "off"}])], (), ()),  # everybody is served off already
        # Another kill switch decides first.
        ([flag("k", "ON", prerequisites=[need("dead")]), flag("dead", "ON")], (), ()),
        # Damaged flags answer with their off variant, and meet no need.
        ([flag("k", "ON", defaultVariant="no"), flag("x", "ON", prerequisites=[need("k", "off")])], (), ()),
        ([flag("x", "ON", prerequisites=[need("k")])], (), ()),  # k has left the config
    ],
)
def test_what_a_kill_changes(flags: list[dict[str, Any]], on: tuple[str, ...], off: tuple[str, ...]) -> None:
    assert killed(*flags, others=("dead",)) == Effects(on, off)


def test_a_lift_does_the_opposite() -> None:
    flags = [flag("k", "ON"), flag("x", "ON", prerequisites=[need("k", "off")])]
    lifted = effects_of_switch(
        {"featureFlags": flags}, "k", engage=False, killed={"k"}, environment="production", now=NOON
    )
    assert lifted == Effects(on=("k",), off=("x",))


KEYS = [f"f{number}" for number in range(7)]
CONTEXTS: list[dict[str, Any]] = [{"tenant": f"t{n}", **({"plan": "pro"} if n % 2 else {})} for n in range(12)] + [{}]


@st.composite
def flag_sets(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Each needs some of those before it."""
    made = []
    for number, key in enumerate(KEYS):
        more: dict[str, Any] = {}
        if number and (names := draw(st.lists(st.sampled_from(KEYS[:number]), max_size=2, unique=True))):
            more["prerequisites"] = [need(name, draw(st.sampled_from([None, "on", "off"]))) for name in names]
        rule = {"id": "r", "conditions": PRO, "variant": draw(st.sampled_from(["on", "off"]))}
        more["rules"] = draw(st.sampled_from([[], [rule], [{**rule, "rollout": 5000}]]))
        state = draw(st.sampled_from(["ON", "ON", "ROLLOUT", "OFF"]))
        if state == "ROLLOUT":
            more["rollout"] = draw(st.sampled_from([0, 5000, 10000]))
        made.append(flag(key, state, **more))
    return made


@given(flag_sets(), st.sampled_from(KEYS), st.sets(st.sampled_from(KEYS), max_size=2), st.booleans())
def test_whatever_answers_otherwise_is_named(
    flags: list[dict[str, Any]], key: str, others: set[str], engage: bool
) -> None:
    document = {"featureFlags": flags}
    told = effects_of_switch(document, key, engage=engage, killed=others, environment="production", now=NOON)
    without, engaged = (
        compile_flags(document, environment="production", killed=keys) for keys in (others - {key}, others | {key})
    )
    first, then = (without, engaged) if engage else (engaged, without)
    for context in CONTEXTS:
        before, after = first.evaluate_all(context, NOON), then.evaluate_all(context, NOON)
        for source in flags:
            name = source["key"]
            was_off, is_now_off = is_off(source, before[name].variant), is_off(source, after[name].variant)
            if was_off != is_now_off:
                assert name in (told.off if is_now_off else told.on)
            elif before[name].variant != after[name].variant:
                pytest.fail("a switch changes a flag from one variant to another")


@pytest.mark.parametrize("shape", ["chain", "wide"])
def test_the_work_is_that_of_a_compilation(shape: str) -> None:
    """1 500 flags: no recursion, and nothing that is squared."""
    keys = [f"f{number}" for number in range(1500)]
    flags = [flag("k", "ON")] + [
        flag(key, "ON", prerequisites=[need(keys[number - 1] if shape == "chain" and number else "k")])
        for number, key in enumerate(keys)
    ]
    assert killed(*flags) == Effects((), ("k", *keys))
