"""What a rollout promises, on a hundred thousand fixed tenants: nothing here depends on chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from itertools import product
from math import sqrt
from typing import Any

import pytest

from flags.engine import FlagSet, compile_flags

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TENANTS = [f"tenant-{number}" for number in range(100_000)]
MURMUR3 = {"algorithm": "murmur3"}
FNV1A = {"algorithm": "fnv1a", "seed": ""}


def rolled_out(rollout: int, key: str = "flag", bucketing: dict[str, Any] = MURMUR3) -> dict[str, Any]:
    return {"key": key, "type": "boolean", "state": "ROLLOUT", "rollout": rollout, "bucketing": bucketing}


def by_rule(rollout: int, key: str = "flag", bucketing: dict[str, Any] = MURMUR3) -> dict[str, Any]:
    rule = {"id": "share", "variant": "on", "rollout": rollout}
    return {
        "key": key,
        "type": "boolean",
        "state": "ON",
        "defaultVariant": "off",
        "rules": [rule],
        "bucketing": bucketing,
    }


def split(*weights: int, key: str = "flag") -> dict[str, Any]:
    names = [f"v{number}" for number in range(len(weights))]
    parts = [{"variant": name, "weight": weight} for name, weight in zip(names, weights, strict=True)]
    return {
        "key": key,
        "type": "string",
        "state": "ON",
        "variants": [{"key": name, "value": name} for name in names],
        "defaultVariant": "v0",
        "offVariant": "v0",
        "rules": [{"id": "all", "split": parts}],
    }


def flags(*sources: dict[str, Any]) -> FlagSet:
    compiled = compile_flags({"featureFlags": list(sources)})
    assert not compiled.errors
    return compiled


def on(compiled: FlagSet, tenants: Iterable[str], key: str = "flag") -> set[str]:
    return {tenant for tenant in tenants if compiled.evaluate(key, {"tenant": tenant}, now=NOW).value is True}


@cache
def buckets(key: str) -> list[int]:
    compiled = flags(rolled_out(0, key))
    found = [compiled.evaluate(key, {"tenant": tenant}, now=NOW).bucket for tenant in TENANTS]
    return [bucket for bucket in found if bucket is not None]


def chi_square(counts: Counter[Any], cells: int, total: int) -> float:
    """How far counts are from equal; for fair draws the mean is cells − 1 and the deviation √(2 (cells − 1))."""
    expected = total / cells
    seen = sum((count - expected) ** 2 / expected for count in counts.values())
    return seen + (cells - len(counts)) * expected


def bound(cells: int) -> float:
    return cells - 1 + 4 * sqrt(2 * (cells - 1))


@pytest.mark.parametrize("bucketing", [MURMUR3, FNV1A], ids=["murmur3", "fnv1a"])
@pytest.mark.parametrize("make", [rolled_out, by_rule])
def test_nothing_is_nobody_and_everything_is_everybody_with_the_attribute(make: Any, bucketing: dict[str, Any]) -> None:
    assert on(flags(make(0, bucketing=bucketing)), TENANTS[:20_000]) == set()
    everything = flags(make(10_000, bucketing=bucketing))
    assert on(everything, TENANTS[:20_000]) == set(TENANTS[:20_000])
    without: list[dict[str, Any]] = [{}, {"tenant": None}, {"tenant": ""}, {"tenant": []}, {"user": "acme"}]
    for context in without:
        assert everything.evaluate("flag", context, now=NOW).value is False


@pytest.mark.parametrize("bucketing", [MURMUR3, FNV1A], ids=["murmur3", "fnv1a"])
@pytest.mark.parametrize("make", [rolled_out, by_rule])
def test_raising_a_rollout_by_any_step_drops_nobody(make: Any, bucketing: dict[str, Any]) -> None:
    few, before = TENANTS[:25], set[str]()
    for rollout in range(10_001):
        now_on = on(flags(make(rollout, bucketing=bucketing)), few)
        assert before <= now_on
        before = now_on
    assert before == set(few)


def test_raising_a_rollout_drops_nobody_of_a_hundred_thousand() -> None:
    before: set[str] = set()
    for rollout in (0, 1, 2, 37, 1250, 5000, 9999, 10_000):
        now_on = on(flags(rolled_out(rollout)), TENANTS)
        assert before <= now_on
        assert now_on == {tenant for tenant, bucket in zip(TENANTS, buckets("flag"), strict=True) if bucket < rollout}
        before = now_on


def test_one_step_more_adds_exactly_the_tenants_of_one_bucket() -> None:
    assert len(set(buckets("flag"))) > 9_990  # each has ten tenants on average, so a few may have none
    by_bucket: dict[int, list[str]] = {}
    for tenant, bucket in zip(TENANTS, buckets("flag"), strict=True):
        by_bucket.setdefault(bucket, []).append(tenant)
    for rollout in (0, 1, 99, 100, 4321, 9998, 9999):
        near = by_bucket[rollout] + by_bucket[max(rollout - 1, 0)] + by_bucket[min(rollout + 1, 9999)]
        assert on(flags(rolled_out(rollout + 1)), near) - on(flags(rolled_out(rollout)), near) == set(
            by_bucket[rollout]
        )


def test_buckets_are_uniform_down_to_a_hundredth_of_a_percent() -> None:
    for key in ("flag", "other", "new_checkout"):
        found = buckets(key)
        assert chi_square(Counter(found), 10_000, len(found)) < bound(10_000)
        assert chi_square(Counter(bucket // 100 for bucket in found), 100, len(found)) < bound(100)
        assert chi_square(Counter(bucket % 100 for bucket in found), 100, len(found)) < bound(100)


def test_flags_are_independent() -> None:
    names = ("flag", "other", "new_checkout", "flag2")
    for one, other in product(names, names):
        pairs = Counter((a // 250, b // 250) for a, b in zip(buckets(one), buckets(other), strict=True))
        fair = chi_square(pairs, 1600, len(TENANTS)) < bound(1600)
        # A flag and itself: what this test would see if buckets were not salted.
        assert fair is (one != other), (one, other)


def test_the_tenants_that_get_one_flag_first_are_not_those_that_get_another_first() -> None:
    first, second = on(flags(rolled_out(100)), TENANTS), on(flags(rolled_out(100, "other")), TENANTS, "other")
    assert 900 < len(first) < 1100 and 900 < len(second) < 1100
    assert len(first & second) < 30  # about ten by chance


def test_a_split_follows_its_weights_and_does_not_depend_on_the_rollout() -> None:
    compiled = flags(split(3334, 3333, 3333), rolled_out(5000, "gate"))
    served = [compiled.evaluate("flag", {"tenant": tenant}, now=NOW).variant for tenant in TENANTS]
    for variant, weight in (("v0", 3334), ("v1", 3333), ("v2", 3333)):
        assert abs(served.count(variant) - weight * 10) < 4 * sqrt(100_000 * 0.3334 * 0.6666)
    gate = buckets("flag")
    pairs = Counter((bucket // 100, variant) for bucket, variant in zip(gate, served, strict=True))
    assert chi_square(pairs, 300, len(TENANTS)) < bound(300)


def test_more_weight_for_the_first_variant_takes_it_from_nobody() -> None:
    few, before = TENANTS[:25], set[str]()
    for weight in range(0, 10_001, 7):
        compiled = flags(split(weight, 10_000 - weight))
        first = {tenant for tenant in few if compiled.evaluate("flag", {"tenant": tenant}, now=NOW).variant == "v0"}
        assert before <= first
        before = first


def test_an_answer_sticks_whatever_else_is_known_or_defined() -> None:
    alone = flags(rolled_out(3000))
    crowd = flags(split(5000, 5000, key="x"), rolled_out(1, "y"), rolled_out(3000), by_rule(10_000, "z"))
    for tenant in TENANTS[:2000]:
        plain = alone.evaluate("flag", {"tenant": tenant}, now=NOW)
        busy = {"user": "ada", "tenant": tenant, "plan": "pro", "clientVersion": "9.9.9", "targetingKey": "zzz"}
        assert crowd.evaluate("flag", busy, now=NOW.replace(year=2031)) == plain


def test_a_share_of_a_rule_and_a_rollout_of_the_same_size_are_the_same_tenants() -> None:
    few = TENANTS[:5000]
    assert on(flags(by_rule(2500)), few) == on(flags(rolled_out(2500)), few)
