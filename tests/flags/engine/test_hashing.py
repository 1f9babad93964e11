"""Hashes and buckets against published values, and against the reference that shares nothing with the engine."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.engine import compile_flags
from flags.engine.hashing import fnv1a, fnv1a_bucket, fnv1a_rollout, murmur3_bucket, split_bucket
from tests.flags.engine import reference

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]
#: Anything that UTF-8 can write: no lone surrogates.
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1)


@pytest.mark.parametrize(
    ("text", "seed", "expected"),
    [
        ("", 0, 0),
        ("", 1, 0x514E28B7),
        ("a", 0, 0x3C2569B2),
        ("Hello, world!", 1234, 0xFAF6CDB3),
        ("The quick brown fox jumps over the lazy dog", 0x9747B28C, 0x2FA826CD),
    ],
)
def test_the_reference_is_murmur3(text: str, seed: int, expected: int) -> None:
    assert reference.murmur3(text.encode(), seed) == expected


@pytest.mark.parametrize(("text", "expected"), [("", 0x811C9DC5), ("a", 0xE40C292C), ("foobar", 0xBF9CF968)])
def test_fnv1a_is_the_published_one_for_ascii(text: str, expected: int) -> None:
    assert fnv1a(text) == reference.fnv1a_units(text) == expected


@given(st.text())
def test_fnv1a_counts_utf16_code_units(text: str) -> None:
    assert fnv1a(text) == reference.fnv1a_units(text)


def test_a_character_beyond_the_bmp_is_two_units() -> None:
    assert fnv1a("😀") == fnv1a("\ud83d\ude00") != fnv1a("\ud83d")


def test_the_reference_gives_the_values_in_unleash_s_own_tests() -> None:
    assert reference.unleash_percent("gr1", "123") == 73
    assert reference.unleash_percent("groupX", "999") == 25
    assert reference.unleash_variant("gr1", "123", 100) == 96
    assert reference.unleash_variant("groupX", "999", 100) == 60


@given(TEXTS, TEXTS)
def test_buckets_are_those_of_the_reference(salt: str, identity: str) -> None:
    context = {"tenant": identity}
    assert murmur3_bucket("tenant", salt)(context) == reference.bucket(salt, identity)
    assert split_bucket("tenant", salt)(context) == reference.split_bucket(salt, identity)
    assert fnv1a_bucket("tenant", "key", salt)(context) == reference.fnv1a_bucket("key", salt, identity)


@given(TEXTS, TEXTS, st.integers(0, 100))
def test_a_rollout_in_whole_percents_is_unleash_s(key: str, identity: str, percent: int) -> None:
    bucket = murmur3_bucket("tenant", key)({"tenant": identity})
    assert bucket is not None
    assert (bucket < percent * 100) == (reference.unleash_percent(key, identity) <= percent)


@given(TEXTS, TEXTS, st.integers(0, 1000))
def test_a_split_in_steps_of_a_thousandth_is_unleash_s(key: str, identity: str, weight: int) -> None:
    bucket = split_bucket("tenant", key)({"tenant": identity})
    assert bucket is not None
    assert (bucket < weight * 10) == (reference.unleash_variant(key, identity) <= weight)


@pytest.mark.parametrize(
    ("rollout", "percent"),
    [(0, 0), (49, 0), (50, 1), (1249, 12), (1250, 13), (1300, 13), (9949, 99), (9950, 100), (10_000, 100)],
)
def test_the_product_rounds_halves_up(rollout: int, percent: int) -> None:
    assert fnv1a_rollout(rollout) == percent * 100


@pytest.mark.parametrize("identity", [None, "", [], ["acme"], {}, {"id": 1}, float("nan"), float("inf"), 10**400])
def test_what_has_no_text_has_no_bucket(identity: Any) -> None:
    context = {"tenant": identity}
    assert murmur3_bucket("tenant", "key")(context) is None
    assert split_bucket("tenant", "key")(context) is None
    assert fnv1a_bucket("tenant", "key", "")(context) is None


def test_half_a_character_has_no_bucket_but_in_the_product_s_algorithm() -> None:
    assert murmur3_bucket("tenant", "key")({"tenant": "a\ud800"}) is None
    assert fnv1a_bucket("tenant", "key", "")({"tenant": "a\ud800"}) == fnv1a("a\ud800::key::") % 100 * 100


def test_buckets_are_the_same_in_another_process_with_another_hash_seed() -> None:
    program = (
        "from flags.engine.hashing import *\n"
        "print([(murmur3_bucket('t', 'k')({'t': str(n)}), split_bucket('t', 'k')({'t': str(n)}),"
        " fnv1a_bucket('t', 'k', '')({'t': str(n)})) for n in range(200)])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_the_seed_replaces_the_key_as_salt() -> None:
    def flag(key: str, **bucketing: str) -> dict[str, Any]:
        return {
            "key": key,
            "type": "boolean",
            "state": "ROLLOUT",
            "rollout": 5000,
            **({"bucketing": bucketing} if bucketing else {}),
        }

    flags = compile_flags(
        {
            "featureFlags": [
                flag("a"),
                flag("b"),
                flag("c", algorithm="murmur3", seed="a"),
                flag("d", algorithm="fnv1a"),
                flag("e", algorithm="fnv1a", seed=""),
            ]
        }
    )
    tenants = [f"tenant-{number}" for number in range(200)]
    buckets = {key: [flags.evaluate(key, {"tenant": t}, now=NOW).bucket for t in tenants] for key in flags}
    assert buckets["a"] == buckets["c"] != buckets["b"]
    assert buckets["d"] == [reference.fnv1a_bucket("d", "d", tenant) for tenant in tenants]
    assert buckets["e"] == [reference.fnv1a_bucket("e", "", tenant) for tenant in tenants]
