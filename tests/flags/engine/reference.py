"""The hashes once more, written from their published descriptions and slowly, to check the engine against.

MurmurHash3 x86 32 bits: Austin Appleby's public domain description. FNV-1a 32 bits: draft-eastlake-fnv. Nothing here is
shared with the engine, and the buckets are taken digit by digit instead of by the engine's arithmetic.
"""

from __future__ import annotations

import struct

VARIANTS = 86_028_157


def murmur3(data: bytes, seed: int = 0) -> int:
    def rotated(word: int, by: int) -> int:
        return (word << by | word >> (32 - by)) % 2**32

    def mixed(word: int) -> int:
        return rotated(word * 0xCC9E2D51 % 2**32, 15) * 0x1B873593 % 2**32

    state = seed
    whole = len(data) - len(data) % 4
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        state = (rotated(state ^ mixed(word), 13) * 5 + 0xE6546B64) % 2**32
    if len(data) > whole:
        state ^= mixed(int.from_bytes(data[whole:], "little"))
    state ^= len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        state = (state ^ state >> shift) * factor % 2**32
    return state ^ state >> 16


def fnv1a_units(text: str) -> int:
    """Over UTF-16 code units, as JavaScript's ``charCodeAt`` gives them."""
    state = 2166136261
    for character in text:
        code = ord(character)
        units = [code] if code < 0x10000 else [0xD800 + (code - 0x10000 >> 10), 0xDC00 + (code - 0x10000) % 0x400]
        for unit in units:
            state = (state ^ unit) * 16777619 % 2**32
    return state


def unleash_percent(group: str, identity: str) -> int:
    """1–100; a rollout of p percent is on when this is at most p."""
    return murmur3(f"{group}:{identity}".encode()) % 100 + 1


def unleash_variant(group: str, identity: str, total: int = 1000) -> int:
    """1–total; the first variant whose weights up to it reach this is served."""
    return murmur3(f"{group}:{identity}".encode(), VARIANTS) % total + 1


def bucket(salt: str, identity: str) -> int:
    digits = f"{murmur3(f'{salt}:{identity}'.encode()):010}"
    return int(digits[-2:] + digits[-4:-2])


def split_bucket(salt: str, identity: str) -> int:
    digits = f"{murmur3(f'{salt}:{identity}'.encode(), VARIANTS):010}"
    return int(digits[-3:] + digits[-4])


def fnv1a_bucket(key: str, seed: str, identity: str) -> int:
    return fnv1a_units(f"{identity}::{key}::{seed}") % 100 * 100
