"""Flags and segments that need one another in a chain as long as a snapshot: nothing walks it by recursion."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from configs.exporters.unleash import features
from configs.exporters.unleash.conditions import Conditions
from configs.snapshot.diff import diff
from configs.validation.check import check_snapshot
from flags.engine import attributes_of, compile_flags
from flags.overview import overview
from icontrol.kernel.problems import errors
from releases.delivery.public_form import render
from tests.factories import World, snapshot
from tests.releases.admin_pages import staff

LENGTH = 1_500
ASKS = {"attribute": "plan", "operator": "in", "values": ["pro"]}


def chain(*, closed: bool = False, **last: Any) -> dict[str, Any]:
    flags: list[dict[str, Any]] = [
        {"key": f"f{n}", "state": "ON", "type": "boolean", "prerequisites": [{"flag": f"f{n + 1}"}]}
        for n in range(LENGTH)
    ]
    end = {"key": f"f{LENGTH}", "state": "ON", "type": "boolean", **last}
    return {"featureFlags": [*flags, {**end, **({"prerequisites": [{"flag": "f0"}]} if closed else {})}]}


def nested(*, closed: bool = False) -> dict[str, Any]:
    segments: list[dict[str, Any]] = [
        {"id": f"s{n}", "conditions": [{"not": {"segment": f"s{n + 1}"}}]} for n in range(LENGTH)
    ]
    end = {"id": f"s{LENGTH}", "conditions": [{"segment": "s0"} if closed else ASKS]}
    rules = [{"id": "r", "conditions": [{"segment": "s0"}]}]
    return {
        "segments": [*segments, end],
        "featureFlags": [{"key": "f0", "state": "ON", "type": "boolean", "rules": rules}],
    }


PLAIN = chain(rules=[{"id": "r", "conditions": [ASKS]}])


@pytest.mark.parametrize(
    ("content", "wrong", "asked"),
    [
        (PLAIN, set(), ["plan"]),
        (chain(closed=True), {"flag.prerequisite_cycle"}, []),
        (nested(), {"flag.damaged"}, ["plan"]),
        (nested(closed=True), {"segment.cycle"}, []),
    ],
    ids=["flags", "flags in a circle", "segments", "segments in a circle"],
)
def test_whatever_walks_over_references_comes_to_an_end(content: Any, wrong: set[str], asked: list[str]) -> None:
    assert {problem.code for problem in errors(check_snapshot(content))} == wrong
    compiled = compile_flags(content)
    assert compiled.explain("f0", {"plan": "pro"}, timezone.now()).steps
    assert len(compiled.evaluate_all({"plan": "pro"}, timezone.now())) == len(content["featureFlags"])
    assert attributes_of(content, "f0") == asked
    assert len(features(content).features) == len(content["featureFlags"])
    assert len(render(content, killed={"f0"})["featureFlags"]) == len(content["featureFlags"])
    assert len(diff({}, content)) == len(diff(content, {})) >= LENGTH


def test_the_exporter_walks_over_segments_by_no_recursion() -> None:
    """Nor where the engine would let a longer chain pass."""
    conditions = Conditions(nested()["segments"], "")
    (found,) = conditions.one({"segment": "s0"})
    (asked,) = conditions.flat(found)
    assert (asked["values"], asked["inverted"]) == (["pro"], LENGTH % 2 == 1)


@pytest.mark.django_db
def test_the_pages_of_a_flag_that_needs_a_thousand(world: World) -> None:
    world.now = timezone.now()
    world.release(snapshot(**PLAIN), confirm=["release.grows"])
    viewer = staff("viewer")
    place = "/cp/icontrol/production/flags/f0"
    page = viewer.open(place)
    assert page.status == 200 and 'id="id_attribute-plan"' in page.html
    explained = viewer.post(place, **{"attribute-plan": "pro"}, channel="live")
    assert explained.status == 200 and "The flag “f1” must serve" in explained.text
    assert viewer.open("/cp/icontrol/production/flags").status == 200
    assert len(overview(world.production, world.now).flags) == LENGTH + 1
