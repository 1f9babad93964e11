"""Buckets: maps an identity to 0–9999, the same in every process and release.

``murmur3``: the 32-bit MurmurHash3 of ``salt:identity`` in UTF-8 with seed 0, as Unleash takes it. Unleash turns the
hash h on at p percent when ``h % 100 + 1 <= p``. Here the last two decimal digits of the hash become the bucket's
hundreds and the two before them its fine part: ``bucket = h % 100 * 100 + h // 100 % 100``. At whole percents ``bucket
< 100 * p`` is ``h % 100 < p``, Unleash's answer; each percent has a hundred finer steps.

Splits hash again, with the seed that Unleash uses for variants, whose weights its server makes add up to 1000. The last
three digits come first: ``h % 1000 * 10 + h // 1000 % 10``, so that splits in steps of 0.1 % are Unleash's. The bucket
of a split with another total is ``h % total``, as in Unleash's clients.

``fnv1a``: the product's former algorithm, FNV-1a 32 of ``identity::key::seed`` over UTF-16 code units, modulo 100.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import lru_cache

import mmh3

from flags.engine.evaluation import Context
from flags.engine.values import LONGEST_TEXT, read_text, text_of

WHOLE = 10_000
#: Unleash's seed for variants.
VARIANT_SEED = 86_028_157
#: The bucket of a context; ``None`` when the attribute is missing, empty, not a text, or not Unicode.
BucketOf = Callable[[Context], int | None]

_UTF16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"


def murmur3_bucket(attribute: str, salt: str) -> BucketOf:
    """For rollouts."""
    return _murmur3(attribute, salt, 0, 100, 100)


def split_bucket(attribute: str, salt: str, total: int | None = None) -> BucketOf:
    """For splits over variants; with ``total`` a bucket below that."""
    return _murmur3(attribute, salt, VARIANT_SEED, total or 1000, 1 if total else 10)


def first_of(buckets: Sequence[BucketOf]) -> BucketOf:
    """The bucket of the first attribute that has one."""
    if len(buckets) == 1:
        return buckets[0]

    def bucket(context: Context) -> int | None:
        for bucket_of in buckets:
            found = bucket_of(context)
            if found is not None:
                return found
        return None

    return bucket


def _murmur3(attribute: str, salt: str, seed: int, coarse: int, fine: int) -> BucketOf:
    prefix, hashed = f"{salt}:".encode(), mmh3.mmh3_32_uintdigest

    def bucket(context: Context) -> int | None:
        identity = context.get(attribute)
        if type(identity) is not str:
            identity = text_of(identity)
        if not identity or len(identity) > LONGEST_TEXT:
            return None
        try:
            # Encoded here: given a string with a lone surrogate, mmh3 5.3.1 ends the process.
            number = hashed(prefix + identity.encode(), seed)
        except UnicodeEncodeError:
            return None
        return number % coarse * fine + number // coarse % fine

    return bucket


def fnv1a_bucket(attribute: str, key: str, seed: str) -> BucketOf:
    """Whole percents only: 0, 100, … 9900."""
    suffix = f"::{key}::{seed}"

    def bucket(context: Context) -> int | None:
        identity = read_text(context.get(attribute))
        return fnv1a(suffix, fnv1a(identity)) % 100 * 100 if identity else None

    return bucket


@lru_cache(maxsize=64)
def fnv1a(text: str, number: int = 0x811C9DC5) -> int:
    """FNV-1a, 32 bits, one round for each UTF-16 code unit (what JavaScript's ``charCodeAt`` gives), continuing from an
    earlier hash. Cached: all flags hash the same identities, and a round per unit is slow in Python.
    """
    units = text.encode() if text.isascii() else memoryview(text.encode(_UTF16, "surrogatepass")).cast("H")
    for unit in units:
        number = (number ^ unit) * 0x01000193 & 0xFFFFFFFF
    return number


def fnv1a_rollout(rollout: int) -> int:
    """The product rounds the percentage as JavaScript does: halves go up, 12.5 % is 13 %."""
    return (rollout + 50) // 100 * 100
