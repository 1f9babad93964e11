from __future__ import annotations

import pytest

from icontrol.kernel.entity_tags import entity_tag, named, revisions

TAG = entity_tag("1.0.0/1")
#: What servers that compress make of an ETag: Apache (mod_deflate, mod_brotli), Jetty, both, others.
PACKED = ["-gzip", "-br", "--gzip", ";gzip", "-gzip-br", "-deflate", "-zstd"]


@pytest.mark.parametrize(
    "header",
    [TAG, f"W/{TAG}", f'"older", {TAG}', f'"older",W/{TAG}', *(f'W/"1.0.0/1{added}"' for added in PACKED)],
)
def test_a_tag_is_found_in_every_form_that_it_comes_back_in(header: str) -> None:
    assert TAG in named(header) and "1.0.0/1" in revisions(header)


@pytest.mark.parametrize("header", [None, "", "*", " * ", "garbage", "1.0.0/1", "W/", '"'])
def test_a_header_that_names_nothing_says_that_nothing_was_read(header: str | None) -> None:
    assert revisions(header) == frozenset()


@pytest.mark.parametrize("header", ['"*"', '"x", "y"', '"1.0.0/10"', '"1.0.0"', '""', '"1.0.0/1-zip"'])
def test_another_tag_is_another_revision(header: str) -> None:
    assert "1.0.0/1" not in revisions(header) != frozenset()
