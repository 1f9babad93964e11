"""Content codings: which one a client takes, and the bytes in it. Pure. RFC 9110, section 12.5.3."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from functools import lru_cache

import brotli
import zstandard

IDENTITY = "identity"
#: By preference. What is coded is kept as long as its release is live, so it may take some milliseconds.
CODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lambda body: bytes(brotli.compress(body, quality=9)),
    "zstd": lambda body: zstandard.ZstdCompressor(level=12).compress(body),
    "gzip": lambda body: gzip.compress(body, mtime=0),
}
#: Bytes below which coding gains nothing.
LEAST = 1024


@lru_cache(maxsize=256)
def chosen(accept: str) -> str:
    """The coding for an ``Accept-Encoding``: of those with the highest q-value the first of ``CODERS``."""
    wanted: dict[str, float] = {}
    for part in accept.lower().split(",")[:20]:
        name, _, parameter = part.partition(";")
        name = name.strip()
        wanted["gzip" if name == "x-gzip" else name] = _q_value(parameter)
    anything = wanted.get("*", 0.0)
    found = max(CODERS, key=lambda coding: wanted.get(coding, anything))
    q_value = wanted.get(found, anything)
    return found if q_value > 0 and q_value >= wanted.get(IDENTITY, 0.0) else IDENTITY


def _q_value(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
