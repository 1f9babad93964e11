"""Content codings: what a client takes, and that it gets back what was coded."""

from __future__ import annotations

import gzip

import brotli
import pytest
import zstandard

from icontrol.kernel.codings import CODERS, IDENTITY, chosen

DECODERS = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstandard.ZstdDecompressor().decompress}


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("", IDENTITY),
        ("identity", IDENTITY),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZip;Q=0.5", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.9", "gzip"),
        ("gzip;q=0", IDENTITY),
        ("*", "br"),
        ("*;q=0", IDENTITY),
        ("br;q=0, *", "zstd"),
        ("identity, gzip;q=0.5", IDENTITY),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0", IDENTITY),
        ("gzip;q=nan", IDENTITY),
        ("gzip;q=1e400", "gzip"),
        ("gzip;q=", IDENTITY),
        ("deflate, compress", IDENTITY),
        (",;,=;q", IDENTITY),
        ("gzip" * 1000, IDENTITY),
    ],
)
def test_the_coding_that_a_client_takes(accept: str, coding: str) -> None:
    assert chosen(accept) == coding


@pytest.mark.parametrize("coding", CODERS)
def test_what_was_coded_comes_back_and_is_the_same_each_time(coding: str) -> None:
    body = b'{"pages":[]}' * 1000
    coded = CODERS[coding](body)
    assert coded == CODERS[coding](body) and len(coded) < len(body) / 10
    assert DECODERS[coding](coded) == body
